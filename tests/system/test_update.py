"""A new version is put in place while work waits on the phone; and what makes the app installable."""

import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from patrol.core.db import db
from patrol.rounds.scan import Scan
from tests.system.conftest import (
    ROOT,
    Server,
    build_site,
    come_signed_in,
    database,
    ready_for_the_basement,
    type_code,
    until_caches,
)

pytestmark = pytest.mark.browser

SPOTS = tuple(f"{n}号点" for n in range(1, 11))
NOISE = ("Failed to load resource", "Failed to fetch", "net::ERR")


@pytest.fixture
def old_version(tmp_path):
    """The program in a folder of its own, so that it can be replaced."""
    code = tmp_path / "code"
    for part in ("patrol", "templates", "static"):
        shutil.copytree(ROOT / part, code / part, ignore=shutil.ignore_patterns("__pycache__", "dev"))
    shutil.copy(ROOT / "pyproject.toml", code)
    instance = tmp_path / "instance"
    instance.mkdir()
    with database(instance):
        world = build_site(spots=SPOTS, began=timedelta(minutes=10))
    server = Server(instance, code=code)
    server.start()
    yield server, world
    server.kill()


def test_twenty_items_outlive_a_new_version(old_version, open_browser):
    server, world = old_version
    context = open_browser("guard", allow=NOISE)
    page = context.pages[0]
    come_signed_in(page, server.url, "0217")
    page.goto(f"{server.url}/today")
    ready_for_the_basement(page)
    server.kill()
    for spot in SPOTS:
        type_code(page, server.url, world.codes[spot])
        page.wait_for_url("**/kept/visit#scan=*")
        page.click("form[data-record=visit] button")
        page.wait_for_url(lambda url: "/today" in url or "/rounds/" in url)

    css = server.code / "static" / "css" / "base.css"
    css.write_text(css.read_text("utf-8") + "\n@layer base { body { --newer: 1; } }\n", "utf-8")
    server.start()
    page.goto(f"{server.url}/today")

    expect(page.locator(".pill[data-known]").first).to_have_attribute("data-state", "sent", timeout=30_000)
    with database(server.instance):
        assert db.session.scalar(select(func.count()).select_from(Scan)) == len(SPOTS)
    page.click("#toasts button")  # "a new version is ready": never by itself
    expect(page.locator("body[data-packed]")).to_be_attached()
    until_caches(page, "shell-", 1)


def test_the_browser_finds_nothing_that_speaks_against_installing(stage, open_browser):
    context = open_browser("guard")
    page = context.pages[0]
    come_signed_in(page, stage.url, "0217")
    page.goto(f"{stage.url}/today")
    page.evaluate("navigator.serviceWorker.ready")
    chrome = context.new_cdp_session(page)

    assert chrome.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = chrome.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
