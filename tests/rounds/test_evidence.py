"""Evidence of visits and rounds: made once, when it is over, and what it says."""

import threading
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from patrol.accounts.received import Received
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.photos.intake import LOOK
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.fresh import tallies
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.round import Round
from patrol.rounds.scanning import NewScan, Position, ScanData, scan_label
from patrol.rounds.walk import walk_by_id
from patrol.sites.day import mark_day
from patrol.sites.label import reissue_label
from patrol.sites.place import Place
from tests.reviews.world import World

DAY = date(2026, 3, 18)
POINTS = ("lobby", "pump", "roof", "gate")
AT = {"lobby": (30.25, 120.16), "pump": (30.2502, 120.16), "roof": (30.2504, 120.16), "gate": (30.2506, 120.16)}


@pytest.fixture
def night(sites, people, places, reader_of):
    """The north route at 20:00, walked by 张伟; ``scan`` is a scan of it, ``close`` the moment it is over."""
    world = World(sites.lake, people)
    with write():
        for key, (lat, lon) in AT.items():
            place = db.session.get_one(Place, (sites.lake.id, getattr(places, key).id))
            place.lat, place.lon = lat, lon
    route = world.route("北线", [getattr(places, key) for key in POINTS], DAY)
    world.make_rounds(DAY, world.at(DAY, "12:00"))
    round_ = world.rounds(DAY, route)[0]
    guard = reader_of(people.guard)

    def scan(key, clock, *, by=guard, near=True, received=None, **more):
        at = world.at(DAY, clock) if isinstance(clock, str) else clock
        lat, lon = AT[key]
        position = Position(lat=lat, lon=lon, accuracy_m=8) if near else None
        position = more.pop("position", position)
        made = NewScan(uuid7(), ScanData(code=places.codes[key]), When(at, received or at, at), position, **more)
        with write(sites.lake.id):
            return scan_label(made, by=by)

    def ensure(clock="22:00"):
        ensure_evidence(sites.lake.id, world.at(DAY, clock))
        db.session.rollback()
        return {row.id: row for row in db.session.scalars(select(Evidence))}

    return SimpleNamespace(
        world=world, round=round_, scan=scan, ensure=ensure, close=round_.closes_at, guard=guard, site_id=sites.lake.id
    )


def test_an_honest_round_gets_a_for_every_visit_and_for_itself(night):
    scans = [night.scan(key, f"20:{5 + 8 * n:02}") for n, key in enumerate(POINTS)]

    made = night.ensure()

    assert [(made[scan.id].kind, made[scan.id].flags, made[scan.id].grade) for scan in scans] == [
        ("visit", [], "A")
    ] * 4
    second = made[scans[1].id]
    assert (second.measured["seconds"], second.measured["minimum_s"], second.measured["before"]) == (
        480,
        20,
        str(scans[0].id),
    )
    assert (second.from_place_id, second.walked_s) == (scans[0].place_id, 480)
    whole = made[night.round.id]
    assert (whole.kind, whole.grade, whole.flags, whole.measured["points"]) == ("round", "A", [], 4)


def test_nothing_is_judged_before_the_round_closes(night):
    night.scan("lobby", "20:05")
    assert night.ensure("21:30") == {}
    assert len(night.ensure("21:40")) == 2  # the visit and its round


def test_rows_are_made_once_and_stay(night):
    scan = night.scan("lobby", "20:05")
    first = night.ensure()[scan.id].made_at
    night.scan("pump", "20:10", received=night.world.at(DAY, "23:00"))  # from the basement, hours later

    again = night.ensure("23:30")

    assert again[scan.id].made_at == first
    assert len([row for row in again.values() if row.kind == "visit"]) == 2
    with pytest.raises(DatabaseError, match="never changed"), write():
        db.session.execute(text("UPDATE evidence SET grade = 'A'"))


