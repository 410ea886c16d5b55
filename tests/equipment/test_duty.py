"""What is owed when, what counts as done, and how few questions that takes."""

from datetime import date

import pytest
from sqlalchemy import event

from patrol.core.db import db, write
from patrol.equipment.due import covered
from patrol.equipment.duty import due_here, duties, lift_gap, lines, mine, progress
from patrol.equipment.inspection import Inspection
from tests.equipment.conftest import at


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineer)


def find(all_duties, code, equipment=None):
    found = [duty for duty in all_duties if duty.code == code and (not equipment or duty.equipment_id == equipment.id)]
    assert len(found) == 1
    return found[0]


def test_a_monthly_list_is_owed_until_the_last_day_and_done_once_in_the_month(fill, ledger, by):
    before = find(duties(by, at("2026-03-03").at), "extinguisher_dry_powder", ledger.powder)
    assert (before.done, before.until) == (False, date(2026, 3, 31))

    fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-03-03"))

    assert find(duties(by, at("2026-03-31").at), "extinguisher_dry_powder", ledger.powder).done
    assert not find(duties(by, at("2026-04-01").at), "extinguisher_dry_powder", ledger.powder).done


def test_golden_10_a_half_monthly_item_seen_twice_in_one_half_still_owes_the_other(fill, ledger, by):
    for day in ("2026-03-03", "2026-03-14"):
        fill("extinguisher_dry_powder", equipment=ledger.crowded, when=at(day))

    duty = find(duties(by, at("2026-03-20").at), "extinguisher_dry_powder", ledger.crowded)
    assert (duty.done, duty.until, duty.interval_days) == (False, date(2026, 3, 31), 15)
    days = db.session.scalars(db.select(Inspection.business_day)).all()
    assert not covered(days, date(2026, 3, 1), half_monthly=True)


def test_golden_10_a_lift_serviced_on_the_1st_and_the_17th_has_a_gap_of_16_days(fill, ledger, by):
    for day in ("2026-03-01", "2026-03-17"):
        fill("lift_half_month", equipment=ledger.lift, when=at(day))

    assert lift_gap(ledger.lift.site_id, ledger.lift.id) == (16, True)
    assert find(duties(by, at("2026-03-18").at), "lift_half_month", ledger.lift).done


def test_a_lift_is_due_again_15_days_after_its_service_even_within_the_half(fill, ledger, by):
    fill("lift_half_month", equipment=ledger.lift, when=at("2026-03-01"))
    later = find(duties(by, at("2026-03-16 20:00").at), "lift_half_month", ledger.lift)
    assert (later.done, later.until) == (False, date(2026, 3, 16))


def test_a_list_of_every_shift_is_owed_again_when_the_next_shift_begins(fill, places, people, by, lists, ledger):
    with write():
        db.session.merge(places.gate).type = "guard_post"
    fill("guard_handover", place=places.gate, when=at("2026-03-03 08:10"), by=people.guard)

    assert find(duties(by, at("2026-03-03 19:59").at), "guard_handover").done
    assert not find(duties(by, at("2026-03-03 20:01").at), "guard_handover").done


def test_the_whole_sites_list_is_owed_once_wherever_it_was_filled(fill, places, people, by, ledger):
    assert not find(duties(by, at("2026-03-03").at), "monthly_fire_inspection").done
    fill("monthly_fire_inspection", place=places.gate, by=people.leader)
    assert find(duties(by, at("2026-03-20").at), "monthly_fire_inspection").done


def test_duties_stand_in_walking_order_and_the_engineer_sees_only_his_own(by, ledger, places, people, reader_of):
    owed = duties(by, at("2026-03-03").at)
    names = [duty.place_name for duty in owed if duty.equipment_id]
    assert names.index("3 栋 大堂") < names.index("3 栋 消防泵房")
    assert {duty.kind.team for duty in mine(by, owed)} == {"engineering"}
    guard = reader_of(people.guard)
    assert {duty.code for duty in mine(guard, duties(guard, at("2026-03-03").at))} >= {"daily_fire_patrol"}
    assert all(duty.kind.team == "security" for duty in mine(guard, owed))


def test_on_arrival_a_place_shows_what_stands_at_it_and_below_it(fill, ledger, places, by):
    room = due_here(by, places.pump.id, at("2026-03-03").at)
    bottles = next(line for line in room if line.next.code == "extinguisher_dry_powder")
    assert (bottles.left, bottles.total) == (2, 2)
    assert room[0].next.code == "water_pump_room"  # due today stands before due this month

    building = {line.next.code for line in due_here(by, places.block3.id, at("2026-03-03").at)}
    assert {"fire_pump", "lift_daily", "extinguisher_dry_powder"} <= building

    fill("extinguisher_dry_powder", equipment=ledger.powder)
    left = due_here(by, places.pump.id, at("2026-03-03").at)
    assert next(line for line in left if line.next.code == "extinguisher_dry_powder").left == 1


def test_progress_counts_units_and_lines_count_places(fill, ledger, by):
    fill("extinguisher_dry_powder", equipment=ledger.powder)
    bottles = [duty for duty in duties(by, at("2026-03-03").at) if duty.code == "extinguisher_dry_powder"]
    assert progress(bottles) == (1, 3)
    assert [(line.left, line.total) for line in lines(bottles)] == [(1, 1), (1, 2)]


def test_something_away_for_service_or_retired_owes_nothing(ledger, by):
    with write():
        db.session.merge(ledger.powder).state = "out_for_service"
        db.session.merge(ledger.powder2).state = "retired"
    owed = {duty.equipment_id for duty in duties(by, at("2026-03-03").at)}
    assert not owed & {ledger.powder.id, ledger.powder2.id}


def test_the_other_site_owes_none_of_this(ledger, people, reader_of):
    stranger = reader_of(people.stranger)
    assert all(duty.equipment_id is None for duty in duties(stranger, at("2026-03-03").at))


def test_the_number_of_questions_does_not_grow_with_the_ledger(ledger, by, places):
    asked = []
    listen = ("before_cursor_execute", lambda *args: asked.append(args[2]))
    event.listen(db.engine, *listen)
    try:
        duties(by, at("2026-03-03").at)
        assert len(asked) <= 6
        asked.clear()
        due_here(by, places.block3.id, at("2026-03-03").at)
        assert len(asked) <= 7
    finally:
        event.remove(db.engine, *listen)
