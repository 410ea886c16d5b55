import pytest
from pydantic import ValidationError
from sqlalchemy import event, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import NotHere, Problem
from patrol.journal.entry import history
from patrol.sites.place import (
    Place,
    PlaceData,
    add_place,
    change_place,
    place_here,
    restore_place,
    retire_place,
)
from patrol.sites.place_tree import natural, place_tree, search_tree, walk
from patrol.sites.place_types import NOT_PLACES, PLACE_TYPES


def data_of(place: Place, **changes) -> PlaceData:
    keys = ("name", "kind", "parent_id", "number", "type", "lat", "lon", "radius_m", "note", "look_for", "tags", "sort")
    return PlaceData(**({key: getattr(place, key) for key in keys} | changes))


def change(place: Place, **changes) -> Place:
    with write():
        fresh = place_here(place.site_id, place.id)
        return change_place(fresh, data_of(fresh, **changes), version=fresh.version, by=None, at=now())


def refusal(act) -> str:
    with pytest.raises(Problem) as caught, write():
        act()
    return caught.value.code


def test_a_new_place_is_tagged_by_its_type_unless_somebody_says_otherwise(sites):
    with write():
        roof = add_place(sites.lake.id, PlaceData(name="天台", kind="spot", type="roof"), by=None, at=now())
        shed = PlaceData(name="车棚", kind="spot", type="ebike_shed", tags=["power", "outdoor"])
        shed = add_place(sites.lake.id, shed, by=None, at=now())

    assert (roof.tags, shed.tags) == (["outdoor", "falling_object", "drainage"], ["outdoor", "power"])
    change(roof, tags=[])
    assert place_here(roof.site_id, roof.id).tags == []
    assert history(roof.site_id, "place", roof.id)[-1].detail["tags"][1] == []
    with pytest.raises(ValidationError):
        PlaceData(name="天台", kind="spot", tags=["windy"])


def test_a_new_name_goes_down_to_everything_below(places, sites):
    with write():
        floor = add_place(
            sites.lake.id, PlaceData(name="B1", kind="floor", parent_id=places.block3.id), by=None, at=now()
        )
        add_place(sites.lake.id, PlaceData(name="水表间", kind="spot", parent_id=floor.id), by=None, at=now())

    change(places.block3, name="三号楼")

    names = set(db.session.scalars(select(Place.full_name).where(Place.site_id == sites.lake.id)))
    assert {"三号楼", "三号楼 大堂", "三号楼 B1", "三号楼 B1 水表间"} <= names
    assert "3 栋 大堂" not in names


def test_a_place_cannot_stand_below_itself_or_what_is_below_it(places, sites):
    with write():
        area = add_place(sites.lake.id, PlaceData(name="裙楼", kind="area"), by=None, at=now())
        inner = add_place(sites.lake.id, PlaceData(name="中庭", kind="area", parent_id=area.id), by=None, at=now())

    assert refusal(lambda: change_place(area, data_of(area, parent_id=area.id), version=1, by=None, at=now())) == (
        "place.circle"
    )
    assert refusal(lambda: change_place(area, data_of(area, parent_id=inner.id), version=1, by=None, at=now())) == (
        "place.circle"
    )


def test_a_place_above_must_be_of_the_same_site(places, sites):
    with write():
        other = add_place(sites.hill.id, PlaceData(name="1 栋", kind="building"), by=None, at=now())

    code = refusal(
        lambda: add_place(sites.lake.id, PlaceData(name="大堂", kind="spot", parent_id=other.id), by=None, at=now())
    )

    assert code == "place.no_parent"


def test_a_building_cannot_stand_in_a_spot(places, sites):
    data = PlaceData(name="4 栋", kind="building", parent_id=places.lobby.id)

    assert refusal(lambda: add_place(sites.lake.id, data, by=None, at=now())) == "place.wrong_level"


def test_two_places_side_by_side_need_two_names_and_two_numbers(places, sites):
    same_name = PlaceData(name="大堂", kind="spot", parent_id=places.block3.id)
    same_number = PlaceData(name="后门", kind="spot", parent_id=places.block3.id, number=1)

    assert refusal(lambda: add_place(sites.lake.id, same_name, by=None, at=now())) == "place.name_taken"
    assert refusal(lambda: add_place(sites.lake.id, same_number, by=None, at=now())) == "place.number_taken"


