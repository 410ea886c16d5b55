"""Without signal a point is asked for, or entered by hand; it arrives, and the supervisor's word makes it count."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db
from patrol.rounds.excuse import Ask
from patrol.rounds.round import Round
from patrol.rounds.walk import walk_by_id
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, served, sign_in
from tests.system.test_basement import snapshot

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to fetch")


@pytest.fixture
def site(tmp_path):
    with served(tmp_path / "instance", spots=("大堂", "泵房"), began=timedelta(minutes=20)) as running:
        yield running


def test_asked_for_without_signal_and_approved_at_the_desk(site, open_browser):
    phone = open_browser("guard", allow=NO_SIGNAL)
    page = phone.pages[0]
    sign_in(page, site.url, "0217")
    ready_for_the_basement(page)
    with database(site.instance):
        at = now()
        round_id = db.session.scalars(select(Round.id).where(Round.opens_at <= at, Round.closes_at > at)).first()

    phone.set_offline(True)
    page.goto(f"{site.url}/rounds/{round_id}")
    form = page.locator("form[data-record=excuse]")
    page.get_by_text("申请免巡").first.click()
    form.locator("select").select_option(label="2 · 3 栋 泵房")
    form.locator("input[value=construction]").check(force=True)
    form.get_by_role("button", name="提交申请", exact=True).click()
    page.wait_for_url(f"**/rounds/{round_id}")
    expect(page.get_by_text("已申请免巡，待主管审批")).to_be_visible()

    phone.set_offline(False)
    page.goto(f"{site.url}/outbox")
    expect(page.locator("[data-behaviour=outbox-pill][data-state=sent]").first).to_be_attached(timeout=20_000)

    desk = open_browser("desk", viewport={"width": 1280, "height": 800}).pages[0]
    come_signed_in(desk, site.url, "0101")
    desk.goto(f"{site.url}/excuses")
    expect(desk.get_by_text("申请免巡：施工挡住了")).to_be_visible()
    desk.get_by_role("button", name="同意所选", exact=True).click()
    expect(desk.get_by_text("已同意")).to_be_visible()

    with database(site.instance):
        ask = db.session.scalars(select(Ask)).one()
        walk = walk_by_id(ask.site_id, ask.round_id, now())
        assert [stop.state for stop in walk.stops] == ["pending", "excused"]


def test_entered_by_hand_without_signal_and_approved_at_the_desk(site, open_browser):
    phone = open_browser("guard", allow=NO_SIGNAL)
    page = phone.pages[0]
    sign_in(page, site.url, "0217")
    ready_for_the_basement(page)
    with database(site.instance):
        at = now()
        round_ = db.session.scalars(select(Round).where(Round.opens_at <= at, Round.closes_at > at)).first()
        round_id, stated = round_.id, at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M")

    phone.set_offline(True)
    page.goto(f"{site.url}/rounds/{round_id}")
    form = page.locator("form[data-record=manual_entry]")
    page.get_by_text("手工补录一个点").first.click()
    form.locator("select").select_option(label="1 · 3 栋 大堂")
    form.locator("input[type=time]").fill(stated)
    form.locator("label", has_text="手机故障").click()
    form.get_by_role("button", name="提交审批", exact=True).click()
    expect(form.locator("[data-error]").first).to_be_visible()  # it needs a photo
    form.locator("[data-camera]").set_input_files(snapshot(90))
    expect(form.locator("li[data-photo]")).to_have_count(1)
    form.get_by_role("button", name="提交审批", exact=True).click()
    expect(page.get_by_text("已手工补录，待主管审批")).to_be_visible()

    phone.set_offline(False)
    page.goto(f"{site.url}/outbox")
    expect(page.locator("[data-behaviour=outbox-pill][data-state=sent]").first).to_be_attached(timeout=20_000)

    desk = open_browser("desk", viewport={"width": 1280, "height": 800}).pages[0]
    come_signed_in(desk, site.url, "0101")
    desk.goto(f"{site.url}/excuses")
    expect(desk.get_by_text(f"自述 {stated} 到过").first).to_be_visible()
    expect(desk.locator(".photos img")).to_have_count(1)
    desk.get_by_role("button", name="同意所选", exact=True).click()
    expect(desk.get_by_text("已同意")).to_be_visible()

    with database(site.instance):
        ask = db.session.scalars(select(Ask)).one()
        walk = walk_by_id(ask.site_id, ask.round_id, now())
        assert [(stop.state, stop.flags) for stop in walk.stops] == [("on_time", ("manual_entry",)), ("pending", ())]
