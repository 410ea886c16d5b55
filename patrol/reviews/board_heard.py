"""What the board hears: the last scan of everybody, the newest scans and steps, and who is on the roster today.

One statement of three parts with the same columns, because the board is asked for every few seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, func, literal, null, or_, select, union_all

from patrol.accounts.device import Device
from patrol.accounts.roster import Duty
from patrol.accounts.user import Membership, User
from patrol.core.columns import Id, UtcDateTime
from patrol.core.db import db
from patrol.rounds.scan import Scan
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder, WorkOrderStep

FEED = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """last: the last scan of each person today. scans, steps: the newest. duty: rows of today's roster."""

    last: dict[UUID, Any]
    scans: list[Any]
    steps: list[Any]
    duty: list[Any]


def heard(site_id: UUID, today: date, at: datetime) -> Heard:
    """Everything in one query whose answer is as long as the site has people, not as the day has scans."""
    parts = (_scans(site_id, today), _steps(site_id, at), _duty(site_id, today))
    rows = list(db.session.execute(union_all(*parts)))
    scans = sorted((row for row in rows if row.kind == "scan"), key=lambda row: (row.at, row.id), reverse=True)
    steps = sorted((row for row in rows if row.kind == "step"), key=lambda row: (row.at, row.id), reverse=True)
    return Heard(
        last=_first_of_each(scans),
        scans=scans[:FEED],
        steps=steps,
        duty=[row for row in rows if row.kind == "duty"],
    )


def _first_of_each(scans: Iterable[Any]) -> dict[UUID, Any]:
    last: dict[UUID, Any] = {}
    for scan in scans:
        last.setdefault(scan.user_id, scan)
    return last


def _row(kind: str, user_id: Any, **given: Any) -> Any:
    """The columns of every part, in one order; what a part does not know is NULL of the right type.

    contact: when any device of this person last spoke with the server.
    """
    empty: dict[str, Any] = {
        "id": Id(), "at": UtcDateTime(), "received_at": UtcDateTime(), "place": String(), "round_id": Id(),
        "title": String(), "severity": String(), "word": String(), "phone": String(), "role": String(),
        "team": String(), "contact": UtcDateTime(),
    }  # fmt: skip
    columns = [given.get(name, cast(null(), kind_of)).label(name) for name, kind_of in empty.items()]
    return select(literal(kind).label("kind"), user_id.label("user_id"), User.name.label("name"), *columns)


def _person() -> dict[str, Any]:
    contact = select(func.max(Device.last_seen_at)).where(Device.user_id == User.id).scalar_subquery()
    return {"phone": User.phone, "role": Membership.role, "team": Membership.team, "contact": contact}


def _scans(site_id: UUID, today: date) -> Any:
    newest = (Scan.effective_at.desc(), Scan.id.desc())
    ranked = (
        select(
            Scan.id, Scan.user_id, Scan.effective_at, Scan.received_at, Scan.round_id, Scan.place_id,
            func.row_number().over(partition_by=Scan.user_id, order_by=newest).label("of_person"),
            func.row_number().over(order_by=newest).label("of_all"),
        )
        .where(Scan.site_id == site_id, Scan.business_day == today)
        .subquery()
    )  # fmt: skip
    s = ranked.c
    given = {"id": s.id, "at": s.effective_at, "received_at": s.received_at, "round_id": s.round_id}
    return (
        _row("scan", s.user_id, **given, place=Place.full_name, **_person())
        .join_from(ranked, User, User.id == s.user_id)
        .join(Place, and_(Place.site_id == site_id, Place.id == s.place_id))
        .outerjoin(Membership, and_(Membership.site_id == site_id, Membership.user_id == s.user_id))
        .where(or_(s.of_person == 1, s.of_all <= FEED))
    )


def _steps(site_id: UUID, at: datetime) -> Any:
    """The newest steps of work orders. The index goes by day; two days hold more than the feed shows."""
    since = (at - timedelta(days=1)).date() - timedelta(days=1)
    newest = (
        select(WorkOrderStep.id, WorkOrderStep.order_id, WorkOrderStep.step, WorkOrderStep.at, WorkOrderStep.user_id)
        .where(
            WorkOrderStep.site_id == site_id,
            WorkOrderStep.business_day >= since,
            WorkOrderStep.step != "comment",
        )
        .order_by(WorkOrderStep.at.desc(), WorkOrderStep.id.desc())
        .limit(FEED)
        .subquery()
    )
    s = newest.c
    given = {"id": WorkOrder.id, "at": s.at, "place": Place.full_name, "title": WorkOrder.title}
    return (
        _row("step", s.user_id, **given, severity=WorkOrder.severity, word=s.step)
        .join_from(newest, WorkOrder, and_(WorkOrder.site_id == site_id, WorkOrder.id == s.order_id))
        .join(Place, and_(Place.site_id == site_id, Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == s.user_id)
    )


def _duty(site_id: UUID, today: date) -> Any:
    person = {**_person(), "team": Duty.team}
    return (
        _row("duty", Duty.user_id, id=Duty.id, word=Duty.shift, **person)
        .join_from(Duty, User, User.id == Duty.user_id)
        .join(Membership, and_(Membership.site_id == Duty.site_id, Membership.user_id == Duty.user_id))
        .where(
            Duty.site_id == site_id,
            Duty.day == today,
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
