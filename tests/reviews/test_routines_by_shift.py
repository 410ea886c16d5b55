"""A list that every shift owes is counted by shift on day, week and month (DOMAIN §5), whatever shifts a site has."""

from datetime import date, time

import pytest

from patrol.core.db import db, write
from patrol.equipment.checklist import bring_in_catalogue, current
from patrol.equipment.duty import duties
from patrol.equipment.readings import month_readings
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.snapshot import changes, snapshot_of
from patrol.sites.change import SiteSettings, change_site
from patrol.sites.place import Place
from patrol.sites.shifts import Shift, pattern
from patrol.sites.site import Site
from tests.conftest import read_as

ROOM, DAY = "fire_control_room", date(2026, 3, 3)  # a Tuesday
LAST = date(2026, 3, 31)


@pytest.fixture
def room(world, places):
    """The gate is the control room; everything is owed since January."""
    with write():
        site = db.session.get_one(Site, world.site.id)
        site.created_at = world.at(date(2026, 1, 1), "09:00")
        bring_in_catalogue(site.id, site.created_at, None)
        db.session.get_one(Place, (site.id, places.gate.id)).type = ROOM
    return places.gate


@pytest.fixture
def filled(world, room):
    def go(day, *clocks):
        for clock in clocks:
            world.inspect(current(world.site.id, ROOM), world.at(day, clock), place=room)

    return go


def counted(world, kind, day=DAY, seen=LAST):
    found = review(world.site.id, Period.around(kind, day), world.at(seen, "23:59"))
    return next(tuple(one.ratio) for one in found.routines if one.code == ROOM)


def work_in(world, shifts, day_start=time(8), zone="Asia/Shanghai"):
    with write():
        site = db.session.get_one(Site, world.site.id)
        site.shifts, site.day_start, site.timezone = [shift.as_json() for shift in shifts], day_start, zone
    world.site = db.session.get_one(Site, world.site.id)


def test_two_shifts_owe_two_a_day(world, filled):
    filled(DAY, "09:00", "21:00")
    filled(date(2026, 3, 4), "10:00")

    assert counted(world, "day") == (2, 2)
    assert counted(world, "day", date(2026, 3, 4)) == (1, 2)
    assert counted(world, "week") == (3, 14)
    assert counted(world, "month") == (3, 62)


def test_twice_in_one_shift_is_once(world, filled):
    filled(DAY, "09:00", "11:00", "19:59")

    assert counted(world, "day") == (1, 2)


def test_after_midnight_it_is_still_the_night_shift_of_the_evening(world, filled):
    filled(DAY, "02:30")  # 4 March by the calendar

    assert counted(world, "day") == (1, 2)
    assert counted(world, "day", date(2026, 3, 4)) == (0, 2)
    filled(date(2026, 3, 31), "07:59")  # 1 April by the calendar
    assert counted(world, "month") == (2, 62)


def test_three_shifts_owe_three_a_day(world, filled):
    work_in(world, pattern("three", time(7)), time(7))
    filled(DAY, "07:00", "14:59", "15:00", "06:59")

    assert counted(world, "day") == (3, 3)
    assert counted(world, "month") == (3, 93)


def test_one_filled_between_two_shifts_is_nobody_s(world, filled):
    work_in(world, [Shift("day", "白班", "Day", time(8), time(18)), Shift("night", "夜班", "Night", time(20), time(8))])
    filled(DAY, "19:00")

    assert counted(world, "day") == (0, 2)


def test_a_shift_that_the_clock_leaves_out_owes_nothing(world, filled):
    early = [
        Shift("day", "白班", "Day", time(8), time(20)),
        Shift("night", "夜班", "Night", time(20), time(2)),
        Shift("gap", "接班", "Gap", time(2), time(3)),
        Shift("dawn", "早班", "Dawn", time(3), time(8)),
    ]
    work_in(world, early, zone="Europe/Berlin")
    summer = date(2026, 3, 28)  # its small hours are those of the 29th: 02:00 becomes 03:00
    filled(summer, "21:00", "03:30")

    assert counted(world, "day", date(2026, 3, 27)) == (0, 4)
    assert counted(world, "day", summer) == (2, 3)


