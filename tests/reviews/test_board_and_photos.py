"""The board says what needs somebody now; the photo log finds a picture from either end."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo
from patrol.reviews.board import board
from patrol.reviews.photo_log import neighbours, photo_page, read_edge, write_edge
from patrol.reviews.photo_plan import PhotoFilter

DAY = date(2026, 3, 18)


def at_clock(world, clock):
    return time_machine.travel(world.at(DAY, clock), tick=False)


@pytest.fixture
def tonight(world, north):
    world.make_rounds(DAY, world.at(DAY, "19:00"))
    return world.rounds(DAY)


def test_a_point_past_its_time_asks_for_a_call_while_the_round_is_open(world, tonight, as_user, people):
    with write():
        people.guard.phone = "13800000217"
        db.session.add(db.session.merge(people.guard))
    world.walk(tonight[0], ["on_time", "late", "pending", "on_time"])
    at = world.at(DAY, "21:20")

    found = board(world.site.id, at)

    assert (found.reached, found.due, found.missed) == (3, 4, 0)
    assert [(m.stop.name, m.over, m.person) for m in found.missing] == [("3 栋 天台", False, "张伟")]
    with at_clock(world, "21:20"):
        html = as_user(people.supervisor).get("/board").get_data(as_text=True)
    assert 'href="tel:13800000217"' in html
    assert f'href="/rounds/{tonight[0].id}"' in html


def test_who_has_walked_the_whole_round_is_not_called_quiet(world, tonight, as_user, people):
    for states, said, unsaid in (
        (["on_time"] * 4, "这轮已巡完", "没打点"),
        (["on_time", "on_time", "on_time", "pending"], "没打点", "这轮已巡完"),
    ):
        world.walk(tonight[0] if "pending" not in states else tonight[1], states)
        with at_clock(world, "21:30" if "pending" not in states else "23:30"):
            duty = as_user(people.supervisor).get("/board").text.partition('board-duty"')[2].partition("</section>")[0]
        assert said in duty
        assert unsaid not in duty


def test_points_missing_in_one_round_are_one_alarm_with_one_call(world, tonight, as_user, people):
    world.walk(tonight[0], ["on_time", "pending", "pending", "pending"])

    found = board(world.site.id, world.at(DAY, "21:20"))

    assert [(len(alarm.points), alarm.numbers) for alarm in found.alarms] == [(3, "2–4")]
    with at_clock(world, "21:20"):
        html = as_user(people.supervisor).get("/board").get_data(as_text=True)
    assert "等 3 个点" in html
    assert html.count('<div class="alarm') == 1


def test_a_closed_round_leaves_its_points_missed(world, tonight):
    world.walk(tonight[0], ["on_time", "on_time", "on_time", "pending"])
    found = board(world.site.id, world.at(DAY, "21:40"))
    assert (found.missed, [m.over for m in found.missing]) == (1, [True])
    assert [e.kind for e in found.feed if e.kind == "missed"] == ["missed"]


def test_a_quiet_night_has_a_calm_card(world, tonight, as_user, people):
    with at_clock(world, "19:30"):
        html = as_user(people.supervisor).get("/board").get_data(as_text=True)
    assert "现在没有漏巡" in html
    assert "card--alarm" not in html


def test_the_live_part_brings_the_time_with_it(world, tonight, as_user, people):
    with at_clock(world, "20:10"):
        reply = as_user(people.supervisor).get("/board/live", headers={"HX-Request": "true"})
    html = reply.get_data(as_text=True)
    assert "<html" not in html
    assert 'id="board-fresh" hx-swap-oob="true"' in html
    assert "20:10 更新" in html


@pytest.fixture
def album(world, places, people):
    """Sixty photos, five minutes apart, of two people at three places; some at the very same moment."""
    made = []
    for n in range(60):
        at = world.at(DAY, "09:00") + timedelta(minutes=5 * (n // 2))
        place = (places.lobby, places.roof, places.gate)[n % 3]
        kind = "visit" if n % 4 else "inspection"
        by = people.guard if n % 5 else people.engineer
        made.append(world.photo(place, at, kind=kind, by=by, arrived=n % 10 != 0))
    return sorted(((p.taken_at, p.id) for p in made), reverse=True)


def ids(rows):
    return [row.id for row in rows]


def walk_through(site_id, wanted):
    found, edge = [], None
    while True:
        page = photo_page(site_id, wanted, older_than=edge, newer_than=None)
        found += ids(page.rows)
        if page.older is None:
            return found
        edge = read_edge(page.older)


def test_the_pages_together_hold_every_photo_once(world, album):
    assert walk_through(world.site.id, PhotoFilter()) == [photo_id for _, photo_id in album]


@pytest.mark.parametrize("name", ["building", "person", "show", "words", "place", "day", "person_words"])
def test_every_filter_finds_what_a_look_at_each_photo_finds(world, album, places, people, name):
    wanted, fits = {
        "building": (PhotoFilter(place=places.block3.id), lambda p: p.place_id in (places.lobby.id, places.roof.id)),
        "person": (PhotoFilter(person=people.engineer.id), lambda p: p.user_id == people.engineer.id),
        "show": (PhotoFilter(show="checklist"), lambda p: p.kind == "inspection"),
        "words": (PhotoFilter(words="天台"), lambda p: p.place_id == places.roof.id),
        "person_words": (
            PhotoFilter(words="李强", show="visit"),
            lambda p: (p.user_id, p.kind) == (people.engineer.id, "visit"),
        ),
        "place": (PhotoFilter(place=places.gate.id), lambda p: p.place_id == places.gate.id),
        "day": (PhotoFilter(first=DAY, last=DAY), lambda p: p.business_day == DAY),
    }[name]  # fmt: skip
    photos = {photo.id: photo for photo in db.session.query(Photo)}
    expected = [photo_id for _, photo_id in album if fits(photos[photo_id])]
    assert walk_through(world.site.id, wanted) == expected
    assert expected


def test_going_back_shows_the_page_one_came_from(world, album):
    first = photo_page(world.site.id, PhotoFilter(), older_than=None, newer_than=None)
    second = photo_page(world.site.id, PhotoFilter(), older_than=read_edge(first.older), newer_than=None)
    back = photo_page(world.site.id, PhotoFilter(), older_than=None, newer_than=read_edge(second.newer))
    assert ids(back.rows) == ids(first.rows)
    assert back.newer is None


def test_the_neighbours_of_a_photo_stand_on_both_sides(world, album):
    edge = album[10]
    assert ids(neighbours(world.site.id, PhotoFilter(), edge, 3)) == [i for _, i in album[11:14]]
    assert ids(neighbours(world.site.id, PhotoFilter(), edge, 3, newer=True)) == [i for _, i in reversed(album[7:10])]


@pytest.mark.parametrize("text", ["", "x", "zz-11", "1-2", "-", "ffffffffffffffffffff-" + "0" * 32, None])
def test_an_edge_nobody_was_given_is_ignored(text):
    assert read_edge(text) is None


def test_an_edge_is_written_and_read_back(world, album):
    row = neighbours(world.site.id, PhotoFilter(), None, 1)[0]
    assert read_edge(write_edge(row)) == (row.taken_at, row.id)


def test_the_log_shows_photos_that_are_still_on_their_way(world, album, as_user, people):
    with at_clock(world, "20:00"):
        html = as_user(people.supervisor).get("/photos").get_data(as_text=True)
    assert "照片在路上" in html
    assert "60 张" in html
    assert len(re.findall(r'class="photo-card', html)) >= 24


def test_the_page_of_a_hazards_photo_tells_its_story(world, places, as_user, people):
    at = world.at(DAY, "22:31")
    hazard = world.hazard(places.roof, at)
    world.step(hazard, "assign", world.at(DAY, "23:01"))
    photo = world.photo(places.roof, at, kind="before", subject=("hazard", hazard.id), delay=timedelta(minutes=27))
    with at_clock(world, "23:30"):
        html = as_user(people.supervisor).get(f"/photos/{photo.id}").get_data(as_text=True)
        assert as_user(people.guard2).get(f"/photos/{photo.id}").status_code == 200
        assert as_user(people.stranger).get(f"/photos/{photo.id}").status_code == 404
        assert as_user(people.supervisor).get(f"/photos/{uuid7()}").status_code == 404
    for words in ("花盆松动", "底座没固定", "22:58 收到", "拍后 27 分", "王芳 派单", f"/hazards/{hazard.id}"):
        assert words in html, words


def test_a_colleagues_visit_photo_is_for_those_who_lead(world, places, as_user, people):
    scan_id = uuid7()
    photo = world.photo(places.roof, world.at(DAY, "22:31"), subject=("scan", scan_id))
    with at_clock(world, "23:30"):
        assert as_user(people.guard).get(f"/photos/{photo.id}").status_code == 200
        assert as_user(people.guard2).get(f"/photos/{photo.id}").status_code == 403
