"""What scans say beside each other: golden cases, and properties that hold for any walk."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.rounds.flags import FLAGS, MEANINGS, STRONG, grade_of
from patrol.rounds.legs import (
    FIXED_MINIMUM_S,
    Link,
    Step,
    chain_flags,
    clock_flags_of,
    hands_flags,
    legs_of,
    pace_flags,
    position_flags,
    round_too_fast,
)

START = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
GUARD, MATE, PHONE, OTHER_PHONE = (UUID(int=n) for n in range(1, 5))


def step(n: int, seconds: float, **more) -> Step:
    """The n-th place of the route, so many seconds after the start."""
    at = START + timedelta(seconds=seconds)
    said = {"id": UUID(int=1000 + n), "place_id": UUID(int=100 + n), "user_id": GUARD, "at": at, "captured_at": at}
    return Step(**(said | more))


def unknown(_start, _end):
    return None


def paced(*steps: Step, learned=unknown) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for legs in legs_of(steps, learned):
        found |= {scan.int - 1000: flags for scan, flags in pace_flags(legs).items()}
    return found


def test_twenty_seconds_is_the_fixed_minimum():
    assert paced(step(1, 0), step(2, 19.9)) == {2: {"too_fast"}}
    assert paced(step(1, 0), step(2, 20)) == {}


def test_a_learned_way_has_its_own_minimum():
    assert paced(step(1, 0), step(2, 59), learned=lambda _a, _b: 100.0) == {2: {"too_fast"}}
    assert paced(step(1, 0), step(2, 60), learned=lambda _a, _b: 100.0) == {}
    assert paced(step(1, 0), step(2, 7), learned=lambda _a, _b: 10.0) == {}


def test_the_same_place_again_and_a_new_walk_are_no_legs():
    assert paced(step(1, 0), step(1, 5, id=UUID(int=1009))) == {}
    assert legs_of([step(1, 0), step(2, 7201)], unknown) == [[]]


def test_two_people_at_once_are_no_leg():
    assert paced(step(1, 0), step(2, 0, user_id=MATE)) == {}


def test_two_points_in_one_second():
    assert paced(step(1, 0), step(2, 0.4)) == {1: {"same_second"}, 2: {"same_second", "too_fast"}}


def test_a_burst_is_three_fast_legs_in_a_row():
    assert paced(*(step(n, n * 5) for n in range(3))) == {1: {"too_fast"}, 2: {"too_fast"}}
    burst = paced(*(step(n, n * 5) for n in range(4)))
    assert burst == {0: {"burst"}, 1: {"too_fast", "burst"}, 2: {"too_fast", "burst"}, 3: {"too_fast", "burst"}}


def test_a_pause_ends_a_burst():
    assert "burst" not in set().union(*paced(step(1, 0), step(2, 5), step(3, 60), step(4, 65), step(5, 70)).values())


@given(st.lists(st.floats(FIXED_MINIMUM_S, 3000), min_size=1, max_size=30))
def test_nobody_who_takes_his_time_is_ever_too_fast(gaps):
    at, steps = 0.0, [step(0, 0)]
    for n, gap in enumerate(gaps, 1):
        at += gap + 0.001
        steps.append(step(n, at))
    assert paced(*steps) == {}


@given(st.permutations(range(8)), st.lists(st.floats(0.1, 200), min_size=8, max_size=8))
def test_the_order_in_which_scans_came_in_changes_nothing(order, gaps):
    steps = [step(n, sum(gaps[: n + 1])) for n in range(8)]
    assert paced(*(steps[n] for n in order)) == paced(*steps)


@given(st.lists(st.floats(0.1, 60), min_size=2, max_size=12), st.floats(1.0, 5.0))
def test_slower_walks_never_get_more_flags(gaps, factor):
    def flagged(times):
        return set(paced(*(step(n, at) for n, at in enumerate(times))))

    times = [sum(gaps[:n]) for n in range(len(gaps) + 1)]
    assert flagged([at * factor for at in times]) <= flagged(times)


def odd(*steps: Step) -> set[int]:
    [legs] = legs_of(steps, unknown) or [[]]
    return {scan.int - 1000 for scan in position_flags(steps, legs)}


def here(n: int, seconds: float, lat: float, lon: float, accuracy: float = 8) -> Step:
    return step(n, seconds, lat=lat, lon=lon, accuracy_m=accuracy)


def test_a_position_without_any_error_is_made_up():
    assert odd(here(1, 0, 30.25, 120.16, 0)) == {1}
    assert odd(here(1, 0, 30.25, 120.16, 1)) == set()


def test_the_very_same_spot_for_three_places():
    assert odd(*(here(n, n * 60, 30.25, 120.16) for n in range(2))) == set()
    assert odd(*(here(n, n * 60, 30.25, 120.16) for n in range(3))) == {0, 1, 2}


def test_a_coarse_position_may_repeat():
    assert odd(*(here(n, n * 60, 30.25, 120.16, 400) for n in range(5))) == set()


def test_faster_than_anybody_runs():
    assert odd(here(1, 0, 30.25, 120.16), here(2, 30, 30.255, 120.16)) == {2}  # 556 m in 30 s
    assert odd(here(1, 0, 30.25, 120.16), here(2, 60, 30.255, 120.16)) == set()
    assert odd(here(1, 0, 30.25, 120.16, 300), here(2, 30, 30.255, 120.16, 300)) == set()  # as good as no position


def stepped(*steps: Step) -> set[int]:
    return {scan.int - 1000 for scan in clock_flags_of(steps)}


def test_a_clock_set_back_between_two_records_of_a_phone():
    first, second = (step(n, n * 60, device=PHONE, seq=n) for n in (1, 2))
    back = step(3, 180, device=PHONE, seq=3, captured_at=START - timedelta(hours=1))
    assert stepped(first, second) == set()
    assert stepped(first, second, back) == {3}
    assert stepped(first, second, step(3, 180, device=OTHER_PHONE, seq=3, captured_at=back.captured_at)) == set()


def test_a_clock_behind_its_own_counter_was_set_a_clock_ahead_of_it_slept():
    counter = round(START.timestamp() * 1000)
    assert stepped(step(1, 0, monotonic_ms=counter + 121_000)) == {1}
    assert stepped(step(1, 0, monotonic_ms=counter + 119_000)) == set()
    assert stepped(step(1, 0, monotonic_ms=counter - 3_600_000)) == set()


def test_hands_are_counted_within_one_shift():
    mine, his = step(1, 0, device=PHONE), step(2, 60, device=PHONE, user_id=MATE)
    other = step(3, 120, device=OTHER_PHONE)
    one_shift = hands_flags([mine, his], lambda _at: "night")
    assert {scan.int - 1000: flags for scan, flags in one_shift.items()} == {1: {"shared_device"}, 2: {"shared_device"}}
    assert hands_flags([mine, his], lambda at: at) == {}
    changed = hands_flags([mine, other], lambda _at: "night")
    assert {scan.int - 1000: flags for scan, flags in changed.items()} == {1: {"two_devices"}, 3: {"two_devices"}}
    assert hands_flags([step(1, 0), step(2, 5, user_id=MATE)], lambda _at: "night") == {}  # no phone is known


def links(*numbers: int) -> list[Link]:
    return [Link(UUID(int=n), PHONE, seq, None) for n, seq in enumerate(numbers)]


def chained(*numbers: int, elsewhere=()) -> dict[int, set[str]]:
    return {link.int: flags for link, flags in chain_flags(links(*numbers), elsewhere).items()}


def test_a_hole_and_a_fork_in_a_phones_count():
    assert chained(4, 5, 6) == {}
    assert chained(4, 6) == {1: {"seq_gap"}}
    assert chained(4, 6, elsewhere=[(PHONE, 5)]) == {}
    assert chained(4, 5, 5) == {1: {"seq_fork"}, 2: {"seq_fork"}}


@given(st.integers(0, 10**9), st.integers(1, 40))
def test_an_unbroken_count_is_never_flagged(first, length):
    assert chained(*range(first, first + length)) == {}


@given(st.sets(st.integers(0, 200), min_size=2, max_size=30))
def test_every_hole_is_found_once(numbers):
    ordered = sorted(numbers)
    holes = sum(b - a > 1 for a, b in pairwise(ordered))
    assert len(chained(*ordered)) == holes


def test_a_round_in_less_than_half_its_time():
    half_hour = timedelta(minutes=30)
    assert round_too_fast(START, START + timedelta(minutes=14), 12, half_hour)
    assert not round_too_fast(START, START + timedelta(minutes=15), 12, half_hour)
    assert not round_too_fast(START, START + timedelta(minutes=1), 2, half_hour)


@pytest.mark.parametrize(
    ("flags", "near", "proved", "grade"),
    [
        ([], True, False, "A"),
        ([], False, True, "A"),
        ([], False, False, "B"),
        (["not_assigned", "out_of_order"], True, False, "A"),
        (["late_sync"], True, True, "B"),
        (["no_live_photo"], True, False, "B"),
        (["too_fast"], True, True, "C"),
        (["late_sync", "far_away"], False, False, "C"),
        (["a flag of tomorrow"], True, False, "A"),
    ],
)
def test_the_grade(flags, near, proved, grade):
    assert grade_of(flags, near=near, proved=proved) == grade


@given(st.sets(st.sampled_from(sorted(FLAGS))), st.sampled_from(sorted(FLAGS)), st.booleans(), st.booleans())
def test_a_further_flag_never_betters_a_grade(flags, more, near, proved):
    assert grade_of(flags | {more}, near=near, proved=proved) >= grade_of(flags, near=near, proved=proved)


def test_every_flag_that_weighs_has_words_and_an_innocent_meaning():
    assert set(MEANINGS) <= set(FLAGS)
    assert all(meaning.innocent for meaning in MEANINGS.values())
    assert {"far_away", "too_fast", "burst", "same_second", "photo_seen", "shared_device"} <= STRONG