def test_it_is_a_recount_of_one_shift_after_the_other(world, filled):
    said = {DAY: ("08:00", "20:00"), date(2026, 3, 9): ("19:59", "07:59"), date(2026, 3, 15): ("20:00",)}
    for day, clocks in said.items():
        filled(day, *clocks)

    month = Period.around("month", DAY)
    by_day = [counted(world, "day", day) for day in month.days]
    assert (sum(n for n, _ in by_day), sum(d for _, d in by_day)) == counted(world, "month") == (5, 62)


def test_the_review_and_the_due_list_say_the_same(world, filled, people):
    filled(DAY, "09:00")
    for clock, done in (("12:00", True), ("20:00", False)):
        at = world.at(DAY, clock)
        assert next(one.done for one in duties(read_as(people.manager), at) if one.code == ROOM) is done
    found = review(world.site.id, Period.around("day", DAY), world.at(DAY, "21:00"))
    routine = next(one for one in found.routines if one.code == ROOM)
    assert (tuple(routine.ratio), routine.until) == ((1, 2), DAY)  # the night shift can still do it


def test_other_shifts_from_today_on_leave_the_days_before_as_they_were(world, filled, people):
    filled(DAY, "09:00", "21:00")
    site = db.session.get_one(Site, world.site.id)
    settings = SiteSettings(
        name=site.name, company="", post_phone="", timezone=site.timezone, day_start=site.day_start,
        shifts=[Shift("early", "早班", "Early", time(8), time(16)), Shift("late", "中班", "Late", time(16), time(23)),
                Shift("night", "夜班", "Night", time(23), time(8))],
    )  # fmt: skip
    with write():
        at = world.at(date(2026, 3, 17), "10:00")
        change_site(site.id, settings, version=site.version, by=people.manager.id, at=at)

    assert counted(world, "day") == (2, 2)
    assert counted(world, "day", date(2026, 3, 17)) == (0, 3)
    assert counted(world, "month") == (2, 16 * 2 + 15 * 3)
    numbers = month_readings  # the readings of the same month go by the same shifts
    site = db.session.get_one(Site, world.site.id)
    rows = numbers(site.id, date(2026, 3, 1), LAST, LAST, shifts=lambda day: len(site.shifts_on(day)))
    people_on_duty = next(row for row in rows if row.code == ROOM and row.item["required"])
    assert people_on_duty.expected == 16 * 2 + 14 * 3  # but for today, which is not over


def test_a_second_change_on_the_same_day_keeps_what_held_before(world, people):
    site = db.session.get_one(Site, world.site.id)
    before, at = site.shifts, world.at(DAY, "10:00")
    for name in ("three", "one"):
        shifts = pattern(name, time(8))
        settings = SiteSettings(
            name="湖", company="", post_phone="", timezone=site.timezone, day_start=time(8), shifts=shifts
        )
        with write():
            change_site(
                site.id, settings, version=db.session.get_one(Site, site.id).version, by=people.manager.id, at=at
            )
        site = db.session.get_one(Site, site.id)
    assert site.shifts_on(date(2026, 3, 2)) == before
    assert [one["code"] for one in site.shifts_on(DAY)] == ["day"]
    assert len(site.past_shifts) == 1


def test_before_a_thing_came_nobody_owed_it(world, room):
    world.equipment(5, room, since=date(2026, 3, 21), type=ROOM)

    assert counted(world, "month") == (0, 22)


def test_what_was_signed_by_the_old_count_is_not_amended_by_the_new_one(world, filled):
    filled(DAY, "09:00")
    found = review(world.site.id, Period.around("day", DAY), world.at(LAST, "12:00"))
    snapshot = snapshot_of(found)
    old = snapshot["figures"] | {"routines": [1, 1]}

    assert changes(old, found.figures, 2) == []
    assert [one.figure for one in changes(old, found.figures, snapshot["v"])] == ["routines"]
