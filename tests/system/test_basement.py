"""A whole round in the basement: no signal from the start, the phone dies twice, and everything arrives once."""

import io
import re
import subprocess
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from patrol.accounts.received import Received
from patrol.core.clock import now
from patrol.core.db import db
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.scan import Scan, VisitResult
from patrol.rounds.walk import rounds_between, walks
from patrol.sync.received import Shelved
from tests.system.camera import label, seen, video
from tests.system.conftest import database, ready_for_the_basement, served, sign_in, token_cookie, type_code
from tests.system.look import AXE, axe_faults, too_wide

pytestmark = pytest.mark.browser

SPOTS = tuple(f"地下{n}区" for n in range(1, 13))
BOTTLES = (1, 4, 7, 10)
BY_CAMERA = (1, 7, 9)
HAZARDS = {2: "balcony_flowerpot", 6: "window_sash", 11: "evac_route_blocked"}
NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to fetch")


@pytest.fixture
def cellar(tmp_path):
    with served(tmp_path / "instance", spots=SPOTS, bottles=BOTTLES, began=timedelta(minutes=20)) as running:
        yield running


# The draft is written a moment after the last keystroke: look until it is there.
DRAFT_IS_KEPT = """async () => {
  const open = indexedDB.open("patrol")
  await new Promise((done) => { open.onsuccess = done })
  const all = () => new Promise((done) => {
    const ask = open.result.transaction("drafts").objectStore("drafts").getAll()
    ask.onsuccess = () => done(ask.result)
  })
  while (!(await all()).some((draft) => draft.fields.some(([name, value]) => name === "note" && value))) {
    await new Promise(requestAnimationFrame)
  }
  open.result.close()
}"""

SHOW_A_PHOTO = """(shape) => {
  const photo = Object.assign(new Image(44, 44), { className: shape, alt: "门厅" })
  document.querySelector("main").append(photo)
  photo.setAttribute("src", "/photos/01900000-0000-7000-8000-000000000001/thumb.jpg")
}"""


