"""The bundle as a workbook: the same facts as the document, one row each, written while they go by."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from patrol.equipment.equipment import STATES as CONDITIONS
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.exports.bundle_coverage import CoverageByMonth
from patrol.exports.bundle_document import Counts
from patrol.exports.bundle_facts import Check, HazardFile, ItemFile
from patrol.exports.bundle_scope import Scope
from patrol.exports.event_words import event_detail
from patrol.exports.kit import Kit
from patrol.exports.sheets import Book
from patrol.exports.tables_of.checks import INSPECTIONS, READINGS, Lists, reading_rows
from patrol.exports.tables_of.photos import photo_cells, photo_heads
from patrol.exports.words import EVENTS, SEVERITIES
from patrol.workorders.words import STATES


def as_day(text: Any) -> Any:
    """A line's day is kept as text; a sheet can sort by dates."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return text


class BundleBook:
    """Sheets in the order an inspector asks: the sums, the ledger, then the facts."""

    def __init__(self, path: Path, folder: Path, scope: Scope, kit: Kit):
        _, period = kit.words, scope.period
        self._scope, self._kit, self._period = scope, kit, period
        self._book = Book(path, folder, period.site.zone, period.site.name)
        self._summary = self._book.sheet(_("Summary"), [(_("Figure"), 34), (_("Value"), 70)])
        self._coverage = self._book.sheet(_("Coverage"), self._coverage_heads())
        self._ledger = self._book.sheet(_("Ledger"), self._ledger_heads())
        self._events = self._book.sheet(_("Its file"), self._event_heads())
        self._checks = self._book.sheet(_("Inspections"), INSPECTIONS.heads(period))
        self._readings = self._book.sheet(_("Readings"), READINGS.heads(period))
        self._hazards = self._book.sheet(_("Hazards"), self._hazard_heads())
        self._photos = self._book.sheet(_("Photos"), [(_("File"), 44), *photo_heads(period)])
        self._lists = Lists(scope.site_id)

    def add_items(self, files: Iterable[ItemFile]) -> None:
        _, pick = self._kit.words, self._kit.pick
        for file in files:
            row = file.row
            self._ledger.row((
                row.code, pick(EQUIPMENT_TYPES[row.type].name), row.name, row.place, row.model, row.quantity,
                row.made_on, row.in_service_from, row.last_service, row.next_service, row.scrap_on,
                _(CONDITIONS[row.state]), row.retired_on, row.contractor, len(file.checks),
            ))  # fmt: skip
            for event in file.events:
                self._events.row((
                    row.code, row.place, event.at, _(EVENTS.get(event.kind, event.kind)),
                    as_day(event.detail.get("on")),
                    event_detail(event.kind, event.detail, _), event.detail.get("why"), event.name,
                ))  # fmt: skip
            self.add_checks(file.checks)

    def add_checks(self, checks: Iterable[Check]) -> None:
        for check in checks:
            row, _ = check.row, self._kit.words
            self._lists.fetch([row.checklist_id])
            self._checks.row((
                row.business_day, row.completed_at, row.received_at, self._kit.pick(check.title),
                row.checklist_version, row.asset, row.place, row.person, _("yes") if row.complete else _("no"),
                row.failed_count, row.remark, str(row.id),
            ))  # fmt: skip
            for line in reading_rows(row, check.findings, self._lists, self._period):
                self._readings.row(line)

    def add_hazards(self, files: Iterable[HazardFile]) -> None:
        _ = self._kit.words
        for file in files:
            row = file.row
            self._hazards.row((
                row.number, self._kit.title(row), row.place, _(SEVERITIES[row.severity]), _(STATES[row.state]),
                row.reported_at, row.reporter, row.first_due_at, row.due_at, row.rectified_at, row.rectifier,
                row.closed_at, row.closer, row.reopen_count, row.interim_measure, row.note,
                len(file.shown("before", "sighting")), len(file.shown("after", "verify")),
            ))  # fmt: skip

    def add_photo(self, name: str, photo: Any) -> None:
        self._photos.row((name, *photo_cells(photo, self._period)))

    def close(self, counts: Counts, months: CoverageByMonth, head: Any) -> None:
        _, period = self._kit.words, self._period
        for month in months.shown:
            names = "、".join(f"{name} {place}" for name, place in month.missing)
            self._coverage.row((f"{month.first:%Y-%m}", month.d, month.n, month.ratio.text, names))
        rows: list[tuple[str, Any]] = [
            (_("Site"), period.site.name), (_("About"), self._scope.name or _("The whole site")),
            (_("First day"), period.first), (_("Last day"), period.last), (_("Made at"), period.at),
            (_("Items in the ledger"), counts.items), (_("Inspections"), counts.checks),
            (_("Answers"), counts.findings), (_("Inspections with a failure"), counts.failed),
            (_("Services and refills"), counts.services), (_("Hazards"), counts.hazards),
            (_("Hazards still open"), counts.open), (_("Photos"), counts.photos),
            (_("Photos on their way"), counts.missing_photos),
            (_("Journal line"), head.seq), (_("Journal head"), head.hash),
        ]  # fmt: skip
        for row in rows:
            self._summary.row(row)
        self._book.close()

    def _coverage_heads(self) -> list[tuple[str, int]]:
        _ = self._kit.words
        return [
            (_("Calendar month"), 10), (_("To be checked"), 10), (_("Inspected"), 10), (_("Coverage"), 10),
            (_("Not checked"), 80),
        ]  # fmt: skip

    def _ledger_heads(self) -> list[tuple[str, int]]:
        _ = self._kit.words
        return [
            (_("Asset no."), 14), (_("Kind"), 18), (_("Item name"), 18), (_("Place"), 34), (_("Model"), 14),
            (_("Quantity"), 8), (_("Made in"), 12), (_("In service from"), 12), (_("Last service"), 12),
            (_("Next service"), 12), (_("Scrap"), 12), (_("State"), 12), (_("Retired"), 12), (_("Contractor"), 20),
            (_("Inspections"), 10),
        ]  # fmt: skip

    def _event_heads(self) -> list[tuple[str, int]]:
        _ = self._kit.words
        return [
            (_("Asset no."), 14), (_("Place"), 34), (_("Time"), 19), (_("What"), 14),
            (_("On the day"), 12), (_("What exactly"), 40),
            (_("Why"), 40), (_("Person"), 12),
        ]  # fmt: skip

    def _hazard_heads(self) -> list[tuple[str, int]]:
        _ = self._kit.words
        return [
            (_("No."), 16), (_("What"), 26), (_("Place"), 34), (_("Severity"), 10), (_("State"), 12),
            (_("Reported"), 19), (_("Reporter"), 12), (_("First deadline"), 19), (_("Rectify by"), 19),
            (_("Rectified"), 19), (_("Rectified by"), 12), (_("Closed"), 19), (_("Closed by"), 12),
            (_("Sent back"), 10), (_("Interim measure"), 30), (_("Note"), 40), (_("Photos before"), 9),
            (_("Photos after"), 9),
        ]  # fmt: skip
