"""Every page there is, in a real Chromium: nothing that axe calls serious, nothing wider than the screen, a quiet
console, no breach of the CSP; in both languages, in light and in dark, small and with text twice as large.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, Playwright

from patrol.demo.make import make_demo
from patrol.photos.storage import shelf
from tests.chromium import FLAGS, find
from tests.conftest import PASSWORD
from tests.once import made_once
from tests.system.conftest import DESK, PHONE, Server, come_signed_in, database
from tests.system.demo_pages import PUBLIC, STAFF_NO, Visit, every_visit
from tests.system.look import AXE, LOOKS, Heard, axe_faults, too_wide, wear

pytestmark = pytest.mark.browser

DAYS = 2
AT_A_DESK = ("shift_leader", "security_supervisor", "site_manager")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A demo site of a few days behind a running server, and all its pages."""
    instance: Path = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(made_once("every-page", _fill), instance)
    with database(instance) as app:
        visits = every_visit(app)
    server = Server(instance)
    server.start()
    try:
        yield SimpleNamespace(url=server.url, visits=visits)
    finally:
        server.kill()


def _fill(instance: Path) -> None:
    with database(instance) as app:
        make_demo(store=shelf(app), days=DAYS, password=PASSWORD)


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    running = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *camera])
    yield running
    running.close()


@contextmanager
def window(browser: Browser, locale: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        locale=locale,
        timezone_id="Asia/Shanghai",
        permissions=["camera"],
        reduced_motion="reduce",
        service_workers="block",
    )
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def test_every_page_on_a_phone_in_chinese_by_day(demo, browser):
    assert "\n".join(walk(browser, demo, "zh-CN", lambda _role: Look("light", PHONE))) == ""


def test_every_page_in_english_by_night_where_its_people_sit(demo, browser):
    """Supervisors' pages on their desk, with the side bar; of the guards' only what another look can spoil."""
    desk, phone = Look("dark", DESK), Look("dark", PHONE, LOOKS)

    assert "\n".join(walk(browser, demo, "en-US", lambda role: desk if role in AT_A_DESK else phone)) == ""


def test_the_look_itself_sees_what_is_wrong(browser):
    context = browser.new_context()
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto("about:blank")
    page.set_content('<main><h1>x</h1><button></button><p style="width: 700px; color: #ddd">pale words</p></main>')

    found = [*axe_faults(page), *too_wide(page)]
    context.close()

    assert [word for word in ("button-name", "color-contrast", "320 px", "200 %") if word not in " ".join(found)] == []


@dataclass(frozen=True)
class Look:
    """rules: what axe is asked; everything when empty."""

    theme: str
    size: dict[str, int]
    rules: Sequence[str] = ()


def walk(browser: Browser, demo: SimpleNamespace, locale: str, worn: Callable[[str], Look]) -> list[str]:
    """All that is wrong with all pages."""
    faults: list[str] = []
    with window(browser, locale) as page:
        for role in dict.fromkeys(visit.role for visit in demo.visits):
            page.goto("about:blank")
            page.context.clear_cookies()
            if role != PUBLIC:
                come_signed_in(page, demo.url, STAFF_NO[role], locale)
            for visit in demo.visits:
                if visit.role == role:
                    faults += [f"{role} {visit.url}  {fault}" for fault in seen_on(page, demo.url, visit, worn(role))]
    return faults


def seen_on(page: Page, url: str, visit: Visit, look: Look) -> list[str]:
    """All that is wrong with one page."""
    heard = Heard(page)
    page.set_viewport_size(look.size)  # type: ignore[arg-type]
    reply = page.goto(url + visit.url, wait_until="domcontentloaded")
    assert reply is not None
    if (reply.status, reply.headers["content-type"]) != (visit.status, "text/html; charset=utf-8"):
        return [f"{reply.status} {reply.headers['content-type']} instead of a page with {visit.status}"]
    wear(page, look.theme)
    faults = [*axe_faults(page, look.rules), *too_wide(page)]
    return [*faults, *heard.stop(expected=f"status of {visit.status}" if visit.status != 200 else None)]
