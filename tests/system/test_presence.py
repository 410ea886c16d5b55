"""A question and a live photo without signal; then a supervisor sees the wrong answer and makes the scan void."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.arrival_asks import live_place
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.evidence import Evidence, ScanVoid
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.evidence_site import evidence_site
from patrol.rounds.presence import PresenceAnswer, add_question
from patrol.rounds.scan import Scan
from patrol.rounds.walk import rounds_between, walks
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, served, type_code
from tests.system.look import AXE, axe_faults, too_wide
from tests.system.test_basement import NO_SIGNAL, snapshot

pytestmark = pytest.mark.browser

SPOTS = ("地下一区", "地下二区")
COLOURS = ("红色", "绿色", "蓝色")
ANSWERED = {SPOTS[0]: "红色", SPOTS[1]: "绿色"}


@pytest.fixture
def cellar(tmp_path):
    with served(tmp_path / "instance", spots=SPOTS, began=timedelta(minutes=10)) as running:
        yield running


def ask_everywhere(cellar) -> str:
    """A question at both points, asked for since yesterday; answers which point has the live photo."""
    with database(cellar.instance):
        site_id, at = cellar.world.site_id, now()
        evidence_site(site_id, at - timedelta(days=1))
        site = db.session.get_one(Site, site_id)
        ensure_rounds(site_id, at, site.zone, site.day_start)
        with write(site_id):
            for place in db.session.scalars(select(Place).where(Place.number.is_not(None))):
                people = cellar.world.people
                add_question(place, f"{place.name}的门是什么颜色？", COLOURS, 1, by=people["supervisor"], at=at)
        [walk] = [one for one in walks(site_id, all_rounds(site_id, at), at)
                  if one.times.opens_at <= at < one.times.closes_at]  # fmt: skip
        live = live_place(walk, evidence_site(site_id, at))
        return next(stop.name for stop in walk.stops if stop.place_id == live)


def all_rounds(site_id, at):
    return rounds_between(site_id, (at - timedelta(days=2)).date(), (at + timedelta(days=1)).date())


def test_asked_without_signal_judged_on_the_server_and_made_void(cellar, open_browser, tmp_path):
    live = ask_everywhere(cellar)
    phone = open_browser("guard", allow=NO_SIGNAL).pages[0]
    come_signed_in(phone, cellar.url, "0217")
    phone.goto(f"{cellar.url}/today")
    ready_for_the_basement(phone)
    cellar.server.kill()

    for spot in SPOTS:
        type_code(phone, cellar.url, cellar.world.codes[spot])
        phone.wait_for_url("**/kept/visit#scan=*")
        expect(phone.locator("[data-part=question-here] legend")).to_have_text(f"{spot}的门是什么颜色？")
        phone.evaluate(AXE.read_text("utf-8"))
        assert [*axe_faults(phone), *too_wide(phone)] == []
        phone.set_viewport_size({"width": 360, "height": 780})
        phone.locator("[data-rows=options] label", has_text=ANSWERED[spot]).click()
        expect(phone.locator("[data-part=live-here]")).to_be_visible(visible=live.endswith(spot))
        if live.endswith(spot):
            phone.set_input_files("[data-form=visit-form] [data-camera]", snapshot(90))
            expect(phone.locator("[data-form=visit-form] li[data-photo]")).to_have_count(1)
        phone.click("#visit-form button")
        phone.wait_for_url(re.compile(r"/(today|rounds/[0-9a-f-]{36})$"))

    cellar.server.start()
    phone.goto(f"{cellar.url}/today")
    phone.click("[data-try]")
    expect(phone.locator(".pill").first).to_have_attribute("data-state", "sent", timeout=60_000)
    wrong = check_what_arrived(cellar, live)
    make_void(cellar, open_browser, wrong)
    opened = f"{cellar.url}/visits/{wrong}"
    phone.goto(opened)
    while phone.locator("body[data-kept]").count():  # a slow answer soon after the cellar: first what the phone holds
        phone.goto(opened)
    expect(phone.locator(".notice--miss")).to_contain_text("当天没人见到他在地下")


def check_what_arrived(cellar, live):
    """The scan with the wrong answer, once the round is over."""
    with database(cellar.instance):
        site_id = cellar.world.site_id
        assert sorted(row.good for row in db.session.scalars(select(PresenceAnswer))) == [False, True]
        photo = db.session.scalars(select(Photo)).one()
        shown = db.session.get_one(Scan, (site_id, photo.subject_id))
        assert db.session.get_one(Place, (site_id, shown.place_id)).full_name == live
        assert db.session.scalars(select(PhotoFile.id)).one() == photo.id
        ensure_evidence(site_id, now() + timedelta(hours=3))
        rows = list(db.session.scalars(select(Evidence).where(Evidence.kind == "visit")))
        assert all("no_live_photo" not in row.flags for row in rows)
        [wrong] = [row for row in rows if "wrong_answer" in row.flags]
        assert wrong.grade == "C"
        return wrong.scan_id


def make_void(cellar, open_browser, scan_id):
    desk = open_browser("supervisor", viewport={"width": 1280, "height": 800}).pages[0]
    come_signed_in(desk, cellar.url, "0101")
    desk.goto(f"{cellar.url}/exceptions")
    row = desk.locator(".exception", has_text="现场题答错")
    expect(row).to_have_count(1)
    row.locator("summary").click()
    row.locator("textarea").fill("当天没人见到他在地下")
    row.locator("button[value=voided]").click()
    expect(desk.locator(".exception", has_text="现场题答错")).to_have_count(0)
    desk.goto(f"{cellar.url}/exceptions?state=done")
    expect(desk.locator(".exception .struck")).to_have_count(1)
    with database(cellar.instance):
        assert db.session.scalars(select(ScanVoid.scan_id)).one() == scan_id
