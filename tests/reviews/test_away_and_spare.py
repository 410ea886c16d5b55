"""A unit away for service all month leaves the count, its spare stands in it; routines are owed in their periods."""

from datetime import date

import pytest

from patrol.core.db import db, write
from patrol.equipment.checklist import bring_in_catalogue, current
from patrol.equipment.duty import duties
from patrol.equipment.equipment import find_equipment
from patrol.equipment.keeping import EquipmentData, set_state, take_in
from patrol.equipment.ledger import missing_ids
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.sites.place import Place
from tests.conftest import read_as

POWDER, MARCH = "extinguisher_dry_powder", Period.around("month", date(2026, 3, 1))


def covered(world):
    found = review(world.site.id, MARCH, world.at(date(2026, 3, 31), "23:00")).equipment.coverage
    assert {item.id for item in found.missing} == set(missing_ids(world.site.id, MARCH.first))
    return tuple(found.ratio)


def test_the_one_away_all_month_leaves_and_its_spare_counts(world, places, people):
    by = read_as(people.engineering)
    checklist = world.checklist(POWDER, "月检", "Monthly", 30, [POWDER])
    old, other = world.equipment(1, places.lobby), world.equipment(2, places.lobby)

    def spare_from(day):
        more = {"in_service_from": day, "spare_for": old.id}
        data = EquipmentData(code=f"B{day.day}", type=POWDER, place=places.lobby.id, **more)
        with write():
            return take_in(data, by=by, at=world.at(day, "09:00"))

    with write():
        row = find_equipment(world.site.id, old.id)
        set_state(row, "out_for_service", by=by, at=world.at(date(2026, 2, 20), "09:00"), why="送检")
    world.inspect(checklist, world.at(date(2026, 3, 5), "10:00"), equipment=other)
    assert covered(world) == (1, 1)

    spare = spare_from(date(2026, 3, 24))  # seven days before the end: in
    spare_from(date(2026, 3, 25))  # six: not yet
    assert covered(world) == (1, 2)
    world.inspect(checklist, world.at(date(2026, 3, 30), "10:00"), equipment=spare)
    assert covered(world) == (2, 2)

    with write():
        row = find_equipment(world.site.id, old.id)
        set_state(row, "in_service", by=by, at=world.at(date(2026, 3, 31), "22:00"))
    assert covered(world) == (2, 3)  # back on the last day: not away all month


SEEN, IN_THE_LEDGER = date(2026, 3, 3), ("cctv", "water_tank")
OWED = {  # list -> (a kind it is for, last day it can be done on when seen on Tuesday 3 March)
    "fire_control_room": ("fire_control_room", date(2026, 3, 3)),
    "micro_fire_station": ("micro_fire_station", date(2026, 3, 8)),
    "cleaning": ("cleaning_area", date(2026, 3, 8)),
    "greening": ("green_area", date(2026, 3, 15)),
    "emergency_supplies": ("emergency_store", date(2026, 3, 31)),
    "cctv_access": ("cctv", date(2026, 3, 8)),
    "water_tank_cleaning": ("water_tank", date(2026, 6, 30)),
    "power_room_daily": ("power_room", date(2026, 3, 3)),
}


@pytest.mark.parametrize("code", OWED)
def test_every_routine_is_owed_in_its_period(world, places, people, code):
    kind, until = OWED[code]
    with write():
        bring_in_catalogue(world.site.id, world.at(date(2026, 1, 1), "09:00"), None)
        if kind not in IN_THE_LEDGER:
            db.session.get_one(Place, (world.site.id, places.gate.id)).type = kind
    if kind in IN_THE_LEDGER:
        world.equipment(7, places.gate, type=kind)

    (duty,) = [duty for duty in duties(read_as(people.manager), world.at(SEEN, "10:00")) if duty.code == code]

    assert (duty.until, duty.done) == (until, False)
    checklist, at = current(world.site.id, code), world.at(SEEN, "09:30")
    item = find_equipment(world.site.id, duty.equipment_id) if duty.equipment_id else None
    world.inspect(checklist, at, equipment=item, place=places.gate)
    after = {
        clock: next(one.done for one in duties(read_as(people.manager), world.at(SEEN, clock)) if one.code == code)
        for clock in ("10:00", "21:00")
    }
    assert after == {"10:00": True, "21:00": code != "fire_control_room"}  # the night shift owes its own
