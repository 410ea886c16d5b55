"""A list's new rule begins with the next period; the one that runs is finished as it was begun."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.business_day import period_of
from patrol.core.db import write
from patrol.equipment.checklist import current, new_version
from patrol.equipment.duty import duties
from patrol.equipment.items import INTERVALS
from patrol.equipment.owing import Rule, owed_later, rule_on
from tests.equipment.conftest import at

MONTHLY, WEEKLY, DAILY = Rule(30, ["a"]), Rule(7, ["a"]), Rule(1, ["a"])


@pytest.mark.parametrize(
    ("before", "now", "day", "since"),
    [
        (MONTHLY, WEEKLY, date(2026, 3, 11), date(2026, 4, 1)),
        (WEEKLY, MONTHLY, date(2026, 3, 11), date(2026, 3, 16)),  # Wednesday; Monday is next
        (WEEKLY, DAILY, date(2026, 3, 31), date(2026, 4, 1)),  # not beyond the month
        (Rule(365, ["a"]), MONTHLY, date(2026, 3, 11), date(2026, 4, 1)),
        (DAILY, DAILY, date(2026, 3, 11), None),
        (DAILY, Rule(1, ["a", "b"]), date(2026, 3, 11), date(2026, 3, 12)),
        (Rule(1, ["b", "a"]), Rule(1, ["a", "b"]), date(2026, 3, 11), None),
        (None, DAILY, date(2026, 3, 11), date(2026, 3, 12)),
        (None, MONTHLY, date(2026, 3, 11), date(2026, 4, 1)),
        (None, Rule(0, ["a"]), date(2026, 3, 11), None),
        (Rule(0, ["a"]), DAILY, date(2026, 3, 11), None),  # on demand has no period to finish
    ],
)
def test_when_a_new_rule_begins(before, now, day, since):
    assert owed_later(before, now, day) == since


@given(
    st.sampled_from(sorted(INTERVALS)),
    st.sampled_from(sorted(INTERVALS)),
    st.dates(date(2026, 1, 1), date(2099, 12, 31)),
)
def test_no_day_is_owed_by_two_rules_and_none_by_no_rule(old, new, day):
    before, now = Rule(old, ["a"]), Rule(new, ["b"])
    since = owed_later(before, now, day)
    version = SimpleNamespace(
        interval_days=new, applies_to=["b"], owed_from=since, owed_before={"interval_days": old, "applies_to": ["a"]}
    )
    if since is None:
        assert period_of(old, day) is None
    else:
        assert day < since <= day + timedelta(days=31)
        assert rule_on(version, since - timedelta(days=1)) == before
    assert rule_on(version, since or day) == now


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineer)


def renewed(row, by, day, **changed):
    said = {
        "title": row.title, "interval_days": row.interval_days, "applies_to": row.applies_to, "items": row.items,
        "version": row.version, "by": by.user_id, "at": at(day).at, "today": at(day).at.date(),
    } | changed  # fmt: skip
    with write():
        return new_version(row.site_id, row.code, **said)


def owed(by, day, code):
    return [duty for duty in duties(by, at(day).at) if duty.code == code]


def test_a_monthly_list_made_weekly_in_march_is_weekly_from_april(ledger, lists, by):
    renewed(lists["fire_pump"], by, "2026-03-11", interval_days=7)
    assert [duty.until for duty in owed(by, "2026-03-20", "fire_pump")] == [date(2026, 3, 31)]
    assert [duty.until for duty in owed(by, "2026-04-01", "fire_pump")] == [date(2026, 4, 5)]


def test_edited_twice_in_a_month_the_running_period_stays_the_first_ones(ledger, lists, by):
    weekly = renewed(lists["fire_pump"], by, "2026-03-11", interval_days=7)
    daily = renewed(weekly, by, "2026-03-12", interval_days=1)
    assert daily.owed_before == {"interval_days": 30, "applies_to": ["fire_pump"]}
    assert [duty.until for duty in owed(by, "2026-03-20", "fire_pump")] == [date(2026, 3, 31)]
    assert [duty.until for duty in owed(by, "2026-04-01", "fire_pump")] == [date(2026, 4, 1)]


def test_new_words_alone_change_nothing_of_what_is_owed(ledger, lists, by):
    made = renewed(lists["fire_pump"], by, "2026-03-11", items=lists["fire_pump"].items[:4])
    assert made.owed_from is None
    assert [duty.item_count for duty in owed(by, "2026-03-11", "fire_pump")] == [4]


def test_a_list_taken_from_one_thing_is_owed_by_it_until_the_period_ends(ledger, lists, by):
    renewed(lists["fire_pump"], by, "2026-03-11", applies_to=["lift"])
    assert {duty.equipment_id for duty in owed(by, "2026-03-31", "fire_pump")} == {ledger.pump.id}
    assert {duty.equipment_id for duty in owed(by, "2026-04-01", "fire_pump")} == {ledger.lift.id}
    assert current(by.site_id, "fire_pump").version == 2
