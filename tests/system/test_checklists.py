"""Every list of the catalogue filled on a phone, with and without signal; and forty bottles at three taps each."""

import base64
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Error, Page, expect
from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import Checklist, all_current
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.equipment.types import EQUIPMENT_TYPES, SCOPES
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sync.received import Shelved
from tests.system.conftest import database, evaluate, ready_for_the_basement, served, sign_in

pytestmark = pytest.mark.browser

NO_SIGNAL = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "ERR_INTERNET_DISCONNECTED", "Failed to fetch")
READY = "form#checklist [data-item][data-state]"
FLOOR = tuple(f"{n:02} 号位" for n in range(1, 41))
POWDER = "extinguisher_dry_powder"
GROUPS = ("emergency_light", "smoke_detector")  # one item stands for 24: the first filled online, the other without

# What an engineer does on one list, by the controls he would touch. wrong: the item he finds wanting; shows: whether he
# takes the photo that is asked for by lot.
FILL = """async ([wrong, next, jpeg, shows]) => {
  const form = document.getElementById("checklist")
  const bytes = Uint8Array.from(atob(jpeg), (letter) => letter.charCodeAt(0))
  const until = async (fits) => { while (!fits()) await new Promise(requestAnimationFrame) }
  const type = (field, text) => { field.value = text; field.dispatchEvent(new Event("input", { bubbles: true })) }
  const shoot = async (picker) => {
    const camera = picker.querySelector("[data-camera]"), files = new DataTransfer()
    files.items.add(new File([bytes], "seen.jpg", { type: "image/jpeg" }))
    camera.files = files.files
    camera.dispatchEvent(new Event("change", { bubbles: true }))
    await until(() => picker.querySelector("li[data-photo]"))
  }
  document.querySelector("[data-all-pass]").click()
  for (const row of form.querySelectorAll("[data-item]")) {
    const fails = row.dataset.item === wrong
    const numbers = row.querySelectorAll("[data-number]"), text = row.querySelector("[data-text]")
    const good = row.querySelector("[data-good], .chip__input:not([data-fail])")
    for (const number of numbers) {
      const { min, max } = number.dataset
      type(number, fails ? (min !== undefined ? Number(min) - 1 : Number(max) + 1) : (min ?? max ?? 1))
    }
    if (numbers.length) { /* written */ } else if (text) type(text, "无")
    else if (row.querySelector("[data-photo-item]")) await shoot(row.querySelector("[data-photo-item]"))
    else if (fails) (row.querySelector("input[value=fail]") ?? row.querySelector("[data-fail]")).click()
    else if (row.dataset.state === "empty") good.click()
    if (!fails) continue
    row.querySelector(".chip--miss [data-fail]")?.click()
    await shoot(row.querySelector("[data-fail-area] [data-behaviour~=photo-picker]"))
    type(row.querySelector("[data-fail-area] input[name$='.remark']"), "不行")
    const units = row.querySelector("[data-units]:not([hidden])")
    if (units) { type(units.querySelector("[data-count]"), "2"); type(units.querySelector("[data-which]"), "17、18") }
  }
  const pad = form.querySelector("[data-behaviour~=signature]")
  if (!pad.hasAttribute("data-signed")) {
    const canvas = pad.querySelector("canvas"), box = canvas.getBoundingClientRect()
    canvas.setPointerCapture = () => {} // no finger of the system's own is down
    for (const [kind, x] of [["down", 20], ["move", 60], ["move", 140], ["up", 140]]) {
      canvas.dispatchEvent(new PointerEvent(`pointer${kind}`, {
        pointerId: 1, isPrimary: true, bubbles: true, clientX: box.left + x, clientY: box.top + 20 + x / 4 }))
    }
    await until(() => pad.hasAttribute("data-signed"))
  }
  await until(() => !form.dataset.ahead)
  if (next) form.dataset.next = next
  const finish = document.querySelector("[data-finish]")
  if (finish.getAttribute("aria-disabled") === "true") throw new Error(finish.textContent)
  const asked = form.querySelector("[data-asked]")
  if (asked && shows) await shoot(asked.querySelector("[data-behaviour~=photo-picker]"))
  finish.click()
  if (asked && !shows) finish.click() // reminded once, then let go
  return asked?.querySelector("[name=asked]").value ?? null
}"""


