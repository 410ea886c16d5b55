"""Who is on duty as the board sees it: the roster's people of this shift, and whoever scanned in its time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from patrol.reviews.board_heard import Heard
from patrol.rounds.walk import Walk
from patrol.sites.shift_times import ShiftTime

QUIET_AFTER = timedelta(minutes=30)
SEEN_WITHIN = timedelta(hours=12)
State = Literal["absent", "silent", "quiet", "begun", "heard", "done"]
_FIRST = ("absent", "silent", "quiet", "begun", "heard", "done")  # what matters first
_CALLED_FIRST = ("shift_leader", "guard", "engineer")


@dataclass(frozen=True, slots=True)
class OnDuty:
    """at, place, route, scan_id: of the last scan, None or "" when there is none. since: quiet or expected since.

    state: "absent" on the roster and not heard of since the shift began; "silent" no scan and no word from the
    phone; "quiet" no scan on a round though the phone speaks; "begun" the shift is too young to tell; "heard";
    "done" the round is walked, so nothing is to be heard before the next.
    """

    user_id: UUID
    name: str
    phone: str | None
    team: str
    role: str
    expected: bool
    state: State
    since: datetime | None
    at: datetime | None = None
    place: str = ""
    route: str = ""
    scan_id: UUID | None = None


def people_on_duty(found: Heard, shifts: Iterable[ShiftTime], walks: Mapping[UUID, Walk], at: datetime) -> list[OnDuty]:
    """By what matters: whoever is missing first, then the longest quiet."""
    on_now = {one.code: one for one in shifts if one.holds(at)}
    expected = {row.user_id: row for row in found.duty if row.word in on_now}
    since = min((on_now[row.word].starts_at for row in expected.values()), default=at - SEEN_WITHIN)
    gone = {row.user_id for row in found.duty} - expected.keys()  # their shift is over: they went home
    seen = {
        user_id: row
        for user_id, row in found.last.items()
        if user_id in expected or (row.at >= since if user_id in gone else at - row.at < SEEN_WITHIN)
    }
    people = [
        _one(row, expected.get(user_id), on_now, seen.get(user_id), walks, at)
        for user_id, row in {**seen, **expected}.items()
    ]
    return sorted(people, key=lambda one: (_FIRST.index(one.state), one.since or at, one.name))


def whom_to_call(people: Iterable[OnDuty], team: str) -> OnDuty | None:
    """Of a team's people on duty the shift leader, else a guard, who has a phone number."""
    able = [one for one in people if one.team == team and one.expected and one.phone]
    rank = {role: number for number, role in enumerate(_CALLED_FIRST)}
    return min(able, key=lambda one: (rank.get(one.role, 9), one.name), default=None)


def _one(
    row: Any, duty: Any, on_now: Mapping[str, ShiftTime], scan: Any, walks: Mapping[UUID, Walk], at: datetime
) -> OnDuty:
    walk = walks.get(scan.round_id) if scan is not None else None
    began = on_now[duty.word].starts_at if duty is not None else None
    state, since = _state(row.contact, scan, walk, began, at)
    person = duty or row
    facts = {"at": scan.at, "place": scan.place, "scan_id": scan.id} if scan is not None else {}
    return OnDuty(
        row.user_id, row.name, row.phone, person.team or "", row.role or "", duty is not None, state, since,
        route=walk.route_name if walk else "", **facts,
    )  # fmt: skip


def _state(
    contact: datetime | None, scan: Any, walk: Walk | None, began: datetime | None, at: datetime
) -> tuple[State, datetime | None]:
    heard = max((t for t in (contact, scan.received_at if scan is not None else None) if t), default=None)
    lately = heard is not None and at - heard < QUIET_AFTER
    if scan is None:
        if lately:
            return "heard", None
        young = began is not None and at - began < QUIET_AFTER
        return ("begun", began) if young else ("absent", began)
    if at - scan.received_at < QUIET_AFTER:
        return "heard", None
    if walk is not None and walk.state == "completed":
        return "done", None
    running = walk is not None and walk.state == "in_progress" and at < walk.times.closes_at
    if lately:
        return ("quiet", scan.at) if running else ("heard", None)
    return "silent", scan.at