def test_two_at_once_make_each_row_once(app, night):
    for n, key in enumerate(POINTS):
        night.scan(key, f"20:{5 + 3 * n:02}")
    start, faults = threading.Barrier(2), []
    at = night.world.at(DAY, "22:00")

    def judge():
        with app.app_context():
            start.wait()
            try:
                ensure_evidence(night.site_id, at)
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    both = [threading.Thread(target=judge) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert faults == []
    db.session.rollback()
    assert len(list(db.session.scalars(select(Evidence)))) == 5


def test_the_chair_walk_is_found(night):
    scans = [night.scan(key, night.world.at(DAY, "20:05") + timedelta(seconds=5 * n)) for n, key in enumerate(POINTS)]

    made = night.ensure()

    assert [set(made[scan.id].flags) & {"too_fast", "burst"} for scan in scans] == [
        {"burst"}, {"too_fast", "burst"}, {"too_fast", "burst"}, {"too_fast", "burst"},
    ]  # fmt: skip
    assert {made[scan.id].grade for scan in scans} == {"C"}
    assert made[night.round.id].flags == ["round_too_fast"]
    walk = walk_by_id(night.site_id, night.round.id, night.world.at(DAY, "22:00"))
    assert "too_fast" in walk.stops[1].flags
    assert tallies(night.site_id, DAY, DAY, night.world.at(DAY, "22:00"))[DAY]["flags"]["too_fast"] == 3


def test_far_is_strong_only_when_the_error_does_not_explain_it(night):
    far = Position(lat=30.26, lon=120.16, accuracy_m=20)
    guess = Position(lat=30.26, lon=120.16, accuracy_m=3000)
    sure = night.scan("lobby", "20:05", position=far)
    maybe = night.scan("gate", "20:35", position=guess)

    made = night.ensure()

    assert ("far_away" in made[sure.id].flags, made[sure.id].grade) == (True, "C")
    assert ("position_coarse" in made[maybe.id].flags, "far_away" in made[maybe.id].flags) == (True, False)
    assert made[maybe.id].grade == "B"


def test_no_position_is_no_accusation(night):
    scan = night.scan("lobby", "20:05", near=False)
    assert night.ensure()[scan.id].grade == "B"


def test_two_people_on_one_phone(night, people, reader_of):
    phone, mate = uuid7(), reader_of(people.guard2)
    mine, his = night.scan("lobby", "20:05"), night.scan("pump", "20:10", by=mate)
    with write():
        for n, scan in enumerate((mine, his)):
            sent(night.site_id, scan, phone, n + 1)

    made = night.ensure()

    assert all("shared_device" in made[scan.id].flags and made[scan.id].grade == "C" for scan in (mine, his))


def test_a_hole_in_the_phones_count_is_weak_and_a_fork_is_strong(night):
    phone = uuid7()
    scans = [night.scan(key, f"20:{5 + 3 * n:02}") for n, key in enumerate(POINTS)]
    with write():
        for scan, seq in zip(scans, (4, 6, 7, 7), strict=True):
            sent(night.site_id, scan, phone, seq)

    made = night.ensure()

    assert [set(made[scan.id].flags) & {"seq_gap", "seq_fork"} for scan in scans] == [
        set(), {"seq_gap"}, {"seq_fork"}, {"seq_fork"},
    ]  # fmt: skip


def sent(site_id, scan, phone, seq):
    db.session.add(
        Received(
            id=scan.id, site_id=site_id, kind="scan", user_id=scan.user_id, device_id=phone, content_hash="0" * 64,
            seq=seq, received_at=scan.received_at,
        )
    )  # fmt: skip


def test_an_old_label_is_kept_uncounted_and_a_leaked_one_said_so(night, places):
    with write():
        place = db.session.get_one(Place, (night.site_id, places.roof.id))
        reissue_label(place, "截图外传", by=None, at=night.world.at(DAY, "19:00"), leaked=True)
    scan = night.scan("roof", "20:05")

    row = night.ensure()[scan.id]

    assert (row.kind, row.round_id, row.grade) == ("extra", None, "C")
    assert {"old_label", "leaked_label"} <= set(row.flags)


@pytest.fixture
def picture(night, people):
    """A photo of a visit: its record, and its bytes when they have come."""

    def take(scan, *, sha="a" * 64, look=(1, 2, 3, 4), exif=None, here=True, at=None):
        photo_id, at = uuid7(), at or scan.effective_at
        with write():
            db.session.add(
                Photo(
                    id=photo_id, site_id=night.site_id, kind="visit", subject_kind="scan", subject_id=scan.id,
                    place_id=scan.place_id, user_id=scan.user_id, round_id=scan.round_id, business_day=DAY,
                    taken_at=at, received_at=at, exif_at=exif,
                )
            )  # fmt: skip
            if here:
                db.session.add(
                    PhotoFile(
                        id=photo_id, site_id=night.site_id, user_id=scan.user_id, sha256=sha, bytes_received=9,
                        width=16, height=12, received_at=at, **dict(zip(LOOK, look, strict=True)),
                    )
                )  # fmt: skip
        return photo_id

    return take


def test_a_photo_seen_before_is_linked_to_the_other_one(night, picture):
    first, second = night.scan("lobby", "20:05"), night.scan("pump", "20:10")
    old, new = picture(first), picture(second, sha="b" * 64, look=(1, 2, 3 ^ 0b111, 4))

    made = night.ensure()

    assert "photo_seen" not in made[first.id].flags
    assert ("photo_seen" in made[second.id].flags, made[second.id].grade) == (True, "C")
    assert made[second.id].measured["photos"] == [[str(new), str(old), 3]]


def test_a_photo_of_an_hour_ago_is_weak(night, picture):
    scan = night.scan("lobby", "20:05")
    picture(scan, exif=scan.effective_at - timedelta(hours=1))
    row = night.ensure()[scan.id]
    assert ("photo_old" in row.flags, row.grade) == (True, "B")


def test_what_comes_after_the_judgement_is_a_row_of_its_own(night, picture):
    first, second = night.scan("lobby", "20:05"), night.scan("pump", "20:10")
    picture(first)
    night.ensure()
    late = picture(second, at=night.world.at(DAY, "23:00"))
    with write():
        mark_day(night.site_id, DAY)

    row = night.ensure("23:30")[late]

    assert (row.kind, row.scan_id, row.flags, row.grade) == ("addition", second.id, ["photo_seen"], "C")


def test_a_round_nobody_walked_has_evidence_of_that(night):
    row = night.ensure()[night.round.id]
    assert (row.kind, row.grade, row.measured["points"], row.user_id) == ("round", "B", 0, None)


def test_a_cancelled_round_is_not_judged(night):
    with write():
        db.session.get_one(Round, (night.site_id, night.round.id)).cancelled_at = night.world.at(DAY, "19:00")
    assert night.round.id not in night.ensure()
