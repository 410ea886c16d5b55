"""The demo's drawn photos: every hazard and thing has one, and the same seed draws the same."""

import json
import random
from importlib.resources import files

import pytest
from PIL import Image, ImageChops, ImageStat

from patrol.demo import brush
from patrol.demo.scenes import NAMES, SCENES, Pair, draw

SMALL = (240, 180)


def drawn(scene: str, variant: int = 3, seed: int = 5, size: tuple[int, int] = SMALL) -> Image.Image:
    return draw(scene, variant, random.Random(seed), size)


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def catalogue() -> set[str]:
    catalog = files("patrol.catalog")
    codes = {category["code"] for category in json.loads(catalog.joinpath("hazard_categories.json").read_text("utf-8"))}
    for checklist in catalog.joinpath("checklists").iterdir():
        codes.update(json.loads(checklist.read_text("utf-8"))["applies_to"])
    return codes


def test_every_hazard_category_and_equipment_type_has_a_scene():
    assert set(SCENES) == catalogue()


def test_every_scene_named_can_be_drawn_and_every_drawing_is_used():
    assert {name for pair in SCENES.values() for name in pair} == set(NAMES)


@pytest.mark.parametrize("scene", NAMES)
def test_the_same_seed_draws_the_same_picture(scene):
    picture = drawn(scene)

    assert (picture.size, picture.mode) == (SMALL, "RGB")
    assert picture.tobytes() == drawn(scene).tobytes()
    assert min(ImageStat.Stat(picture.convert("L")).stddev) > 12  # a picture, not an empty wall


@pytest.mark.parametrize("pair", sorted(set(SCENES.values())), ids=lambda pair: pair.before)
def test_before_and_after_are_one_place_with_one_thing_changed(pair: Pair):
    before, after = drawn(pair.before), drawn(pair.after)
    elsewhere = drawn("facade_missing" if pair.before != "facade_missing" else "pump_room")

    assert 0.2 < difference(before, after) < difference(before, elsewhere)


@pytest.mark.parametrize("scene", NAMES)
def test_another_variant_is_another_picture(scene):
    assert difference(drawn(scene, variant=1), drawn(scene, variant=2)) > 5


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (200, 200)])
def test_any_shape_of_picture_is_filled(size):
    picture = drawn("lobby_clean", size=size)

    assert picture.size == size
    for corner in ((0, 0, 20, 20), (size[0] - 20, size[1] - 20, *size)):
        assert sum(ImageStat.Stat(picture.crop(corner)).mean) > 60


def test_an_unknown_scene_is_an_error():
    with pytest.raises(KeyError):
        drawn("volcano")


def test_without_a_chinese_font_the_signs_stay_empty(monkeypatch):
    with_signs = drawn("hydrant_full")
    monkeypatch.setattr(brush, "find_font", lambda: None)
    brush._letters.cache_clear()

    assert drawn("hydrant_full").size == with_signs.size
    brush._letters.cache_clear()
