"""A night as it might be, played through the phones' own door; what comes of it is written here by hand."""

from datetime import datetime

import pytest

from patrol.reviews.fresh import tallies
from patrol.reviews.tally import patrol_totals
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.walk import rounds_between, walks
from tests.night.play import play, write_the_story
from tests.night.stage import NIGHT, Stage, clock, set_the_stage

ALL = "completed"
AT_EIGHT = {  # the garage has not been heard of since the evening; its guard is in there
    "外围线": [ALL] * 6,
    "楼栋线": [ALL, "incomplete", "missed", "incomplete", "missed", ALL],
    "东区线": [ALL, ALL, ALL, ALL, "missed", ALL],
    "车库线": ["missed"] * 6,
}
IN_THE_MORNING = {**AT_EIGHT, "车库线": [ALL] * 6}  # he came up at 08:06


@pytest.fixture
def stage(app, sites, people, password_hash) -> Stage:
    stage = set_the_stage(app, sites.lake, people, password_hash)
    write_the_story(stage)
    return stage


def beat_of(stage: Stage):
    return lambda at: ensure_rounds(stage.site.id, at, stage.site.zone, stage.site.day_start)


def states(stage: Stage, at: datetime) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for walk in walks(stage.site.id, rounds_between(stage.site.id, NIGHT, NIGHT), at):
        found.setdefault(walk.route_name, []).append(walk.state)
    return found


def test_the_rounds_stand_as_they_were_walked_and_a_night_without_signal_costs_nothing(stage):
    play(stage, clock("08:00"), beat_of(stage))
    assert states(stage, clock("08:00")) == AT_EIGHT

    play(stage, clock("08:30"), beat_of(stage), clock("08:10"))
    assert states(stage, clock("08:30")) == IN_THE_MORNING


def test_the_day_counts_every_point_of_the_night_once(stage):
    """132 points: three given up, one roof not reached, twelve not begun, six walked by a false clock."""
    play(stage, clock("08:30"), beat_of(stage))

    patrol = patrol_totals(tallies(stage.site.id, NIGHT, NIGHT, clock("08:30"))[NIGHT])

    assert (patrol.rounds, patrol.completed_rounds, patrol.missed_rounds) == (24, 19, 3)
    assert patrol.planned == 6 * (6 + 6 + 6 + 4) == 132
    assert (patrol.missed, patrol.on_time, patrol.late) == (3 + 1 + 12 + 6, 110, 0)
