"""Two thousand random histories: what the program counts is what a pencil counts, and everything adds up.

Nights, both changes of the clock, voided and late scans, excuses, reopened hazards; see history.py.
"""

from datetime import UTC
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.core.business_day import business_day, day_bounds
from patrol.reviews.counts import PatrolCounts
from patrol.reviews.figures import hazard_figures, patrol_figures, ratio
from patrol.reviews.tally import add, patrol_totals, route_counts, tally_day
from tests.reviews.history import by_pencil, facts_of, history

MANY = 2_000
PATROL = ("rounds", "planned", "on_time", "late", "missed", "excused", "completed_rounds", "missed_rounds")


def check(seed: int) -> None:
    made = history(seed)
    tallies = [tally_day(facts_of(made, day)) for day in made.all_days]
    for day, tally in zip(made.all_days, tallies, strict=True):
        agree(tally, by_pencil(made, [day]), seed)
        parts_are_the_whole(tally)
    whole = add(tallies)
    counted = by_pencil(made, made.all_days)
    agree(whole, counted, seed)
    parts_are_the_whole(whole)
    shares_round_down(whole)

    running = counted.get("open_start", 0)
    for tally in tallies:  # each day's balance leads to the next one's
        figures = hazard_figures(tally, running)
        running = figures.balance.open_at_end
    assert running == counted.get("open_end", 0), seed
    assert hazard_figures(whole, counted.get("open_start", 0)).balance.agrees(running), seed


def agree(tally, counted, seed) -> None:
    counts, hazards = patrol_totals(tally), tally["hazards"]
    assert {name: getattr(counts, name) for name in PATROL} == {name: counted.get(name, 0) for name in PATROL}, seed
    assert {
        "reported": hazards["found"]["all"], "found": hazards["found"]["valid"], "closed": hazards["closed"],
        "removed": hazards["removed"], "reopened": hazards["reopened_after_close"],
        "checks": sum(hazards["verifications"].values()), "refused": hazards["verifications"]["failed"],
        "due": hazards["due"], "due_on_time": hazards["due_on_time"],
    } == {
        name: counted.get(name, 0)
        for name in ("reported", "found", "closed", "removed", "reopened", "checks", "refused", "due", "due_on_time")
    }, seed  # fmt: skip


def parts_are_the_whole(tally) -> None:
    counts, hazards = patrol_totals(tally), tally["hazards"]
    assert counts.planned == counts.on_time + counts.late + counts.missed
    assert len(tally["missed_points"]) == counts.missed
    assert sum(n for hours in tally["missed_by_place_hour"].values() for n in hours.values()) == counts.missed
    assert sum((route_counts(route) for route in tally["routes"].values()), PatrolCounts()) == counts
    assert sum(hazards["found"]["by_severity"].values()) == hazards["found"]["valid"]
    assert sum(hazards["found"]["by_source"].values()) == hazards["found"]["valid"]
    assert sum(hazards["removed_by"].values()) == hazards["removed"]
    assert hazards["due_on_time"] <= hazards["due"]
    assert hazards["rectify"]["n"] == len(hazards["rectify"]["all_s"])


def shares_round_down(tally) -> None:
    found, hazards = patrol_figures([patrol_totals(tally)]), hazard_figures(tally, 0)
    for share in (found.completion, found.on_time, found.round_completion, hazards.on_time, hazards.reopen):
        if share.d == 0:
            assert share.text == "—"
        else:
            assert (
                Fraction(share.percent) <= Fraction(share.n * 100, share.d) < Fraction(share.percent) + Fraction(1, 10)
            )


@pytest.mark.parametrize("part", range(4))
def test_two_thousand_histories_are_counted_as_by_pencil(part):
    for seed in range(part, MANY, 4):
        check(seed)


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=MANY))
def test_any_other_history_too(seed):
    check(seed)


def test_the_histories_hold_what_they_are_meant_to_hold():
    """A property of nothing proves nothing: every kind of trouble is there, and often."""
    made = [history(seed) for seed in range(400)]
    laps = [(one, lap) for one in made for lap in one.laps]
    taps = [tap for _, lap in laps for point in lap.points for tap in point.taps]
    steps = [step for one in made for danger in one.dangers for step, _ in danger.steps]
    nights = [lap for one, lap in laps if lap.times.starts_at.astimezone(one.tz).date() > lap.day]
    across = [one for one in made if one.tz.utcoffset(one.now) != one.tz.utcoffset(one.now.replace(month=7, day=1))]
    assert len(nights) > 100
    assert len(across) > 50
    assert sum(tap.voided for tap in taps) > 100
    assert sum((tap.received - tap.at).total_seconds() > 86_400 for tap in taps) > 100
    assert sum(point.excuse == "approved" for _, lap in laps for point in lap.points) > 100
    for step in ("reopen", "refuse", "reject", "merge", "transfer", "spot"):
        assert steps.count(step) > 10, step
    assert any(lap.cancelled for _, lap in laps)
    assert any(lap.make_up for _, lap in laps)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_percentage_never_rounds_up_and_nothing_of_nothing_is_a_dash(n, d):
    share = ratio(min(n, d), d)
    if d == 0:
        assert share.text == "—"
        return
    assert Fraction(share.percent) <= Fraction(share.n * 100, d)
    assert (share.percent == "100.0") == (share.n == d)


def test_golden_7_and_8_by_number():
    assert ratio(228, 231).percent == "98.7"
    assert ratio(9_996, 10_000).percent == "99.9"
    assert ratio(0, 0).percent == "—"
    made = {"found": {"all": 20, "valid": 20, "spot": 0}, "closed": 18, "removed": 2, "reopened_after_close": 1}
    empty = add([])
    balance = hazard_figures({**empty, "hazards": {**empty["hazards"], **made}}, 12).balance
    assert balance.open_at_end == 13
    assert balance.agrees(13)
    assert not balance.agrees(12)


@pytest.mark.parametrize("seed", range(40))
def test_the_pencils_business_day_is_the_programs(seed):
    made = history(seed)
    for lap in made.laps:
        assert business_day(lap.times.starts_at, made.tz, made.day_start) == lap.day == made.day_of(lap.times.starts_at)
    begin, end = day_bounds(made.first, made.tz, made.day_start)
    assert made.day_of(begin) == made.first < made.day_of(end)
    assert begin.tzinfo == UTC or begin.utcoffset() is not None
