"""What is due for me, by building and in walking order; what can be filled at any time."""

from itertools import groupby
from typing import Any

from flask import redirect, render_template, request

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.equipment.duty import Duty, duties, lines, mine, progress, progress_by_rhythm
from patrol.equipment.not_reached import WHY_NOT, out_of_reach
from patrol.equipment.onward import in_building
from patrol.equipment.sending import sent_to
from patrol.equipment.take_along import any_time
from patrol.equipment.views import bp
from patrol.equipment.views.common import place_or_404, reader, uuid_in
from patrol.web.access import needs
from patrol.web.inner import kept_name

MANY = 40  # from here on a page shows one building at a time


@bp.get("/checklists")
@needs("checklist.see", "checklist.fill")
def due() -> Any:
    by, at = reader(), now()
    today = business_day_of(by, at)
    owed = mine(by, duties(by, at))
    show_done = request.args.get("done") == "1"
    wanted = [duty for duty in owed if show_done or not duty.done]
    buildings = _by_building(wanted)
    chosen = uuid_in(request.args.get("building"))
    narrow = len(lines(wanted)) > MANY
    if chosen or not narrow:
        buildings = [one for one in buildings if not chosen or one[0].building_id == chosen]
    return render_template(
        "equipment/due.html",
        buildings=[(duties_[0], lines(duties_), progress(_of(owed, duties_[0]))) for duties_ in buildings],
        folded=narrow and chosen is None,
        chosen=chosen,
        progress=progress(owed),
        show_done=show_done,
        any_time=any_time(by),
        rhythms=progress_by_rhythm(owed),
        sent=sent_to(by, today),
        away=out_of_reach(by.site_id, (duty for duty in owed if not duty.done), today.replace(day=1), today),
        reasons=WHY_NOT,
        today=today,
    )


@bp.get("/kept/checklists")
@needs("checklist.see", "checklist.fill")
def kept_due() -> Any:
    """What is due, as a phone keeps it: the phone fills in the lines."""
    if not kept_name():
        return redirect("/checklists", 303)
    return render_template("equipment/kept_due.html", any_time=any_time(reader()))


def _by_building(owed: list[Duty]) -> list[list[Duty]]:
    """In walking order; a building's duties stand together there."""
    return [list(group) for _key, group in groupby(owed, key=lambda duty: duty.building_id)]


def _of(owed: list[Duty], like: Duty) -> list[Duty]:
    return [duty for duty in owed if duty.building_id == like.building_id]


@bp.get("/inspections/done")
@needs("checklist.patrol", "checklist.fill")
def done() -> Any:
    place = place_or_404(uuid_in(request.args.get("place")))
    return render_template("equipment/done.html", place=place, ahead=in_building(reader(), place, now()))
