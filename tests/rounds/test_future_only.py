"""Whatever is published, and whenever: rounds that were made stay as they are, to the last column and stop."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from patrol.core.business_day import business_day
from patrol.core.db import db, write
from patrol.rounds.ensure import ensure_rounds, forget_made
from patrol.rounds.publish import publish, retire_route
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import add_route, draft_of, route_here, save_draft
from patrol.rounds.route_draft import PlanDraft, StopDraft
from tests.rounds.conftest import shanghai

NOON = shanghai("2026-03-31 12:00")


def all_rows() -> dict:
    """Every round and stop that there is: (table, id) -> all its columns."""
    db.session.rollback()
    return {
        (model.__tablename__, row.id): tuple(row)
        for model in (Round, RoundStop)
        for row in db.session.execute(select(*model.__table__.c))
    }


def still(known: dict) -> dict:
    """What the database says now of each of these."""
    here = all_rows()
    return {key: here.get(key) for key in known}


def any_plan(rng: random.Random, other) -> PlanDraft:
    more = {
        "random_min": rng.choice([0, 0, 15, 60]), "other_route": rng.choice([None, other]),
        "tolerance_min": rng.choice([None, 0, 10]), "crew_size": rng.choice([1, 2]),
        "weekdays": rng.choice([127, 31, 96]), "skip_dates": rng.choice([[], ["2026-04-02"]]),
        "days_of_month": rng.choice([[], [], [1, -1]]),
    }  # fmt: skip
    form = rng.choice(["every", "fixed", "per_shift", "on_demand"])
    band = {"band_start": rng.choice(["20:00", "18:30", "06:00"]), "band_end": rng.choice(["08:00", "02:15"])}
    own = {
        "every": {**band, "every_min": rng.choice([60, 120, 150])},
        "fixed": {"times": rng.choice([["09:00", "14:00"], ["20:00"], ["00:30", "03:00", "23:00"]])},
        "per_shift": {**band, "per_shift": rng.randint(1, 6)},
        "on_demand": {},
    }[form]
    return PlanDraft(form=form, expected_min=rng.choice([20, 45]), **own, **more)


def change(rng: random.Random, draft, other, places) -> None:
    match rng.choice(["plans", "plans", "stops", "window", "order", "name"]):
        case "plans":
            draft.plans = [any_plan(rng, other) for _ in range(rng.randint(1, 3))]
        case "stops":
            found = rng.sample([places.lobby, places.pump, places.roof, places.gate], rng.randint(1, 4))
            draft.stops = [StopDraft(place=one.id, required=rng.random() < 0.8) for one in found]
        case "window":
            draft.stops[0].window_from, draft.stops[0].window_to = "22:10", "23:00"
        case "order":
            draft.strict_order = not draft.strict_order
        case "name":
            draft.name = f"北线 {rng.randint(1, 99)}"


@pytest.mark.parametrize("seed", range(12))
def test_a_publication_touches_future_rounds_only(seed, night_route, sites, places):
    rng, site = random.Random(seed), sites.lake
    with write():
        other = add_route(site.id, "南线", by=None, at=NOON)
    at = NOON
    for route, count in ((other, 2), (night_route, 6)):
        for _ in range(count):
            at += timedelta(hours=rng.choice([1, 9, 26, 40]), minutes=rng.randint(0, 59))
            if rng.random() < 0.7:  # somebody looks before, or nobody does
                forget_made()
                ensure_rounds(site.id, at, site.zone, site.day_start)
            before = all_rows()
            published_change(rng, route, other.id if route is night_route else None, at, places)
            assert still(before) == before
            after = all_rows()
            today = business_day(at, site.zone, site.day_start)
            assert all(row.business_day <= today for row in new_rounds(before))
            forget_made()
            ensure_rounds(site.id, at, site.zone, site.day_start)
            assert still(after) == after
    with write():
        retire_route(route_here(site.id, night_route.id), by=None, at=at)
    assert still(after) == after
    assert len(after) > 30  # 24 are there to begin with


def published_change(rng, route, other, at, places) -> None:
    with write():
        row = route_here(route.site_id, route.id)
        first = business_day(at, row_site(row).zone, row_site(row).day_start) + timedelta(days=1)
        draft = draft_of(row, first)
        draft.stops = draft.stops or [StopDraft(place=places.gate.id)]
        change(rng, draft, other, places)
        save_draft(row, draft, version=None, on=first)
    if row.draft is not None:
        with write():
            publish(route_here(route.site_id, route.id), by=None, at=at)


def row_site(row):
    from patrol.sites.site import Site

    return db.session.get_one(Site, row.site_id)


def new_rounds(before: dict) -> list[Round]:
    return [row for row in db.session.scalars(select(Round)) if ("round", row.id) not in before]
