"""What each type has besides: declared once, judged alike for form and table."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.equipment.attribute_values import checked_attributes
from patrol.equipment.attributes import ATTRIBUTES, OF_TYPE, Attribute, attributes_of
from patrol.equipment.equipment import events_of, find_equipment
from patrol.equipment.keeping import EquipmentData, correct, take_in
from patrol.equipment.types import EQUIPMENT_TYPES
from tests.equipment.conftest import at

NOW = at("2026-03-03").at


def test_every_type_of_the_ledger_has_its_attributes_and_no_attribute_is_idle():
    assert set(OF_TYPE) == set(EQUIPMENT_TYPES)
    assert {code for codes in OF_TYPE.values() for code in codes} == set(ATTRIBUTES)
    for kind in OF_TYPE:
        heads = [one.head("zh") for one in attributes_of(kind)] + [one.head("en") for one in attributes_of(kind)]
        assert len(set(heads)) == len(heads), kind


def test_a_lift_as_its_certificate_says():
    said = {
        "registration_no": " 3110 3101 0020 2300 12 ", "lift_kind": "消防电梯", "load_kg": "1,000 kg",
        "speed_ms": "1,75", "stops": "18", "maker": "", "hose_m": "25",
    }  # fmt: skip
    assert checked_attributes("lift", said) == {
        "registration_no": "3110 3101 0020 2300 12", "lift_kind": "fire", "load_kg": 1000, "speed_ms": 1.75,
        "stops": 18,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "code", "typed"),
    [
        ("lift", "load_kg", "many"),
        ("lift", "load_kg", "nan"),
        ("lift", "stops", "1"),
        ("lift", "stops", "18.5"),
        ("fire_door", "door_class", "丁级"),
        ("fire_door", "maker", "x" * 81),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(kind, code, typed):
    with pytest.raises(Problem) as refused:
        checked_attributes(kind, {code: typed})
    assert refused.value.field == f"attributes.{code}"


def test_a_detail_of_another_type_is_dropped_by_a_form_and_refused_in_a_table():
    assert checked_attributes("fire_door", {"load_kg": "1000"}) == {}
    with pytest.raises(Problem) as refused:
        checked_attributes("fire_door", {"load_kg": "1000"}, strict=True)
    assert refused.value.field == "attributes.load_kg"
    assert checked_attributes("fire_door", {"load_kg": " "}, strict=True) == {}


def _typed(one: Attribute) -> st.SearchStrategy[str]:
    match one.kind:
        case "number":
            if not one.unit:
                return st.integers(int(one.low), int(one.high)).map(str)
            return st.floats(one.low, one.high, allow_nan=False).map(lambda value: f"{value:.3f}")
        case "choice":
            return st.sampled_from(sorted(one.choices or {}))
        case "date":
            return st.dates().map(date.isoformat)
    return st.text(max_size=80)


@given(st.data())
def test_what_was_stored_and_is_shown_again_is_stored_the_same(data):
    kind = data.draw(st.sampled_from(sorted(OF_TYPE)))
    said = {one.code: data.draw(_typed(one)) for one in attributes_of(kind)}
    try:
        kept = checked_attributes(kind, said)
    except Problem:  # three decimals may round a value over its edge
        return
    for language in ("zh", "en"):
        shown = {code: ATTRIBUTES[code].shown(value, language) for code, value in kept.items()}
        again = checked_attributes(kind, shown, strict=True)
        assert {code: type(value) for code, value in again.items()} == {code: type(v) for code, v in kept.items()}
        assert {code: str(value) for code, value in again.items()} == {code: str(value) for code, value in kept.items()}


def test_a_corrected_detail_is_written_down_with_what_it_was(people, places, reader_of, lists):
    by = reader_of(people.engineering)
    data = EquipmentData(code="D1", type="fire_door", place=places.lobby.id, attributes={"door_class": "a"})
    with write():
        row = take_in(data, by=by, at=NOW)
    with write():
        row = find_equipment(row.site_id, row.id)
        better = data.model_copy(update={"attributes": {"door_class": "b", "leaves": "two"}})
        correct(row, better, version=1, by=by, at=NOW)
    assert row.attributes == {"door_class": "b", "leaves": "two"}
    changed = events_of(row)[0].detail["changed"]
    assert changed == {"attributes.door_class": ["a", "b"], "attributes.leaves": ["", "two"]}
