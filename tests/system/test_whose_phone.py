"""Whose work lies on a phone: nobody else sees it or sends it, and after signing out nothing personal is left."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from patrol.core.db import db
from patrol.rounds.scan import Scan
from tests.system.conftest import database, ready_for_the_basement, sign_in, type_code, until_caches
from tests.system.line import line_to

pytestmark = pytest.mark.browser

NOISE = ("Failed to load resource", "Failed to fetch", "net::ERR")
WHAT_IS_LEFT = """async () => {
  const left = { caches: {}, stores: {}, local: { ...localStorage }, session: { ...sessionStorage } }
  for (const name of await caches.keys()) {
    if (!name.startsWith("shell-")) left.caches[name] = (await (await caches.open(name)).keys()).map((one) => one.url)
  }
  const shells = (await caches.keys()).filter((name) => name.startsWith("shell-"))
  left.personal = []
  for (const name of shells) for (const one of await (await caches.open(name)).keys()) {
    if (!/\\/static\\/|\\/offline$/.test(one.url)) left.personal.push(one.url)
  }
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => { const ask = indexedDB.open(name); ask.onsuccess = () => done(ask.result) })
    for (const store of db.objectStoreNames) {
      left.stores[store] = await new Promise((done) => {
        const ask = db.transaction(store).objectStore(store).getAll()
        ask.onsuccess = () => done(ask.result.map((row) => row.user ?? row.name ?? row.key ?? "?"))
      })
    }
    db.close()
  }
  return left
}"""


@pytest.fixture
def line(stage):
    with line_to(stage.server.port) as proxy:
        yield proxy


def scan(page: Page, url: str, code: str) -> None:
    type_code(page, url, code)
    page.wait_for_url(lambda address: "/visit" in address)


def sign_out(page: Page, url: str, sure: bool = False) -> None:
    page.goto(f"{url}/me")
    expect(page.locator("form[action='/sign-out'][data-asks] [name=outbox]")).not_to_have_value("")
    page.click("form[action='/sign-out'] button")
    if sure:
        page.click("#sign-out [data-yes]")
    page.wait_for_url("**/sign-in?out=1")
    until_caches(page, "pages-", 0)


def left_on(context: BrowserContext, page: Page) -> dict:
    left = page.evaluate(WHAT_IS_LEFT)
    left["cookies"] = sorted(cookie["name"] for cookie in context.cookies())
    return left


def test_after_signing_out_nothing_personal_is_left(stage, open_browser):
    context = open_browser("guard", allow=NOISE)
    page = context.pages[0]
    sign_in(page, stage.url, "0217")
    page.goto(f"{stage.url}/today")
    ready_for_the_basement(page)
    scan(page, stage.url, stage.world.codes["大堂"])
    page.goto(f"{stage.url}/today")
    expect(page.locator(".pill[data-known][data-state=sent]").first).to_be_visible()
    before = left_on(context, page)
    assert before["caches"]["pages-2"]
    assert len(before["stores"]["pack"]) == len(before["stores"]["recent"]) == 1

    sign_out(page, stage.url)

    left = left_on(context, page)
    assert not any(left["caches"].values())
    assert left["personal"] == []
    assert {name: rows for name, rows in left["stores"].items() if rows and name != "meta"} == {}
    assert set(left["stores"].get("meta", [])) <= {"device", "chain", "clock", "not_before", "last_upload"}
    assert left["local"].get("patrol-user", "") == ""
    assert left["cookies"] == ["patrol"]  # the language and a token for the sign-in form
    with_cookie = page.request.get(f"{stage.url}/today", max_redirects=0)
    assert (with_cookie.status, with_cookie.headers["location"]) == (303, "/sign-in?next=/today")


def test_unsent_work_waits_for_who_made_it(stage, line, open_browser):
    context = open_browser("shared phone", allow=NOISE)
    page = context.pages[0]
    sign_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")
    ready_for_the_basement(page)
    line.trouble = "503"
    scan(page, line.url, stage.world.codes["大堂"])
    sign_out(page, line.url, sure=True)  # asks first, since one scan is unsent
    left = left_on(context, page)
    assert len(left["stores"]["records"]) == 1
    assert (left["stores"]["pack"], left["stores"]["recent"]) == ([], [])
    assert not any(left["caches"].values())

    line.trouble = None
    sign_in(page, line.url, "0201")  # 何勇, the shift leader, on the same phone
    page.goto(f"{line.url}/today")
    ready_for_the_basement(page)
    expect(page.locator("[data-others]")).to_contain_text("1")
    expect(page.locator("[data-items] li")).to_have_count(0)
    page.click("[data-try]")
    expect(page.locator(".pill[data-known][data-state=sent]").first).to_be_visible()
    assert "张伟" not in page.locator("main").inner_text()
    with database(stage.instance):
        assert db.session.scalars(select(Scan)).all() == []
    sign_out(page, line.url)  # nothing of his own waits, so nothing is asked

    sign_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")
    expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent")
    with database(stage.instance):
        assert db.session.scalars(select(Scan.user_id)).all() == [stage.world.people["guard"]]


def test_a_sign_in_that_was_ended_costs_nothing(stage, line, open_browser):
    context = open_browser("guard", allow=NOISE)
    page = context.pages[0]
    sign_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")
    ready_for_the_basement(page)
    line.trouble = "down"
    scan(page, line.url, stage.world.codes["大堂"])
    context.clear_cookies()  # 30 days are over, or a supervisor ended this phone
    line.trouble = None

    deadline = time.monotonic() + 60
    while "/sign-in?next=" not in page.url and time.monotonic() < deadline:
        page.goto(f"{line.url}/today")  # the worker shows the page it keeps whenever a busy server is slow to answer
    page.wait_for_url("**/sign-in?next=**")
    assert page.evaluate(WHAT_IS_LEFT)["stores"]["records"] == [str(stage.world.people["guard"])]
    sign_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")

    expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent")
    with database(stage.instance):
        assert len(db.session.scalars(select(Scan)).all()) == 1
