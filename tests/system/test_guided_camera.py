"""An open hazard is an extra look at its place: the first photo lies over the camera, with or without signal."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Sighting
from patrol.hazards.report import HazardData, report_hazard
from patrol.photos.intake import store_photo
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.storage import limits, shelf
from patrol.sites.label import Label
from patrol.workorders.order import WorkOrderStep
from tests.conftest import read_as
from tests.system.camera import video, wall
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, type_code
from tests.system.look import AXE, axe_faults, too_wide

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to fetch")
KEPT = """async (path) => {
  for (let turn = 0; turn < 1200; turn += 1) {
    if (await caches.match(path)) return
    await new Promise(requestAnimationFrame)
  }
  throw new Error(`${path} was not taken along`)
}"""


@pytest.fixture
def loose_pot(stage):
    """A flowerpot reported at the lobby, with a red photo. -> its id and the address of the picture."""
    with database(stage.instance) as app:
        supervisor = read_as(db.session.scalars(select(User).where(User.staff_no == "0101")).one())
        place_id = db.session.scalars(select(Label.place_id).where(Label.code == stage.world.codes["大堂"])).one()
        photo_id, raw = uuid7(), io.BytesIO()
        Image.new("RGB", (1600, 1200), (200, 30, 30)).save(raw, "JPEG")
        store_photo(raw.getvalue(), photo_id, by=supervisor, at=now(), shelf=shelf(app), limits=limits(app))
        data = HazardData(place=place_id, category="balcony_flowerpot", photos=[photo_id])
        with write(supervisor.site_id):
            hazard = report_hazard(data, id=uuid7(), by=supervisor, when=When.now())
        return str(hazard.id), f"/photos/{photo_id}/thumb.jpg"


def test_the_first_photo_lies_over_the_camera_without_any_signal(stage, loose_pot, open_browser, tmp_path):
    hazard_id, picture = loose_pot
    film = video(tmp_path / "wall.mjpeg", [wall()] * 12)
    context = open_browser("guard", video=film, allow=NO_SIGNAL)
    page = context.pages[0]
    come_signed_in(page, stage.url, "0217")
    page.goto(f"{stage.url}/today")
    ready_for_the_basement(page)
    page.evaluate(KEPT, picture)
    stage.server.kill()

    type_code(page, stage.url, stage.world.codes["大堂"])
    page.wait_for_url("**/kept/visit#scan=*")
    row = page.locator("[data-rows=hazards] .list-row")
    expect(row.locator("img")).to_be_visible()
    row.locator("a").click()
    page.wait_for_url(f"**/hazards/new?seen_again={hazard_id}&scan=*")
    page.locator("[data-name=photos] [data-add]").click()

    guide = page.locator("dialog[data-guide][open]")
    ghost, live = guide.locator("[data-ghost-image]"), guide.locator("[data-live]")
    expect(ghost).to_be_visible()
    expect(ghost).to_have_css("opacity", "0.5")
    assert ghost.evaluate("image => [image.complete, image.naturalWidth]") == [True, 480]
    expect(guide.locator("[data-shoot]")).to_be_enabled()
    assert live.evaluate("video => video.videoWidth") > 0
    guide.locator("[data-fade]").fill("80")
    expect(ghost).to_have_css("opacity", "0.8")
    guide.locator("[data-shoot]").click()

    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    expect(page.locator("dialog[data-guide]").first).to_be_hidden()
    assert live.evaluate_all("all => all.every((video) => video.srcObject === null)")
    page.locator("input[name=looks][value=fixed]").check(force=True)
    page.click("button[form=hazard]")
    page.wait_for_url(re.compile("/today$"))
    stage.server.start()
    page.click("[data-try]")
    expect(page.locator(".pill").first).to_have_attribute("data-state", "sent", timeout=60_000)

    with database(stage.instance):
        sighting = db.session.scalars(select(Sighting)).one()
        photo = db.session.scalars(select(Photo).where(Photo.detail_id == sighting.id)).one()
        line = db.session.scalars(select(WorkOrderStep).where(WorkOrderStep.step == "seen")).one()
        assert (str(sighting.hazard_id), photo.kind, photo.from_gallery) == (hazard_id, "sighting", False)
        assert line.detail == {"looks": "fixed"}
        assert db.session.get(PhotoFile, (photo.site_id, photo.id)) is not None


def test_without_a_camera_the_photo_is_taken_as_ever(stage, loose_pot, open_browser):
    page = open_browser("guard").pages[0]
    come_signed_in(page, stage.url, "0217")
    page.goto(f"{stage.url}/hazards/new?seen_again={loose_pot[0]}")
    expect(page.locator("[data-offline-label]").first).to_be_attached()

    with page.expect_file_chooser() as chosen:
        page.locator("[data-name=photos] [data-add]").click()
    raw = io.BytesIO()
    Image.new("RGB", (640, 480), (30, 120, 30)).save(raw, "JPEG")
    chosen.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": raw.getvalue()})

    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    expect(page.locator("dialog[data-guide]")).to_be_hidden()


def test_the_guide_can_be_left_and_is_fit_for_everybody(stage, loose_pot, open_browser, tmp_path):
    film = video(tmp_path / "wall.mjpeg", [wall()] * 12)
    page = open_browser("guard", video=film).pages[0]
    come_signed_in(page, stage.url, "0217")
    page.goto(f"{stage.url}/hazards/new?seen_again={loose_pot[0]}")
    expect(page.locator("[data-offline-label]").first).to_be_attached()

    page.locator("[data-name=photos] [data-add]").click()
    guide = page.locator("dialog[data-guide][open]")
    expect(guide.locator("[data-shoot]")).to_be_enabled()
    page.evaluate(AXE.read_text("utf-8"))
    assert [*axe_faults(page), *too_wide(page)] == []
    page.keyboard.press("Escape")

    expect(page.locator("dialog[data-guide]")).to_be_hidden()
    expect(page.locator("#hazard li[data-photo]")).to_have_count(0)
