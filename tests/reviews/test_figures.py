from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.reviews.counts import PatrolCounts
from patrol.reviews.figures import (
    Balance,
    EquipmentFacts,
    Sighted,
    Span,
    coverage,
    hazard_figures,
    patrol_figures,
    ratio,
    repeat_places,
    span,
    usable,
)
from patrol.reviews.tally import empty

MARCH = date(2026, 3, 1)


def extinguisher(n: int, **facts) -> EquipmentFacts:
    facts.setdefault("in_service_from", date(2020, 1, 1))
    return EquipmentFacts(id=n, name=f"MHQ-{n:03}", place=f"{n % 3} 栋", **facts)


def seen(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 3, day) for day in days)


def test_golden_7_three_items_not_inspected_are_named():
    items = [extinguisher(n, done_days=seen(9)) for n in range(228)]
    items += [extinguisher(n, done_days=[date(2026, 2, 28)]) for n in (228, 229, 230)]

    result = coverage(items, MARCH)

    assert (result.ratio, result.ratio.percent) == ((228, 231), "98.7")
    assert [item.name for item in result.missing] == ["MHQ-228", "MHQ-229", "MHQ-230"]
    assert not result.ratio.full


def test_golden_7_percentages_round_down_and_nothing_of_nothing_is_a_dash():
    assert ratio(9_996, 10_000).percent == "99.9"
    assert ratio(0, 0).percent == ratio(0, 0).text == "—"
    assert ratio(0, 7).text == "0.0%"
    assert ratio(7, 7).text == "100.0%"
    assert not ratio(0, 0).full


@settings(deadline=None)
@given(st.integers(1, 10**9).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))))
def test_a_percentage_never_rounds_up(counts):
    n, d = counts
    whole, tenth = ratio(n, d).percent.split(".")
    shown = int(whole) * 10 + int(tenth)
    assert shown * d <= n * 1000 < (shown + 1) * d
    assert (ratio(n, d).percent == "100.0") == (n == d)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError):
        ratio(-1, 3)


def test_golden_8_the_hazards_balance():
    balance = Balance(open_at_start=12, found=20, reopened=1, closed=18, removed=2)
    assert balance.open_at_end == 13
    assert balance.agrees(13)
    assert not balance.agrees(12)


def test_the_figures_of_rounds_keep_their_numbers():
    figures = patrol_figures(
        [
            PatrolCounts(4, 38, 33, 3, 2, 2, 2, 0),
            PatrolCounts(2, 20, 17, 2, 1, 0, 1, 1),
        ]
    )
    assert (figures.completion, figures.completion.percent) == ((55, 58), "94.8")
    assert (figures.on_time, figures.on_time.percent) == ((50, 58), "86.2")
    assert figures.round_completion == (3, 6)
    assert (figures.visited, figures.counts.missed, figures.counts.missed_rounds) == (55, 3, 1)


def test_no_rounds_give_dashes():
    assert patrol_figures([]).completion.percent == "—"


def test_mean_and_median_of_the_times_taken():
    assert span([3600, 7200, 90_000]) == Span(3, 33_600, 7200)
    assert span([1, 2]) == Span(2, 1, 1)
    assert span([]) == Span(0, None, None)


def test_an_empty_day_has_hazard_figures_without_a_percentage():
    figures = hazard_figures(empty(), open_at_start=4)
    assert figures.on_time.percent == figures.reopen.percent == "—"
    assert figures.balance.open_at_end == 4
    assert figures.rectify == Span(0, None, None)


def test_a_place_repeats_with_two_hazards_of_a_kind_or_one_that_recurs():
    assert repeat_places(
        [
            Sighted("stair", "ebike_stairwell"),
            Sighted("gate", "lighting_fault"),
            Sighted("stair", "ebike_stairwell"),
            Sighted("stair", "lighting_fault"),
            Sighted("roof", "drain_blocked", recurs=True),
        ]
    ) == {("stair", "ebike_stairwell"): 2, ("roof", "drain_blocked"): 1}


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, 1),
        ({"in_service_from": date(2026, 3, 24)}, 1),
        ({"in_service_from": date(2026, 3, 25)}, 0),
        ({"retired_on": date(2026, 3, 30)}, 0),
        ({"retired_on": date(2026, 3, 31)}, 1),
        ({"away_all_month": True}, 0),
    ],
)
def test_an_item_counts_when_it_was_there_for_the_month(facts, counts):
    assert coverage([extinguisher(1, **facts)], MARCH).ratio.d == counts


def test_golden_10_a_half_monthly_item_needs_both_halves():
    once = extinguisher(1, half_monthly=True, done_days=seen(3, 14))
    twice = extinguisher(2, half_monthly=True, done_days=seen(3, 16))
    assert coverage([once, twice], MARCH).missing == [once]


def test_an_item_is_usable_without_a_grave_hazard_and_within_its_dates():
    items = [
        extinguisher(1),
        extinguisher(2, open_severities=["minor"]),
        extinguisher(3, open_severities=["minor", "major"]),
        extinguisher(4, next_service=date(2026, 3, 1)),
        extinguisher(5, next_service=date(2026, 4, 1), scrap_on=date(2030, 1, 1)),
        extinguisher(6, scrap_on=date(2026, 3, 1)),
    ]
    assert usable(items, MARCH, date(2026, 3, 31)) == (3, 6)
