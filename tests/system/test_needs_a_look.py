"""One record among thirty is refused: it is seen on the phone and on the shelf, and each way out of it works."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo
from patrol.rounds.scan import Scan
from patrol.sites.place import Place
from patrol.sync.received import Shelved
from tests.system.camera import phone_photo
from tests.system.conftest import DESK, come_signed_in, database

pytestmark = pytest.mark.browser

OFFLINE = ("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
SAVE = """async ({codes}) => {
  const app = document.querySelector("script[src*='js/app.js']").src
  const { save } = await import(new URL("offline/save.js", app).href)
  for (const code of codes) await save({ kind: "scan", data: { code, method: "typed" }, title: `扫码 ${code}` })
}"""
STORES = """async () => {
  const open = indexedDB.open("patrol")
  const db = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result) })
  const all = (name) => new Promise((resolve) => {
    const asked = db.transaction(name).objectStore(name).getAll()
    asked.onsuccess = () => resolve(asked.result)
  })
  const [records, photos, drafts] = await Promise.all(["records", "photos", "drafts"].map(all))
  db.close()
  const states = records.map(({ id, state }) => ({ id, state }))
  return { records: states, photos: photos.length, fields: drafts.map((draft) => draft.fields) }
}"""

DRAFTED = f"""async (word) => {{
  while (!JSON.stringify((await ({STORES})()).fields).includes(word)) await new Promise((on) => setTimeout(on, 50))
}}"""


class Phone:
    """A guard's phone; without signal nothing gets through to /sync, as in a cellar."""

    def __init__(self, stage: SimpleNamespace, context: BrowserContext):
        self.stage, self.context, self.page = stage, context, context.pages[0]
        come_signed_in(self.page, stage.url, "0217")
        self.page.goto(f"{stage.url}/today")

    def lose_signal(self) -> None:
        self.context.route("**/sync/**", lambda route: route.abort())

    def find_signal(self) -> None:
        self.context.unroute_all()
        self.page.goto(f"{self.stage.url}/outbox")

    def scan(self, *codes: str) -> None:
        self.page.evaluate(SAVE, {"codes": codes})

    def report(self, place: Place, photo) -> None:
        self.page.goto(f"{self.stage.url}/hazards/new?place={place.id}")
        fill(self.page, photo)
        self.page.click("button[form=hazard]")
        self.page.wait_for_url(re.compile(r"/(hazards/[0-9a-f-]{36}|today)$"))

    def stores(self) -> dict:
        return self.page.evaluate(STORES)


def fill(page: Page, photo) -> None:
    page.set_input_files("#hazard [data-name=photos] input[data-camera]", str(photo))
    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    page.locator("input[name=category][value=balcony_flowerpot]").check(force=True)
    page.fill("#hazard [name=note]", "底座没固定")


@pytest.fixture
def phone(stage, open_browser) -> Phone:
    return Phone(stage, open_browser("guard", allow=OFFLINE, service_workers="block"))


@pytest.fixture
def photo(tmp_path):
    return phone_photo(tmp_path / "pot.jpg")


def place_named(stage, name: str) -> Place:
    with database(stage.instance):
        return db.session.scalars(select(Place).where(Place.name == name)).one()


def retire(stage, place: Place) -> None:
    """The balcony is pulled down while the guard walks; the server refuses what names it."""
    with database(stage.instance), write():
        db.session.scalars(select(Place).where(Place.id == place.id)).one().retired_at = now()


def count(stage, *models) -> list[int]:
    with database(stage.instance):
        return [db.session.scalar(select(func.count()).select_from(model)) for model in models]


def pill(page: Page):
    return page.locator("[data-behaviour~=outbox-pill][data-known]").first


def refused_hazard(stage, phone: Phone, photo) -> Place:
    balcony = place_named(stage, "东阳台")
    phone.lose_signal()
    phone.report(balcony, photo)
    retire(stage, balcony)
    return balcony


