"""How often and by what a list is owed on a day: a version's new rule begins with the next period. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from patrol.core.business_day import month_bounds, period_of


class Rule(NamedTuple):
    interval_days: int
    applies_to: Sequence[str]


def rule_on(version: Any, day: date) -> Rule | None:
    """version: anything with interval_days, applies_to, owed_from and owed_before. None: not owed yet."""
    if version.owed_from is None or day >= version.owed_from:
        return Rule(version.interval_days, version.applies_to)
    before = version.owed_before
    return Rule(before["interval_days"], before["applies_to"]) if before else None


def owed_later(before: Rule | None, now: Rule, day: date) -> date | None:
    """From which business day a rule made on ``day`` holds; None: it changes nothing, or holds at once.

    The period that runs is finished as it was begun, a new list has none yet; but nobody waits beyond this month.
    """
    if before is not None and _same(before, now):
        return None
    running = period_of((before or now).interval_days, day)
    if running is None:
        return None
    return min(running[1], month_bounds(day)[1]) + timedelta(days=1)


def owed_now(versions: Collection[Any], day: date) -> list[tuple[Any, Rule]]:
    """Those of these versions that are owed on the day, each with its rule; those on demand are left out."""
    rules = [(row, rule_on(row, day)) for row in versions]
    return [(row, rule) for row, rule in rules if rule is not None and rule.interval_days]


def _same(one: Rule, other: Rule) -> bool:
    return one.interval_days == other.interval_days and set(one.applies_to) == set(other.applies_to)
