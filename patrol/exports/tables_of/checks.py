"""Inspections of a period and what was read at each item of their lists."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.exports.tables_of.table import CHUNK, Chunks, Period, Table
from patrol.exports.words import RESULTS
from patrol.sites.place import Place

INSPECTION = (
    *(Inspection.id, Inspection.checklist_id, Inspection.checklist_code, Inspection.checklist_version),
    *(Inspection.equipment_id, Inspection.place_id, Inspection.business_day, Inspection.started_at),
    *(Inspection.completed_at, Inspection.received_at, Inspection.complete, Inspection.failed_count),
    Inspection.remark,
)
FINDING = (
    *(Finding.id, Finding.inspection_id, Finding.item_code, Finding.result, Finding.value, Finding.choice),
    *(Finding.text, Finding.remark, Finding.limits, Finding.fixed, Finding.photo_ids, Finding.hazard_id),
    *(Finding.failed_units, Finding.failed_which),
)


def inspection_query(site_id: UUID) -> Any:
    """Columns of an inspection, with the names of person, place and item."""
    return (
        select(
            *INSPECTION, User.name.label("person"), Place.full_name.label("place"), Equipment.code.label("asset"),
            Equipment.type.label("type"),
        )
        .join(User, User.id == Inspection.user_id)
        .join(Place, and_(Place.site_id == Inspection.site_id, Place.id == Inspection.place_id))
        .outerjoin(Equipment, and_(Equipment.site_id == Inspection.site_id, Equipment.id == Inspection.equipment_id))
        .where(Inspection.site_id == site_id)
    )  # fmt: skip


def inspections_in(period: Period, *more: Any) -> Iterator[list[Any]]:
    """In chunks, as they were finished."""
    query = inspection_query(period.site.id).where(Inspection.completed_at < period.ends, *more)
    query = query.order_by(Inspection.completed_at, Inspection.id).limit(CHUNK)
    beyond: Any = Inspection.completed_at >= period.begins
    while rows := list(db.session.execute(query.where(beyond))):
        yield rows
        at, last = rows[-1].completed_at, rows[-1].id
        beyond = or_(Inspection.completed_at > at, and_(Inspection.completed_at == at, Inspection.id > last))


def findings_by(site_id: UUID, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was found, by inspection and item. One query; at most CHUNK ids."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    query = select(*FINDING).where(Finding.site_id == site_id, Finding.inspection_id.in_(list(ids)))
    for row in db.session.execute(query):
        found[row.inspection_id][row.item_code] = row
    return found


class Lists:
    """The versions of lists that answers were given to, read once each."""

    def __init__(self, site_id: UUID):
        self._site_id = site_id
        self._known: dict[UUID, Any] = {}

    def fetch(self, ids: Iterable[UUID]) -> None:
        missing = set(ids) - self._known.keys()
        if missing:
            query = select(Checklist.id, Checklist.title_zh, Checklist.title_en, Checklist.items)
            for row in db.session.execute(query.where(Checklist.site_id == self._site_id, Checklist.id.in_(missing))):
                self._known[row.id] = row

    def title(self, list_id: UUID) -> dict[str, str]:
        row = self._known[list_id]
        return {"zh": row.title_zh, "en": row.title_en}

    def items(self, list_id: UUID) -> list[Any]:
        return list(self._known[list_id].items)


def _heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("Business day"), 12), (_("Finished"), 19), (_("Received"), 19), (_("Checklist"), 28),
        (_("List version"), 9), (_("Asset no."), 14), (_("Place"), 34), (_("Person"), 12), (_("Complete"), 10),
        (_("Failed items"), 10), (_("Remark"), 30), (_("Record"), 38),
    ]  # fmt: skip


def _inspections(period: Period) -> Chunks:
    _, lists = period.words, Lists(period.site.id)
    for rows in inspections_in(period):
        lists.fetch(row.checklist_id for row in rows)
        yield rows[-1].business_day, [
            (
                row.business_day, row.completed_at, row.received_at, period.pick(lists.title(row.checklist_id)),
                row.checklist_version, row.asset, row.place, row.person, _("yes") if row.complete else _("no"),
                row.failed_count, row.remark, str(row.id),
            )
            for row in rows
        ]  # fmt: skip


def _reading_heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("Business day"), 12), (_("Finished"), 19), (_("Checklist"), 28), (_("Asset no."), 14), (_("Place"), 34),
        (_("Item"), 40), (_("Result"), 10), (_("Reading"), 12), (_("Unit"), 8), (_("Lowest"), 9), (_("Highest"), 9),
        (_("Answer"), 20), (_("Units failed"), 9), (_("Which of them"), 20), (_("Remark"), 30),
        (_("Person"), 12), (_("Record"), 38),
    ]  # fmt: skip


def _readings(period: Period) -> Chunks:
    lists = Lists(period.site.id)
    for rows in inspections_in(period):
        lists.fetch(row.checklist_id for row in rows)
        found = findings_by(period.site.id, [row.id for row in rows])
        yield rows[-1].business_day, [line for row in rows for line in reading_rows(row, found[row.id], lists, period)]


def reading_rows(row: Any, found: dict[str, Any], lists: Lists, period: Period) -> Iterator[tuple[Any, ...]]:
    """One line for each answer, in the order of the list."""
    _, title = period.words, period.pick(lists.title(row.checklist_id))
    for item in lists.items(row.checklist_id):
        finding = found.get(item["code"])
        if finding is None:
            continue
        yield (
            row.business_day, row.completed_at, title, row.asset, row.place, period.pick(item["text"]),
            _(RESULTS[finding.result]), finding.value, item.get("unit") or "", finding.limits.get("min"),
            finding.limits.get("max"), answer(item, finding, period), finding.failed_units,
            finding.failed_which, finding.remark, row.person, str(row.id),
        )  # fmt: skip


def answer(item: Any, finding: Any, period: Period) -> str:
    """What was chosen or written; a number stands in a column of its own."""
    if finding.choice:
        chosen = next((one for one in item.get("choices", ()) if one["code"] == finding.choice), None)
        return period.pick(chosen["text"]) if chosen else str(finding.choice)
    return str(finding.text)


INSPECTIONS = Table("inspections", N_("Inspections"), _heads, _inspections)
READINGS = Table("readings", N_("Readings"), _reading_heads, _readings)