class Task(NamedTuple):
    """One filling of one list: its address, and the item that fails (None: all is well)."""

    code: str
    url: str
    wrong: Any


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((240, 180), 40 + shade).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def furnish(site_id: UUID, engineer: UUID) -> tuple[list[Task], list[Task]]:
    """Something to check for every list of the site: an item of equipment, a place of its type, or any place.

    Each is filled twice: all is well, and one item fails. Two months ago this engineer filled each in a hurry.
    """
    good: list[Task] = []
    bad: list[Task] = []
    with write():
        block = Place(id=uuid7(), site_id=site_id, kind="building", name="5 栋", full_name="5 栋", created_at=now())
        db.session.add(block)
        db.session.flush()
        db.session.add(Label(id=uuid7(), site_id=site_id, place_id=block.id, code="7K3M9QX2AC01", issued_at=now()))
        for number, checklist in enumerate(all_current(site_id), 1):
            failing = [item for item in checklist.items if item["severity_on_fail"]]
            thing = _thing(checklist, block, number)
            url = f"/inspections/new?{thing}&checklist={checklist.code}"
            db.session.add(_in_a_hurry(checklist, block, engineer))
            good.append(Task(checklist.code, url, None))
            bad.append(Task(checklist.code, url, failing[number % len(failing)]))
    return good, bad


def _thing(checklist: Checklist, block: Place, number: int) -> str:
    target = checklist.applies_to[0]
    place = Place(
        id=uuid7(), site_id=block.site_id, parent_id=block.id, kind="spot", name=f"{number} 号间",
        full_name=f"5 栋 {number} 号间", type=None if target in {*EQUIPMENT_TYPES, *SCOPES} else target, sort=number,
        created_at=now(),
    )  # fmt: skip
    db.session.add(place)
    db.session.flush()
    if target not in EQUIPMENT_TYPES:
        return f"place={place.id}"
    item = Equipment(
        id=uuid7(), site_id=block.site_id, code=f"E-{number:02}", type=target, place_id=place.id,
        in_service_from=date(2024, 4, 1), created_at=now(), quantity=24 if target in GROUPS else 1,
    )  # fmt: skip
    db.session.add(item)
    return f"equipment={item.id}"


def _in_a_hurry(checklist: Checklist, block: Place, engineer: UUID) -> Inspection:
    then = now() - timedelta(days=61)
    return Inspection(
        id=uuid7(), site_id=block.site_id, checklist_id=checklist.id, checklist_code=checklist.code,
        checklist_version=1, place_id=block.id, user_id=engineer, completed_at=then, received_at=then,
        business_day=then.date(), complete=False, failed_count=0, flags=["too_fast"],
    )  # fmt: skip


def test_all_46_lists_are_filled_with_and_without_signal_and_open_their_hazards(stage, open_browser):
    with database(stage.instance):
        good, bad = furnish(stage.world.site_id, stage.world.people["engineer"])
    assert len(good) == len(bad) == 46
    context = open_browser("engineer", allow=NO_SIGNAL)
    page = context.pages[0]
    sign_in(page, stage.url, "0301")
    ready_for_the_basement(page)

    fill_all(page, stage.url, [*good[:23], *bad[:23]])
    stage.server.kill()
    fill_all(page, stage.url, good[23:])
    fill_all(page, stage.url, bad[23:])
    stage.server.start()
    all_sent(page, stage.url)
    check_what_was_found(stage, [*good, *bad])
    check_how_they_were_filled(stage, good[23:])


def all_sent(page: Page, url: str) -> None:
    page.goto(f"{url}/outbox")
    pill = page.locator("[data-behaviour~=outbox-pill][data-known]").first
    expect(pill).to_have_attribute("data-state", re.compile("sent|look"), timeout=300_000)
    assert pill.get_attribute("data-state") == "sent", page.inner_text("main")  # tells what was refused, and why
    assert evaluate(page, LEFT) == [0, 0, 0]  # a leftover would stand in the next list of the same thing


def fill_all(page: Page, url: str, tasks: list[Task]) -> None:
    page.goto(f"{url}{tasks[0].url}")
    for number, task in enumerate(tasks):
        page.locator(READY).first.wait_for()
        following = tasks[number + 1].url if number + 1 < len(tasks) else "/outbox"
        picture = base64.b64encode(jpeg(number)).decode()
        with page.expect_navigation(wait_until="domcontentloaded"), suppress(Error):  # the page is left meanwhile
            page.evaluate(FILL, [task.wrong and task.wrong["code"], following, picture, number % 2 == 0])


