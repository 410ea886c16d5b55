"""Door: the handover of a shift — its card, the two signatures, and paper."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, flash, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.roles import TEAMS
from patrol.briefings.card import Card, card
from patrol.briefings.handover import (
    HandoverCard,
    HandoverSignData,
    Signed,
    keep_card,
    known_card,
    opens_at,
    sign_handover,
    signed_card,
    signs_of,
)
from patrol.briefings.since import Change, changes
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.equipment import STATES
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.rounds.route import team_places
from patrol.sites.shift_times import ShiftTime, last_begun, shift_after, shift_before, shift_times
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import record_form
from patrol.web.replies import go
from patrol.workorders.seeing import openable

bp = Blueprint("handover", __name__)
LATE_FOR = timedelta(hours=2)  # so long the shift before stands first while it is not signed by both
COMPARED_FOR = timedelta(hours=12)
CHOICES = ("security", "engineering", "customer_service", "cleaning", "greening")


@dataclass(frozen=True)
class Shown:
    """A card as the page needs it. kept: the frozen or signable card, None before signing opens or on an old shift."""

    this: ShiftTime
    after: ShiftTime | None
    team: str
    body: Card
    kept: HandoverCard | None
    signs: list[Signed]
    since: list[Change]
    side: str  # what the reader may sign: "out", "in", "both" (to be chosen) or ""
    opens: set[str]  # of the work orders on it those the reader may open


@bp.app_template_filter("instant")
def instant(text: str | None) -> datetime | None:
    """A time of a card, as it stands there."""
    return datetime.fromisoformat(text) if text else None


@bp.app_template_filter("gear_name")
def gear_name(code: str) -> dict[str, str]:
    kind = EQUIPMENT_TYPES.get(code)
    return dict(kind.name) if kind else {"zh": code, "en": code}


@bp.app_template_filter("gear_state")
def gear_state(code: str) -> str:
    return _(STATES.get(code, code))


@bp.get("/handover")
@needs("scan", "board.see")
def page() -> Any:
    return _page(_shown(*_asked()))


@bp.get("/handover/print")
@needs("scan", "board.see")
def paper() -> Any:
    shown = _shown(*_asked(), look_only=True)
    return render_template("briefings/handover_print.html", shown=shown, back=_url(shown.this, shown.team), at=now())


@bp.post("/handover")
@needs("scan", "board.see")
def sign() -> Any:
    me = current_user._get_current_object()
    record_id, data = record_form(form_store(me, now(), shelf(current_app), limits(current_app)))
    try:
        checked = HandoverSignData.model_validate(data)
    except ValidationError:
        return _refused(Problem("handover.form", N_("Choose what you sign, then sign with a finger."), field="side"))
    try:
        with write(me.site_id):
            signed = sign_handover(checked, id=record_id, by=me, when=When.now())
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return _refused(problem)
    flash(_("Signed. The card stays as it is now."))
    return go(f"/handover?{urlencode({'day': signed.day, 'shift': signed.shift, 'team': signed.team})}")


def _refused(problem: Problem) -> Any:
    return _page(_shown(*_asked()), problem), problem.status


def _page(shown: Shown, problem: Problem | None = None) -> str:
    here = _here()
    before = shift_before(shown.this, *here)
    current = last_begun(now(), *here)
    later = shown.after if shown.after and current and shown.after.starts_at <= current.starts_at else None
    sees_all = current_user.may("board.see")
    return render_template(
        "briefings/handover.html",
        shown=shown,
        problem=problem,
        text=words(problem) if problem else "",
        before_url=_url(before, shown.team) if before else None,
        later_url=_url(later, shown.team) if later else None,
        print_url=_url(shown.this, shown.team, "/handover/print"),
        teams=[(team, _url(shown.this, team)) for team in CHOICES] if sees_all else [],
        opens=opens_at(shown.this),
        at=now(),
        record_id=uuid7(),
    )


def _here() -> tuple[Any, Any, Any]:
    here = current_user.here
    return here.shifts, here.zone, here.day_start


def _url(this: ShiftTime, team: str, path: str = "/handover") -> str:
    return f"{path}?{urlencode({'day': this.day, 'shift': this.code, 'team': team})}"


def _asked() -> tuple[ShiftTime, str]:
    """The shift and team of the address. Without a shift: the one on now, or the one before it while that waits."""
    own = current_user.team if current_user.team in CHOICES else CHOICES[0]
    team = request.args.get("team") or request.form.get("team") or own
    if team not in TEAMS:
        raise NotHere("handover")
    day, code = (request.args.get(name) or request.form.get(name) for name in ("day", "shift"))
    if not (day or code):
        return _waiting(team), team
    try:
        found = shift_times(date.fromisoformat(day or ""), *_here())
    except ValueError:
        found = []
    this = next((one for one in found if one.code == code and one.starts_at <= now()), None)
    if this is None:
        raise NotHere("handover")
    return this, team


def _waiting(team: str) -> ShiftTime:
    at = now()
    this = last_begun(at, *_here())
    if this is None:
        raise NotHere("handover")
    before = shift_before(this, *_here())
    if before is None or at - this.starts_at >= LATE_FOR:
        return this
    return before if len(signs_of(current_user.site_id, team, before.day, before.code)) < 2 else this


def _shown(this: ShiftTime, team: str, *, look_only: bool = False) -> Shown:
    at, site_id = now(), current_user.site_id
    after = shift_after(this, *_here())
    signs = signs_of(site_id, team, this.day, this.code)
    frozen = signed_card(site_id, signs)
    old = at >= this.ends_at + COMPARED_FOR  # later on everything has changed, and nobody acts on that
    body = frozen.body if frozen is not None and old else card(current_user.here, site_id, team, this, after, at)
    side = "" if look_only else _side(this, after, team, signs, body, at)
    kept = frozen
    if frozen is None and side:
        kept = _keep(team, this, body, at)
    since = changes(frozen.body, body) if frozen is not None else []
    shown = frozen.body if frozen is not None else body
    return Shown(this, after, team, shown, kept, signs, since, side, _opens(shown))


def _opens(body: Card) -> set[str]:
    by = current_user._get_current_object()
    ids = [UUID(one["id"]) for one in (*body["promises"], *body["hazards"])]
    return {str(one) for one in openable(ids, by, team_places(by.site_id, by.team))}


def _keep(team: str, this: ShiftTime, body: Card, at: datetime) -> HandoverCard:
    """What is about to be signed is kept as it is shown, so that the signature names it."""
    site_id = current_user.site_id
    found = known_card(site_id, team, this, body)
    if found is None:
        with write(site_id):
            found = keep_card(site_id, team, this, body, at=at)
    return found


def _side(this: ShiftTime, after: ShiftTime | None, team: str, signs: list[Signed], body: Card, at: datetime) -> str:
    """Which side the reader would sign: the roster tells, else he chooses."""
    me = current_user.user_id
    if current_user.team != team or at < opens_at(this) or any(one.user_id == me for one in signs):
        return ""
    if after is not None and at >= after.ends_at + COMPARED_FOR:
        return ""
    open_sides = [side for side in ("out", "in") if side not in {one.side for one in signs}]
    if len(open_sides) < 2:
        return "".join(open_sides)
    named = {side for side, part in (("out", "outgoing"), ("in", "incoming")) if _named(body, part, str(me))}
    return named.pop() if len(named) == 1 else "both"


def _named(body: Card, part: str, me: str) -> bool:
    return any(one["id"] == me for one in body[part])