def test_one_refused_among_thirty_is_settled_on_the_shelf_and_the_phone_learns_it(stage, phone, photo, open_browser):
    codes = stage.world.codes
    balcony = place_named(stage, "东阳台")
    phone.lose_signal()
    phone.scan(*[codes["大堂"]] * 15)
    phone.report(balcony, photo)
    phone.scan(*[codes["天台"]] * 14)
    assert len(phone.stores()["records"]) == 30
    retire(stage, balcony)

    phone.find_signal()

    item = phone.page.locator("[data-items] li")
    expect(item).to_have_count(1, timeout=60_000)  # thirty are sent first
    expect(item).to_have_attribute("data-state", "look")
    expect(item).to_contain_text("已经没有了")
    expect(pill(phone.page)).to_have_attribute("data-state", "look")
    assert count(stage, Scan, Hazard, Shelved) == [29, 0, 1]

    supervisor = open_browser("supervisor", viewport=DESK).pages[0]
    come_signed_in(supervisor, stage.url, "0101")
    supervisor.goto(f"{stage.url}/shelf")
    expect(supervisor.locator(".side__item[href='/shelf'] .count")).to_have_text("1")
    supervisor.click("main .list-row__title")
    expect(supervisor.locator("main")).to_contain_text("底座没固定")
    expect(supervisor.locator("main")).to_contain_text("3 栋 东阳台")
    picture = supervisor.locator("main .photo img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 1200)
    supervisor.fill("#settle-note", "阳台已拆，花盆已搬走")
    supervisor.click("button[name=how][value=settled]")
    expect(supervisor.locator("main")).to_contain_text("已手工处理")

    phone.page.reload()

    expect(phone.page.locator("[data-items] li")).to_have_count(0)
    expect(pill(phone.page)).to_have_attribute("data-state", "sent")
    expect(phone.page.locator("[data-sent] li").filter(has_text="王芳：阳台已拆，花盆已搬走")).to_have_count(1)
    assert phone.stores() == {"records": [], "photos": 0, "fields": []}
    assert count(stage, Scan, Hazard, Shelved) == [29, 0, 1]


def test_a_refused_hazard_is_corrected_with_its_photo_and_its_time(stage, phone, photo):
    refused_hazard(stage, phone, photo)
    phone.find_signal()
    page = phone.page
    page.click("[data-act=correct]")
    page.wait_for_url("**/hazards/new?place=#edit=*")
    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    expect(page.locator("#hazard [name=note]")).to_have_value("底座没固定")
    expect(page.locator("input[name=category][value=balcony_flowerpot]")).to_be_checked()

    page.fill("#hazard .place-picker__input", "天台")
    page.click("#hazard .place-picker__list [role=option]")
    page.click("button[form=hazard]")
    page.wait_for_url(re.compile(r"/hazards/[0-9a-f-]{36}$"))

    page.goto(f"{stage.url}/outbox")
    expect(pill(page)).to_have_attribute("data-state", "sent")
    assert phone.stores() == {"records": [], "photos": 0, "fields": []}
    with database(stage.instance):
        hazard = db.session.scalars(select(Hazard)).one()
        row = db.session.scalars(select(Shelved)).one()
        assert db.session.get(Place, (hazard.site_id, hazard.place_id)).name == "天台"
        assert (row.settled_how, row.url) == ("replaced", f"/hazards/{hazard.id}")
        assert hazard.reported_at.isoformat()[:19] == as_utc(row.raw["captured_at"])
        assert db.session.scalars(select(Photo.id)).all() == [row_photo(row)]


def as_utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()[:19]


def row_photo(row: Shelved) -> UUID:
    return UUID(row.raw["photos"][0])


def test_a_mistyped_code_is_written_again_in_place(stage, phone):
    phone.page.goto(f"{stage.url}/outbox")
    phone.scan("0000AAAA0000")
    phone.page.reload()
    page = phone.page
    page.click("[data-act=correct]")
    page.fill("dialog [name=code]", "7k3m")
    page.click("dialog [data-answer=send_corrected]")
    expect(page.locator("dialog [role=alert]")).to_be_visible()
    page.fill("dialog [name=code]", "7k3m-9qx2-abo1")
    page.click("dialog [data-answer=send_corrected]")

    expect(pill(page)).to_have_attribute("data-state", "sent")
    with database(stage.instance):
        [flags] = db.session.scalars(select(Scan.flags))
        assert "corrected" in flags
        assert db.session.scalars(select(Shelved.settled_how)).one() == "replaced"


def test_nothing_is_put_away_without_asking(stage, phone):
    phone.page.goto(f"{stage.url}/outbox")
    phone.scan("0000AAAA0000")
    phone.page.reload()
    page = phone.page

    page.click("[data-act=put_away]")
    expect(page.locator("dialog [data-answer=keep_it]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-items] li")).to_have_count(1)

    page.click("[data-act=put_away]")
    page.click("dialog [data-answer=put_away_yes]")
    expect(page.locator("[data-items] li")).to_have_count(0)
    assert count(stage, Shelved) == [1]


def test_a_file_of_the_phone_comes_in_on_the_shelf_and_the_phone_adds_nothing(
    stage, phone, photo, open_browser, tmp_path
):
    phone.lose_signal()
    phone.scan(stage.world.codes["大堂"], stage.world.codes["天台"])
    phone.report(place_named(stage, "东阳台"), photo)
    page = phone.page
    page.goto(f"{stage.url}/outbox")
    with page.expect_download() as waiting:
        page.click("[data-save-all]")
    saved = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(saved)
    assert re.fullmatch(r"patrol-0217-\d{8}-\d{4}\.json", saved.name)
    content = json.loads(saved.read_text("utf-8"))
    assert (len(content["records"]), len(content["photos"])) == (3, 1)
    assert all("offset_ms" in record["clock"] for record in content["records"] if record["clock"])

    supervisor = open_browser("supervisor", viewport=DESK).pages[0]
    come_signed_in(supervisor, stage.url, "0101")
    supervisor.goto(f"{stage.url}/shelf")
    supervisor.set_input_files("main input[type=file]", str(saved))
    supervisor.click("form[action='/shelf/file'] button")
    expect(supervisor.locator("[data-brought] dd").first).to_have_text("3")
    assert count(stage, Scan, Hazard, Photo, Shelved) == [2, 1, 1, 0]

    phone.find_signal()
    expect(pill(page)).to_have_attribute("data-state", "sent")
    assert phone.stores() == {"records": [], "photos": 0, "fields": []}
    assert count(stage, Scan, Hazard, Photo, Shelved) == [2, 1, 1, 0]


def test_a_full_phone_says_so_and_keeps_the_form(stage, phone, photo, open_browser):
    """The browser is opened anew, since Chromium asks for the limit once and then trusts what it heard for a while."""
    place = place_named(stage, "东阳台")
    form = f"{stage.url}/hazards/new?place={place.id}"
    phone.page.goto(form)
    fill(phone.page, photo)
    phone.page.evaluate(DRAFTED, "底座没固定")
    used = phone.page.evaluate("async () => (await navigator.storage.estimate()).usage")
    phone.context.close()
    page = open_browser("guard", allow=("QuotaExceededError",), service_workers="block").pages[0]
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": stage.url, "quotaSize": used + 1000})
    page.goto(form)
    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    expect(page.locator("#hazard [name=note]")).to_have_value("底座没固定")

    page.click("button[form=hazard]")

    expect(page.locator("#hazard [data-problem]")).to_have_text("手机空间满了，清理一下再试，填的内容都还在")
    expect(page.locator("#hazard li[data-photo]")).to_have_count(1)
    expect(page.locator("#hazard [name=note]")).to_have_value("底座没固定")
    assert page.evaluate(STORES)["records"] == []
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": stage.url})
    page.click("button[form=hazard]")
    page.wait_for_url(re.compile(r"/hazards/[0-9a-f-]{36}$"))
    assert count(stage, Hazard, Photo) == [1, 1]


def test_a_phone_that_fills_up_warns_before_it_hurts(stage, phone):
    """What the browser tells of its room is put in its mouth: Chromium always says there are 10 GB left."""
    page = phone.page
    phone.lose_signal()
    page.goto(f"{stage.url}/outbox")
    phone.scan(stage.world.codes["大堂"])
    phone.context.add_init_script("navigator.storage.estimate = async () => ({ usage: 91e6, quota: 100e6 })")

    page.reload()

    expect(page.locator("[data-room]")).to_contain_text("已用 91%")
    page.goto(f"{stage.url}/me")
    expect(page.locator("[data-about=store] .list-row__meta")).to_contain_text("已用 91%")
    expect(page.locator("[data-about=unsent] .list-row__meta")).to_contain_text("最早的等了 1 分钟")
    page.goto(f"{stage.url}/hazards/new")
    expect(page.locator("#toasts")).to_contain_text("已用 91%")
