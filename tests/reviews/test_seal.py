"""What stands under a signature cannot be rewritten unseen: `patrol verify` names the row, whatever its kind."""

import hashlib
import io
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask import current_app
from PIL import Image
from sqlalchemy import select, text

from patrol.core.db import db, is_sqlite, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.inspection import Finding
from patrol.photos.intake import store_photo
from patrol.photos.photo import Photo, PhotoFile, add_photos
from patrol.photos.storage import limits, shelf
from patrol.reviews.fingerprint import fingerprint
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.seal import LINE, Seal, unpack
from patrol.reviews.signature import ReviewEdition
from patrol.reviews.signing import amend, sign
from patrol.rounds.evidence import ScanVoid
from patrol.rounds.excuse import Ask, Decision
from patrol.rounds.scan import Scan, VisitResult
from patrol.verify import findings
from tests.scenery import scene

DAY = date(2026, 3, 18)
PERIOD = Period.parse("day", "2026-03-18")


@pytest.fixture
def morning(world):
    return world.at(date(2026, 3, 19), "09:00")


@pytest.fixture
@scene
def signed(world, north, spots, places, people, reader_of, morning):
    """18 March with a row of every kind, signed next morning."""
    world.make_rounds(DAY, world.at(DAY, "20:00"))
    rounds = world.rounds(DAY, north)
    world.walk(rounds[0], ["on_time"] * 4)
    scans = list(db.session.scalars(select(Scan).order_by(Scan.effective_at)))
    missed = world.stops(rounds[1])[0]
    hazard = world.hazard(places.roof, world.at(DAY, "22:10"))
    world.step(hazard, "assign", world.at(DAY, "22:40"))
    monthly = world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    inspection = world.inspect(monthly, world.at(DAY, "10:00"), place=places.pump)
    guard, boss = reader_of(people.guard), reader_of(people.supervisor)
    when = When(world.at(DAY, "20:05"), world.at(DAY, "20:05"), world.at(DAY, "20:05"))
    kept = {"shelf": shelf(current_app), "limits": limits(current_app)}
    site_id, photo_id = world.site.id, store_photo(picture(), uuid7(), by=guard, at=when.at, **kept).file.id
    with write():
        add_photos(
            [photo_id], kind="visit", subject_kind="scan", subject_id=scans[0].id, place_id=places.lobby.id, by=guard,
            when=when,
        )  # fmt: skip
        at = when.at
        ask = Ask(
            id=uuid7(), site_id=site_id, kind="excuse", round_id=missed.round_id, place_id=missed.place_id,
            reason="weather", asked_by_id=people.guard.id, at=at, received_at=at,
        )  # fmt: skip
        db.session.add(ask)
        db.session.flush()
        db.session.add_all(
            [
                Decision(id=uuid7(), site_id=site_id, ask_id=ask.id, approved=True, by_id=people.supervisor.id, at=at),
                VisitResult(
                    id=uuid7(), site_id=site_id, scan_id=scans[0].id, user_id=people.guard.id, result="normal", at=at
                ),
                ScanVoid(id=uuid7(), site_id=site_id, scan_id=scans[3].id, user_id=boss.user_id, at=at, reason="x"),
                Finding(id=uuid7(), site_id=site_id, inspection_id=inspection.id, item_code="a", result="pass"),
            ]
        )  # fmt: skip
    found = review(site_id, PERIOD, morning)
    with write():
        sign(found, by=boss, at=morning)
    return site_id


def picture() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(raw, "JPEG")
    return raw.getvalue()


def rewrite(statement: str, table: str, **values) -> list[str]:
    """As a hand on the database would: with the table's guard taken away. What verify then says."""
    with write():
        if is_sqlite(db.engine):
            for name in db.session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
            ).all():
                db.session.execute(text(f"DROP TRIGGER {name}"))
        else:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        db.session.execute(text(statement), values)
        db.session.flush()
        found = list(findings())
        db.session.rollback()
    return found


CHANGES = {
    "scan": "UPDATE scan SET flags = '[\"too_fast\"]'",
    "round_stop": "UPDATE round_stop SET required = :no",
    "round": "UPDATE round SET tolerance_s = 1800",
    "visit_result": "UPDATE visit_result SET note = 'all was well'",
    "scan_void": "UPDATE scan_void SET reason = 'other'",
    "visit_ask": "UPDATE visit_ask SET reason = 'emergency'",
    "visit_decision": "UPDATE visit_decision SET approved = :no",
    "inspection": "UPDATE inspection SET failed_count = 3",
    "finding": "UPDATE finding SET result = 'fail'",
    "work_order_step": "UPDATE work_order_step SET note = 'never happened'",
    "photo": "UPDATE photo SET kind = 'after'",
    "photo_file": "UPDATE photo_file SET width = 1",
}
NAMED = {
    "round_stop": "visit", "work_order_step": "order_step", "visit_ask": "excuse", "visit_decision": "excuse_decision",
}  # fmt: skip


def test_a_signed_day_is_as_it_was_written(signed):
    assert list(findings()) == []
    kinds = set(db.session.scalars(select(Seal.kind)))
    assert kinds == {NAMED.get(table, table) for table in CHANGES}


