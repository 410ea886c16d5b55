"""After one list the next: the room, then the floor, on from where one stands."""

from datetime import date

import pytest

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.onward import onward
from patrol.sites.place import Place
from tests.equipment.conftest import at

POWDER = "extinguisher_dry_powder"


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineer)


def then(by, place, item, when="2026-03-03 10:00"):
    return next(iter(onward(by, place, at(when).at, POWDER, item.id)), None)


@pytest.fixture
def floor(sites, places, ledger, people, reader_of):
    """Three rooms of a floor with a bottle each, in walking order; and one room of another floor."""
    by, items = reader_of(people.engineering), []
    with write():
        storey = [_place(sites, places.block3.id, f"{n} 层", n) for n in (6, 7)]
        rooms = [_place(sites, storey[0].id, f"6 层 {n} 号", n) for n in (1, 2, 3)]
        rooms.append(_place(sites, storey[1].id, "7 层 1 号", 1))
        for number, room in enumerate(rooms, 1):
            data = EquipmentData(
                code=f"6F-{number}", type=POWDER, place=room.id, in_service_from=date(2025, 1, 1),
                made_on=date(2024, 3, 1),
            )  # fmt: skip
            items.append(take_in(data, by=by, at=at("2025-01-01").at))
    return list(zip(rooms, items, strict=True))


def _place(sites, parent, name, sort):
    place = Place(
        id=uuid7(), site_id=sites.lake.id, parent_id=parent, kind="spot", name=name, full_name=f"3 栋 {name}",
        sort=sort, created_at=now(),
    )  # fmt: skip
    db.session.add(place)
    db.session.flush()
    return place


def test_after_one_bottle_the_next_one_in_the_room_comes_up(fill, ledger, places, by):
    assert then(by, places.pump, ledger.powder, "2026-03-03").equipment_id == ledger.powder2.id


def test_after_the_room_comes_the_floor_and_after_the_floor_nothing(fill, floor, by):
    order = []
    room, item = floor[0]
    while item is not None:
        fill(POWDER, equipment=item)
        order.append(item.code)
        duty = then(by, room, item)
        room, item = next(((r, i) for r, i in floor if duty and i.id == duty.equipment_id), (None, None))
    assert order == ["6F-1", "6F-2", "6F-3"]  # the seventh floor is a walk of its own


def test_who_leaves_one_out_goes_on_and_is_led_back_at_the_end(fill, floor, by):
    (first, one), (second, two), (third, three) = floor[:3]
    fill(POWDER, equipment=two)  # the first room was locked
    assert then(by, second, two).equipment_id == three.id
    fill(POWDER, equipment=three)
    assert then(by, third, three).equipment_id == one.id
    fill(POWDER, equipment=one)
    assert then(by, first, one) is None


def test_a_guard_is_led_to_what_is_his_alone(fill, floor, people, reader_of):
    """Bottles are the engineers' duty; a guard may fill one he stands at, and is not sent round for the others."""
    guard = reader_of(people.guard)
    room, item = floor[0]
    fill(POWDER, equipment=item, by=people.guard)
    assert then(guard, room, item) is None
