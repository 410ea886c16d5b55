"""The whole job once, in a real browser against the real server: from a printed label to a month's review."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.rounds.scan import Scan
from tests.system.camera import phone_photo, seen, video, wall
from tests.system.conftest import DESK, come_signed_in, database, sign_in, token_cookie, type_code

pytestmark = pytest.mark.browser


def all_sent(page: Page, home: str) -> None:
    """The pill on the person's first page says that nothing waits on the phone any more."""
    page.goto(home)
    expect(page.locator("[data-behaviour~=outbox-pill][data-known]").first).to_have_attribute("data-state", "sent")


def fine_here(page: Page) -> None:
    page.click("form[data-record=visit] button")
    page.wait_for_url(re.compile(r"/(today|rounds/.+)$"))


def test_from_a_label_to_the_months_review(stage, open_browser, tmp_path):
    codes, photo = stage.world.codes, phone_photo(tmp_path / "pot.jpg")
    views = {
        "大堂": [seen(f"{stage.url}/C/{codes['大堂']}".upper())] * 12,
        "消防泵房": [
            *[wall(2)] * 3,
            *[seen(f"{stage.url}/C/{codes['消防泵房']}".upper(), tilt=17, light=0.3, blur=0.6)] * 12,
        ],
        "天台": [seen(f"{stage.url}/C/{codes['天台']}".upper(), tilt=-6)] * 12,
    }

    for spot, frames in views.items():
        guard = open_browser("guard", video=video(tmp_path / f"{spot}.mjpeg", frames))
        page = guard.pages[0]
        if spot == "大堂":
            sign_in(page, stage.url, "0217")
            expect(page.locator(".hero__big")).to_contain_text("0")
        page.goto(f"{stage.url}/scan")
        page.wait_for_url("**/visits/**")
        expect(page.locator("h1")).to_contain_text(spot)
        if spot == "大堂":
            fail_the_gauge(page, stage, photo)
        else:
            fine_here(page)
        all_sent(page, f"{stage.url}/today")
        guard.close()

    page = open_browser("guard").pages[0]  # this phone's camera is broken: the code is typed
    type_code(page, stage.url, "7k3m-9qx2-abo4")  # as people type it
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("东阳台")
    page.click("a[href^='/hazards/new']")
    report_the_pot(page, photo)
    all_sent(page, f"{stage.url}/today")

    with database(stage.instance):
        pot = db.session.scalars(select(Hazard).where(Hazard.category == "balcony_flowerpot")).one()
        pot_url = f"{stage.url}/hazards/{pot.id}"
        engineer_id = str(stage.world.people["engineer"])

    manager = open_browser("manager", viewport=DESK).pages[0]
    come_signed_in(manager, stage.url, "0001")
    manager.goto(f"{pot_url}?step=assign")
    manager.select_option("#step [name=who]", engineer_id)
    manager.fill("#step [name=interim]", "楼下已拉警戒线")
    manager.click("button[form=step]")
    expect(manager.locator(".steps")).to_contain_text("李强")

    engineer = open_browser("engineer").pages[0]
    sign_in(engineer, stage.url, "0301")
    expect(engineer.locator(".order__title").first).to_be_visible()
    engineer.goto(f"{pot_url}?step=rectify")
    engineer.set_input_files("#step input[type=file]", str(photo))
    engineer.fill("#step [name=note]", "花盆已搬进室内")
    expect(engineer.locator("#step li[data-photo]")).to_have_count(1)
    engineer.click("button[form=step]")
    expect(engineer.locator("#step")).to_have_count(0)
    all_sent(engineer, f"{stage.url}/work-orders")

    supervisor = open_browser("supervisor", viewport=DESK).pages[0]
    come_signed_in(supervisor, stage.url, "0101")
    supervisor.goto(f"{pot_url}?step=verify")
    supervisor.click("button[form=step]")
    expect(supervisor.locator("#step")).to_have_count(0)

    supervisor.goto(f"{stage.url}/board")
    expect(supervisor.locator("main")).to_contain_text("4")
    supervisor.goto(f"{stage.url}/photos")
    expect(supervisor.locator("[data-tile], .photo-card").first).to_be_visible()
    check_the_photo(supervisor, stage)
    check_the_reviews(stage)