@pytest.mark.parametrize("table", CHANGES)
def test_a_row_that_was_changed_is_named(signed, table):
    kind = NAMED.get(table, table)
    found = rewrite(CHANGES[table], table, **({"no": False} if ":no" in CHANGES[table] else {}))
    named = [line for line in found if line.startswith(f"{kind} ") and "changed after it was signed" in line]
    assert named
    row_id = UUID(named[0].split()[1])
    query = text(f'SELECT count(*) FROM "{table}" WHERE id = :id')
    assert db.session.execute(query, {"id": stored(row_id)}).scalar() == 1


def stored(row_id: UUID):
    return row_id.hex if is_sqlite(db.engine) else row_id


@pytest.mark.parametrize("table", ["finding", "visit_result", "photo_file", "visit_decision"])
def test_a_row_that_is_gone_is_named(signed, table):
    kind = NAMED.get(table, table)
    found = rewrite(f"DELETE FROM {table}", table)
    assert any(line.startswith(f"{kind} ") and line.endswith("it was signed and is gone") for line in found)


@pytest.mark.parametrize(
    ("table", "statement", "says"),
    [
        ("journal_entry", "UPDATE journal_entry SET verb = 'nothing' WHERE verb = 'review.frozen'", "was changed"),
        ("journal_entry", "DELETE FROM journal_entry WHERE seq = 1", "entry 1 is missing"),
        ("review_signature", "UPDATE review_signature SET role = 'site_manager'", "it was changed"),
        ("review_signature", "DELETE FROM review_signature", "it is gone, the journal tells of it"),
        ("seal", "UPDATE seal SET hash = 'x'", "it was changed"),
        ("seal", "DELETE FROM seal", "the journal tells of others"),
    ],
)
def test_journal_signatures_and_seals_answer_for_each_other(signed, table, statement, says):
    found = rewrite(statement, table)
    assert any(says in line for line in found), found


def test_a_seal_made_to_fit_a_changed_row_is_told_by_the_journal(signed):
    """Whoever changes a scan and seals it anew would have to rewrite the journal's whole chain too."""
    scan = db.session.scalars(select(Scan)).first()
    one = db.session.scalars(select(Seal).where(Seal.kind == "scan")).one()
    values = {column.name: getattr(scan, column.name) for column in Scan.__table__.columns}
    packed = b"".join(
        row_id.bytes + (fingerprint({**values, "method": "typed"}) if row_id == scan.id else mark)
        for row_id, mark in unpack(one.rows).items()
    )
    found = rewrite(
        "UPDATE seal SET rows = :rows, hash = :hash WHERE kind = 'scan'", "seal",
        rows=packed, hash=hashlib.sha256(packed).hexdigest(),
    )  # fmt: skip
    assert any("the journal tells of others" in line for line in found)


def test_a_picture_that_was_exchanged_on_the_disk_is_named(signed):
    photo_id = db.session.scalars(select(PhotoFile.id)).one()
    path = next(shelf(current_app).root.rglob(f"{photo_id.hex}.jpg"))
    path.write_bytes(picture())
    assert [line for line in findings() if line.startswith("photo ")] == [f"photo {photo_id}: its file was changed"]


def test_what_comes_late_is_no_fault_and_is_sealed_with_the_amendment(signed, world, north, people, reader_of, morning):
    """Show 2: the signed text and its seals stay; the late scans are sealed by the edition that amends them."""
    before = {one.id: (one.rows, one.hash) for one in db.session.scalars(select(Seal))}
    frozen = db.session.scalars(select(ReviewEdition)).one().snapshot
    world.walk(world.rounds(DAY, north)[2], ["on_time"] * 4)
    assert list(findings()) == []
    later = morning + timedelta(hours=1)
    found, boss = review(signed, PERIOD, later), reader_of(people.supervisor)
    hash_ = db.session.scalars(select(ReviewEdition.hash)).one()
    with write():
        amend(found, by=boss, at=later, why="车库没信号", hash=hash_)
    seals = {one.id: one for one in db.session.scalars(select(Seal))}
    assert {one_id: (seals[one_id].rows, seals[one_id].hash) for one_id in before} == before
    added = [one for one_id, one in seals.items() if one_id not in before]
    assert [(one.kind, len(one.rows) // LINE) for one in added] == [("scan", 4)]
    assert db.session.scalars(select(ReviewEdition).where(ReviewEdition.number == 1)).one().snapshot == frozen
    assert list(findings()) == []


def test_a_report_that_becomes_an_order_later_is_no_fault(signed, world, places, people, morning):
    """An owner's photo changes its subject once; it is sealed only with what it became."""
    with write():
        db.session.add(
            Photo(
                id=uuid7(), site_id=signed, kind="before", subject_kind="report", subject_id=uuid7(), business_day=DAY,
                taken_at=morning, received_at=morning,
            )
        )  # fmt: skip
    kept = review(signed, PERIOD, morning).rows["photo"]
    assert len(kept) == 1


def test_a_fingerprint_forgets_neither_zone_nor_kind():
    at = datetime.fromisoformat("2026-03-18T20:00:00+08:00")
    same = datetime.fromisoformat("2026-03-18T12:00:00+00:00")
    assert fingerprint({"at": at}) == fingerprint({"at": same, "added_later": None})
    assert fingerprint({"n": 1}) != fingerprint({"n": "1"})
    assert fingerprint({"n": True}) != fingerprint({"n": 1})
