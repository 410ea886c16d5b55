"""A handover signed on two phones: one with signal, one without; both sign the same card."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from patrol.accounts.roster import Duty
from patrol.briefings.handover import HandoverCard, HandoverSign
from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.site import Site
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, served

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to fetch")


@pytest.fixture
def site(tmp_path):
    """The shift that is on ends in forty minutes; the roster has 张伟 on it and 赵敏 on the next."""
    with served(tmp_path / "instance", began=timedelta(minutes=10)) as running:
        with database(running.instance), write():
            row = db.session.get_one(Site, running.world.site_id)
            start, end = (
                (now() + away).astimezone(row.zone).time().replace(second=0, microsecond=0)
                for away in (timedelta(hours=-6), timedelta(minutes=40))
            )
            one, two = f"{start:%H:%M}", f"{end:%H:%M}"
            row.day_start = start
            row.shifts = [
                {"code": "day", "zh": "白班", "en": "Day", "start": one, "end": two},
                {"code": "night", "zh": "夜班", "en": "Night", "start": two, "end": one},
            ]
            today = business_day(now(), row.zone, start)
            for shift, person in (("day", "guard"), ("night", "guard2")):
                db.session.add(
                    Duty(
                        id=uuid7(), site_id=row.id, day=today, shift=shift, team="security",
                        user_id=running.world.people[person],
                    )
                )  # fmt: skip
        yield running


def phone_of(open_browser, site, name: str, staff_no: str) -> Page:
    page = open_browser(name, allow=NO_SIGNAL).pages[0]
    come_signed_in(page, site.url, staff_no)
    page.goto(f"{site.url}/today")
    ready_for_the_basement(page)
    return page


def write_name(page: Page) -> None:
    expect(page.locator("[data-behaviour=signature] canvas")).to_be_visible()
    pad = page.locator("[data-behaviour=signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 30, steps=6)
    page.mouse.move(box["x"] + 200, box["y"] + 80, steps=6)
    page.mouse.up()


def test_two_phones_sign_one_card(site, open_browser):
    leaving = phone_of(open_browser, site, "leaving", "0217")
    leaving.click("a[href='/handover']")
    expect(leaving.locator(".handover__sides")).to_contain_text("张伟")
    expect(leaving.locator(".handover__sides")).to_contain_text("赵敏")
    expect(leaving.locator("form[data-record=handover_sign] h2")).to_have_text("以上我交班")
    write_name(leaving)
    leaving.click("form[data-record=handover_sign] button[type=submit]")
    leaving.wait_for_url("**/handover?*")
    expect(leaving.locator(".handover__sides")).to_contain_text("已签")
    expect(leaving.locator("form[data-record=handover_sign]")).to_have_count(0)

    coming = phone_of(open_browser, site, "coming", "0218")
    site.server.kill()
    coming.goto(f"{site.url}/handover")
    expect(coming.locator("form[data-record=handover_sign] h2")).to_have_text("以上我接班")
    expect(coming.locator("main")).to_contain_text("张伟签字后，这份交接单不再变动")
    write_name(coming)
    coming.click("form[data-record=handover_sign] button[type=submit]")
    coming.wait_for_url("**/handover")

    site.server.start()
    coming.goto(f"{site.url}/today")
    expect(coming.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent", timeout=30_000)
    with database(site.instance):
        signs = db.session.scalars(select(HandoverSign).order_by(HandoverSign.side.desc())).all()
        people = site.world.people
        assert [(one.side, one.user_id, one.on_roster) for one in signs] == [
            ("out", people["guard"], True),
            ("in", people["guard2"], True),
        ]
        assert len({one.card_id for one in signs}) == 1
        assert signs[0].card_id in set(db.session.scalars(select(HandoverCard.id)))
        pictures = set(db.session.scalars(select(Photo.id).where(Photo.kind == "signature")))
        assert len(pictures) == 2
        assert pictures <= set(db.session.scalars(select(PhotoFile.id)))
    leaving.reload()
    expect(leaving.locator(".handover__sides .badge--ok")).to_have_count(2)