def check_what_was_found(stage: SimpleNamespace, tasks: list[Task]) -> None:
    with database(stage.instance):
        filled = db.session.execute(
            select(Inspection.checklist_code, Inspection.failed_count).where(Inspection.complete)
        ).all()
        assert Counter(map(tuple, filled)) == Counter((task.code, int(task.wrong is not None)) for task in tasks)
        assert db.session.scalar(select(func.count()).select_from(Shelved)) == 0
        opened = {
            (code, item): (hazard.category, hazard.severity)
            for hazard, code, item in db.session.execute(
                select(Hazard, Inspection.checklist_code, Finding.item_code)
                .join(Finding, Finding.hazard_id == Hazard.id)
                .join(Inspection, Inspection.id == Finding.inspection_id)
            )
        }
        assert opened == {
            (task.code, task.wrong["code"]): (task.wrong["hazard_category_on_fail"], task.wrong["severity_on_fail"])
            for task in tasks
            if task.wrong
        }
        units = select(Inspection.checklist_code, Finding.failed_units, Finding.failed_which).join(
            Finding, Finding.inspection_id == Inspection.id
        )
        told = set(map(tuple, db.session.execute(units.where(Finding.failed_units.is_not(None)))))
        assert told == {(code, 2, "17、18") for code in GROUPS}
        signed = select(func.count()).where(Photo.kind == "signature")
        assert db.session.scalar(signed) == len(tasks)
        assert set(db.session.scalars(select(Photo.id))) == set(db.session.scalars(select(PhotoFile.id)))


def check_how_they_were_filled(stage: SimpleNamespace, offline: list[Task]) -> None:
    """All were tapped through again; without signal the phone asked for the photos, and one in two was taken."""
    with database(stage.instance):
        good = select(Inspection).where(Inspection.failed_count == 0, Inspection.complete)
        rows = {row.checklist_code: row for row in db.session.scalars(good)}
        taken, let_go = [rows[task.code] for task in offline[::2]], [rows[task.code] for task in offline[1::2]]
        assert all(row.asked_item and row.flags == ["too_fast"] for row in taken)
        assert all(not row.asked_item and row.flags == ["too_fast", "no_photo"] for row in let_go)


# A slow phone: the first drawing becomes a picture only after the record is sent, or after a second of frames.
SLOW_PEN = """(() => {
  const draw = HTMLCanvasElement.prototype.toBlob
  let first = true
  HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
    const late = first
    first = false
    draw.call(this, async (blob) => {
      let sent = false
      new BroadcastChannel("outbox").addEventListener("message", ({ data }) => { sent ||= data.type === "settled" })
      for (let turn = 0; late && !sent && turn < 60; turn += 1) await new Promise(requestAnimationFrame)
      done(blob)
    }, ...how)
  }
})()"""
AFTER = re.compile("/inspections/done")
FRAMES = """async () => { for (let turn = 0; turn < 90; turn += 1) await new Promise(requestAnimationFrame) }"""
LEFT = """async () => {
  const open = indexedDB.open("patrol")
  await new Promise((done) => { open.onsuccess = done })
  const count = (name) => new Promise((done) => {
    const ask = open.result.transaction(name).objectStore(name).count()
    ask.onsuccess = () => done(ask.result)
  })
  const left = [await count("records"), await count("photos"), await count("drafts")]
  open.result.close()
  return left
}"""


def test_a_mark_and_a_picture_stand_in_one_record_only_and_in_it_whenever_it_is_corrected(stage, open_browser):
    """The server takes no picture for two records, and no other bytes for a picture it has."""
    page = open_browser("engineer", allow=("ERR_FAILED",), service_workers="block").pages[0]
    sign_in(page, stage.url, "0301")
    page.context.add_init_script(SLOW_PEN)
    page.route(AFTER, lambda route: route.fulfill(status=204), times=1)  # the page lives on for a moment
    url = f"{stage.url}/inspections/new?equipment={stage.world.bottle_id}&checklist={POWDER}"
    page.goto(url)
    changes_his_mind(page)
    sign(page)
    with page.expect_request(AFTER):
        finish(page)
    evaluate(page, FRAMES)
    all_sent(page, stage.url)

    page.goto(url)
    page.locator(READY).first.wait_for()
    have_it_down_as(stage, "extinguisher_co2")  # by mistake, for a moment
    finish(page)
    page.wait_for_url(AFTER)
    page.goto(f"{stage.url}/outbox")
    page.locator("[data-act=correct]").wait_for()
    have_it_down_as(stage, POWDER)
    page.click("[data-act=correct]")
    page.wait_for_url("**/inspections/new?*#edit=*")
    finish(page)
    page.wait_for_url(AFTER)
    all_sent(page, stage.url)
    with database(stage.instance):
        signed = select(Photo.subject_id).where(Photo.kind == "signature")
        assert sorted(db.session.scalars(signed)) == sorted(db.session.scalars(select(Inspection.id)))
        assert db.session.scalars(select(Shelved.settled_how)).all() == ["replaced"]
        assert db.session.scalar(select(func.count()).select_from(PhotoFile)) == 2


