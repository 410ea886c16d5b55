"""The board of a large site stays small: six queries, a bounded page; and its figures are the review's own."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event

from patrol.accounts.roster import Duty
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.hazards.standing import standing
from patrol.reviews.board import board
from patrol.reviews.board_checks import fire_checks
from patrol.reviews.equipment_month import equipment_month
from patrol.reviews.fresh import days as days_of
from patrol.reviews.stock import stock
from patrol.sites.label import Label
from patrol.sites.place import Place
from tests.conftest import LONG_AGO

DAY = date(2026, 3, 18)
ROUTES, POINTS, ROUNDS = 40, 10, 5


@pytest.fixture
def many_places(sites):
    made = []
    with write():
        for n in range(POINTS):
            place = Place(
                id=uuid7(), site_id=sites.lake.id, kind="spot", name=f"{n} 号点", full_name=f"{n} 号点", number=n + 1,
                created_at=LONG_AGO,
            )  # fmt: skip
            db.session.add(place)
            db.session.flush()
            label = Label(
                id=uuid7(), site_id=sites.lake.id, place_id=place.id, code=f"9K3M9QX2AB{n:02}", issued_at=LONG_AGO
            )
            db.session.add(label)
            made.append(place)
    return made


@pytest.fixture
def busy_day(world, many_places, people, sites):
    """Forty routes of ten points, five rounds each: 2,000 visits; the fourth round is missed here and there."""
    routes = [
        world.route(f"{n + 1} 号线", many_places, DAY - timedelta(days=1), band=("08:00", "18:00"))
        for n in range(ROUTES)
    ]
    at = world.at(DAY, "17:10")
    world.make_rounds(DAY, at)
    rows = []
    for route in routes:
        for round_ in world.rounds(DAY, route):
            stops = world.stops(round_)
            late = {2} if round_.ordinal == 4 else set()
            rows += [
                (stop.place_id, round_.starts_at + timedelta(minutes=2 * n + 1), round_, ())
                for n, stop in enumerate(stops)
                if n not in late
            ]
    world.scans(rows)
    for n in range(30):
        world.hazard(many_places[n % POINTS], world.at(DAY, "09:00") + timedelta(minutes=n))
    with write():
        db.session.add_all(
            Duty(site_id=sites.lake.id, day=DAY, shift="day", team="security", user_id=person.id)
            for person in (people.guard, people.guard2, people.leader)
        )
    return len(rows), at


def queries(call) -> list[str]:
    sent = []
    listen = lambda *args: sent.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return [text for text in sent if text.lstrip("( ").startswith(("SELECT", "WITH"))]


def test_forty_routes_and_two_thousand_visits_cost_six_queries(world, busy_day, reader_of, people, as_user):
    visits, at = busy_day
    assert visits >= 1960
    here = reader_of(people.supervisor).here
    board(world.site.id, at, here)
    db.session.expunge_all()

    sent = queries(lambda: board(world.site.id, at, here))

    assert len(sent) == 6, "\n\n".join(sent)


def test_the_page_of_a_large_site_stays_small(busy_day, as_user, people):
    _visits, at = busy_day
    with time_machine.travel(at, tick=False):
        client = as_user(people.supervisor)
        live = client.get("/board/live", headers={"HX-Request": "true"})
        page = client.get("/board")
    assert live.status_code == page.status_code == 200
    assert "还有 30 条路线" in live.text
    assert live.text.count('class="tl__row"') == 10
    assert live.text.count('<div class="alarm') == 4
    assert len(live.data) < 100_000
    assert len(page.data) - len(live.data) < 30_000


def test_the_routes_that_miss_points_come_first(world, many_places, as_user, people):
    for name in ("一线", "二线", "三线"):
        world.route(name, many_places[:4], DAY, band=("20:00", "08:00"))
    world.make_rounds(DAY, world.at(DAY, "19:00"))
    for round_ in world.rounds(DAY):
        if round_.ordinal == 1 and round_.route_name != "三线":
            world.walk(round_, ["on_time"] * 4)
    with time_machine.travel(world.at(DAY, "21:20"), tick=False):
        page = as_user(people.supervisor).get("/board").text
    rows = [part.split("<")[0] for part in page.split('class="tl__row"')[1:]]
    assert [row.partition(">")[2] for row in rows] == ["三线", "一线", "二线"]


def test_what_a_make_up_round_reached_is_asked_for_no_more(world, many_places, people):
    from patrol.rounds.round import Round, RoundStop

    world.route("一线", many_places[:2], DAY)
    world.make_rounds(DAY, world.at(DAY, "19:00"))
    first = world.rounds(DAY)[0]
    world.walk(first, ["on_time", "missed"])
    at = world.at(DAY, "21:50")
    before = board(world.site.id, at)
    assert (len(before.missing), before.missed, before.due) == (1, 1, 2)

    again = world.at(DAY, "21:40")
    missed = world.stops(first)[1]
    with write():
        round_ = Round(
            id=uuid7(), site_id=world.site.id, route_id=first.route_id, plan_id=None, route_name="一线",
            team="security", business_day=DAY, ordinal=1, opens_at=again, starts_at=again,
            ends_at=again + timedelta(minutes=30), closes_at=again + timedelta(minutes=60), tolerance_s=0,
            kind="make_up",
        )  # fmt: skip
        db.session.add(round_)
        db.session.flush()
        db.session.add(
            RoundStop(
                id=uuid7(), site_id=world.site.id, round_id=round_.id, place_id=missed.place_id,
                place_name=missed.place_name, number=2, position=1,
            )
        )  # fmt: skip
    world.walk(round_, ["on_time"])

    after = board(world.site.id, at)

    assert after.missing == []
    assert (after.missed, after.due, after.reached) == (1, 2, 1)


def coverage_both_ways(world):
    hazards = standing(world.site.id, DAY)
    first = DAY.replace(day=1)
    last = date(2026, 3, 31)
    checked = days_of(world.site.id, first, last, world.at(last, "23:00")).checked
    month = equipment_month(world.site, DAY, hazards, DAY, stock(world.site.id, first, first, checked))
    return fire_checks(world.site.id, DAY, world.site.zone, world.site.day_start), month.coverage.ratio


def test_the_boards_checks_are_the_months(world, places, people):
    monthly = world.checklist("extinguisher_dry_powder", "灭火器", "Extinguisher")
    made = [world.equipment(n, places.pump) for n in range(12)]
    half = [world.equipment(20 + n, places.roof, half_monthly=True) for n in range(4)]
    world.equipment(30, places.roof, since=date(2026, 3, 28))
    world.equipment(31, places.roof, type="water_pump")
    world.equipment(32, places.roof, retired_on=date(2026, 3, 10), state="retired")
    for n, item in enumerate(made[:7]):
        world.inspect(monthly, world.at(date(2026, 3, 1 + 2 * n), "10:00"), equipment=item, complete=n != 3)
    world.inspect(monthly, world.at(date(2026, 2, 27), "10:00"), equipment=made[8])
    for item, dates in zip(half, ((3,), (3, 17), (16, 17), (15, 16)), strict=True):
        for day in dates:
            world.inspect(monthly, world.at(date(2026, 3, day), "10:00"), equipment=item)
    away = [(made[9], "2026-02-20"), (made[10], "2026-03-05"), (made[11], None)]
    with write():
        for item, since in away:
            db.session.get_one(Equipment, (world.site.id, item.id)).state = "out_for_service"
            if since:
                at = world.at(date.fromisoformat(since), "10:00")
                db.session.add(
                    EquipmentEvent(
                        id=uuid7(), site_id=world.site.id, equipment_id=item.id, kind="state", at=at, user_id=None,
                        detail={"to": "out_for_service"},
                    )
                )  # fmt: skip

    here, there = coverage_both_ways(world)

    assert here == there
    assert here.d == 14  # twelve and four, without the two that were away from before the month on
    assert here.n == 8


def test_a_site_without_equipment_has_no_rate(world):
    here, there = coverage_both_ways(world)
    assert here == there == (0, 0)