def fail_the_gauge(page: Page, stage, photo) -> None:
    """The extinguisher's needle is in the red: the photo is forced, the rest passes, signed and sent."""
    page.goto(f"{stage.url}/inspections/new?equipment={stage.world.bottle_id}&checklist=extinguisher_dry_powder")
    page.click("[data-all-pass]")
    row = page.locator("[data-item=gauge]")
    row.locator(".passfail__item").nth(1).click()
    row.locator(".chip", has=page.locator("[value=red]")).click()
    expect(page.locator("[data-finish]")).to_have_attribute("aria-disabled", "true")  # not without the photo
    row.locator("[data-fail-area] input[type=file]").set_input_files(str(photo))
    expect(row.locator("li[data-photo]")).to_have_count(1)
    row.locator("[data-fail-area] [name='findings.gauge.remark']").fill("压力不足")
    for item in page.locator("[data-item]").all():
        number = item.locator("[data-number]")
        if number.count():
            number.fill(number.get_attribute("data-min") or "1")
    pad = page.locator("[data-behaviour~=signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
    page.mouse.up()
    page.click("[data-finish]")
    same = f"equipment={stage.world.bottle_id}"
    page.wait_for_url(re.compile(rf"/inspections/done|/inspections/new\?(?!{same})"))
    page.goto(f"{stage.url}/today")


def report_the_pot(page: Page, photo) -> None:
    page.set_input_files("#hazard [data-name=photos] input[data-camera]", str(photo))
    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    page.locator("input[name=category][value=balcony_flowerpot]").check(force=True)
    expect(page.locator("input[name=severity][value=major]")).to_be_checked()
    page.fill("#hazard [name=note]", "底座没固定，风大会掉下来")
    page.click("button[form=hazard]")
    page.wait_for_url(re.compile(r"/(hazards/[0-9a-f-]{36}|today)$"))


def check_the_photo(page: Page, stage) -> None:
    """What is served stands upright and tells nothing but its pixels."""
    with database(stage.instance):
        shown = select(Photo.id).where(Photo.kind == "before", Photo.category == "balcony_flowerpot")
        photo_id = db.session.scalars(shown).one()
    raw = page.request.get(f"{stage.url}/photos/{photo_id}/master.jpg").body()
    picture = Image.open(io.BytesIO(raw), formats=["JPEG"])
    assert picture.size == (1200, 1600)
    assert dict(picture.getexif()) == {}
    assert b"Patrol test phone" not in raw
    red, green, blue = picture.getpixel((60, 60))
    assert red > 180 > max(green, blue)


def check_the_reviews(stage) -> None:
    """Once the round has closed, day, week and month say the same: these facts and no others."""
    with database(stage.instance) as app:
        assert len(db.session.scalars(select(Scan)).all()) == 4
        assert {row.failed_count for row in db.session.scalars(select(Inspection))} == {1}
        states = {row.category: row.state for row in db.session.scalars(select(Hazard))}
        assert states == {"balcony_flowerpot": "closed", "extinguisher_fault": "reported"}
        day = db.session.scalars(select(Scan.business_day)).first()
        later = now() + timedelta(hours=2)
        client = app.test_client()
        with time_machine.travel(later, tick=True):
            token_cookie(client, "0001")
            for kind in ("day", "week", "month"):
                period = Period.around(kind, day)
                figures = review(stage.world.site_id, period, now())
                counts = figures.patrol.counts
                assert (counts.on_time + counts.late, figures.hazards.found, figures.hazards.closed) == (4, 2, 1), kind
                page = client.get(f"/reviews/{kind}/{period.slug}")
                assert page.status_code == 200
                assert figures.patrol.completion.percent in page.text
            assert "花盆松动" in client.get(f"/reviews/day/{day}").text
