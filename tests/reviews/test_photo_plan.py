"""The photo log under every filter: finds what a naive look finds, reads its page from an index, and works no harder
on a history ten times as long, on its hundredth page, or for a mixture of filters that hardly anything fits."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from patrol.core.db import db, is_sqlite
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo
from patrol.reviews.photo_gaps import gaps
from patrol.reviews.photo_log import look, month_edge, photo_page, read_edge, window_of
from patrol.reviews.photo_plan import SHOWS, STATES, PhotoFilter, plan_of
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder
from tests.reviews.many_photos import many_photos
from tests.scenery import scene
from tests.workorders.many import many_orders

UNTIL = datetime(2026, 3, 20, 4, tzinfo=UTC)
FEW, MANY = 1500, 15000


@pytest.fixture
@scene
def hundred(world, places, people) -> list[UUID]:
    """The newest of six hundred hazards."""
    spots = [places.lobby.id, places.pump.id, places.roof.id, places.gate.id]
    users = [people.guard.id, people.engineer.id, people.supervisor.id]
    many_orders(world.site.id, 600, places=spots, users=users, until=UNTIL)
    return list(db.session.scalars(select(WorkOrder.id).order_by(WorkOrder.reported_at.desc()).limit(100)))


@pytest.fixture
def history(world, places, people, hundred):
    """Photos of four places in a tree, three people, a hundred hazards; and who never took one."""
    spots = [places.lobby.id, places.pump.id, places.roof.id, places.gate.id]
    users = [people.guard.id, people.engineer.id, people.supervisor.id]
    rounds = [uuid7() for _ in range(5)]

    def grow(count: int, until: datetime = UNTIL) -> SimpleNamespace:
        many_photos(
            world.site.id, count, places=spots, users=users, orders=hundred, rounds=rounds, until=until, seed=count
        )
        return SimpleNamespace(site=world.site.id, rounds=rounds)

    return grow


def filters(people, places, rounds) -> dict[str, PhotoFilter]:
    march = {"first": date(2026, 3, 17), "last": date(2026, 3, 18)}
    return {
        "none": PhotoFilter(),
        "place": PhotoFilter(place=places.roof.id),
        "building": PhotoFilter(place=places.block3.id),
        "person": PhotoFilter(person=people.engineer.id),
        "show": PhotoFilter(show="hazard"),
        "category": PhotoFilter(category="water_leak"),
        "round": PhotoFilter(round=rounds[1]),
        "open": PhotoFilter(state="open"),
        "closed": PhotoFilter(state="closed"),
        "days": PhotoFilter(**march),
        "since": PhotoFilter(first=date(2026, 3, 17)),
        "words": PhotoFilter(words="天台"),
        "owners": PhotoFilter(owners=False),
        "person and place": PhotoFilter(person=people.guard.id, place=places.block3.id),
        "days and category": PhotoFilter(category="lighting_fault", **march),
        "state and person": PhotoFilter(state="closed", person=people.guard.id, show="hazard"),
        "nobody": PhotoFilter(person=people.cleaner.id, place=places.roof.id),
    }


NAMES = (
    "none,place,building,person,show,category,round,open,closed,days,since,words,owners,"
    "person and place,days and category,state and person,nobody"
).split(",")


def naive(site_id, wanted: PhotoFilter):
    parents = {place.id: place.parent_id for place in db.session.scalars(select(Place))}
    names = {place.id: place.full_name for place in db.session.scalars(select(Place))}
    states = {order.id: order.state for order in db.session.scalars(select(WorkOrder))}

    def below(place):
        while place is not None and place != wanted.place:
            place = parents[place]
        return place is not None

    kept = [
        photo for photo in db.session.scalars(select(Photo).where(Photo.site_id == site_id, Photo.kind != "signature"))
        if (not wanted.place or below(photo.place_id))
        and (not wanted.person or photo.user_id == wanted.person)
        and (not wanted.show or photo.kind in SHOWS[wanted.show])
        and (not wanted.category or photo.category == wanted.category)
        and (not wanted.round or photo.round_id == wanted.round)
        and (not wanted.state or states.get(photo.subject_id) in STATES[wanted.state])
        and (not wanted.first or photo.business_day >= wanted.first)
        and (not wanted.last or photo.business_day <= wanted.last)
        and (not wanted.words or wanted.words in names[photo.place_id])
    ]  # fmt: skip
    return [photo.id for photo in sorted(kept, key=lambda photo: (photo.taken_at, photo.id), reverse=True)]


def through(site_id, wanted):
    found, edge, pages = [], None, 0
    while True:
        page = photo_page(site_id, wanted, older_than=edge, newer_than=None)
        found += [row.id for row in page.rows]
        pages += 1
        assert pages < 200
        if page.older is None:
            return found
        edge = read_edge(page.older)


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_together_are_what_a_naive_look_finds(history, people, places, name, monkeypatch):
    made = history(FEW)
    monkeypatch.setattr("patrol.reviews.photo_plan.WINDOWS", (40, 120))  # so that walks do break off
    wanted = filters(people, places, made.rounds)[name]
    expected = naive(made.site, wanted)
    assert through(made.site, wanted) == expected
    assert bool(expected) == (name != "nobody")


@pytest.mark.parametrize("name", ["person and place", "days and category", "none"])
def test_going_back_by_newer_meets_the_same_photos(history, people, places, name, monkeypatch):
    made = history(400)
    monkeypatch.setattr("patrol.reviews.photo_plan.WINDOWS", (40, 120))
    wanted, found = filters(people, places, made.rounds)[name], []
    edge = (UNTIL - timedelta(days=900), uuid7())
    while edge is not None:
        page = photo_page(made.site, wanted, older_than=None, newer_than=edge)
        found = [row.id for row in page.rows] + found
        edge = read_edge(page.newer)
    assert found == naive(made.site, wanted)


def test_a_jump_to_a_month_begins_with_its_last_photo(history, people, places):
    made = history(FEW, until=datetime(2026, 4, 2, 4, tzinfo=UTC))
    page = photo_page(made.site, PhotoFilter(), older_than=month_edge(date(2026, 3, 5)), newer_than=None)
    first = page.rows[0].taken_at
    assert datetime(2026, 3, 31, 23, 40, tzinfo=UTC) < first < datetime(2026, 4, 1, tzinfo=UTC)
    assert page.newer is not None


def steps(act) -> int:
    """Hundreds of instructions of SQLite's machine that this takes."""
    raw = db.session.connection().connection.driver_connection
    counted = [0]

    def tick() -> int:
        counted[0] += 1
        return 0

    raw.set_progress_handler(tick, 100)
    try:
        act()
    finally:
        raw.set_progress_handler(None, 0)
    return counted[0]


