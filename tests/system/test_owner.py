"""An owner reports a leak from a lobby label, and a complaint by the link; both are followed to their end."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from patrol.complaints.complaint import Complaint
from patrol.core.db import db, write
from patrol.photos.photo import Photo, PhotoFile
from patrol.repairs.repair import Repair
from patrol.sites.site import Site
from tests.conftest import CAST
from tests.system.conftest import DESK, come_signed_in, database, ready_for_the_basement, served, type_code

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to fetch")
NAMES = [name for name, _staff_no, _role in CAST.values()]


@pytest.fixture
def site(tmp_path):
    with served(tmp_path / "instance", began=timedelta(minutes=10)) as running:
        with database(running.instance), write():
            lake = db.session.scalars(select(Site)).one()
            lake.public_reports, lake.report_code = True, "the-lakes-own-link"
        yield running


def snapshot(name: str) -> dict[str, object]:
    buffer = io.BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(buffer, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def choose(page: Page, name: str, value: str) -> None:
    """Tap the chip of one answer."""
    page.locator(f".chip:has([name={name}][value='{value}'])").click()


def report(page: Page, address: str, kind: str, words: str) -> str:
    """What an owner sends; answers the address of his follow page."""
    page.goto(address)
    choose(page, "kind", kind)
    page.set_input_files("#report [name=photos]", snapshot(kind))
    page.fill("[name=words]", words)
    page.fill("[name=owner_phone]", "13800006021")
    page.click("button[form=report]")
    page.wait_for_url("**/follow/**")
    return page.url.split("?")[0]


def reached(owner: Page, follow: str, stages: int) -> None:
    """The owner's page shows so many stages as reached, and nobody's name."""
    owner.goto(follow)
    expect(owner.locator(".step--done")).to_have_count(stages)
    text = owner.locator("body").inner_text()
    assert not [name for name in NAMES if name in text]
    assert "6021" not in text


def at_desk(desk: Page, site, words: str, into: str) -> str:
    """The desk opens the report and makes something of it; answers the order's address."""
    desk.goto(f"{site.url}/desk")
    desk.click(f"a:has-text('{words}')")
    expect(desk.locator("main")).to_contain_text("138****6021")
    expect(desk.locator("main img.photo__img")).to_be_visible()
    choose(desk, "into", into)
    desk.click("button[form=turn]")
    desk.wait_for_url(re.compile(r"/(repairs|complaints)/[0-9a-f-]{36}"))
    return desk.url


