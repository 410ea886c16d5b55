"""A manager declares a storm with two taps; a guard's phone knows of it, and photographs a point before it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from patrol.core.db import db
from patrol.photos.photo import Photo
from patrol.weather.event import WeatherEvent, event_on
from tests.system.camera import video, wall
from tests.system.conftest import DESK, come_signed_in, database, served, type_code

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path):
    """The hourly round began 20 minutes ago, so the storm's is the nearer one."""
    with served(tmp_path / "instance", began=timedelta(minutes=20)) as running:
        yield running


def test_a_storm_is_declared_walked_and_given_the_all_clear(stage, open_browser, tmp_path):
    desk = open_browser("desk", viewport=DESK).pages[0]
    come_signed_in(desk, stage.url, "0001")
    desk.goto(f"{stage.url}/weather")
    expect(desk.locator("form[data-asks]")).to_be_attached()
    desk.locator("input[name=level][value=orange]").check(force=True)
    desk.click("form[action='/weather'] .btn--solid")
    desk.locator("dialog#declare [data-yes]").dblclick()
    desk.wait_for_url(re.compile(r"/weather/[0-9a-f-]{36}$"))
    event = desk.url

    phone = open_browser("guard", video=video(tmp_path / "wall.mjpeg", [wall()] * 12)).pages[0]
    come_signed_in(phone, stage.url, "0217")
    phone.goto(f"{stage.url}/today")
    expect(phone.locator(".notice--miss")).to_contain_text("橙色预警")
    type_code(phone, stage.url, stage.world.codes["大堂"])
    phone.wait_for_url("**/visits/*")
    expect(phone.get_by_text("拍一张灾前的样子")).to_be_visible()

    desk.goto(event)
    expect(desk.locator("form[data-asks]")).to_be_attached()
    desk.click("form[data-sheet=clear] .btn--solid")
    desk.locator("dialog#clear [data-yes]").click()
    desk.wait_for_url(event)
    expect(desk.locator("form[data-sheet=clear]")).to_have_count(0)
    with database(stage.instance):
        assert len(db.session.scalars(select(WeatherEvent)).all()) == 1
        assert event_on(stage.world.site_id) is None
        assert db.session.scalars(select(Photo)).all() == []
