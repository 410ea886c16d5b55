"""Orders, sightings and early ends without signal: all of it arrives as if it had been done in daylight."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from patrol.accounts.reader import reader_by_token
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from patrol.maintenance.log import WorkLog
from patrol.rounds.ending import RoundEnd
from patrol.sites.label import Label
from tests.conftest import token_of
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, served

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to fetch")


@pytest.fixture
def site(tmp_path):
    """A leak in the pump room, reported by the guard and given to the engineer."""
    with served(tmp_path / "instance", began=timedelta(minutes=10)) as running:
        with database(running.instance):
            who = {part: reader_of(user_id) for part, user_id in running.world.people.items()}
            place = select(Label.place_id).where(Label.code == running.world.codes["消防泵房"])
            data = HazardData(
                place=db.session.scalars(place).one(), category="water_leak", severity="major", photos=[uuid7()]
            )
            given = {"step": "assign", "assignee": who["engineer"].user_id, "interim": "已关阀"}
            with write(running.world.site_id):
                leak = report_hazard(data, id=uuid7(), by=who["guard"], when=When.now())
                db.session.flush()
                take_step(StepData(order=leak.id, **given), id=uuid7(), by=who["manager"], when=When.now())
            running.leak, running.place = str(leak.id), str(leak.place_id)
        yield running


def reader_of(user_id):
    return reader_by_token(token_of(db.session.get_one(User, user_id)), now())


def snapshot() -> dict[str, object]:
    buffer = io.BytesIO()
    Image.effect_noise((1200, 900), 90).convert("RGB").save(buffer, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def phone_of(open_browser, site, name: str, staff_no: str, home: str) -> Page:
    page = open_browser(name, allow=NO_SIGNAL).pages[0]
    come_signed_in(page, site.url, staff_no)
    page.goto(f"{site.url}{home}")
    ready_for_the_basement(page)
    return page


def test_orders_sightings_and_early_ends_without_signal(site, open_browser):
    engineer = phone_of(open_browser, site, "engineer", "0301", "/work-orders")
    guard = phone_of(open_browser, site, "guard", "0217", "/today")
    site.server.kill()

    engineer.goto(f"{site.url}/work-orders")
    engineer.click("form[data-record=work_order_step] button")  # on my way
    engineer.wait_for_url("**/work-orders")
    expect(engineer.locator(".order form")).to_have_count(0)
    engineer.click(f"a[href^='/hazards/{site.leak}']")
    engineer.wait_for_url(f"**/hazards/{site.leak}*")
    engineer.set_input_files("#step [data-camera]", snapshot())
    engineer.fill("#step [name=note]", "换了垫圈")
    expect(engineer.locator("#step li[data-photo]")).to_have_count(1)
    engineer.click("button[form=step]")
    expect(engineer.locator("[data-part=step-kept]")).to_be_visible()
    expect(engineer.locator("#step")).to_have_count(0)
    engineer.goto(f"{site.url}/work-orders")
    expect(engineer.locator(".order")).to_contain_text("已整改，存在手机里")
    expect(engineer.locator(".order .btn")).to_have_count(0)

    expect(engineer.locator("a[href='/work-logs/new']")).to_be_visible()
    engineer.goto(f"{site.url}/work-logs/new?place={site.place}")
    engineer.fill("#log [name=done]", "更换压力表")
    engineer.fill("#log [name=readings]", "0.42 MPa")
    engineer.click("button[form=log]")
    engineer.wait_for_url("**/work-orders")

    guard.goto(f"{site.url}/hazards/new?seen_again={site.leak}")
    expect(guard.locator("[data-part=again]").first).to_contain_text("漏水")
    guard.set_input_files("#hazard [data-name=photos] [data-camera]", snapshot())
    expect(guard.locator("#hazard li[data-photo]")).to_have_count(1)
    guard.click("button[form=hazard]")
    guard.wait_for_url("**/today")
    guard.click(".hero__title a")
    guard.wait_for_url("**/rounds/**")
    guard.click("details.fold summary")
    guard.locator("form[data-record=round_end] [value=emergency]").check(force=True)
    guard.click("form[data-record=round_end] button[type=submit]")
    expect(guard.locator("[data-part=ended]")).to_be_visible()

    site.server.start()
    for page, home in ((guard, "/today"), (engineer, "/work-orders")):
        page.goto(f"{site.url}{home}")
        expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent", timeout=30_000)
    with database(site.instance):
        leak = db.session.scalars(select(Hazard)).one()
        assert (leak.state, leak.rectified_by_id) == ("to_verify", site.world.people["engineer"])
        assert leak.set_out_at is not None
        assert len(db.session.scalars(select(Sighting)).all()) == 1
        assert db.session.scalars(select(RoundEnd.reason)).all() == ["emergency"]
        work = db.session.scalars(select(WorkLog)).one()
        assert (work.done, work.readings, str(work.place_id)) == ("更换压力表", "0.42 MPa", site.place)
    engineer.goto(f"{site.url}/hazards/{site.leak}")
    expect(engineer.locator("main")).to_contain_text(re.compile("换了垫圈"))
