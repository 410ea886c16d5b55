"""A site's lists: versions, what an item must have, and the editor's form."""

import copy

import pytest

from patrol.core.db import write
from patrol.core.problems import NotHere, Problem
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.checklist import (
    bring_in_catalogue,
    current,
    for_equipment,
    for_place,
    new_version,
    retire_list,
    versions,
)
from patrol.equipment.items import checked_items
from patrol.equipment.list_form import edited_items
from patrol.equipment.types import ALL_KINDS, EQUIPMENT_TYPES, is_patrol_list
from tests.equipment.conftest import at

NOW = at("2026-03-03").at


def renew(row, by, **changed):
    said = {
        "title": row.title, "interval_days": row.interval_days, "applies_to": row.applies_to,
        "items": row.items, "version": row.version, "by": by.id, "at": NOW,
    } | changed  # fmt: skip
    with write():
        return new_version(row.site_id, row.code, **said)


def test_every_list_of_the_catalogue_keeps_the_rules_of_lists():
    for row in catalogue_lists():
        for clean, item in zip(checked_items(row["items"]), row["items"], strict=True):
            assert clean == item, f"{row['code']}.{item['code']}"
        assert set(row["applies_to"]) <= ALL_KINDS.keys()


def test_every_kind_of_equipment_has_a_list():
    named = {target for row in catalogue_lists() for target in row["applies_to"]}
    assert set(EQUIPMENT_TYPES) <= named


def test_bringing_in_the_catalogue_again_changes_nothing(lists, sites):
    with write():
        assert bring_in_catalogue(sites.lake.id, NOW, None) == 0
    assert len(lists) == 46


def test_a_new_version_comes_into_force_and_the_old_one_stays(lists, people):
    old = lists["fire_door"]
    made = renew(old, people.engineering, items=old.items[:3])

    assert (made.version, current(old.site_id, "fire_door").id) == (2, made.id)
    assert [row.version for row in versions(old.site_id, "fire_door")] == [2, 1]
    assert versions(old.site_id, "fire_door")[1].items == old.items


def test_two_editors_at_once_the_second_is_told(lists, people):
    renew(lists["fire_door"], people.engineering)
    with pytest.raises(Problem) as refused:
        renew(lists["fire_door"], people.engineering)
    assert refused.value.code == "stale"


def test_a_list_given_up_is_not_owed_and_can_come_back(lists, people):
    row = lists["fire_door"]
    with write():
        retire_list(row.site_id, row.code, version=1, by=people.engineering.id, at=NOW)
    with pytest.raises(NotHere):
        current(row.site_id, "fire_door")
    assert renew(row, people.engineering).version == 2


def test_a_new_list_needs_a_code_of_its_own(lists, people):
    with pytest.raises(Problem) as refused:
        renew(lists["fire_door"], people.engineering, version=None)
    assert refused.value.field == "code"


def test_lists_are_found_for_a_thing_and_for_a_place(lists, ledger, places):
    assert [row.code for row in for_equipment(ledger.lift)] == ["lift_daily", "lift_half_month"]
    assert {row.code for row in for_place(places.roof)} == {"falling_objects", "roof_drainage"}
    assert for_place(places.lobby) == []


def test_what_guards_may_fill():
    assert is_patrol_list(["building", "route"])
    assert is_patrol_list(["guard_post"])
    assert is_patrol_list(["extinguisher_co2"])
    assert not is_patrol_list(["fire_pump"])
    assert not is_patrol_list(["power_room"])


BROKEN = {
    "list.code": lambda items: items[0].update(code="Grün"),
    "list.code_twice": lambda items: items[1].update(code=items[0]["code"]),
    "list.text": lambda items: items[0]["text"].update(en=" "),
    "list.kind": lambda items: items[0].update(kind="poem"),
    "list.severity": lambda items: items[0].update(severity_on_fail=None),
    "list.category": lambda items: items[0].update(hazard_category_on_fail="gremlins"),
    "list.choices": lambda items: items[4].update(choices=items[4]["choices"][:1]),
    "list.choice_code": lambda items: items[4]["choices"][1].update(code=items[4]["choices"][0]["code"]),
    "list.bounds": lambda items: items[0].update(kind="number", min="5", max="4"),
    "list.number": lambda items: items[0].update(kind="number", min="warm"),
    "list.items": lambda items: items.clear(),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_item_is_named(code):
    row = next(row for row in catalogue_lists() if row["code"] == "extinguisher_dry_powder")
    items = copy.deepcopy(row["items"])
    BROKEN[code](items)
    with pytest.raises(Problem) as refused:
        checked_items(items)
    assert refused.value.code == code


def test_the_editors_form_reorders_rewords_drops_and_adds():
    row = next(row for row in catalogue_lists() if row["code"] == "power_room_daily")
    same = {"required": "1", "photo_on_fail": "1", "severity": "major", "category": "power_room_env"}
    form = {
        "room_temp": {"zh": "室温", "en": "Room temperature", "min": "-5", "max": "38,5",
                      "unit": "°C", "position": "2", **same},
        "humidity": {"zh": "相对湿度", "en": "Humidity", "max": "80", "position": "1", **same},
        "voltage_ab": {"zh": "电压", "en": "Voltage", "remove": "1"},
        "new1": {"code": "mouse", "kind": "choice", "zh": "老鼠", "en": "Mouse", "position": "901", **same,
                 "choices": {"a1": {"zh": "无", "en": "None"}, "a2": {"zh": "有", "en": "Seen", "fail": "1"}}},
        "new2": {"code": "", "kind": "pass_fail", "position": "902"},
    }  # fmt: skip
    items = checked_items(edited_items(row["items"], form))

    assert [item["code"] for item in items] == ["humidity", "room_temp", "mouse"]
    assert (items[1]["max"], items[1]["min"]) == (38.5, -5)
    assert "min" not in items[0]
    assert [choice["fail"] for choice in items[2]["choices"]] == [False, True]
