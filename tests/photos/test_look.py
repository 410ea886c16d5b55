"""Copies are known again; other places and black nights are not."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from patrol.photos.look import apart, look_of, near_bands
from patrol.photos.pixels import decode_and_shrink
from patrol.photos.seen import ALIKE, Picture, same_picture, seen_before
from tests.pictures_of_walls import by_hand, cropped, night, pressed, scene, smaller

AT = datetime(2026, 3, 18, 12, tzinfo=UTC)
BAND = st.integers(0, 0xFFFF)
LOOK = st.tuples(BAND, BAND, BAND, BAND)


@pytest.mark.parametrize("change", [pressed, smaller, cropped, lambda picture: cropped(smaller(picture))])
def test_a_copy_is_known_again(change):
    looks = [(look_of(scene(seed)), look_of(change(scene(seed)))) for seed in range(60)]
    found = sum(copy is not None and apart(first, copy) <= ALIKE for first, copy in looks if first)
    assert found / len(looks) >= 0.95


def test_other_places_look_different():
    looks = [look for seed in range(120) if (look := look_of(scene(seed)))]
    assert min(apart(a, b) for n, a in enumerate(looks) for b in looks[:n]) > ALIKE


def test_what_shows_next_to_nothing_has_no_look():
    assert look_of(night(random.Random(1))) is None
    assert look_of(Image.new("RGB", (640, 480), "white")) is None


def test_the_same_scene_at_another_hour_is_no_copy_at_its_own_place():
    dice = random.Random(3)
    day, evening = (by_hand(scene(1), dice, light) for light in (1.0, 0.5))
    assert same_picture(picture(2, look=look_of(evening)), picture(1, look=look_of(day))) is None


def test_a_photo_taken_in_keeps_its_look():
    taken = decode_and_shrink(pressed(scene(4), 90).fp.getvalue())
    assert apart(taken.look, look_of(scene(4))) <= ALIKE


@given(LOOK, st.sets(st.integers(0, 63), max_size=ALIKE))
def test_the_bands_find_every_look_within_seven_bits(look, flipped):
    bits = sum(band << 16 * n for n, band in enumerate(look))
    for bit in flipped:
        bits ^= 1 << bit
    other = tuple(bits >> 16 * n & 0xFFFF for n in range(4))
    assert apart(look, other) == len(flipped)
    assert any(value in set(near_bands(band)) for band, value in zip(look, other, strict=True))


def picture(n: int, *, subject=None, place=1, later=0, hashes=(), look=(1, 2, 3, 4)) -> Picture:
    return Picture(
        UUID(int=n), UUID(int=subject or 100 + n), UUID(int=place) if place else None, AT + timedelta(minutes=later),
        frozenset(hashes), look,
    )  # fmt: skip


OLD = picture(1, place=1, hashes={"a"})


@pytest.mark.parametrize(
    ("why", "new", "bits"),
    [
        ("another place, the same look", picture(2, place=2, later=5), 0),
        ("another place, alike", picture(2, place=2, later=5, look=(1, 2, 3 ^ 0b111, 4)), 3),
        ("another place, not alike", picture(2, place=2, later=5, look=(1, 2, 3 ^ 0xFF, 4)), None),
        ("the same place looks the same every night", picture(2, place=1, later=5), None),
        ("the same content is a copy anywhere", picture(2, place=1, later=5, hashes={"a"}), 0),
        ("before and after of one order", picture(2, subject=101, place=2, later=5, hashes={"a"}), None),
        ("the older one is nobody's copy", picture(2, place=2, later=-5, hashes={"a"}), None),
        ("nothing to see, nothing to say", picture(2, place=2, later=5, look=None), None),
        ("no place, no telling", picture(2, place=None, later=5), None),
    ],
)
def test_what_counts_as_seen_before(why, new, bits):
    assert same_picture(new, OLD) == bits, why


def test_nothing_is_asked_of_the_database_for_no_photos():
    assert seen_before(UUID(int=1), []) == {}
