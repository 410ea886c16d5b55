"""What falls due in a year, by quarter: against a recount that goes through the months one by one."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.equipment.dated import Dated
from patrol.equipment.outlook import is_past, outlook, quarters_of, threshold
from patrol.equipment.service_life import SERVICE_YEARS, service_life

TODAY = date(2026, 11, 30)
POWDER = "extinguisher_dry_powder"


def unit(n=1, kind=POWDER, made=(2019, 3), served=None, quantity=1):
    life = service_life(kind, date(*made, 1) if made else None, date(*served, 1) if served else None)
    return SimpleNamespace(
        id=n, code=f"M{n:03}", name="", type=kind, place="3 栋", quantity=quantity, next_service=life.next_service,
        scrap_on=life.scrap_on,
    )  # fmt: skip


def cost(_kind, act):
    return {"service": 3500, "scrap": 9000}[act]


def test_golden_4_falls_into_the_quarters_of_its_months():
    """Never serviced powder of 2019-03 is past; serviced 2024-05 it is past too, in 2026-05; CO2 goes in 2027-06."""
    rows = [unit(1), unit(2, served=(2024, 5)), unit(3, "extinguisher_co2", (2015, 6), (2026, 1)),
            unit(4, "extinguisher_water", (2021, 1), (2026, 1))]  # fmt: skip

    found = outlook(rows, [], TODAY, cost=cost)

    assert [(one.code, one.kind, one.on) for one in found.past] == [
        ("M001", "service", date(2024, 3, 1)), ("M002", "service", date(2026, 5, 1)),
    ]  # fmt: skip
    ahead = [(quarter.first, one.code, one.kind) for quarter in found.quarters for one in quarter.coming]
    assert ahead == [(date(2027, 1, 1), "M004", "scrap"), (date(2027, 4, 1), "M003", "scrap")]
    assert found.fen == 2 * 3500 + 2 * 9000


def test_the_quarters_are_those_of_the_calendar_cut_to_twelve_months():
    assert quarters_of(TODAY) == [
        (date(2026, 11, 1), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 4, 1), date(2027, 6, 30)), (date(2027, 7, 1), date(2027, 9, 30)),
        (date(2027, 10, 1), date(2027, 10, 31)),
    ]  # fmt: skip
    assert len(quarters_of(date(2026, 1, 31))) == 4


@pytest.mark.parametrize(("left", "told"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7)])
def test_each_number_of_days_ahead_begins_on_its_day(left, told):
    assert threshold(left, (60, 30, 7)) == told


def test_a_mark_and_a_certificate_stand_beside_service_and_scrap():
    lift = unit(9, "lift", made=None)
    dated = [Dated(9, "inspection_mark", TODAY + timedelta(days=25), ""),
             Dated(9, "certificate", TODAY - timedelta(days=1), "")]  # fmt: skip

    found = outlook([lift], dated, TODAY)

    assert [(one.kind, one.on) for one in found.past] == [("certificate", TODAY - timedelta(days=1))]
    assert {days: [one.kind for one in rows] for days, rows in found.soon} == {7: [], 30: ["inspection_mark"], 60: []}


months = st.dates(date(2008, 1, 1), date(2026, 11, 30)).map(lambda day: (day.year, day.month))


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(SERVICE_YEARS)), months, st.none() | months, st.integers(1, 30)
        ), max_size=12,
    ),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)  # fmt: skip
def test_the_figures_are_those_of_a_recount_day_by_day(told, today):
    rows = [unit(n, kind, made, served, quantity) for n, (kind, made, served, quantity) in enumerate(told)]

    found = outlook(rows, [], today, cost=cost)

    naive, past = Counter(), Counter()
    for row in rows:
        due, scrapped = row.next_service, False
        day = min(d for d in (row.next_service, row.scrap_on, today) if d)
        end = today.replace(year=today.year + 1, day=1)
        while day < end and not scrapped:
            if day == row.scrap_on:
                scrapped = True
                (past if day <= today else naive)["scrap"] += row.quantity
            elif day == due:
                (past if day < today else naive)["service"] += row.quantity
                served = max(day, today.replace(day=1))
                due = served.replace(year=served.year + SERVICE_YEARS[row.type].every)
            day += timedelta(days=1)
    assert Counter({kind: sum(q.units(kind) for q in found.quarters) for kind in ("service", "scrap")}) == naive
    assert sum(one.quantity for one in found.past) == past.total()
    assert found.fen == cost("", "service") * (naive + past)["service"] + cost("", "scrap") * (naive + past)["scrap"]
    assert all(is_past(one.kind, one.on, today) for one in found.past)
