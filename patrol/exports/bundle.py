"""An inspector's bundle (迎检包): one ZIP with a document, a workbook, the photos, and the hash of every file.

Everything is read once, in one order, and goes to the document, the workbook and the photos at the same time, so that
they cannot differ. The journal's head is taken at the end: every record in the bundle lies before it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.exports.bundle_book import BundleBook
from patrol.exports.bundle_coverage import CoverageByMonth
from patrol.exports.bundle_document import Counts, Document, write_document
from patrol.exports.bundle_facts import Check, hazard_pages, item_pages, place_checks
from patrol.exports.bundle_scope import Scope
from patrol.exports.export import Export
from patrol.exports.kit import Kit
from patrol.exports.made import Made, Steps
from patrol.exports.pictures import Archive, picture_name, stamped
from patrol.exports.tables_of.table import Period
from patrol.journal.entry import START, JournalHead

MANIFEST = "manifest.json"
FORMAT = "patrol-bundle/1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stood."""

    seq: int
    hash: str


def journal_head(site_id: Any) -> Head:
    row = db.session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.site_id == site_id)).first()
    return Head(row.seq, row.hash) if row else Head(0, START)


def make_bundle(row: Export, period: Period, part: Path, folder: Path, steps: Steps, kit: Kit) -> Made:
    """asked: ``scope`` (site, building, item), its ``id`` and ``name``."""
    scope = Scope.of(row.asked, period)
    making = _Making(scope, part, folder, steps, kit)
    making.items()
    making.place_checks()
    making.hazards()
    return making.finish(row)


class _Making:
    def __init__(self, scope: Scope, part: Path, folder: Path, steps: Steps, kit: Kit):
        self.scope, self.folder, self.steps, self.kit = scope, folder, steps, kit
        self.archive, self.counts = Archive(part), Counts()
        self.document = Document(scope, kit, self._picture)
        self.book = BundleBook(folder / "bundle.xlsx", folder, scope, kit)
        period = scope.period
        self.months = CoverageByMonth(scope, business_day(period.at, period.site.zone, period.site.day_start))
        self.body = folder / "body.html"
        self._out = self.body.open("w", encoding="utf-8")
        self._pictures: list[dict[str, Any]] = []
        self._at = ("items", 0, 0)  # how far it is

    def items(self) -> None:
        total, done = self.scope.count_items(), 0
        self._write("chapter", chapter="items")
        for files in item_pages(self.scope):
            for file in files:
                self._pack(file.checks)
                done += 1
                self._step("items", done, total)
            self.book.add_items(files)
            self.months.add(files)
            self.counts.add_items(files)
            self._write("items", files=files)
        if not done:
            self._write("none")

    def place_checks(self) -> None:
        if self.scope.kind == "item":
            return
        self._write("chapter", chapter="checks")
        any_at_all = False
        for checks in place_checks(self.scope):
            any_at_all = True
            self._step("checks", (checks[0].row.business_day - self.scope.period.first).days, self.scope.period.days)
            self._pack(checks)
            self.book.add_checks(checks)
            self.counts.add_checks(checks)
            self._write("checks", checks=checks)
        if not any_at_all:
            self._write("none")

    def hazards(self) -> None:
        total, done = self.scope.count_hazards(), 0
        self._write("chapter", chapter="hazards")
        for files in hazard_pages(self.scope):
            for file in files:
                for photo in file.photos:
                    self._pack_photo(photo)
                done += 1
                self._step("hazards", done, total)
            self.book.add_hazards(files)
            self.counts.add_hazards(files)
            self._write("hazards", files=files)
        if not done:
            self._write("none")

    def finish(self, row: Export) -> Made:
        self._out.close()
        self._step("pack", 1, 1)
        head, name = journal_head(self.scope.site_id), "index.html"
        self.book.close(self.counts, self.months, head)
        with (self.folder / name).open("w", encoding="utf-8") as target:
            facts = {"head": head, "export_id": row.id, "language": row.language}
            write_document(target, self.body, self.document, self.counts, self.months, self.kit, **facts)
        self.archive.add_file(name, self.folder / name)
        self.archive.add_file("bundle.xlsx", self.folder / "bundle.xlsx")
        manifest = json.dumps(self._manifest(row, head), ensure_ascii=False, indent=1, sort_keys=True).encode()
        self.archive.add(MANIFEST, manifest, pressed=True)
        self.archive.close()
        journal = {
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(), "counts": asdict(self.counts),
            "journal_seq": head.seq, "journal_head": head.hash,
        }  # fmt: skip
        return Made(self._file_name(), journal)

    def _manifest(self, row: Export, head: Head) -> dict[str, Any]:
        period = self.scope.period
        return {
            "format": FORMAT,
            "export": str(row.id),
            "site": {"id": str(period.site.id), "name": period.site.name, "timezone": period.site.timezone},
            "scope": {"kind": self.scope.kind, "id": str(self.scope.id or ""), "name": self.scope.name},
            "first": str(period.first),
            "last": str(period.last),
            "made_at": period.at.isoformat(),
            "counts": asdict(self.counts),
            "journal": {"seq": head.seq, "hash": head.hash},
            "files": [asdict(file) for file in self.archive.files],
            "photos": self._pictures,
        }

    def _file_name(self) -> str:
        period, short = self.scope.period, self.scope.id.hex[-6:] if self.scope.id else ""
        parts = ["bundle", self.scope.kind, short, f"{period.first:%Y%m%d}", f"{period.last:%Y%m%d}"]
        return "-".join(filter(None, parts)) + ".zip"

    def _step(self, doing: str, done: int, total: int) -> None:
        self._at = (doing, done, total)
        self.steps.step(doing, done, total)

    def _write(self, part: str, /, **values: Any) -> None:
        self._out.write(self.document.part(part, **values))

    def _pack(self, checks: Iterable[Check]) -> None:
        for check in checks:
            for photo in check.photos:
                self._pack_photo(photo)

    def _pack_photo(self, photo: Any) -> None:
        name = picture_name(photo, self.scope.period.site)
        if self.archive.holds(name):
            return
        picture = stamped(photo, self.scope.period.site, self.kit)
        if picture is None:
            self.counts.missing_photos += 1
        else:
            packed = self.archive.add(name, picture)
            self.counts.photos += 1
            self._pictures.append({
                "file": name, "photo": str(photo.id), "received_sha256": photo.sha256, "sha256": packed.sha256,
                "taken_at": photo.taken_at.isoformat(), "place": photo.place, "person": photo.person,
                "record": str(photo.subject_id), "kind": photo.kind,
            })  # fmt: skip
        self.book.add_photo(name if picture else "", photo)
        self._step(*self._at)  # many photos of one record take their time

    def _picture(self, photo: Any) -> str:
        name = picture_name(photo, self.scope.period.site)
        return name if self.archive.holds(name) else ""
