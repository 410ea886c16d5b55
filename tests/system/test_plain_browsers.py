"""Browsers that can do little: without JavaScript, and without a service worker, the online job still works."""

import re

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import select

from patrol.core.db import db
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.rounds.ending import RoundEnd
from patrol.rounds.round import RoundNote
from patrol.rounds.scan import Scan, VisitResult
from tests.chromium import FLAGS, find
from tests.system.camera import phone_photo
from tests.system.conftest import PHONE, come_signed_in, database, sign_in, type_code

pytestmark = pytest.mark.browser


@pytest.fixture
def chromium(playwright: Playwright):
    browser = playwright.chromium.launch(executable_path=find(), headless=True, args=FLAGS)
    yield browser
    browser.close()


def page_of(browser: Browser, **more) -> Page:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", **more)
    context.set_default_timeout(15_000)
    return context.new_page()


def test_the_guards_job_by_plain_forms(stage, chromium, tmp_path):
    page, photo = page_of(chromium, java_script_enabled=False), phone_photo(tmp_path / "pot.jpg")
    sign_in(page, stage.url, "0217")

    page.goto(f"{stage.url}/scan")
    page.fill("noscript [name=code], form[action='/scan/code'] [name=code]", stage.world.codes["大堂"])
    page.click("form[action='/scan/code'] button")
    expect(page.locator("h1")).to_contain_text("大堂")
    page.click("form[data-record=scan] button")
    page.wait_for_url("**/visits/**")
    page.click("form[data-record=visit] button")
    page.wait_for_url("**/today")

    page.goto(f"{stage.url}/hazards/new?place=")
    page.select_option("[name=place]", index=2)
    page.set_input_files("#hazard [name=photos]", str(photo))
    page.locator("#hazard input[value=balcony_flowerpot]").check(force=True)
    page.fill("#hazard [name=note]", "花盆没固定")
    page.click("button[form=hazard]")
    page.wait_for_url(re.compile(r"/hazards/[0-9a-f-]{36}$"))

    page.goto(f"{stage.url}/inspections/new?equipment={stage.world.bottle_id}&checklist=extinguisher_dry_powder")
    for row in page.locator("[data-item]").all():
        row.locator(".passfail__item").first.click()
    page.set_input_files("[data-behaviour~=signature] input[type=file]", str(photo))
    page.click("[data-finish]")
    page.wait_for_url(re.compile(r"/inspections/[0-9a-f-]{36}$"))

    page.goto(f"{stage.url}/today")
    page.click(".hero__title a")
    page.fill("form[data-record=round_note] [name=text]", "东门灯不亮")
    page.click("form[data-record=round_note] button")
    expect(page.locator("main")).to_contain_text("东门灯不亮")
    page.click("details.fold summary")
    page.locator("form[data-record=round_end] [value=weather]").check(force=True)
    page.click("form[data-record=round_end] button")
    expect(page.locator("main")).to_contain_text("提前结束：天气恶劣")

    with database(stage.instance):
        counts = {
            model: len(db.session.scalars(select(model.id)).all())
            for model in (Scan, VisitResult, Hazard, Inspection, RoundNote, RoundEnd)
        }
    assert set(counts.values()) == {1}, counts


def test_without_a_worker_the_outbox_still_sends(stage, chromium):
    page = page_of(chromium, service_workers="block")
    come_signed_in(page, stage.url, "0217")

    type_code(page, stage.url, stage.world.codes["天台"])
    page.wait_for_url("**/visits/**")
    page.click("form[data-record=visit] button")
    page.wait_for_url("**/today")

    expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent")
    with database(stage.instance):
        assert len(db.session.scalars(select(VisitResult.id)).all()) == 1
