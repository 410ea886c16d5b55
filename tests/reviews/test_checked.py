"""What was checked on a day is a pure count of its inspections, and a month knows by it what it covers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.reviews.checked import Numbers, checked_day, done_in, numbers_in
from patrol.reviews.facts import DayFacts, InspectionFacts, ReadingFacts

DAY = date(2026, 3, 18)
NOON = datetime(2026, 3, 19, 4, tzinfo=UTC)
THINGS = st.sampled_from(["a" * 32, "b" * 32, "c" * 32])
done = st.builds(
    InspectionFacts, st.sampled_from(["pump", "door"]), st.booleans(), st.integers(0, 2), thing=THINGS, by=THINGS
)


def facts(inspections=(), readings=()):
    return DayFacts(DAY, NOON, ZoneInfo("Asia/Shanghai"), inspections=inspections, readings=readings)


def test_a_list_names_what_it_was_completed_for_how_often_it_failed_and_who_was_last():
    made = checked_day(
        facts([
            InspectionFacts("pump", True, 2, thing="t1", by="li"),
            InspectionFacts("pump", True, 0, thing="t1", by="li", shift="night"),
            InspectionFacts("pump", False, 1, thing="t2", by="ma"),
        ])
    )  # fmt: skip
    assert made["lists"] == {"pump": [{"": ["t1"], "night": ["t1"]}, 2, "ma"]}


@settings(max_examples=200, deadline=None)
@given(st.lists(done, max_size=12))
def test_nothing_is_counted_that_was_not_completed(inspections):
    found = {one.code: one for one in done_in({DAY: checked_day(facts(inspections))}, DAY, DAY)}
    assert set(found) == {one.checklist for one in inspections}
    for code, one in found.items():
        mine = [inspection for inspection in inspections if inspection.checklist == code]
        assert set().union(*one.by_shift.values()) == {inspection.thing for inspection in mine if inspection.complete}
        assert (one.failed, one.by) == (sum(inspection.failed > 0 for inspection in mine), mine[-1].by)


def test_days_outside_the_stretch_are_left_out():
    made = checked_day(
        facts([InspectionFacts("pump", thing="t1")], [ReadingFacts("pump", "bar", "t1", 2, 0.4, 0.6, 1)])
    )
    days = {DAY: made}
    assert numbers_in(days, DAY, DAY) == {("pump", "bar", "t1"): [Numbers(DAY, 2, 0.4, 0.6, 1)]}
    assert not numbers_in(days, date(2026, 3, 19), date(2026, 3, 31))
    assert not list(done_in(days, date(2026, 3, 1), date(2026, 3, 17)))
