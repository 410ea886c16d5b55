"""Whatever the line does, each record arrives once, and the badge says what is true (issue: a whole round offline)."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from patrol.accounts.received import Received
from patrol.core.db import db
from patrol.rounds.scan import Scan
from tests.system.conftest import come_signed_in, database, ready_for_the_basement, served, type_code
from tests.system.line import Line, line_to

pytestmark = pytest.mark.browser

SPOTS = tuple(f"{n}号点" for n in range(1, 13))
NOISE = ("Failed to load resource", "Failed to fetch", "net::ERR")
# The iPhone's case: no Background Sync, so that only the page itself sends.
NO_SYNC = "delete ServiceWorkerRegistration.prototype.sync"


@pytest.fixture
def site(tmp_path):
    with served(tmp_path / "instance", spots=SPOTS, began=timedelta(minutes=15)) as running:
        yield running


@pytest.fixture
def line(site):
    with line_to(site.server.port) as proxy:
        yield proxy


@pytest.fixture
def guard(site, line, open_browser):
    context = open_browser("guard", allow=NOISE)
    context.add_init_script(NO_SYNC)
    page = context.pages[0]
    come_signed_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")
    ready_for_the_basement(page)
    return page


def scan(page: Page, line: Line, site, spot: int) -> None:
    type_code(page, line.url, site.world.codes[SPOTS[spot - 1]])
    page.wait_for_url(lambda url: "/visit" in url)


def badge(page: Page, state: str) -> None:
    expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", state)


def rows(site) -> list[int]:
    """How many scans there are, and how many records were taken in."""
    with database(site.instance):
        return [len(db.session.scalars(select(model.id)).all()) for model in (Scan, Received)]


def try_again(page: Page, line: Line, after: str) -> None:
    """The line is good again: the next page sends by itself, unless the server asked to be left alone for an hour."""
    line.trouble = None
    page.goto(f"{line.url}/today")
    if after in ("429", "503", "507"):
        badge(page, "stored")
        page.click("[data-try]")


def worker_of(context: BrowserContext, page: Page, line: Line) -> Callable[[], None]:
    """What the browser does when the signal is back: calls the worker's sync event."""
    session = context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    for _frame in range(600):  # told by another process, some time after the answer
        if registrations:
            break
        page.evaluate("new Promise(requestAnimationFrame)")
    assert registrations

    def wake() -> None:
        event = {"origin": line.url, "registrationId": registrations[0], "tag": "outbox", "lastChance": False}
        session.send("ServiceWorker.dispatchSyncEvent", event)

    return wake


def test_one_record_and_an_honest_badge_whatever_the_line_does(site, line, guard):
    for spot, trouble in enumerate(("lost", "html", "redirect", "429", "503", "507", "down"), 1):
        line.trouble = trouble
        scan(guard, line, site, spot)
        badge(guard, "stored")
        arrived = spot if trouble == "lost" else spot - 1
        assert rows(site) == [arrived, arrived], trouble

        try_again(guard, line, trouble)

        badge(guard, "sent")
        assert rows(site) == [spot, spot], trouble


def test_a_server_killed_in_the_middle_of_a_batch(site, line, guard):
    line.trouble = "down"
    for spot in (1, 2, 3):
        scan(guard, line, site, spot)
    once = iter([site.server.kill])  # page and worker may both meet the end; the server begun anew must live
    line.trouble, line.kill_server = "killed", lambda: next(once, lambda: None)()
    line.done.clear()
    guard.goto(f"{line.url}/today")  # the page's own try meets the server's death
    assert line.done.wait(20)
    site.server.start()

    try_again(guard, line, "killed")

    badge(guard, "sent")
    assert rows(site) == [3, 3]


def test_two_tabs_and_the_worker_send_each_record_once(site, line, open_browser):
    context = open_browser("guard", allow=NOISE)
    first = context.pages[0]
    come_signed_in(first, line.url, "0217")
    first.goto(f"{line.url}/today")
    ready_for_the_basement(first)
    line.trouble = "down"
    for spot in range(1, 6):
        scan(first, line, site, spot)
    first.goto(f"{line.url}/today")
    second = context.new_page()
    second.goto(f"{line.url}/today")
    for page in (first, second):
        badge(page, "stored")
    wake = worker_of(context, first, line)
    line.passed.clear()
    line.trouble = None

    for page in (first, second):
        page.evaluate("document.querySelector('[data-try]').click()")
    wake()

    for page in (first, second):
        badge(page, "sent")
    sent = [record["id"] for body in line.passed for record in json.loads(body)["records"]]
    assert len(sent) == len(set(sent)) == 5
    assert rows(site) == [5, 5]


def test_the_worker_sends_when_no_page_is_open(site, line, open_browser):
    context = open_browser("guard", allow=NOISE)
    page = context.pages[0]
    come_signed_in(page, line.url, "0217")
    page.goto(f"{line.url}/today")
    ready_for_the_basement(page)
    line.trouble = "down"
    wake = worker_of(context, page, line)
    scan(page, line, site, 1)
    page.goto("about:blank")
    line.trouble = None
    line.done.clear()

    wake()

    assert line.done.wait(20)
    assert rows(site) == [1, 1]
    page.goto(f"{line.url}/today")
    badge(page, "sent")