def test_no_page_works_harder_for_a_history_ten_times_as_long(history, people, places):
    if not is_sqlite(db.engine):
        pytest.skip("counts SQLite's own instructions")
    made = history(FEW)
    wanted = filters(people, places, made.rounds)
    few = {name: steps(lambda one=one: look(made.site, one, None, 25)) for name, one in wanted.items()}
    history(MANY, until=UNTIL - timedelta(minutes=4 * FEW))
    many = {name: steps(lambda one=one: look(made.site, one, None, 25)) for name, one in wanted.items()}
    deep = (UNTIL - timedelta(minutes=4 * (FEW + MANY // 2)), uuid7())
    endless = {name: one for name, one in wanted.items() if one.first is None}  # the others have no page so deep
    far = {name: steps(lambda one=one: look(made.site, one, deep, 25)) for name, one in endless.items()}

    dear = {name: (few[name], many[name]) for name in wanted if many[name] > 1.3 * few[name] + 40}
    # a walk that ends in nothing is as long as its window; and the same open hazards have ten times the photos
    dear = {name: cost for name, cost in dear.items() if name not in ("nobody", "open")}
    assert not dear
    assert not {name: (many[name], far[name]) for name in far if far[name] > 1.3 * many[name] + 40}
    assert max(many.values()) < 4000  # what the largest window costs, whatever is asked


@pytest.mark.parametrize("name", NAMES)
def test_each_walk_is_read_in_order_from_an_index(history, people, places, name):
    if not is_sqlite(db.engine):
        pytest.skip("the plan is SQLite's")
    made = history(50)
    plan = plan_of(made.site, filters(people, places, made.rounds)[name])
    assert plan is not None
    for lead in plan.leads:
        for edge in (None, (UNTIL, uuid7())):
            told = explained(window_of(plan, lead, edge, 250, False))
            assert "USING INDEX ix_photo_site_id_" in told or "USING COVERING INDEX ix_photo_" in told, told
            assert "SCAN photo" not in told, told
            assert ("TEMP B-TREE" in told) == plan.few, told  # a few hazards' photos are sorted


def explained(query) -> str:
    text = query.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    given = ((text._bind_processors.get(name), text.construct_params()[name]) for name in text.positiontup)
    values = tuple(change(value) if change else value for change, value in given)
    values = tuple(value.hex if isinstance(value, UUID) else value for value in values)
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize(
    "more", ["", "&state=open", "&category=water_leak", "&month=2026-03", "&month=2026-13", "&month=x"]
)
def test_the_page_takes_its_filters_from_the_address(history, as_user, people, more):
    history(60)
    reply = as_user(people.supervisor).get(f"/photos?within=all{more}")
    expected = 422 if more in ("&month=2026-13", "&month=x") else 303 if "month" in more else 200
    assert reply.status_code == expected
    if expected == 303:
        assert "before=" in reply.headers["Location"] and "month" not in reply.headers["Location"]


def test_the_sheet_holds_the_chosen_photos_of_this_site(history, as_user, people):
    made = history(30)
    ids = list(db.session.scalars(select(Photo.id).where(Photo.kind != "signature").order_by(Photo.taken_at).limit(14)))
    query = {"id": [*map(str, ids), "x", str(uuid7())]}
    reply = as_user(people.supervisor).get("/photos/sheet", query_string=query)
    assert reply.text.count("<article") == 2
    assert all(str(photo_id) in reply.text for photo_id in ids)
    assert made.site is not None
    assert as_user(people.guard).get("/photos/sheet").status_code == 403
    assert str(ids[0]) not in as_user(people.stranger).get("/photos/sheet", query_string=query).text
    assert as_user(people.supervisor).get("/photos/sheet").status_code == 200


def test_what_is_missing_is_listed_and_what_is_there_is_not(world, places, as_user, people):
    at = world.at(date(2026, 3, 10), "10:00")
    bare, half, whole = (world.hazard(places.roof, at + timedelta(hours=n)) for n in range(3))
    for hazard in (half, whole):
        world.photo(places.roof, at, kind="before", subject=("hazard", hazard.id))
        world.step(hazard, "rectify", at + timedelta(hours=5))
    world.photo(places.roof, at + timedelta(hours=5), kind="after", subject=("hazard", whole.id))
    late = world.photo(places.gate, at, arrived=False)
    after = at + timedelta(days=3)

    found = gaps(world.site.id, date(2026, 3, 1), date(2026, 3, 31), after, lambda _id: True)

    assert [row.id for row in found.without_before] == [bare.id]
    assert [row.id for row in found.without_after] == [half.id]
    assert [row.id for row in found.not_come] == [late.id]
    assert (found.lost, found.looked_at) == ([], 3)
    assert len(gaps(world.site.id, date(2026, 3, 1), date(2026, 3, 31), after, lambda _id: False).lost) == 3
    assert not gaps(people.stranger.id, date(2026, 3, 1), date(2026, 3, 31), after, lambda _id: False)
    with time_machine.travel(after, tick=False):
        text = as_user(people.supervisor).get("/photos/gaps").text
        assert str(bare.id) in text and str(half.id) in text and str(late.id) in text
        assert as_user(people.guard).get("/photos/gaps").status_code == 403
        assert as_user(people.supervisor).get("/photos/gaps?month=2027-01").status_code == 404