def test_a_position_needs_both_numbers():
    with pytest.raises(Problem):
        PlaceData(name="天台", kind="spot", lat=30.2)
    with pytest.raises(ValidationError):
        PlaceData(name="天台", kind="spot", lat=95, lon=120)


def test_what_changed_stands_in_the_journal_with_old_and_new(places):
    change(places.lobby, number=11, note="正门左手边")

    last = history(places.lobby.site_id, "place", places.lobby.id)[-1]
    assert last.verb == "place.changed"
    assert last.detail == {"number": [1, 11], "note": ["", "正门左手边"]}


def test_a_form_read_before_somebody_elses_change_is_refused(places):
    change(places.lobby, note="正门左手边")

    lobby = place_here(places.lobby.site_id, places.lobby.id)
    assert refusal(lambda: change_place(lobby, data_of(lobby), version=1, by=None, at=now())) == "stale"


def test_a_place_on_a_route_retires_only_with_clear_words(places):
    def plain():
        retire_place(place_here(places.lobby.site_id, places.lobby.id), by=None, at=now(), routes=["北线"])

    assert refusal(plain) == "place.on_route"

    with write():
        lobby = place_here(places.lobby.site_id, places.lobby.id)
        retire_place(lobby, by=None, at=now(), routes=["北线"], force=True)
    assert places.lobby.id not in {node.id for node in walk(place_tree(places.lobby.site_id))}


def test_a_building_with_places_below_stays_in_use(places):
    building = place_here(places.block3.site_id, places.block3.id)

    assert refusal(lambda: retire_place(building, by=None, at=now())) == "place.has_children"


def test_a_retired_place_comes_back_unless_its_number_went_to_another(places, sites):
    with write():
        retire_place(place_here(sites.lake.id, places.gate.id), by=None, at=now())
        add_place(sites.lake.id, PlaceData(name="西门", kind="spot", number=4), by=None, at=now())

    gate = place_here(sites.lake.id, places.gate.id)
    assert refusal(lambda: restore_place(gate, by=None, at=now())) == "place.number_taken"


def test_the_tree_takes_one_query_and_counts_the_points_below(places, sites):
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    tops = place_tree(sites.lake.id)

    assert len([text for text in asked if text.startswith("SELECT")]) == 1
    assert [(top.name, top.points) for top in tops] == [("3 栋", 3), ("东大门", 1)]
    assert [node.depth for node in walk(tops)] == [0, 1, 1, 1, 0]


def test_search_keeps_what_fits_and_what_stands_above_it(places, sites):
    tops = place_tree(sites.lake.id)

    assert [node.name for node in walk(search_tree(tops, "3栋 泵房"))] == ["3 栋", "消防泵房"]
    assert [node.name for node in walk(search_tree(tops, "4"))] == ["东大门"]
    assert [node.name for node in walk(search_tree(tops, labelled=False))] == ["3 栋"]


def test_a_new_place_stands_after_those_in_order(places, sites):
    with write():
        add_place(sites.lake.id, PlaceData(name="1 栋", kind="building"), by=None, at=now())

    assert [top.name for top in place_tree(sites.lake.id)] == ["3 栋", "东大门", "1 栋"]


def test_ten_stands_after_two():
    assert sorted(["10 栋", "2 栋", "B1"], key=natural) == ["2 栋", "10 栋", "B1"]


def test_another_sites_place_is_not_here(places, sites):
    with pytest.raises(NotHere):
        place_here(sites.hill.id, places.lobby.id)


def test_every_checklist_of_a_place_has_its_type():
    from patrol.equipment.catalogue import catalogue_lists
    from patrol.equipment.types import EQUIPMENT_TYPES

    known = PLACE_TYPES.keys() | NOT_PLACES | EQUIPMENT_TYPES.keys()
    used = {code for one in catalogue_lists() for code in one["applies_to"]}

    assert used <= known
    assert not PLACE_TYPES.keys() & NOT_PLACES