def finish(page: Page) -> None:
    a_minute_ago(page)
    page.click("[data-all-pass]")
    expect(page.locator("[data-finish]")).to_have_attribute("aria-disabled", "false")
    page.click("[data-finish]")


def have_it_down_as(stage: SimpleNamespace, kind: str) -> None:
    with database(stage.instance), write():
        db.session.get_one(Equipment, (stage.world.site_id, stage.world.bottle_id)).type = kind


def changes_his_mind(page: Page) -> None:
    """Not in its place, with a photo; then he finds it behind the door."""
    row = page.locator("[data-item=in_place]")
    row.locator(".passfail__item", has=page.locator("input[value=fail]")).click()
    row.locator("[data-fail-area] input[data-camera]").set_input_files(
        {"name": "seen.jpg", "mimeType": "image/jpeg", "buffer": jpeg(1)}
    )
    expect(row.locator("li[data-photo]")).to_have_count(1)
    row.locator(".passfail__item", has=page.locator("input[value=pass]")).click()


class Thumb:
    """Taps, and counts them."""

    def __init__(self, page: Page):
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.taps += 1


@pytest.fixture
def floor(tmp_path) -> Iterator[SimpleNamespace]:
    with served(tmp_path / "instance", spots=FLOOR, bottles=range(1, 41)) as running:
        yield running


# The draft is written a moment after the last touch: look until all is in it.
KEPT = """async () => {
  const open = indexedDB.open("patrol")
  await new Promise((done) => { open.onsuccess = done })
  const all = () => new Promise((done) => {
    const ask = open.result.transaction("drafts").objectStore("drafts").getAll()
    ask.onsuccess = () => done(ask.result)
  })
  const typed = ([name, value]) => name === "remark" && value === "支架松"
  while (!(await all()).some((draft) => draft.fields.some(typed))) {
    await new Promise(requestAnimationFrame)
  }
  open.result.close()
}"""


def test_forty_bottles_of_a_building_take_three_taps_each_and_a_dead_tab_costs_none(floor, open_browser):
    context = open_browser("engineer", allow=("ERR_FAILED",))
    page = context.pages[0]
    sign_in(page, floor.url, "0301")
    page.goto(f"{floor.url}/checklists")
    page.locator("main .list a", has_text="3 栋").click()  # so many are folded by building
    thumb, most = Thumb(page), 0
    thumb.tap("main .list a[href*='extinguisher']")
    for number in range(1, 41):
        page.locator(READY).first.wait_for()
        expect(page.locator(".focus__titles p")).to_contain_text(f"3B{number}-02")
        a_minute_ago(page)
        thumb.tap("[data-all-pass]")
        if number == 1:
            sign(page)  # once, as at the foot of one sheet for the whole walk
        if number == 17:
            page = thumb.page = the_tab_dies(page, context)
        expect(page.locator("[data-finish]")).to_have_attribute("aria-disabled", "false")
        address = page.url
        thumb.tap("[data-finish]")
        page.wait_for_url(lambda url, left=address: url != left)
        most, thumb.taps = max(most, thumb.taps), 0
    assert most <= 3
    expect(page.locator("h1")).to_contain_text("这里都查完了")
    all_sent(page, floor.url)
    with database(floor.instance):
        rows = db.session.execute(select(Inspection.equipment_id, Inspection.failed_count, Inspection.remark)).all()
        assert len(rows) == len({row.equipment_id for row in rows}) == 40
        assert {row.failed_count for row in rows} == {0}
        assert [row.remark for row in rows if row.remark] == ["支架松"]
        signed = select(func.count(), func.count(Photo.subject_id.distinct())).where(Photo.kind == "signature")
        assert tuple(db.session.execute(signed).one()) == (40, 40)


def a_minute_ago(page: Page) -> None:
    """As long as he stood there looking; the test does not wait for it."""
    page.locator("[name=started_at]").evaluate(
        "(field) => { field.value = new Date(Date.now() - 60000).toISOString() }"
    )


def sign(page: Page) -> None:
    pad = page.locator("[data-behaviour~=signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 60, steps=6)
    page.mouse.up()


def the_tab_dies(page: Page, context: Any) -> Page:
    """In the middle of the seventeenth: all passed, a remark typed. What comes back has it all."""
    page.fill("[name=remark]", "支架松")
    evaluate(page, KEPT)
    url = page.url
    with suppress(Error):
        page.goto("chrome://crash")
    page.close()
    again = context.new_page()
    again.goto(url)
    again.locator(READY).first.wait_for()
    expect(again.locator("[name=remark]")).to_have_value("支架松")
    expect(again.locator("[data-done]")).to_have_text(re.compile(r"^11$"))
    return again
