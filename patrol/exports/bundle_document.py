"""The bundle as a document to print: parts that are alike in the ZIP and on the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from patrol.equipment.equipment import STATES as CONDITIONS
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.exports.bundle_coverage import CoverageByMonth
from patrol.exports.bundle_facts import Check, HazardFile, ItemFile
from patrol.exports.bundle_scope import Scope
from patrol.exports.event_words import event_detail
from patrol.exports.kit import Kit
from patrol.exports.tables_of.checks import answer
from patrol.exports.words import EVENTS, PHOTO_KINDS, RESULTS, SEVERITIES
from patrol.photos.stamp import proof_code
from patrol.workorders.words import STATES


@dataclass(slots=True)
class Counts:
    """What the cover says; the same numbers stand in the manifest."""

    items: int = 0
    checks: int = 0
    findings: int = 0
    failed: int = 0
    services: int = 0
    hazards: int = 0
    open: int = 0
    photos: int = 0
    missing_photos: int = 0

    def add_items(self, files: Iterable[ItemFile]) -> None:
        for file in files:
            self.items += 1
            self.services += sum(event.kind in ("serviced", "refilled") for event in file.events)
            self.add_checks(file.checks)

    def add_checks(self, checks: Iterable[Check]) -> None:
        for check in checks:
            self.checks += 1
            self.findings += len(check.findings)
            self.failed += check.row.failed_count > 0

    def add_photos(self, holders: Iterable[Check | HazardFile]) -> None:
        """Where they are shown and not packed."""
        for holder in holders:
            here = sum(photo.sha256 is not None for photo in holder.photos)
            self.photos += here
            self.missing_photos += len(holder.photos) - here

    def add_hazards(self, files: Iterable[HazardFile]) -> None:
        for file in files:
            self.hazards += 1
            self.open += file.row.state in ("reported", "assigned", "to_verify")


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as a document tells it: a number with its unit and limits, a choice, a failure, a remark; units and
    which: of a group, those that failed."""

    text: str
    said: str
    result: str
    remark: str
    units: int | None
    which: str


def lines_of(check: Check, pick: Callable[[Any], str], period: Any) -> tuple[list[Line], int]:
    """What is worth a line of its own, and how many items simply passed."""
    lines, passed = [], 0
    for item in check.items:
        found = check.findings.get(item["code"])
        if found is None:
            continue
        said = _number(item, found) if found.value is not None else answer(item, found, period)
        if found.result == "pass" and not said and not found.remark:
            passed += 1
        else:
            units, which = found.failed_units, found.failed_which or ""
            lines.append(Line(pick(item["text"]), said, found.result, found.remark, units, which))
    return lines, passed


def _number(item: Any, found: Any) -> str:
    low, high, unit = found.limits.get("min"), found.limits.get("max"), item.get("unit") or ""
    said = f"{found.value:g} {unit}".strip()
    if low is not None and high is not None:
        return f"{said} ({low:g}–{high:g})"
    if low is not None:
        return f"{said} (≥ {low:g})"
    return f"{said} (≤ {high:g})" if high is not None else said


class Document:
    """Renders the parts. picture: where a photo's picture is, "" while its bytes are on their way."""

    def __init__(self, scope: Scope, kit: Kit, picture: Callable[[Any], str]):
        self._scope, self._kit, self._picture = scope, kit, picture

    def part(self, part: str, /, **values: Any) -> str:
        return self._kit.render(f"exports/bundle/_{part}.html", **self.context(), **values)

    def context(self) -> dict[str, Any]:
        """What every part may ask for."""
        period = self._scope.period
        return {
            "scope": self._scope,
            "period": period,
            "site": period.site,
            "picture": self._picture,
            "proof": proof_code,
            "when": self._when,
            "lines": lambda check: lines_of(check, self._kit.pick, period),
            "severities": SEVERITIES,
            "states": STATES,
            "results": RESULTS,
            "events": EVENTS,
            "event_detail": lambda event: event_detail(event.kind, event.detail, self._kit.words),
            "conditions": CONDITIONS,
            "equipment_types": EQUIPMENT_TYPES,
            "photo_kinds": PHOTO_KINDS,
            "title_of": self._kit.title,
        }

    def _when(self, at: datetime | date | None) -> str:
        """On the site's wall."""
        if at is None:
            return "—"
        if not isinstance(at, datetime):
            return at.isoformat()
        return at.astimezone(self._scope.period.site.zone).strftime("%Y-%m-%d %H:%M")


def write_document(
    target: IO[str], body: Path, document: Document, counts: Counts, months: CoverageByMonth, kit: Kit, **facts: Any
) -> None:
    """The cover, which knows the counts only at the end, then everything that was written on the way."""
    target.write(document.part("head", counts=counts, css=kit.css(), logo=kit.logo(), **facts))
    target.write(document.part("coverage", months=months.shown))
    with body.open(encoding="utf-8") as source:
        while block := source.read(1 << 16):
            target.write(block)
    target.write(document.part("foot", **facts))
