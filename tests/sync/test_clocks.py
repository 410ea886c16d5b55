"""Phones' clocks: what is believed, what is flagged, and that a late arrival makes the past what it was."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.rounds.scan import Scan
from patrol.rounds.walk import walk_by_id
from patrol.sync.clocks import clock_flags
from patrol.sync.envelope import Batch
from patrol.sync.take_in import take_in
from tests.equipment.conftest import all_good, lists  # noqa: F401  the site's checklists
from tests.reviews.world import World
from tests.sync.conftest import statuses

AT = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
SKEWED = frozenset({"clock_skew"})


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_set_while_the_page_lived_is_flagged(sign):
    for off, flags in ((2 * MINUTE, frozenset()), (2 * MINUTE + SECOND, SKEWED)):
        assert clock_flags(AT, AT, AT, monotonic_ms=ms(AT + sign * off)) == flags


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_set_between_capture_and_upload_is_flagged(sign):
    """Six minutes slow at capture and at upload: nobody touched it. Right at upload: somebody did."""
    six = sign * 6 * MINUTE
    offset, made = six / timedelta(milliseconds=1), AT - timedelta(hours=1)
    assert clock_flags(made, AT, AT + six, offset_ms=offset) == frozenset()
    assert clock_flags(made, AT, AT, offset_ms=offset) == SKEWED
    assert clock_flags(made, AT, AT + sign * 4 * MINUTE, offset_ms=offset) == frozenset()
    assert clock_flags(made, AT, AT + sign * (4 * MINUTE - SECOND), offset_ms=offset) == SKEWED


def test_the_future_and_the_far_past_are_flagged():
    assert clock_flags(AT + 5 * MINUTE, AT, AT) == frozenset()
    assert clock_flags(AT + 5 * MINUTE + SECOND, AT, AT) == SKEWED
    assert clock_flags(AT - timedelta(days=31), AT, AT) == frozenset()
    assert clock_flags(AT - timedelta(days=31, seconds=1), AT, AT) == SKEWED


def test_a_phone_that_tells_nothing_is_taken_at_its_word():
    assert clock_flags(AT, AT, AT) == frozenset()


@pytest.mark.parametrize("clock", [None, {}, 7, "now", {"offset_ms": "x"}, {"offset_ms": True}, {"offset_ms": 1e300}])
def test_a_clock_that_makes_no_sense_costs_no_record(as_user, people, places, record, send, clock):
    one = record(data={"code": places.codes["lobby"]}, clock=clock)

    assert statuses(send(as_user(people.guard), [one])) == ["stored"]
    assert db.session.scalars(select(Scan.flags)).one() == []


def test_a_set_clock_is_a_flag_on_the_scan_and_moves_no_time(as_user, people, places, record, send):
    moment = now() - timedelta(minutes=20)
    set_meanwhile = record(data={"code": places.codes["lobby"]}, at=moment, monotonic_ms=ms(moment - 30 * MINUTE))
    set_after = record(data={"code": places.codes["roof"]}, at=moment, clock={"offset_ms": 600_000, "heard_at": "x"})
    honest = record(data={"code": places.codes["pump"]}, at=moment, clock={"offset_ms": 500, "heard_at": "x"})

    send(as_user(people.guard), [set_meanwhile, set_after, honest])

    found = {str(scan.id): scan for scan in db.session.scalars(select(Scan))}
    assert {key: scan.flags for key, scan in found.items()} == {
        set_meanwhile["id"]: ["clock_skew"], set_after["id"]: ["clock_skew"], honest["id"]: [],
    }  # fmt: skip
    assert {scan.effective_at for scan in found.values()} == {moment}


@pytest.mark.parametrize(
    ("hours", "flags"), [(25, {"late_sync"}), (73, {"late_sync", "needs_approval"})], ids=["25 h", "73 h"]
)
def test_a_late_arrival_turns_a_missed_visit_into_what_it_was(people, sites, places, reader_of, record, hours, flags):
    """Walked on time in a cellar; the phone found signal a day, or three, later."""
    by = reader_of(people.guard)
    day = business_day_of(by, now()) - timedelta(days=5)
    world = World(sites.lake, people)
    route = world.route("北线", [places.lobby, places.pump], day)
    world.make_rounds(day, now())
    round_ = world.rounds(day, route)[0]
    captured = round_.starts_at + MINUTE
    arrival = captured + timedelta(hours=hours)
    one = record(data={"code": places.codes["lobby"]}, at=captured)
    before = walk_by_id(sites.lake.id, round_.id, arrival)

    [result] = take_in(Batch(sent_at=arrival, records=[one]), by=by, at=arrival)

    after = walk_by_id(sites.lake.id, round_.id, arrival)
    assert result.status == "stored"
    assert [stop.state for stop in before.stops] == ["missed", "missed"]
    assert {stop.place_id: stop.state for stop in after.stops} == {
        places.lobby.id: "on_time", places.pump.id: "missed",
    }  # fmt: skip
    seen = next(stop for stop in after.stops if stop.place_id == places.lobby.id)
    assert set(seen.flags) == flags


def test_hazards_and_checklists_count_from_the_time_put_right(
    as_user, people, places, reader_of, record, send, lists  # noqa: F811
):  # fmt: skip
    server = now()
    captured = server - timedelta(hours=26)
    hazard = record(
        "hazard", {"place": str(places.roof.id), "category": "water_leak", "photos": [str(uuid7())]}, at=captured
    )
    checklist = lists["daily_fire_patrol"]
    data = {"checklist": str(checklist.id), "place": str(places.lobby.id), "findings": all_good(checklist)}
    data["signature"] = [str(uuid7())]
    check = record("inspection", data, at=captured)

    reply = send(as_user(people.guard), [hazard, check], sent_at=server - timedelta(minutes=6))

    assert statuses(reply) == ["stored", "stored"], reply.get_json()
    right = captured + timedelta(minutes=6)
    found = db.session.scalars(select(Hazard)).one()
    filled = db.session.scalars(select(Inspection)).one()
    for at in (found.reported_at, filled.completed_at):
        assert abs(at - right) < timedelta(seconds=20)
    assert found.received_at - found.reported_at > timedelta(hours=25)
    assert found.business_day == filled.business_day == business_day_of(reader_of(people.guard), right)


def test_a_phone_that_slept_for_40_days_with_an_old_app_loses_nothing(as_user, people, places, send):
    """Its records know nothing of monotonic counters, clocks or positions, and are of the first version."""
    then = now() - timedelta(days=40)

    def old(kind: str, data: dict, after: timedelta) -> dict:
        made = (then + after).isoformat()
        return {"id": str(uuid7()), "kind": kind, "captured_at": made, "user": str(people.guard.id), "data": data}

    scan = old("scan", {"code": places.codes["lobby"]}, timedelta())
    word = old("visit", {"scan": scan["id"]}, MINUTE)
    seen = {"place": str(places.roof.id), "category": "balcony_flowerpot", "photos": [str(uuid7())]}
    pot = old("hazard", seen, MINUTE)

    reply = send(as_user(people.guard), [scan, word, pot])

    assert statuses(reply) == ["stored", "stored", "stored"]
    stored = db.session.scalars(select(Scan)).one()
    assert stored.effective_at == then
    assert set(stored.flags) == {"clock_skew", "late_sync", "needs_approval"}
    assert db.session.scalars(select(Hazard)).one().reported_at == then + MINUTE
