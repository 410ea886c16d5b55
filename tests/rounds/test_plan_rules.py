"""What a plan makes of a day: whose turn it is, what chance adds, and that one plan's rounds never overlap."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.rounds.own_window import own_window
from patrol.rounds.plan_rules import PlanRules, chance, rounds_on, starts_on
from patrol.rounds.schedule import round_times

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
EIGHT, FIRST = time(8), date(2026, 3, 27)
NIGHT = PlanRules(
    "every", 40, band_start=time(20), band_end=time(8), every_min=120, valid_from=FIRST, alternates=True
)  # fmt: skip


def on(rules: PlanRules, day: date, key: str = "k", tz: ZoneInfo = SHANGHAI):
    return rounds_on(rules, day, tz, EIGHT, chance(key))


def turns(rules: PlanRules, days: int) -> str:
    """o for this route, x for the other, day by day."""
    found = [on(rules, FIRST + timedelta(days=n)) for n in range(days)]
    return " ".join("".join("x" if due.others_turn else "o" for due in day) for day in found)


def test_the_turns_go_on_from_day_to_day():
    odd = replace(NIGHT, every_min=150)

    assert turns(NIGHT, 2) == "oxoxox oxoxox"
    assert turns(odd, 3) == "oxoxo xoxox oxoxo"


def test_a_day_asked_for_alone_has_the_turns_it_has_in_the_row():
    odd = replace(NIGHT, every_min=150, weekdays=0b0011111, skip_dates=(date(2026, 3, 31),))

    # Friday; no weekend; Monday goes on; Tuesday is left out; Wednesday goes on from Monday
    assert turns(odd, 6) == "oxoxo   xoxox  oxoxo"
    assert [due.others_turn for due in on(odd, date(2026, 4, 1))] == [False, True, False, True, False]


def test_without_another_route_it_is_always_this_ones_turn():
    assert turns(replace(NIGHT, every_min=150, alternates=False), 2) == "ooooo ooooo"


def test_rounds_of_a_shift_and_at_fixed_times_take_turns_too():
    shift = PlanRules(
        "per_shift", 60, band_start=time(20), band_end=time(8), per_shift=3, valid_from=FIRST, alternates=True
    )
    fixed = PlanRules("fixed", 30, times=[time(9), time(14), time(21)], valid_from=FIRST, alternates=True)

    assert turns(shift, 2) == turns(fixed, 2) == "oxo xox"


def test_rounds_of_a_shift_have_the_times_of_their_windows():
    shift = PlanRules("per_shift", 60, band_start=time(20), band_end=time(8), per_shift=3)
    times = [due.times for due in on(shift, FIRST)]

    assert all(t.opens_at == t.starts_at and t.ends_at == t.closes_at for t in times)
    assert [t.closes_at - t.opens_at for t in times] == [timedelta(hours=4)] * 3


def delays(rules: PlanRules, key: str = "k") -> list[int]:
    return [
        int((due.times.starts_at - due.nominal).total_seconds() // 60)
        for n in range(20)
        for due in on(rules, FIRST + timedelta(days=n), key)
    ]


def test_chance_moves_a_start_by_up_to_its_minutes_and_always_by_the_same():
    rules = replace(NIGHT, random_min=30)
    drawn = delays(rules)

    assert drawn == delays(rules)
    assert set(drawn) <= set(range(31))
    assert len(set(drawn)) > 20
    assert (min(drawn), max(drawn)) == (0, 30)


def test_another_key_draws_otherwise_and_no_chance_draws_nothing():
    rules = replace(NIGHT, random_min=30)

    assert delays(rules, "k") != delays(rules, "other")
    assert set(delays(replace(rules, random_min=0))) == {0}


def test_a_round_by_chance_still_ends_before_the_next_would_begin():
    tight = replace(NIGHT, every_min=60, random_min=120)
    dues = [due for n in range(20) for due in on(tight, FIRST + timedelta(days=n))]
    to_spare = [later.nominal - due.times.starts_at - timedelta(minutes=40) for due, later in pairwise(dues)]

    assert min(to_spare) == timedelta(0)


@settings(deadline=None, max_examples=60)
@given(
    every=st.integers(10, 500), expected=st.integers(1, 200), random_min=st.integers(0, 120),
    tolerance=st.none() | st.integers(0, 60), key=st.text(max_size=4),
    day=st.dates(date(2026, 3, 26), date(2026, 4, 1)) | st.dates(date(2026, 10, 23), date(2026, 10, 27)),
    tz=st.sampled_from([SHANGHAI, BERLIN]), begins=st.integers(0, 23), ends=st.integers(0, 23),
)  # fmt: skip
def test_one_plans_rounds_never_overlap_from_day_to_day_whatever_chance_does(
    every, expected, random_min, tolerance, key, day, tz, begins, ends
):
    rules = PlanRules(
        "every", expected, band_start=time(begins), band_end=time(ends), every_min=every, random_min=random_min,
        tolerance_min=tolerance,
    )  # fmt: skip
    dues = [due for n in range(3) for due in on(rules, day + timedelta(days=n), key, tz)]

    for earlier, later in pairwise(dues):
        assert earlier.times.closes_at <= later.times.opens_at
        assert earlier.times.starts_at < later.nominal or expected > every
    for due in dues:
        t = due.times
        assert t.opens_at <= t.starts_at <= t.ends_at <= t.closes_at
        assert timedelta(0) <= t.starts_at - due.nominal <= timedelta(minutes=random_min)
    assert [due.nominal for due in dues] == [
        start for n in range(3) for start in starts_on(rules, day + timedelta(days=n), tz, EIGHT)
    ]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI).astimezone(UTC)


TEN = round_times(at("03-31 22:00"), at("04-01 00:00"), 40)  # open from 21:36 to 23:36


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("22:00", "23:00", ("03-31 22:00", "03-31 23:00")),
        ("21:00", "21:36", ("03-31 21:00", "03-31 21:36")),  # its last moment is the round's first
        ("21:00", "21:35", None),
        ("23:36", "23:50", None),  # the round has closed
        ("23:35", "05:00", ("03-31 23:35", "04-01 05:00")),
        ("20:00", "08:00", ("03-31 20:00", "04-01 08:00")),
        ("23:00", "22:00", ("03-31 23:00", "04-01 22:00")),  # 36 min of this one, 24 of yesterday's
        ("23:30", "22:30", ("03-30 23:30", "03-31 22:30")),
    ],
)
def test_the_occurrence_of_a_points_own_time_that_falls_into_the_round(first, last, found):
    window = own_window(time.fromisoformat(first), time.fromisoformat(last), TEN, SHANGHAI)

    assert window == (None if found is None else tuple(map(at, found)))


def test_a_point_without_its_own_time_has_none():
    assert own_window(None, None, TEN, SHANGHAI) is None
