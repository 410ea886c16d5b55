"""Tallies are never older than the facts, whoever asks and whenever."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.reviews.day_tally import DayTally
from patrol.reviews.facts_of_day import facts_of_day
from patrol.reviews.figures import hazard_figures
from patrol.reviews.fresh import each_day, recount, tallies
from patrol.reviews.tally import add, patrol_totals, tally_day
from patrol.rounds.ensure import forget_made
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.rounds.visits import effective_time
from patrol.sites.day import SiteDay, mark_day
from tests.reviews.world import random_history

DAY = date(2026, 3, 31)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def noon_after(world):
    return world.at(DAY + timedelta(days=1), "12:00")


@pytest.fixture
def queries(app):
    """Statements sent to the database while the list is watched."""
    sent: list[str] = []

    def listen(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    yield sent
    event.remove(db.engine, "before_cursor_execute", listen)


def only_day(world, day, at):
    return tallies(world.site.id, day, day, at)[day]


def test_golden_1_and_2_the_night_is_counted_on_the_day_it_began(world, north, noon_after, spots):
    world.make_rounds(DAY, noon_after)
    rounds = world.rounds(DAY)
    assert [f"{r.starts_at.astimezone(world.site.zone):%H}" for r in rounds] == ["20", "22", "00", "02", "04", "06"]
    place = spots[0].id
    for clock, round_ in (("21:04", rounds[0]), ("23:05", rounds[1]), ("02:00", rounds[3])):
        world.scans([(place, world.at(DAY, clock), round_, ())])
    world.scans([(place, world.at(DAY, "19:35"), None, ())])

    tally = only_day(world, DAY, noon_after)

    counts = patrol_totals(tally)
    assert (counts.rounds, counts.planned, counts.on_time, counts.late, counts.missed) == (6, 24, 2, 1, 21)
    assert tally["persons"][str(world.people.guard.id)]["scans"] == 4


def test_golden_3_a_scan_that_comes_late_turns_missed_into_on_time(world, north, places, reader_of):
    guard = reader_of(world.people.guard)
    phone_seven = world.at(DAY, "07:44")
    server = world.at(DAY, "07:50")
    world.make_rounds(DAY, server)
    assert only_day(world, DAY, server)["missed_by_place_hour"][str(places.lobby.id)]["22"] == 1

    told = effective_time(world.at(DAY, "22:10"), phone_seven, server)
    when = When(told.at, server, world.at(DAY, "22:10"), tuple(sorted(told.flags)))
    with write():
        scan = scan_label(NewScan(uuid7(), ScanData(code=places.codes["lobby"]), when), by=guard)

    assert (scan.effective_at, scan.flags) == (world.at(DAY, "22:16"), ["clock_skew"])
    tally = only_day(world, DAY, server)
    assert "22" not in tally["missed_by_place_hour"].get(str(places.lobby.id), {})
    assert tally["flags"] == {"clock_skew": 1}
    assert patrol_totals(tally).on_time == 1


def test_a_day_is_recounted_when_a_round_closes_though_nothing_was_written(world, north):
    at = world.at(DAY, "21:00")
    world.make_rounds(DAY, at)
    assert patrol_totals(only_day(world, DAY, at)).missed == 0
    assert len(only_day(world, DAY, at)["open_rounds"]) == 6

    closed = world.at(DAY, "21:36")
    assert patrol_totals(only_day(world, DAY, closed - timedelta(seconds=1))).missed == 0
    assert patrol_totals(only_day(world, DAY, closed)).missed == 4


def test_a_fresh_day_is_read_not_counted(world, north, noon_after, queries):
    world.make_rounds(DAY, noon_after)
    site_id = world.site.id
    first = tallies(site_id, FIRST, LAST, noon_after)
    db.session.expunge_all()
    queries.clear()

    assert tallies(site_id, FIRST, LAST, noon_after) == first
    assert len([q for q in queries if q.startswith("SELECT")]) <= 2  # the site, and all days at once
    assert not any("INSERT" in q for q in queries)


def test_a_month_is_counted_in_as_many_queries_as_a_day(world, north, spots, noon_after, queries):
    world.make_rounds(DAY, noon_after)
    random_history(world, spots, each_day(date(2026, 3, 25), DAY), seed=3)

    site_id = world.site.id
    tallies(site_id, DAY, DAY, noon_after)  # makes the next day's rounds

    def statements(first):
        with write():
            db.session.query(DayTally).delete()
        db.session.expunge_all()
        queries.clear()
        tallies(site_id, first, DAY, noon_after)
        return len([q for q in queries if q.startswith("SELECT")])

    assert statements(DAY) == statements(FIRST) <= 17


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_counting_gives(world, north, spots, noon_after, seed):
    world.make_rounds(DAY, noon_after)
    first = DAY - timedelta(days=9)
    random_history(world, spots, each_day(first, DAY - timedelta(days=4)), seed)
    tallies(world.site.id, first, DAY, noon_after)
    random_history(world, spots, each_day(DAY - timedelta(days=5), DAY), seed + 100)

    kept = tallies(world.site.id, first, DAY, noon_after)

    for day, tally in kept.items():
        assert tally == tally_day(facts_of_day(world.site, day, noon_after))
    assert recount(world.site.id, first, DAY, noon_after) == []


def test_a_recount_names_the_day_and_the_part_that_is_wrong(world, north, noon_after):
    world.make_rounds(DAY, noon_after)
    only_day(world, DAY, noon_after)
    with write():
        row = db.session.get_one(DayTally, (world.site.id, DAY))
        row.figures = {**row.figures, "cancelled_rounds": 7}

    assert recount(world.site.id, FIRST, LAST, noon_after) == [f"翠湖花园 {DAY}: cancelled_rounds: kept 7, counted 0"]


def test_days_to_come_are_empty_and_not_kept(world, north):
    at = world.at(DAY, "21:00")
    found = tallies(world.site.id, DAY, DAY + timedelta(days=3), at)
    assert patrol_totals(found[DAY + timedelta(days=3)]).rounds == 0
    assert list(db.session.scalars(select(DayTally.day))) == [DAY]


def test_a_change_between_the_mark_and_the_row_leaves_the_row_stale(world, north, noon_after, monkeypatch):
    world.make_rounds(DAY, noon_after)
    import patrol.reviews.fresh as fresh

    count = fresh.facts_of_days

    def counted_then_changed(*args):
        facts = count(*args)
        with write():
            mark_day(world.site.id, DAY)
        return facts

    monkeypatch.setattr(fresh, "facts_of_days", counted_then_changed)
    only_day(world, DAY, noon_after)
    monkeypatch.undo()
    row = db.session.get_one(DayTally, (world.site.id, DAY))
    mark = db.session.get_one(SiteDay, (world.site.id, DAY))
    assert row.changes == mark.changes - 1
    world.walk(world.rounds(DAY)[0], ["on_time"] * 4)
    assert patrol_totals(only_day(world, DAY, noon_after)).on_time == 4


def test_readers_at_the_same_time_get_the_same_answer(app, world, north, spots, noon_after):
    world.make_rounds(DAY, noon_after)
    random_history(world, spots, each_day(DAY - timedelta(days=3), DAY), seed=1)
    site_id, answers = world.site.id, []
    forget_made()

    def read():
        with app.app_context():
            answers.append(tallies(site_id, FIRST, LAST, noon_after))
            db.session.remove()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)


def test_golden_5_late_against_the_first_deadline_and_opened_again_once(world, places, noon_after):
    day = date(2026, 3, 1)
    hazard = world.hazard(places.roof, world.at(day, "22:10"))
    world.step(hazard, "assign", world.at(day, "22:40"))
    world.step(hazard, "rectify", world.at(date(2026, 3, 2), "21:00"))
    world.step(hazard, "refuse", world.at(date(2026, 3, 3), "09:00"))
    world.step(hazard, "rectify", world.at(date(2026, 3, 3), "15:00"))
    world.step(hazard, "verify", world.at(date(2026, 3, 3), "16:00"))

    figures = hazard_figures(add(tallies(world.site.id, FIRST, LAST, noon_after).values()), 0)

    assert figures.on_time == (0, 1)
    assert (figures.rectify.n, figures.rectify.mean_s) == (1, (40 * 60 + 50) * 60)
    assert figures.reopen == (1, 2)
    assert (figures.balance.open_at_end, figures.found, figures.closed) == (0, 1, 1)


def test_a_deadline_that_passes_changes_the_day_it_lay_on(world, places):
    hazard = world.hazard(places.roof, world.at(DAY - timedelta(days=1), "22:10"))
    before, after = hazard.first_due_at, hazard.first_due_at + timedelta(seconds=1)
    assert only_day(world, DAY, before)["hazards"]["due"] == 0
    assert only_day(world, DAY, after)["hazards"]["due"] == 1


def test_a_spot_fix_is_found_and_closed_and_left_out_of_the_mean(world, places, noon_after):
    world.hazard(places.roof, world.at(DAY, "22:10"), severity="minor", spot=True)
    hazards = only_day(world, DAY, noon_after)["hazards"]
    assert (hazards["found"]["valid"], hazards["found"]["spot"], hazards["closed"]) == (1, 1, 1)
    assert hazards["rectify"]["n"] == 0


def test_a_closing_keeps_its_numbers_when_the_hazard_is_opened_again(world, places, noon_after):
    """The hazard forgets its rectification then; the day it was closed on must not."""
    closed = DAY - timedelta(days=2)
    hazard = world.hazard(places.roof, world.at(closed, "09:00"))
    world.step(hazard, "rectify", world.at(closed, "11:00"))
    world.step(hazard, "verify", world.at(closed, "12:00"))
    before = only_day(world, closed, noon_after)
    world.step(hazard, "reopen", world.at(DAY, "10:00"))

    assert only_day(world, closed, noon_after)["hazards"]["rectify"] == before["hazards"]["rectify"]
    assert before["hazards"]["rectify"]["all_s"] == [7200]
    assert recount(world.site.id, closed, DAY, noon_after) == []
