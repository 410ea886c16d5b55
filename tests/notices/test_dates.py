"""Service, scrap, marks and supplies: told 60, 30 and 7 days ahead, once each; who was sent hears of it."""

from datetime import date, timedelta

import pytest

from patrol.core.db import db, write
from patrol.equipment.dated import note_date
from patrol.equipment.equipment import find_equipment
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.sending import send_out
from patrol.equipment.supplies import SupplyData, add_supply, change_supply, find_supply
from tests.conftest import read_as
from tests.notices.conftest import ids

NOON = "12:00"


@pytest.fixture
def bottle(told, people, places):
    """Made 2021-06: its service is due on 1 June 2026."""
    by, made = read_as(people.engineering), {"made_on": date(2021, 6, 1), "in_service_from": date(2025, 1, 1)}
    data = EquipmentData(code="M1", type="extinguisher_dry_powder", place=places.lobby.id, **made)
    with write():
        return take_in(data, by=by, at=told.at(NOON))


def noon(told, day):
    return told.world.at(day, NOON)


def test_each_number_of_days_ahead_is_told_once(told, bottle, people):
    due = date(2026, 6, 1)
    for left in range(62, 5, -1):
        told.look(noon(told, due - timedelta(days=left)))

    found = told.notices("dates")
    assert [(notice.key.rpartition(":")[2], notice.facts["days"]) for notice in found] == [
        ("60", 60), ("30", 30), ("7", 7),
    ]  # fmt: skip
    assert told.for_whom(found[0]) >= ids(people.engineering)
    assert [notice.stands for notice in found] == [False, False, True]


def test_past_its_date_it_is_told_of_once_a_month_and_ends_with_the_service(told, bottle, people):
    for day in (date(2026, 6, 2), date(2026, 6, 20), date(2026, 7, 2)):
        told.look(noon(told, day))
    past = [notice.key for notice in told.notices("dates") if ":past:" in notice.key]
    assert past == ["dates:past:2026-06", "dates:past:2026-07"]
    with write():
        row = find_equipment(told.site.id, bottle.id)
        row.next_service = date(2028, 7, 1)

    told.look(noon(told, date(2026, 7, 3)))

    assert not any(notice.stands for notice in told.notices("dates"))


def test_a_mark_is_told_of_by_the_item_it_is_on(told, bottle, people):
    day, by = date(2026, 3, 18), read_as(people.engineering)
    with write():
        row = find_equipment(told.site.id, bottle.id)
        note_date(row, "certificate", day + timedelta(days=20), by=by, at=told.at(NOON))
    told.look(noon(told, day))
    told.look(noon(told, day + timedelta(days=1)))

    notice = told.one("dates")
    assert (notice.url, notice.facts["what"]) == (f"/equipment/{bottle.id}", "certificate")


def test_supplies_that_are_short_or_run_out(told, people, places):
    by, at = read_as(people.supervisor), told.at(NOON)
    with write():
        bags = SupplyData(place=places.roof.id, name="沙袋", minimum=50, count=40, expires_on=date(2026, 4, 1))
        row = add_supply(bags, by=by, at=at)
    told.look(NOON)
    told.look("13:00")

    found = told.notices("supplies")
    assert sorted(notice.facts["what"] for notice in found) == ["expires", "short"]
    assert told.for_whom(found[0]) == ids(people.leader, people.supervisor)
    with write():
        change_supply(
            find_supply(told.site.id, row.id), "restocked", 20, expires_on=date(2028, 1, 1), why="", version=None,
            by=by, at=at,
        )  # fmt: skip
    told.look("14:00")
    assert not any(notice.stands for notice in told.notices("supplies"))


def test_whoever_is_sent_hears_of_it_until_it_is_done(told, bottle, people, places):
    by, day = read_as(people.engineering), date(2026, 3, 18)
    with write():
        send_out(day, [bottle.id], team="", person=people.engineer.id, by=by, at=told.at(NOON))
        send_out(day, [bottle.id], team="security", person=None, by=by, at=told.at("12:30"))
    told.look("13:00")

    first, second = told.notices("sent")
    assert told.for_whom(first) == ids(people.engineer)
    assert told.for_whom(second) >= ids(people.guard, people.guard2, people.leader, people.supervisor)
    with write():
        db.session.get_one(type(bottle), (told.site.id, bottle.id)).state = "retired"
        db.session.get_one(type(bottle), (told.site.id, bottle.id)).retired_on = day
    told.look("14:00")
    assert not any(notice.stands for notice in told.notices("sent"))
