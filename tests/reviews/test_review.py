"""Weeks and months are sums of days, hazards balance, and every figure can be looked up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from patrol.core.db import db, write
from patrol.hazards.standing import standing
from patrol.reviews.fresh import each_day, tallies
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.tally import add, patrol_totals
from tests.reviews.world import random_history

MARCH = Period.parse("month", "2026-03")


@pytest.fixture
def april(world):
    return world.at(date(2026, 4, 2), "12:00")


def test_periods_are_written_and_read_back():
    for kind, text, first, last in (
        ("day", "2026-03-18", date(2026, 3, 18), date(2026, 3, 18)),
        ("week", "2026-W12", date(2026, 3, 16), date(2026, 3, 22)),
        ("month", "2026-02", date(2026, 2, 1), date(2026, 2, 28)),
    ):
        period = Period.parse(kind, text)
        assert (period.slug, period.first, period.last) == (text, first, last)
        assert period.next.previous == period
    assert MARCH.number == "YB-2026-03"
    assert MARCH.weeks[0].slug == "2026-W09"
    assert [len(week.days) for week in MARCH.weeks] == [1, 7, 7, 7, 7, 2]


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "2026-W54", "x", "20260318", "2026-02-30"])
def test_other_writings_are_refused(text):
    for kind in ("day", "week", "month"):
        with pytest.raises(ValueError):
            Period.parse(kind, text)


@pytest.mark.parametrize("seed", range(3))
def test_a_week_is_its_seven_days_and_a_month_is_its_days(world, north, spots, april, seed):
    world.make_rounds(date(2026, 4, 1), april)
    random_history(world, spots, each_day(date(2026, 3, 9), date(2026, 3, 24)), seed)

    month = review(world.site.id, MARCH, april)
    days = tallies(world.site.id, MARCH.first, MARCH.last, april)
    assert month.total == add(days.values())
    week = review(world.site.id, Period.parse("week", "2026-W12"), april)
    assert week.total == add(days[day] for day in week.period.days)
    assert month.balanced
    assert week.balanced
    figures = [review(world.site.id, Period.around("day", day), april) for day in week.period.days]
    assert sum(f.patrol.counts.missed for f in figures) == week.patrol.counts.missed
    for before, after in pairwise(figures):
        assert before.balanced
        assert before.hazards.balance.open_at_end == after.hazards.balance.open_at_start
    assert sum(n for _, n, _ in month.weekly) == month.hazards.found
    assert sum(sum(row[2]) for row in month.heat[1]) == month.patrol.counts.missed  # four points: all are shown


def test_golden_8_the_month_balances_from_the_records_themselves(world, places, april):
    at = lambda day, clock="10:00": world.at(date(2026, 3, day), clock)  # noqa: E731
    old = [world.hazard(places.roof, world.at(date(2026, 2, 20), "10:00"), hours=2000) for _ in range(13)]
    world.step(old[12], "rectify", world.at(date(2026, 2, 27), "10:00"))
    world.step(old[12], "verify", world.at(date(2026, 2, 28), "10:00"))
    new = [world.hazard(places.gate, at(2), hours=2000) for _ in range(20)]
    world.step(old[12], "reopen", at(3))
    for hazard in (*old[:10], *new[:8]):
        world.step(hazard, "rectify", at(10))
        world.step(hazard, "verify", at(11))
    world.step(new[8], "reject", at(12))
    world.step(new[9], "merge", at(12))

    march = review(world.site.id, MARCH, april)

    balance = march.hazards.balance
    assert (balance.open_at_start, balance.found, balance.reopened) == (12, 20, 1)
    assert (balance.closed, balance.removed, balance.open_at_end) == (18, 2, 13)
    assert march.balanced
    assert march.hazards.found == 18


def test_what_was_open_then_is_worked_back_from_what_happened_since(world, places, april):
    march_9 = date(2026, 3, 9)
    hazard = world.hazard(places.roof, world.at(march_9, "10:00"))
    world.step(hazard, "assign", world.at(march_9, "11:00"))
    world.step(hazard, "rectify", world.at(march_9 + timedelta(days=2), "11:00"))
    world.step(hazard, "verify", world.at(march_9 + timedelta(days=3), "11:00"))

    def states(offset):
        return [found.state for found in standing(world.site.id, march_9 + timedelta(days=offset))]

    assert [states(n) for n in range(-1, 5)] == [[], ["assigned"], ["assigned"], ["to_verify"], [], []]


def test_golden_7_the_items_not_inspected_are_named_with_their_place(world, places, april):
    monthly = world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    items = [world.equipment(n, places.pump) for n in range(8)]
    for item in items[:7]:
        world.inspect(monthly, world.at(date(2026, 3, 9), "10:00"), equipment=item)
    world.inspect(monthly, world.at(date(2026, 3, 9), "10:00"), equipment=items[7], complete=False)

    march = review(world.site.id, MARCH, april)

    assert march.equipment.coverage.ratio == (7, 8)
    assert [march.equipment.codes[item.id] for item in march.equipment.coverage.missing] == ["MHQ-0007"]
    assert [(r.code, r.ratio) for r in march.routines] == [("extinguisher_dry_powder", (7, 8))]


def test_a_quiet_site_has_dashes_and_no_zero_percent(world, april):
    march = review(world.site.id, MARCH, april)
    assert march.patrol.completion.text == march.equipment.coverage.ratio.text == "—"
    assert march.heat == ([], [])


def test_a_day_without_marks_is_counted_too(world, north, april):
    """Rounds nobody walked are missed though nobody ever wrote anything that day."""
    world.make_rounds(date(2026, 3, 31), april)
    with write():
        db.session.execute(db.text("DELETE FROM site_day"))
    assert patrol_totals(review(world.site.id, MARCH, april).total).missed == 31 * 24
