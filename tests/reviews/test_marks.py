"""Every verb that adds a fact marks the day it is counted on: the kept tally is never what a recount contradicts."""

from datetime import timedelta

import pytest

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from patrol.photos.photo import add_photos
from patrol.reviews.fresh import recount, tallies
from patrol.rounds.scanning import NewScan, ScanData, scan_label


@pytest.fixture
def checked(world, north):
    """Counts the days around now, runs a verb, counts again: what is kept must be what the facts say."""
    today = world.day_of(now())
    first, last = today - timedelta(days=2), today + timedelta(days=10)

    def run(verb):
        tallies(world.site.id, first, last, now())
        with write():
            result = verb()
        at = now()
        tallies(world.site.id, first, last, at)
        assert recount(world.site.id, first, last, at) == []
        return result

    return run


def hazard_data(places, **more):
    return HazardData.model_validate(
        {"place": places.roof.id, "category": "balcony_flowerpot", "severity": "major", "photos": [uuid7()], **more}
    )


def test_a_report_and_each_step_mark_their_days(checked, places, people, reader_of):
    guard, boss, engineer = map(reader_of, (people.guard, people.manager, people.engineer))
    hazard = checked(lambda: report_hazard(hazard_data(places), id=uuid7(), by=guard, when=When.now()))

    def step(name, by, **more):
        def verb():
            data = StepData.model_validate({"order": hazard.id, "step": name, "note": "按要求处理", **more})
            return take_step(data, id=uuid7(), by=by, when=When.now())

        return checked(verb)

    step("assign", boss, assignee=people.engineer.id, interim="拉警戒线")
    step("rectify", engineer, after=[uuid7()])
    step("refuse", boss)
    step("rectify", engineer, after=[uuid7()])
    step("verify", boss)
    step("reopen", boss)


def test_a_rejection_marks_the_day_of_the_report(checked, world, places, people, reader_of):
    boss = reader_of(people.supervisor)
    hazard = checked(lambda: report_hazard(hazard_data(places), id=uuid7(), by=boss, when=When.now()))
    data = StepData.model_validate({"order": hazard.id, "step": "reject", "note": "不是隐患"})
    checked(lambda: take_step(data, id=uuid7(), by=boss, when=When.now()))
    day = world.day_of(now())
    hazards = tallies(world.site.id, day, day, now())[day]["hazards"]
    assert (hazards["found"]["all"], hazards["found"]["valid"], hazards["removed"]) == (1, 0, 1)


def test_scans_and_photos_mark_their_days(checked, places, people, reader_of):
    guard = reader_of(people.guard)
    scan = NewScan(uuid7(), ScanData(code=places.codes["lobby"]), When.now())
    checked(lambda: scan_label(scan, by=guard))
    checked(
        lambda: add_photos(
            [uuid7()], kind="visit", subject_kind="scan", subject_id=scan.id, place_id=places.lobby.id,
            by=guard, when=When.now(),
        )
    )  # fmt: skip
