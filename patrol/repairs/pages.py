"""What the page of an order shows besides its kind: who asked, the timeline, the photos. For doors; no Flask."""

from typing import Any

from patrol.accounts.colleagues import stand_in, team_choices
from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.owners.privacy import masked, may_know
from patrol.owners.report import report_of
from patrol.photos.photo import arrived, photos_of
from patrol.sites.place import Place
from patrol.workorders.timeline import names, steps_of


def page_of(order: Any, by: Reader) -> dict[str, Any]:
    lines = steps_of(order)
    photos = photos_of(order.site_id, order.kind, [order.id])[order.id]
    if not by.may("owner.see"):  # a signature is a person's name
        photos = [photo for photo in photos if photo.kind != "signature"]
    report = report_of(order)
    return {
        "order": order,
        "place": db.session.get_one(Place, (order.site_id, order.place_id)),
        "lines": lines,
        "people": names([*(line.user_id for line in lines), *(photo.user_id for photo in photos), order.assignee_id]),
        "photos": photos,
        "here": arrived(order.site_id, [photo.id for photo in photos]),
        "report": report,
        "contact": masked(report) if report else None,
        "may_know": may_know(order, by),
    }


def whom(who: str | None) -> dict[str, str]:
    """The one choice of an assignment, ``team:<code>`` or a person's id, as the fields of a step."""
    if not who:
        return {}
    return {"team": who[5:]} if who.startswith("team:") else {"assignee": who}


def choices_for(order: Any, by: Reader, *, teams_only: bool = False) -> dict[str, Any]:
    """Whom the form offers, and the one proposed."""
    choices = team_choices(by)
    proposed = str(order.assignee_id or f"team:{stand_in(order.team, choices)}")
    return {"choices": choices, "proposed": proposed, "teams_only": teams_only}
