"""Measures are carried until they are done, and the week's lots are the same for everybody who draws them."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.reviews.fresh import recount, tallies
from patrol.reviews.measure import Measure, decide, end_measure, said_in, summarise
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.visit_check import PER_WEEK, VisitCheck, check_visit, draw_visits, drawn_visits
from patrol.rounds.scan import Scan

MARCH, APRIL = Period.parse("month", "2026-03"), Period.parse("month", "2026-04")
WEEK = Period.parse("week", "2026-W12")
DAY = date(2026, 3, 18)


@pytest.fixture
def third(world):
    """3 April, noon: March is over."""
    return world.at(date(2026, 4, 3), "12:00")


@pytest.fixture
def boss(people, reader_of):
    return reader_of(people.supervisor)


def decided(boss, people, at, text="车库加装摄像头", due=date(2026, 4, 10)):
    with write():
        return decide(MARCH, text, people.engineer.id, due, by=boss, at=at).id


def test_a_measure_is_carried_until_it_is_done_and_stays_where_it_was_decided(world, people, boss, third):
    first, second = decided(boss, people, third), decided(boss, people, third, "补种草坪", date(2026, 5, 8))
    april = said_in(world.site.id, APRIL).measures
    assert [(m.text, m.person, m.carried, m.how) for m in april] == [
        ("车库加装摄像头", "李强", True, ""), ("补种草坪", "李强", True, ""),
    ]  # fmt: skip
    assert april[0].late(date(2026, 4, 11))
    with write():
        end_measure(first, "done", "4 月 9 日装好", by=boss, at=third + timedelta(days=6))
    with write():
        end_measure(second, "dropped", "改到秋季", by=boss, at=third + timedelta(days=30))
    assert [(m.text, m.how) for m in said_in(world.site.id, MARCH).measures] == [
        ("车库加装摄像头", "done"), ("补种草坪", "dropped"),
    ]  # fmt: skip
    may = Period.parse("month", "2026-05")
    assert [m.text for m in said_in(world.site.id, may).measures] == ["补种草坪"]
    assert said_in(world.site.id, Period.parse("month", "2026-06")).measures == []


@pytest.mark.parametrize(
    ("text", "person", "due", "code"),
    [
        (" ", "engineer", date(2026, 4, 10), "measure.text"),
        ("做", "stranger", date(2026, 4, 10), "measure.person"),
        ("做", None, date(2026, 4, 10), "measure.person"),
        ("做", "engineer", date(2026, 4, 2), "measure.due"),
        ("做", "engineer", None, "measure.due"),
    ],
)
def test_a_measure_says_what_who_and_until_when(people, boss, third, text, person, due, code):
    who = getattr(people, person).id if person else None
    with pytest.raises(Problem, match=code.replace(".", r"\.")), write():
        decide(MARCH, text, who, due, by=boss, at=third)


def test_measures_are_ended_once_by_whoever_may(people, boss, reader_of, third):
    measure = decided(boss, people, third)
    guard, engineer, stranger = map(reader_of, (people.guard, people.engineer, people.stranger))
    with pytest.raises(Problem, match="forbidden"), write():
        end_measure(measure, "done", "", by=guard, at=third)
    with pytest.raises(Problem, match=r"measure\.why"), write():
        end_measure(measure, "dropped", "", by=boss, at=third)
    with write():
        end_measure(measure, "done", "", by=engineer, at=third)
    with pytest.raises(Problem, match=r"measure\.ended"), write():
        end_measure(measure, "done", "", by=boss, at=third)
    with pytest.raises(NotHere), write():
        end_measure(measure, "done", "", by=stranger, at=third)


def test_the_latest_summary_stands_and_is_frozen_with_the_review(world, people, boss, third, as_user):
    for n, text in enumerate(("三月平稳。", "三月平稳，车库两次漏巡。")):
        with write():
            summarise(MARCH, text, by=boss, at=third + timedelta(minutes=n))
    decided(boss, people, third)
    assert said_in(world.site.id, MARCH).summary == "三月平稳，车库两次漏巡。"
    with time_machine.travel(third + timedelta(hours=1), tick=False):
        desk, url = as_user(people.supervisor), "/reviews/month/2026-03"
        assert "车库加装摄像头" in desk.get(url).get_data(as_text=True)
        assert desk.post(f"{url}/signature", data={}).status_code == 303
        page = desk.get(f"{url}/signed/1").get_data(as_text=True)
    assert "三月平稳，车库两次漏巡。" in page
    assert "车库加装摄像头" in page


def test_the_pages_forms_write_measures(world, people, third, as_user):
    url = "/reviews/month/2026-03"
    with time_machine.travel(third, tick=False):
        desk = as_user(people.supervisor)
        sent = {"text": "加强夜间巡查", "person": str(people.guard.id), "due_on": "2026-04-20"}
        assert desk.post(f"{url}/measures", data=sent).location == f"{url}#measures"
        assert desk.post(f"{url}/summary", data={"text": "好"}).location == f"{url}#measures"
        assert desk.post(f"{url}/measures", data={**sent, "due_on": "soon"}).status_code == 422
        measure = db.session.scalars(select(Measure.id)).one()
        reply = desk.post(f"/measures/{measure}/end", data={"how": "done", "next": url})
        assert reply.location == f"{url}#measures"
        assert as_user(people.guard).post(f"{url}/measures", data=sent).status_code == 403
        assert as_user(people.stranger).post(f"/measures/{measure}/end", data={"how": "done"}).status_code in (403, 404)


@pytest.fixture
def pictured(world, north, spots):
    """A week with twelve visits, ten of them with a photo, and one of a neighbouring week."""
    world.make_rounds(date(2026, 3, 23), world.at(date(2026, 3, 24), "12:00"))
    for n, day in enumerate((DAY, DAY + timedelta(days=1), DAY + timedelta(days=2), DAY + timedelta(days=5))):
        world.walk(world.rounds(day, north)[0], ["on_time"] * (4 if n < 3 else 1))
    scans = list(db.session.scalars(select(Scan).order_by(Scan.effective_at)))
    for scan in [*scans[:10], scans[12]]:
        place = next(spot for spot in spots if spot.id == scan.place_id)
        world.photo(place, scan.effective_at, subject=("scan", scan.id))
    return [scan.id for scan in scans]


def test_a_week_draws_five_visits_with_a_photo_and_always_the_same(world, pictured):
    drawn = [one.scan_id for one in drawn_visits(world.site.id, WEEK, b"secret")]
    assert len(drawn) == PER_WEEK
    assert set(drawn) <= set(pictured[:10])
    assert [one.scan_id for one in drawn_visits(world.site.id, WEEK, b"secret")] == drawn
    assert {tuple(draw_visits(pictured, bytes([n]), WEEK.slug)) for n in range(9)} != {tuple(drawn)}


def test_a_visit_that_comes_late_moves_at_most_one_other_out():
    ids = [uuid7() for _ in range(60)]
    for n in range(5, 60):
        before, after = draw_visits(ids[:n], b"s", "2026-W12"), draw_visits(ids[: n + 1], b"s", "2026-W12")
        assert len(set(before) - set(after)) <= 1


def test_a_verdict_is_given_once_by_somebody_else_and_counted(world, pictured, people, boss, reader_of, third):
    drawn, guard = drawn_visits(world.site.id, WEEK, b"s"), reader_of(people.guard)
    for reader, code in ((guard, "own_check"), (boss, "check_reason")):
        with pytest.raises(Problem, match=code), write():
            check_visit(drawn[0].scan_id, good=False, reason=" ", secret=b"s", by=reader, at=third)
    with write():
        check_visit(drawn[0].scan_id, good=False, reason="照片是旧的", secret=b"s", by=boss, at=third)
        check_visit(drawn[1].scan_id, good=True, reason="", secret=b"s", by=boss, at=third)
    with pytest.raises(Problem, match=r"visit\.checked"), write():
        check_visit(drawn[0].scan_id, good=True, reason="", secret=b"s", by=boss, at=third)
    undrawn = next(one for one in pictured if one not in {visit.scan_id for visit in drawn})
    with pytest.raises(Problem, match=r"visit\.not_drawn"), write():
        check_visit(undrawn, good=True, reason="", secret=b"s", by=boss, at=third)

    found = review(world.site.id, WEEK, third)
    assert found.total["samples"]["visits"] == {"ok": 1, "not_ok": 1}
    assert found.figures["visit_samples"] == [1, 2]
    assert recount(world.site.id, WEEK.first, WEEK.last, third) == []
    assert [(one.good, one.reason) for one in drawn_visits(world.site.id, WEEK, b"s") if one.good is False] == [
        (False, "照片是旧的"),
    ]  # fmt: skip


def test_the_page_of_samples_asks_for_the_next_one(world, pictured, people, third, as_user):
    url = "/reviews/week/2026-W12/samples"
    with time_machine.travel(third, tick=False):
        desk = as_user(people.supervisor)
        page = desk.get(url).get_data(as_text=True)
        assert page.count("autofocus") == 1
        scan_id = UUID(page.split("/visits/")[1].split("/check")[0].split('"')[0])
        assert desk.post(f"/visits/{scan_id}/check", data={"good": "1"}).location == url
        assert desk.post(f"/visits/{scan_id}/check", data={"good": "1"}).status_code == 409
        assert as_user(people.guard).get(url).status_code == 403
        assert as_user(people.stranger).post(f"/visits/{scan_id}/check", data={"good": "1"}).status_code == 404
    assert db.session.scalars(select(VisitCheck.good)).all() == [True]
    assert tallies(world.site.id, DAY, DAY, third)[DAY]["samples"]["visits"]["ok"] <= 1