class Guard:
    """张伟 with his phone, at night."""

    def __init__(self, cellar: SimpleNamespace, open_browser, tmp_path):
        self.cellar, self.open_browser, self.tmp_path = cellar, open_browser, tmp_path
        self.page: Page = None  # type: ignore[assignment]
        self.context: BrowserContext = None  # type: ignore[assignment]

    def take_phone(self, spot: int | None = None) -> None:
        """Open the browser; the camera looks at this spot's label."""
        film = None
        if spot is not None:
            film = video(self.tmp_path / f"spot-{spot}.mjpeg", [seen(self.address(spot), tilt=6, light=0.5)] * 12)
        self.context = self.open_browser("guard", video=film, dark=True, allow=NO_SIGNAL)
        self.page = self.context.pages[0]

    def address(self, spot: int) -> str:
        return f"{self.cellar.url}/C/{self.code(spot)}".upper()

    def code(self, spot: int) -> str:
        return self.cellar.world.codes[SPOTS[spot - 1]]

    def battery_dies(self) -> None:
        profile = self.tmp_path / "profile-guard"
        subprocess.run(["pkill", "-9", "-f", f"user-data-dir={profile}"], check=True)
        for lock in profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def goto(self, path: str) -> None:
        self.page.goto(f"{self.cellar.url}{path}")

    def scan(self, spot: int, how: str) -> None:
        if how == "typed":
            type_code(self.page, self.cellar.url, self.code(spot).lower())
        else:
            self.goto("/scan")
        if how == "photo":
            buffer = io.BytesIO()
            label(self.address(spot)).save(buffer, "PNG")
            expect(self.page.locator("[data-behaviour=scanner][data-state]")).to_be_attached()
            self.page.set_input_files(
                "[data-still]", {"name": "label.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
            )
        self.page.wait_for_url("**/kept/visit#scan=*")
        self.scanned = self.page.url.split("=")[-1]
        expect(self.page.locator("h1")).to_contain_text(SPOTS[spot - 1])
        expect(self.page.locator(".hero__soft").first).to_contain_text(f"{spot} 号点 · 准时")

    def fine_here(self) -> None:
        self.page.click("form[data-record=visit] button")
        self.page.wait_for_url(re.compile(r"/(today|rounds/[0-9a-f-]{36})$"))

    def fill_report(self, category: str) -> None:
        expect(self.page.locator("[data-offline-label]").first).to_be_attached()
        for shade in (70, 150):
            self.page.set_input_files("#hazard [data-name=photos] [data-camera]", snapshot(shade))
        expect(self.page.locator("#hazard li[data-photo]")).to_have_count(2)
        self.page.locator(f"#hazard input[value={category}]").check(force=True)
        self.page.fill("#hazard [name=note]", "灯下有水")
        self.page.evaluate(DRAFT_IS_KEPT)

    def place(self, spot: int) -> str:
        with database(self.cellar.instance):
            from patrol.sites.label import Label

            return str(db.session.scalars(select(Label.place_id).where(Label.code == self.code(spot))).one())

    def check_the_extinguisher(self) -> None:
        self.page.locator("[data-rows=due] a").first.click()
        self.page.wait_for_url("**/inspections/new?**")
        self.page.click("[data-all-pass]")
        for number in self.page.locator("[data-number]").all():
            number.fill(number.get_attribute("data-min") or "1")
        pad = self.page.locator("[data-behaviour~=signature] canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 20, box["y"] + 20)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
        self.page.mouse.up()
        self.page.click("[data-finish]")
        self.page.wait_for_url("**/checklists")

    def looks_at_the_pages(self, visit: str) -> None:
        """Pages kept on the phone are looked at like all others: nothing serious for axe, nothing too wide."""
        self.goto("/today")
        round_page = self.page.locator(".hero__title a").get_attribute("href")
        one_list = f"/inspections/new?equipment={self.cellar.world.bottle_id}&checklist=extinguisher_dry_powder"
        for path in ("/today", visit, round_page, "/hazards/new", "/checklists", one_list, "/scan", "/me", "/roster"):
            self.goto(path)
            self.page.evaluate(AXE.read_text("utf-8"))
            assert [*axe_faults(self.page), *too_wide(self.page)] == [], path

    def finds_back_from_what_is_not_here(self) -> None:
        """A page that was not taken along leads back to one that was; a photo that cannot come leaves a quiet place."""
        self.goto("/notices")
        expect(self.page.locator("h1")).to_have_text("没有网络")
        expect(self.page.locator("[data-offline-page] [data-items] li")).not_to_have_count(0)
        self.page.click("[data-home]")
        self.page.wait_for_url("**/today")
        for shape in ("photo__img", "list-row__thumb"):
            self.page.evaluate(SHOW_A_PHOTO, shape)
            expect(self.page.locator(f".photo__none.{shape}")).to_have_accessible_name("门厅 有信号后显示照片")
        expect(self.page.locator("main img")).to_have_count(0)

    def sees(self, done: int) -> None:
        self.goto("/today")
        expect(self.page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(self.page.locator(".hero__big b")).to_have_text(str(done))


def snapshot(shade: int) -> dict[str, object]:
    buffer = io.BytesIO()
    Image.effect_noise((1800, 1350), shade).convert("RGB").save(buffer, "JPEG")
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def test_a_round_without_signal_arrives_whole_and_once(cellar, open_browser, tmp_path):
    guard = Guard(cellar, open_browser, tmp_path)
    guard.take_phone()
    sign_in(guard.page, cellar.url, "0217")
    guard.page.request.post(
        f"{cellar.url}/me/settings", form={"language": "zh", "theme": "dark"}, headers=token_of_page(guard.page)
    )
    guard.goto("/today")
    ready_for_the_basement(guard.page)
    expect(guard.page.locator("[data-behaviour=due-card]")).to_be_visible()
    guard.context.close()
    cellar.server.kill()

    began = now()
    guard.take_phone(1)
    walk_the_round(guard)
    guard.sees(12)
    expect(guard.page.locator(".pill").first).to_contain_text("存在手机里 31")  # 12 scans, 12 words, 3 hazards, 4 lists
    ended = now()

    cellar.server.start()
    guard.page.click("[data-try]")
    expect(guard.page.locator(".pill").first).to_have_attribute("data-state", "sent", timeout=60_000)
    check_what_arrived(cellar, began, ended)


def walk_the_round(guard: Guard) -> None:
    for spot in range(1, 13):
        if spot == 9:
            guard.battery_dies()
            guard.take_phone(9)
        guard.scan(spot, "camera" if spot in BY_CAMERA else "photo" if spot % 2 else "typed")
        if spot in BY_CAMERA:  # a film shows one label only: from here on this phone has no camera
            guard.context.close()
            guard.take_phone()
            guard.page.goto(f"{guard.cellar.url}/kept/visit#scan={guard.scanned}")
        if spot in BOTTLES:
            guard.check_the_extinguisher()
            guard.page.go_back()
            guard.page.go_back()
            expect(guard.page.locator("h1")).to_contain_text(SPOTS[spot - 1])
            expect(guard.page.locator("[data-rows=due] a")).to_have_count(0)
        if spot == 3:
            guard.looks_at_the_pages(f"/kept/visit#scan={guard.scanned}")
            guard.finds_back_from_what_is_not_here()
            guard.goto(f"/kept/visit#scan={guard.scanned}")
        guard.fine_here()
        if spot in HAZARDS:
            guard.goto(f"/hazards/new?place={guard.place(spot)}")
            guard.fill_report(HAZARDS[spot])
            if spot == 6:
                guard.battery_dies()
                guard.take_phone(7)
                guard.goto(f"/hazards/new?place={guard.place(spot)}")
            expect(guard.page.locator("#hazard li[data-photo]")).to_have_count(2)
            expect(guard.page.locator("#hazard [name=note]")).to_have_value("灯下有水")
            expect(guard.page.locator(f"#hazard input[value={HAZARDS[spot]}]")).to_be_checked()
            guard.page.click("button[form=hazard]")
            guard.page.wait_for_url("**/today")


def token_of_page(page: Page) -> dict[str, str]:
    return {"X-CSRFToken": page.locator("meta[name=csrf-token]").get_attribute("content") or ""}


def check_what_arrived(cellar, began, ended) -> None:
    with database(cellar.instance) as app:
        site = cellar.world.site_id
        scans = list(db.session.scalars(select(Scan).order_by(Scan.effective_at)))
        assert [scan.effective_at for scan in scans] == [scan.captured_at for scan in scans]
        assert all(began <= scan.effective_at <= ended for scan in scans)
        assert Counter(scan.method for scan in scans) == {"camera": 3, "photo": 3, "typed": 6}
        assert all(set(scan.flags) <= {"repeat"} for scan in scans)
        counts = {
            model: db.session.scalar(select(func.count()).select_from(model))
            for model in (Scan, VisitResult, Hazard, Inspection, Received, Shelved)
        }
        assert counts == {Scan: 12, VisitResult: 12, Hazard: 3, Inspection: 4, Received: 31, Shelved: 0}
        hazards = {row.category: row.round_id for row in db.session.scalars(select(Hazard))}
        assert set(hazards) == set(HAZARDS.values())
        before = select(Photo.subject_id, func.count()).where(Photo.kind == "before").group_by(Photo.subject_id)
        assert [count for _id, count in db.session.execute(before)] == [2, 2, 2]
        assert set(db.session.scalars(select(Photo.id))) == set(db.session.scalars(select(PhotoFile.id)))
        chain = db.session.execute(select(Received.seq, Received.kind).order_by(Received.seq)).all()
        assert [row.seq for row in chain] == list(range(1, 32))  # in the order they were made, none missing
        day = scans[0].business_day
        walked = [walk for walk in walks(site, rounds_between(site, day, day), now()) if walk.visited]
        assert [(walk.state, walk.count("on_time")) for walk in walked] == [("completed", 12)]
        client = app.test_client()
        token_cookie(client, "0101")
        assert re.search(r"12\s*/\s*12", client.get(f"/reviews/day/{day}").text)
