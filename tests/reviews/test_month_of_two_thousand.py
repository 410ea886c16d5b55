"""A month of a site with two thousand items: every figure against a recount that reads one item after the other."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, insert

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.inspection import Inspection
from patrol.equipment.ledger import Filter, listed, missing_ids
from patrol.equipment.month import fire_types
from patrol.equipment.outlook import outlook_of
from patrol.equipment.readings import readings_of
from patrol.equipment.service_life import SERVICE_YEARS, service_life
from patrol.hazards.hazard import Hazard
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.reviews.world import World

ITEMS, PLACES = 2000, 120
MONTH = (date(2026, 3, 1), date(2026, 3, 31))
TYPES = ("extinguisher_dry_powder",) * 8 + (
    "extinguisher_co2",
    "extinguisher_water",
    "indoor_hydrant",
    "fire_door",
    "lift",
)


@pytest.fixture
def lake(sites, people):
    """The site as plain rows: ``items`` with their events, inspections and hazards."""
    world, dice = World(sites.lake, people), random.Random(7)
    list_ = world.checklist("extinguisher_dry_powder", "月检", "Monthly", 30, ["extinguisher_dry_powder"])
    places = [
        {"id": uuid7(), "site_id": sites.lake.id, "kind": "spot", "name": f"{n} 层", "sort": n,
         "full_name": f"{n % 9} 栋 {n:03} 层", "created_at": datetime(2025, 1, 1, tzinfo=UTC)}
        for n in range(PLACES)
    ]  # fmt: skip
    items = [_item(n, sites.lake.id, dice.choice(places)["id"], dice) for n in range(ITEMS)]
    events, inspections = [], []
    for item in items:
        item["events"] = _events(item, dice)
        item["done"] = _done(item, dice)
        events += [
            {"id": uuid7(), "site_id": sites.lake.id, "equipment_id": item["id"], "kind": "state", "detail": {"to": to},
             "at": world.at(day, "12:00"), "user_id": None}
            for day, to in item["events"]
        ]  # fmt: skip
        inspections += [
            {"id": uuid7(), "site_id": sites.lake.id, "checklist_id": list_.id, "checklist_code": list_.code,
             "checklist_version": 1, "equipment_id": item["id"], "place_id": item["place_id"],
             "user_id": people.engineer.id, "started_at": None, "completed_at": world.at(day, "10:00"),
             "received_at": world.at(day, "10:00"), "business_day": day, "complete": complete, "failed_count": 0,
             "remark": ""}
            for day, complete in item["done"]
        ]  # fmt: skip
    with write():
        for model, rows in ((Place, places), (Equipment, [_row(item) for item in items]), (EquipmentEvent, events),
                            (Inspection, inspections)):  # fmt: skip
            db.session.execute(insert(model.__table__), rows)
        db.session.get_one(Site, sites.lake.id).created_at = world.at(MONTH[0], "08:00")
    _hazards(world, places, items, dice)
    return SimpleNamespace(
        world=world, site=sites.lake, items=items, places={row["id"]: row["full_name"] for row in places}
    )


def _item(n, site_id, place_id, dice):
    kind = dice.choice(TYPES)
    made = date(dice.randint(2014, 2025), dice.randint(1, 12), 1)
    served = date(dice.randint(2022, 2026), dice.randint(1, 3), 1) if dice.random() < 0.6 else None
    life = service_life(kind, made, served)
    retired = dice.choice([date(2026, 2, 10), date(2026, 3, 20), date(2026, 3, 31)]) if dice.random() < 0.04 else None
    since = (
        dice.choice([date(2026, 3, 20), date(2026, 3, 24), date(2026, 3, 25)])
        if dice.random() < 0.05
        else date(2025, 1, 1)
    )
    return {
        "id": uuid7(), "site_id": site_id, "code": f"M{n:05}", "type": kind, "name": "", "place_id": place_id,
        "model": "", "quantity": dice.choice([1, 1, 1, 4]), "made_on": made, "in_service_from": since,
        "last_service": served,
        "next_service": life.next_service, "scrap_on": life.scrap_on, "state": "retired" if retired else "in_service",
        "half_monthly": dice.random() < 0.1, "limits": {}, "contractor": "", "spare_for_id": None,
        "retired_on": retired, "created_at": datetime(2025, 1, 1, tzinfo=UTC), "version": 1,
    }  # fmt: skip


def _row(item):
    return {key: value for key, value in item.items() if key not in ("events", "done", "grave")}


def _events(item, dice):
    """(day, state) by day; the last says what the ledger shows."""
    found = []
    if dice.random() < 0.05:
        found.append((dice.choice([date(2026, 2, 20), date(2026, 3, 1), date(2026, 3, 9)]), "out_for_service"))
        if dice.random() < 0.5:
            found.append((dice.choice([date(2026, 3, 10), date(2026, 4, 2)]), "in_service"))
        if item["state"] != "retired":
            item["state"] = found[-1][1]
    return found


def _done(item, dice):
    days = [MONTH[0] + timedelta(days=dice.randrange(31)) for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 3]))]
    days += [date(2026, 2, 27)] if dice.random() < 0.3 else []
    return sorted((day, dice.random() < 0.97) for day in days)


def _hazards(world, places, items, dice):
    place = SimpleNamespace(id=places[0]["id"])
    for n, item in enumerate(dice.sample(items, 24)):
        severity = ("minor", "major", "critical")[n % 3]
        hazard = world.hazard(
            place, world.at(date(2026, 3, 12), "10:00"), severity=severity, category="extinguisher_fault"
        )
        with write():
            row = db.session.get_one(Hazard, (world.site.id, hazard.id))
            row.origin_kind, row.origin_id, row.origin_item = "equipment", item["id"], "list.item"
        item["grave"] = severity != "minor"


# The recount, in the words of DOMAIN §7, one item after the other.


def away_all_month(item):
    """Sent away before the month began and not back before it ended."""
    state = "in_service"
    for day, to in item["events"]:
        if day < MONTH[0]:
            state = to
    return state == "out_for_service" and not any(MONTH[0] <= day <= MONTH[1] for day, _to in item["events"])


def counts(item):
    taken_in = (MONTH[1] - item["in_service_from"]).days >= 7
    gone = item["retired_on"] is not None and item["retired_on"] < MONTH[1]
    return item["type"] in fire_types() and taken_in and not gone and not away_all_month(item)


def is_covered(item):
    days = {day.day for day, complete in item["done"] if complete and day.month == 3}
    if item["half_monthly"]:
        return any(day <= 15 for day in days) and any(day > 15 for day in days)
    return bool(days)


def is_usable(item, day):
    service, scrap = item["next_service"], item["scrap_on"]
    return not item.get("grave") and not (service and service < day) and not (scrap and scrap <= day)


@pytest.fixture
def queries():
    found = []

    def heard(_connection, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", heard)
    yield found
    event.remove(db.engine, "before_cursor_execute", heard)


def test_coverage_usable_rate_missing_and_outlook_are_those_of_a_recount(lake, queries, as_user, people):
    site, today = lake.site, MONTH[1]
    expected = [item for item in lake.items if counts(item)]
    missing = [item for item in expected if not is_covered(item)]
    at = lake.world.at(today, "23:00")

    found = review(site.id, Period.around("month", today), at)

    assert tuple(found.equipment.coverage.ratio) == (len(expected) - len(missing), len(expected))
    assert 1500 < len(expected) < 2000
    assert not found.equipment.coverage.ratio.full
    assert tuple(found.equipment.usable) == (sum(is_usable(item, today) for item in expected), len(expected))
    by_place = sorted(missing, key=lambda item: (lake.places[item["place_id"]], item["code"]))
    assert [one.id for one in found.equipment.coverage.missing] == [item["id"] for item in by_place]
    assert missing_ids(site.id, today) == [item["id"] for item in by_place]
    assert _pages(site.id, Filter(missing=MONTH[0]), today) == sorted(item["code"] for item in missing)
    unfit = sorted(item["code"] for item in expected if not is_usable(item, today))
    assert _pages(site.id, Filter(unusable=today), today) == unfit

    queries.clear()
    outlook, _rules = outlook_of(site.id, today)
    assert len(queries) <= 3
    assert _sums(outlook) == _recount(lake.items, today)

    queries.clear()
    readings_of(site, today, today)
    assert len(queries) <= 4


def _pages(site_id, narrowed, today):
    found, after = [], None
    while True:
        rows, after = listed(site_id, Filter(**{**_fields(narrowed), "after": after}), today)
        found += [row.code for row in rows]
        if after is None:
            return found


def _fields(narrowed):
    return {name: getattr(narrowed, name) for name in ("missing", "unusable")}


def _sums(outlook):
    sums = Counter()
    for one in outlook.past:
        sums["past", one.kind] += one.quantity
    for quarter in outlook.quarters:
        for one in quarter.coming:
            sums[quarter.first, one.kind] += one.quantity
    return +sums


def _recount(items, today):
    """Day by day over the year, for every unit that is not retired."""
    sums, end = Counter(), date(2027, 3, 1)
    firsts = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1)]
    for item in items:
        if item["state"] == "retired" or item["type"] not in SERVICE_YEARS:
            continue
        due, scrap, every = item["next_service"], item["scrap_on"], SERVICE_YEARS[item["type"]].every
        while due < end and due < scrap:
            sums["past" if due < today else max(first for first in firsts if first <= due), "service"] += item[
                "quantity"
            ]
            done = max(due, date(2026, 3, 1))
            due = done.replace(year=done.year + every)
        if scrap < end:
            when = "past" if scrap <= today else max(first for first in firsts if first <= scrap)
            sums[when, "scrap"] += item["quantity"]
    return sums


def test_the_month_s_queries_do_not_grow_with_the_ledger(lake, queries):
    def asked():
        db.session.expunge_all()
        queries.clear()
        review(lake.site.id, Period.around("month", MONTH[1]), lake.world.at(MONTH[1], "23:30"))
        return len([one for one in queries if one.startswith("SELECT")])

    asked()  # counts the days
    assert asked() <= 18