def sign(page: Page) -> None:
    """A finger on the pad."""
    pad = page.locator("[data-step=sign] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for x, y in ((80, 70), (140, 30), (200, 80)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def test_a_leak_from_the_label_to_the_archive(site, open_browser):
    owner = open_browser("owner").pages[0]
    desk = open_browser("desk", viewport=DESK).pages[0]
    engineer = open_browser("engineer", allow=NO_SIGNAL).pages[0]

    owner.goto(f"{site.url}/c/{site.world.codes['大堂']}")
    owner.wait_for_url("**/report/**")
    expect(owner.locator("main")).to_contain_text("3 栋 大堂")
    follow = report(owner, owner.url, "water", "天花板漏水")
    reached(owner, follow, 0)

    come_signed_in(desk, site.url, "0401")
    order = at_desk(desk, site, "天花板漏水", "repair")
    reached(owner, follow, 1)
    desk.select_option("[name=who]", "team:engineering")
    desk.click("button[form=step]")
    expect(desk.locator(".badge").first).to_contain_text("已派单")
    reached(owner, follow, 2)

    come_signed_in(engineer, site.url, "0301")
    engineer.goto(f"{site.url}/work-orders")
    engineer.click("a[href^='/repairs/']")
    engineer.click("button[form=step]")  # takes it
    engineer.wait_for_url(f"{order}*")
    type_code(engineer, site.url, site.world.codes["大堂"])
    engineer.wait_for_url(re.compile("/(visits|kept|c)/"))
    engineer.goto(f"{site.url}/work-orders")
    ready_for_the_basement(engineer)
    site.server.kill()

    engineer.goto(order)
    visit = engineer.locator("[data-step=visit]")
    visit.locator("[data-camera]").set_input_files(snapshot("before"))
    visit.locator("[name=fee]").fill("30")
    expect(visit.locator("li[data-photo]")).to_have_count(1)
    visit.locator("button[type=submit]").click()
    done = engineer.locator("[data-step=done]")
    expect(done).to_be_visible()
    done.locator("[data-camera]").set_input_files(snapshot("after"))
    done.locator("[name=note]").fill("换了阀门")
    expect(done.locator("li[data-photo]")).to_have_count(1)
    done.locator("button[type=submit]").click()
    expect(engineer.locator("[data-step=sign]")).to_be_visible()
    sign(engineer)
    engineer.locator("[data-step=sign] button[type=submit]").click()
    expect(engineer.locator("[data-part=step-kept]")).to_be_visible()

    engineer.goto(f"{site.url}/work-orders")
    expect(engineer.locator(".order")).to_contain_text("存在手机里")

    site.server.start()
    engineer.goto(f"{site.url}/work-orders")
    expect(engineer.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent", timeout=30_000)
    reached(owner, follow, 4)
    desk.goto(f"{site.url}/desk")
    desk.click("#callbacks a")
    choose(desk, "satisfaction", "5")
    desk.click("button[form=step]")
    expect(desk.locator(".badge").first).to_contain_text("已归档")
    reached(owner, follow, 4)

    with database(site.instance):
        repair = db.session.scalars(select(Repair)).one()
        assert (repair.state, repair.signed_how, repair.fee_fen, repair.satisfaction) == ("closed", "finger", 3000, 5)
        kinds = sorted(db.session.scalars(select(Photo.kind).where(Photo.subject_id == repair.id)))
        assert kinds == ["after", "before", "before", "signature"]
        assert len(db.session.scalars(select(PhotoFile)).all()) == 4


def test_a_complaint_by_the_sites_link_to_the_call_back(site, open_browser):
    owner = open_browser("owner", java_script_enabled=False).pages[0]
    desk = open_browser("desk", viewport=DESK).pages[0]
    manager = open_browser("manager", viewport=DESK).pages[0]

    follow = report(owner, f"{site.url}/report/the-lakes-own-link", "other", "楼上夜里施工")
    come_signed_in(desk, site.url, "0401")
    desk.goto(f"{site.url}/desk")
    desk.click("a:has-text('楼上夜里施工')")
    desk.select_option("[name=place]", index=1)
    choose(desk, "into", "complaint")
    desk.click("button[form=turn]")
    desk.wait_for_url("**/complaints/**")
    order = desk.url
    reached(owner, follow, 1)
    desk.fill("#step [name=note]", "已致歉，今天去看")
    desk.click("button[form=step]")
    reached(owner, follow, 2)

    come_signed_in(manager, site.url, "0001")
    manager.goto(order)
    manager.fill("#step [name=note]", "三楼夜间装修")
    manager.fill("#step [name=promised_at]", "2099-01-01T18:00")
    manager.click("button[form=step]")
    reached(owner, follow, 3)
    manager.goto(order)
    manager.fill("#step [name=note]", "已停工")
    manager.click("button[form=step]")
    reached(owner, follow, 4)
    manager.goto(f"{order}?step=callback")
    expect(manager.locator("[name=satisfaction]")).to_have_count(0)  # his own work

    desk.goto(order)
    choose(desk, "satisfaction", "4")
    desk.click("button[form=step]")
    expect(desk.locator(".badge").first).to_contain_text("关闭")
    with database(site.instance):
        complaint = db.session.scalars(select(Complaint)).one()
        assert (complaint.state, complaint.satisfaction) == ("closed", 4)
