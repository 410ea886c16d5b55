"""Hazards, repairs and complaints of a period, by the moment they were reported."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from patrol.accounts.roles import TEAMS
from patrol.accounts.user import User
from patrol.complaints.flow import STATES as COMPLAINT_STATES
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.exports.tables_of.table import CHUNK, Chunks, Period, Table
from patrol.exports.words import SEVERITIES
from patrol.owners.report import OwnerReport
from patrol.repairs.flow import STATES as REPAIR_STATES
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder
from patrol.workorders.words import SOURCES, STATES

_COLUMNS = (
    *(WorkOrder.id, WorkOrder.kind, WorkOrder.number, WorkOrder.title, WorkOrder.note, WorkOrder.severity),
    *(WorkOrder.state, WorkOrder.source, WorkOrder.team, WorkOrder.business_day, WorkOrder.reported_at),
    *(WorkOrder.first_due_at, WorkOrder.due_at, WorkOrder.assigned_at, WorkOrder.rectified_at),
    *(WorkOrder.closed_at, WorkOrder.reopen_count),
)


def order_rows(period: Period, kind: str) -> Iterator[list[Any]]:
    """Rows of the orders reported in the period, in chunks, oldest first, with the people's names."""
    reporter, assignee, rectifier, closer = (aliased(User) for _n in range(4))
    query = (
        select(
            *_COLUMNS,
            Place.full_name.label("place"),
            reporter.name.label("reporter"),
            assignee.name.label("assignee"),
            rectifier.name.label("rectifier"),
            closer.name.label("closer"),
        )
        .join(Place, and_(Place.site_id == WorkOrder.site_id, Place.id == WorkOrder.place_id))
        .outerjoin(reporter, reporter.id == WorkOrder.reported_by_id)
        .outerjoin(assignee, assignee.id == WorkOrder.assignee_id)
        .outerjoin(rectifier, rectifier.id == WorkOrder.rectified_by_id)
        .outerjoin(closer, closer.id == WorkOrder.closed_by_id)
        .where(WorkOrder.site_id == period.site.id, WorkOrder.kind == kind, WorkOrder.reported_at < period.ends)
        .order_by(WorkOrder.reported_at, WorkOrder.id)
        .limit(CHUNK)
    )
    beyond: Any = WorkOrder.reported_at >= period.begins
    while rows := list(db.session.execute(query.where(beyond))):
        yield rows
        at, last = rows[-1].reported_at, rows[-1].id
        beyond = or_(WorkOrder.reported_at > at, and_(WorkOrder.reported_at == at, WorkOrder.id > last))


def _heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("No."), 16), (_("Business day"), 12), (_("What"), 26), (_("Place"), 34), (_("Severity"), 10),
        (_("State"), 12), (_("Source"), 12), (_("Reported"), 17), (_("Reporter"), 12), (_("Team"), 14),
        (_("Who"), 12), (_("First deadline"), 17), (_("To be done by"), 17), (_("Assigned"), 17), (_("Rectified"), 17),
        (_("Rectified by"), 12), (_("Closed"), 17), (_("Closed by"), 12), (_("Sent back"), 10), (_("Note"), 40),
    ]  # fmt: skip


def _cells(row: Any, period: Period, states: Mapping[str, str]) -> tuple[Any, ...]:
    _ = period.words
    return (
        row.number, row.business_day, period.title(row), row.place, _(SEVERITIES[row.severity]),
        _(states.get(row.state, row.state)), _(SOURCES.get(row.source, row.source)), row.reported_at, row.reporter,
        _(TEAMS.get(row.team, row.team)), row.assignee, row.first_due_at, row.due_at, row.assigned_at,
        row.rectified_at, row.rectifier, row.closed_at, row.closer, row.reopen_count, row.note,
    )  # fmt: skip


def _hazards(period: Period) -> Chunks:
    for rows in order_rows(period, "hazard"):
        yield _day(rows, period), [_cells(row, period, STATES) for row in rows]


def _owner_heads(period: Period) -> list[tuple[str, int]]:
    """Who an owner is stands in the table only where that was asked for."""
    _ = period.words
    return _heads(period) + ([(_("Owner"), 14), (_("Phone"), 16), (_("Flat"), 14)] if period.owners else [])


def _repairs(period: Period) -> Chunks:
    return _of_owners(period, "repair", REPAIR_STATES)


def _complaints(period: Period) -> Chunks:
    return _of_owners(period, "complaint", COMPLAINT_STATES)


def _of_owners(period: Period, kind: str, states: Mapping[str, str]) -> Chunks:
    for rows in order_rows(period, kind):
        owners = _owners(period, rows) if period.owners else {}
        nobody = ("", "", "") if period.owners else ()
        yield (
            _day(rows, period),
            [(*_cells(row, period, states), *owners.get(row.id, nobody)) for row in rows],
        )


def _owners(period: Period, rows: list[Any]) -> dict[Any, tuple[str, ...]]:
    query = select(OwnerReport.order_id, OwnerReport.owner_name, OwnerReport.owner_phone, OwnerReport.owner_flat).where(
        OwnerReport.site_id == period.site.id, OwnerReport.order_id.in_([row.id for row in rows])
    )
    return {row[0]: tuple(row[1:]) for row in db.session.execute(query.order_by(OwnerReport.reported_at.desc()))}


def _day(rows: list[Any], period: Period) -> Any:
    return business_day(rows[-1].reported_at, period.site.zone, period.site.day_start)


HAZARDS = Table("hazards", N_("Hazards"), _heads, _hazards)
REPAIRS = Table("repairs", N_("Repairs"), _owner_heads, _repairs)
COMPLAINTS = Table("complaints", N_("Complaints"), _owner_heads, _complaints)
