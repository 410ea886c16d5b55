"""A storm is told to those who walk in it; that it was a mistake, to exactly those who were told of it."""

from types import SimpleNamespace

import pytest

from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.notices.words import line_of, title_of
from patrol.weather.declare import DeclareData, TurnData, declare, turn
from tests.conftest import read_as
from tests.notices.conftest import ids


@pytest.fixture
def button(told, people, places):
    """The manager at the button."""
    by = read_as(people.manager)

    def press(step: str, at: str, level: str | None = None, note: str = "") -> None:
        with write(told.site.id):
            if step == "declare":
                told.event = declare(DeclareData(level=level), id=uuid7(), by=by, at=told.at(at))
            else:
                data = TurnData(step=step, level=level, note=note)
                turn(told.event.id, data, id=uuid7(), by=by, at=told.at(at))

    return SimpleNamespace(press=press)


def test_a_storm_is_told_once_at_each_level_to_security(told, button, people):
    button.press("declare", "20:00", "blue")
    told.look("20:01")
    told.look("20:02")

    notice = told.one("storm")
    assert told.for_whom(notice) == ids(people.guard, people.guard2, people.leader, people.supervisor)
    assert title_of("storm", notice.facts, "zh") == "恶劣天气：蓝色预警"
    assert "已加派" in line_of("storm", notice.facts, "zh")
    button.press("level", "20:10", "red")
    told.look("20:11")
    blue, red = told.notices("storm")
    assert not blue.stands and red.stands
    assert line_of("storm", red.facts, "zh") == "日常巡查的室外点暂停，请按恶劣天气任务巡查。"
    button.press("all_clear", "21:00")
    told.look("21:01")
    assert [notice.stands for notice in told.notices("storm")] == [False, False]


def test_whoever_was_told_of_a_storm_is_told_once_that_it_was_a_mistake(told, button, people):
    button.press("declare", "20:00", "orange")
    told.look("20:01")
    button.press("withdraw", "20:30", note="误触")

    for clock in ("20:31", "20:32", "21:30"):
        told.look(clock)

    storm, gone = told.notices("storm")
    assert not storm.stands and gone.stands
    assert told.for_whom(gone) == told.for_whom(storm)
    assert title_of("storm", gone.facts, "zh") == "恶劣天气预警已撤回：橙色"
    assert line_of("storm", gone.facts, "zh") == "误发布，已撤回（误触）。各点照常巡查。"
    assert title_of("storm", gone.facts, "en") == "Storm warning withdrawn: Orange"
    assert "declared by mistake: 误触" in line_of("storm", gone.facts, "en")
    told.look("00:31")
    assert not told.notices("storm")[-1].stands  # four hours later it is no news any more


def test_a_guard_is_led_from_the_notice_to_today_and_who_leads_to_the_storm(told, button, people, as_user):
    button.press("declare", "20:00", "orange")
    told.look("20:01")
    address = f"/notices/{told.one('storm').id}"

    assert as_user(people.guard).get(address).location == "/today"
    assert as_user(people.leader).get(address).location == f"/weather/{told.event.id}"


def test_a_mistake_nobody_was_told_of_is_told_to_nobody(told, button):
    button.press("declare", "20:00", "red")
    button.press("withdraw", "20:01", note="误触")
    told.look("20:02")

    assert told.notices("storm") == []
