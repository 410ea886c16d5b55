from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.equipment.service_life import SERVICE_YEARS, Years, days_left, due_state, past_due, service_life


@pytest.mark.parametrize(
    ("kind", "made", "served", "next_service", "scrap"),
    [
        ("extinguisher_dry_powder", (2019, 3), None, (2024, 3), (2029, 3)),
        ("extinguisher_dry_powder", (2019, 3), (2024, 5), (2026, 5), (2029, 3)),
        ("extinguisher_co2", (2015, 6), (2026, 1), (2027, 6), (2027, 6)),
        ("extinguisher_water", (2021, 1), (2026, 1), (2027, 1), (2027, 1)),
    ],
)
def test_golden_4_service_and_scrap_follow_from_the_month_of_manufacture(kind, made, served, next_service, scrap):
    life = service_life(kind, date(*made, 17), served and date(*served, 30))
    assert life == (date(*next_service, 1), date(*scrap, 1))


DATED = [
    {"code": "gauge", "hazard_category_on_fail": "extinguisher_fault"},
    {"code": "service_valid", "hazard_category_on_fail": "extinguisher_expired"},
    {"code": "not_scrap", "hazard_category_on_fail": "extinguisher_expired"},
]


@pytest.mark.parametrize(
    ("kind", "made", "served", "today", "fails"),
    [
        ("extinguisher_dry_powder", (2019, 3), None, date(2024, 2, 29), None),
        ("extinguisher_dry_powder", (2019, 3), None, date(2024, 4, 1), ("service_valid", date(2024, 3, 1))),
        ("extinguisher_dry_powder", (2019, 3), (2024, 5), date(2024, 6, 1), None),
        ("extinguisher_dry_powder", (2019, 3), (2024, 5), date(2029, 3, 1), ("not_scrap", date(2029, 3, 1))),
        ("extinguisher_co2", (2015, 6), (2026, 1), date(2027, 6, 1), ("not_scrap", date(2027, 6, 1))),
        ("extinguisher_water", (2021, 1), (2026, 1), date(2026, 12, 31), None),
        ("fire_door", (2001, 1), None, date(2026, 1, 1), None),
    ],
)
def test_golden_4_past_its_date_the_item_about_that_date_fails(kind, made, served, today, fails):
    life = service_life(kind, date(*made, 17), served and date(*served, 30))
    assert past_due(DATED, *life, today) == fails


def test_a_list_that_asks_once_about_the_dates_fails_there_and_one_that_does_not_ask_nowhere():
    scrap = date(2026, 1, 1)
    assert past_due(DATED[:2], scrap, scrap, scrap) == ("service_valid", scrap)
    assert past_due(DATED[:1], scrap, scrap, scrap) is None


def test_a_wheeled_extinguisher_counts_as_dry_powder():
    made = date(2019, 3, 1)
    assert service_life("extinguisher_wheeled", made, None) == service_life("extinguisher_dry_powder", made, None)


def test_equipment_without_a_table_has_neither_date():
    assert service_life("fire_door", date(2019, 3, 1), date(2020, 1, 1)) == (None, None)


def test_without_a_month_of_manufacture_only_a_service_sets_a_next_one():
    assert service_life("extinguisher_co2", None, None) == (None, None)
    assert service_life("extinguisher_co2", None, date(2026, 1, 9)) == (date(2028, 1, 1), None)


def test_a_service_before_the_manufacture_is_taken_as_none():
    life = service_life("extinguisher_co2", date(2020, 1, 1), date(2019, 1, 1))
    assert life.next_service == date(2025, 1, 1)


def test_a_site_may_set_its_own_years():
    life = service_life(
        "extinguisher_co2", date(2020, 1, 1), None, {**SERVICE_YEARS, "extinguisher_co2": Years(1, 1, 2)}
    )
    assert life == (date(2021, 1, 1), date(2022, 1, 1))


@pytest.mark.parametrize(
    ("today", "state", "days"),
    [
        (date(2023, 12, 31), "ok", 61),
        (date(2024, 1, 1), "soon", 60),
        (date(2024, 3, 1), "soon", 0),
        (date(2024, 3, 2), "overdue", -1),
        (date(2029, 2, 28), "overdue", -1825),
        (date(2029, 3, 1), "scrap", -1826),
    ],
)
def test_an_item_is_warned_of_sixty_days_ahead(today, state, days):
    dates = service_life("extinguisher_dry_powder", date(2019, 3, 1), None)
    assert due_state(*dates, today) == state
    assert days_left(*dates, today) == days


def test_an_item_without_dates_is_never_due():
    assert due_state(None, None, date(2026, 1, 1)) == "ok"
    assert days_left(None, None, date(2026, 1, 1)) is None


months = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@settings(deadline=None)
@given(st.sampled_from(sorted(SERVICE_YEARS)), months, st.none() | months)
def test_no_service_is_planned_beyond_scrapping(kind, made, served):
    life = service_life(kind, made, served)
    assert life.next_service <= life.scrap_on
    assert life.next_service.day == life.scrap_on.day == 1
