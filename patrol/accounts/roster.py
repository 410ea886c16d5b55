"""The roster (排班): who is on which shift and team of which business day. It tells, and never refuses a scan."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.authority import may_change
from patrol.accounts.people import not_yours
from patrol.accounts.reader import Reader
from patrol.accounts.roles import TEAMS
from patrol.accounts.user import Membership, User
from patrol.core.business_day import business_day
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, Problem, Stale
from patrol.journal.entry import note
from patrol.sites.shift_times import ShiftTime, shift_times
from patrol.sites.site import Site

WEEK = timedelta(days=7)
Cell = tuple[UUID, date]  # one person on one business day


class Duty(SiteRow, Model):
    """One person on one shift. A plan that may be changed; the journal keeps what it was."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("site_id", "day", "shift", "user_id"),
        Index(None, "site_id", "user_id", "day"),
    )

    day: Mapped[date]
    shift: Mapped[str]  # the code of one of the site's shifts
    team: Mapped[str]  # the person's when it was written
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


@dataclass(frozen=True, slots=True)
class OnDuty:
    """shift: its code; shift_name: {"zh", "en"}; starts_at, ends_at: of the shift."""

    user_id: UUID
    name: str
    phone: str | None
    team: str
    role: str
    shift: str
    shift_name: dict[str, str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person's week. cells: the shifts of each day in the order of the days; mine: whether the reader sets it."""

    user_id: UUID
    name: str
    role: str
    team: str
    cells: list[tuple[str, ...]]
    mine: bool


@dataclass(frozen=True)
class Week:
    """A week's roster of one team, or of all. seen: what the reader may change, as it was when the page was made."""

    days: list[date]
    rows: list[RosterRow]
    seen: str


def on_duty(site_id: UUID, at: datetime) -> list[OnDuty]:
    """Who is on shift at a moment, by team and name. Whoever left the site or is locked out is not.

    One query once the site itself is known to the session.
    """
    site = db.session.get_one(Site, site_id)
    day = business_day(at, site.zone, site.day_start)
    now_on = [one for one in shift_times(day, site.shifts, site.zone, site.day_start) if one.holds(at)]
    return people_on(site_id, now_on)


def people_on(site_id: UUID, shifts: Collection[ShiftTime]) -> list[OnDuty]:
    """Who is on these shifts of one business day, by team and name. One query, none without shifts."""
    times = {one.code: one for one in shifts}
    if not times:
        return []
    query = (
        select(Duty.user_id, Duty.shift, Duty.team, User.name, User.phone, Membership.role)
        .join(User, User.id == Duty.user_id)
        .join(Membership, and_(Membership.site_id == Duty.site_id, Membership.user_id == Duty.user_id))
        .where(
            Duty.site_id == site_id,
            Duty.day.in_({one.day for one in shifts}),
            Duty.shift.in_(times),
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    found = [
        OnDuty(
            row.user_id, row.name, row.phone, row.team, row.role, row.shift,
            times[row.shift].name, times[row.shift].starts_at, times[row.shift].ends_at,
        )
        for row in db.session.execute(query)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (_team_order(one.team), one.name, one.starts_at))


def duty_of(site_id: UUID, first: date, last: date) -> list[Duty]:
    """What is written for these business days, both counting, by day, shift and team."""
    query = select(Duty).where(Duty.site_id == site_id, Duty.day >= first, Duty.day <= last)
    return list(db.session.scalars(query.order_by(Duty.day, Duty.shift, Duty.team, Duty.user_id)))


def week_of(by: Reader, monday: date, team: str | None = None) -> Week:
    """The week that begins on ``monday`` of one team, or of everybody: who works here, and who stands in it."""
    days = [monday + timedelta(days=n) for n in range(7)]
    written = cells_of(duty_of(by.site_id, days[0], days[-1]))
    named = {user_id for user_id, _day in written}
    rows = [
        RosterRow(
            one.id, one.name, one.role, one.team, [written.get((one.id, day), ()) for day in days],
            _in_charge(by, one),
        )
        for one in _people(by.site_id, named)
        if team is None or one.team == team
    ]  # fmt: skip
    rows.sort(key=lambda row: (_team_order(row.team), row.name))
    return Week(days, rows, fingerprint(written, {row.user_id for row in rows if row.mine}))


def roster_state(by: Reader, at: datetime) -> list[str]:
    """What this week's roster, as a phone takes it along, depends on: the day, who is in it and their shifts."""
    day = business_day(at, by.zone, by.day_start)
    monday = day - timedelta(days=day.weekday())
    rows = week_of(by, monday, by.team).rows
    return [str(day), *(f"{row.name} {row.role} {row.cells}" for row in rows)]


def set_cells(
    by: Reader, wanted: Mapping[Cell, Collection[str]], *, at: datetime, seen: tuple[date, str] | None
) -> int:
    """Write these cells, inside the caller's ``write()``; the others stay. Returns how many changed.

    seen: (monday, fingerprint) of the page the words come from; a week somebody changed since is refused with
    ``stale``. Raises Problem for a shift the site does not have and a person not in the reader's charge.
    """
    if not wanted:
        return 0
    site = db.session.get_one(Site, by.site_id)
    order = {shift["code"]: number for number, shift in enumerate(site.shifts)}
    days = [day for _user, day in wanted]
    written = cells_of(duty_of(by.site_id, min(days), max(days)))
    people = {one.id: one for one in _people(by.site_id, {user for user, _day in wanted})}
    if seen is not None:
        week = cells_of(duty_of(by.site_id, seen[0], seen[0] + WEEK - timedelta(days=1)))
        if fingerprint(week, {user for user, _day in wanted}) != seen[1]:
            raise Stale
    changed = []
    for (user_id, day), shifts in sorted(wanted.items(), key=lambda item: (item[0][1], str(item[0][0]))):
        if any(code not in order and code not in written.get((user_id, day), ()) for code in shifts):
            raise Problem("roster.shift", N_("The site does not have this shift. Look at the roster again."))
        after = tuple(sorted(set(shifts), key=lambda code: (order.get(code, len(order)), code)))
        before = written.get((user_id, day), ())
        if set(after) == set(before):
            continue
        person = people.get(user_id)
        if person is None or not _in_charge(by, person):
            raise not_yours()
        _rewrite(by.site_id, user_id, day, person.team, set(before), set(after))
        changed.append([str(day), str(user_id), "+".join(before), "+".join(after)])
    if changed:
        note("roster_changed", "roster", None, site_id=by.site_id, by=by.user_id, at=at, cells=changed)
    return len(changed)


def copy_week(by: Reader, monday: date, team: str | None, *, at: datetime) -> int:
    """Fill this week's empty days with what stood there a week ago; what is written already stays."""
    before, this = week_of(by, monday - WEEK, team), week_of(by, monday, team)
    last = {row.user_id: row.cells for row in before.rows}
    known = {shift["code"] for shift in db.session.get_one(Site, by.site_id).shifts}
    wanted = {
        (row.user_id, day): [code for code in old if code in known]
        for row in this.rows
        if row.mine
        for day, now, old in zip(this.days, row.cells, last.get(row.user_id, [()] * 7), strict=True)
        if old and not now
    }
    return set_cells(by, wanted, at=at, seen=None)


def cells_of(duties: Iterable[Duty]) -> dict[Cell, tuple[str, ...]]:
    found: dict[Cell, list[str]] = defaultdict(list)
    for duty in duties:
        found[duty.user_id, duty.day].append(duty.shift)
    return {cell: tuple(shifts) for cell, shifts in found.items()}


def fingerprint(written: Mapping[Cell, Iterable[str]], people: Collection[UUID]) -> str:
    """Changes when any cell of these people does."""
    lines = sorted(f"{user} {day} {'+'.join(sorted(s))}" for (user, day), s in written.items() if user in people and s)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _rewrite(site_id: UUID, user_id: UUID, day: date, team: str, before: set[str], after: set[str]) -> None:
    gone = before - after
    if gone:
        here = (Duty.site_id == site_id, Duty.user_id == user_id, Duty.day == day, Duty.shift.in_(gone))
        db.session.execute(delete(Duty).where(*here))
    new = sorted(after - before)
    db.session.add_all(
        Duty(id=uuid7(), site_id=site_id, day=day, shift=code, team=team, user_id=user_id) for code in new
    )
    db.session.flush()


def _in_charge(by: Reader, person: Any) -> bool:
    here = person.ended_at is None and person.disabled_at is None
    return here and may_change(by.role, by.team, person.role, person.team)


def _people(site_id: UUID, named: Collection[UUID]) -> list[Any]:
    """Everybody who works here now, and whoever is named and once did."""
    query = (
        select(User.id, User.name, User.staff_no, User.disabled_at, Membership.role, Membership.team)
        .add_columns(Membership.ended_at)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id)
    )
    rows = db.session.execute(query)
    return [row for row in rows if row.id in named or (row.ended_at is None and row.disabled_at is None)]


def _team_order(team: str) -> int:
    return list(TEAMS).index(team) if team in TEAMS else len(TEAMS)
