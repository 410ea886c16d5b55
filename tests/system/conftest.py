"""The real server in its own process, a real Chromium, and a small site whose round is open right now."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from datetime import time as clock_time
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect, sync_playwright
from sqlalchemy import select

from patrol.accounts.passwords import hash_password
from patrol.accounts.roles import team_of
from patrol.accounts.user import Membership, User
from patrol.app import create_app
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import bring_in_catalogue
from patrol.equipment.equipment import Equipment
from patrol.rounds.ensure import forget_made
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.chromium import FLAGS, find
from tests.conftest import CAST, PASSWORD, token_of
from tests.once import lay_migrated
from tests.system.mother import Child, Mother

ROOT = Path(__file__).parents[2]
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1280, "height": 800}
SPOTS = ("大堂", "消防泵房", "天台", "东阳台")


LONG_ONES = (  # they begin, so that no worker is left alone with one of them at the end
    "test_checklists", "test_every_page", "test_contractor", "test_basement", "test_whose_phone", "test_main_job",
    "test_work_below", "test_owner", "test_papers", "test_excuses", "test_bad_line",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(LONG_ONES)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))  # each file stays together


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """``patrol serve`` on an instance folder; can be killed and started again.

    code: the folder that holds the package patrol. more: further environment variables. mother: in a test run, who
    bears those of our own code (mother.py).
    """

    mother: Mother | None = None

    def __init__(self, instance: Path, workers: int = 1, code: Path = ROOT, **more: str):
        self.instance, self.workers, self.port = instance, workers, free_port()
        self.code, self.more = code, more
        self.url = f"http://localhost:{self.port}"
        self.flags: list[str] = []
        self._process: subprocess.Popen[bytes] | Child | None = None

    def start(self) -> None:
        env = {
            **os.environ,
            "PATROL_INSTANCE": str(self.instance),
            "PATROL_PUBLIC_URL": self.url,
            "PATROL_LOG_LEVEL": "WARNING",
            "PATROL_TICK_EVERY": "0",  # notices change nothing under a test that is not about them
            "PYTHONPATH": str(self.code),
            **self.more,
        }
        env.pop("PATROL_DATABASE_URL", None)
        args = ["serve", "--port", str(self.port), "--workers", str(self.workers), *self.flags]
        log = self.instance / "server.log"
        if self.mother is not None and self.code == ROOT:
            self._process = self.mother.bear(args, env, self.code, log)
        else:
            with log.open("ab") as out:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "patrol.cli", *args],
                    env=env, cwd=self.code, stdout=out, stderr=out, start_new_session=True,
                )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                self._greet()
                return
            except OSError:
                assert self._process is not None
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError((self.instance / "server.log").read_text()[-4000:])

    def _greet(self) -> None:
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
            pass

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9 of the server and all its workers."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, 9)
            except ProcessLookupError:
                pass
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session", autouse=True)
def _mother() -> Iterator[None]:
    Server.mother = Mother()
    yield
    Server.mother.close()
    Server.mother = None


@contextmanager
def database(instance: Path) -> Iterator[Flask]:
    """Look into (or arrange) the server's own database from the test."""
    if not (instance / "patrol.db").exists():
        lay_migrated(instance)
    app = create_app({"INSTANCE": instance, "LOG_LEVEL": "ERROR", "DATABASE_URL": None, "PHOTO_STORE": None})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    forget_made()


def token_cookie(client: FlaskClient, staff_no: str) -> None:
    """Sign this person in on a test client."""
    user = db.session.scalars(select(User).where(User.staff_no == staff_no)).one()
    with client.session_transaction() as session:
        session["_user_id"] = token_of(user)
        session["_fresh"] = True


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)  # slow on purpose


def build_site(
    spots: Sequence[str] = SPOTS, bottles: Sequence[int] = (1,), began: timedelta | None = None
) -> SimpleNamespace:
    """翠湖花园 with checkpoints on one route walked every hour, and extinguishers at those of the given numbers.

    began: how long ago the round that is under way started; else rounds start at the full hour.
    """
    password_hash = _hashed()
    with write():
        made_at = now() - (began or timedelta())  # it was there when its round started, be that yesterday
        site = Site(id=uuid7(), name="翠湖花园", created_at=made_at, post_phone="0571-5555 0199")
        db.session.add(site)
        db.session.flush()
        people = {}
        for part, (name, staff_no, role) in CAST.items():
            user = User(id=uuid7(), name=name, staff_no=staff_no, password_hash=password_hash, created_at=now())
            db.session.add(user)
            db.session.flush()
            membership = Membership(
                id=uuid7(), site_id=site.id, user_id=user.id, role=role, team=team_of(role), since=now()
            )
            db.session.add(membership)
            people[part] = user.id
        bring_in_catalogue(site.id, at=now(), by=None)
        route = Route(id=uuid7(), site_id=site.id, name="夜巡二线", created_at=now())
        block = Place(id=uuid7(), site_id=site.id, kind="building", name="3 栋", full_name="3 栋", created_at=now())
        db.session.add_all([route, block])
        db.session.flush()
        codes, bottle_ids = {}, []
        for number, name in enumerate(spots, 1):
            place = Place(
                id=uuid7(), site_id=site.id, parent_id=block.id, kind="spot", name=name, full_name=f"3 栋 {name}",
                number=number, created_at=now(),
            )  # fmt: skip
            db.session.add(place)
            db.session.flush()
            codes[name] = f"7K3M9QX2AB{number:02}"
            db.session.add(Label(id=uuid7(), site_id=site.id, place_id=place.id, code=codes[name], issued_at=now()))
            db.session.add(
                RouteStop(id=uuid7(), site_id=site.id, route_id=route.id, place_id=place.id, position=number)
            )
            if number in bottles:
                bottle = Equipment(
                    id=uuid7(), site_id=site.id, code=f"3B{number}-02", type="extinguisher_dry_powder",
                    place_id=place.id, name="4kg 干粉", made_on=date(2024, 3, 1), in_service_from=date(2024, 4, 1),
                    created_at=now(),
                )  # fmt: skip
                db.session.add(bottle)
                bottle_ids.append(bottle.id)
        first = clock_time(8)
        if began is not None:
            first = (now() - began).astimezone(site.zone).time().replace(second=0, microsecond=0)
        plan = Plan(
            id=uuid7(), site_id=site.id, route_id=route.id, form="every", band_start=first,
            band_end=first, every_min=60, expected_min=45, valid_from=date(2026, 1, 1),
        )  # fmt: skip
        db.session.add(plan)
        db.session.flush()
        return SimpleNamespace(site_id=site.id, codes=codes, bottle_id=bottle_ids[0], people=people)


@contextmanager
def served(instance: Path, **site: Any) -> Iterator[SimpleNamespace]:
    """A small site (build_site) behind a running server."""
    instance.mkdir()
    with database(instance):
        world = build_site(**site)
    server = Server(instance)
    server.start()
    try:
        yield SimpleNamespace(server=server, url=server.url, instance=instance, world=world)
    finally:
        server.kill()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The small site behind a running server."""
    with served(tmp_path / "instance") as running:
        yield running


@pytest.fixture(scope="module")
def one_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The same, for all of a file whose stories leave nothing that another would stumble over."""
    with served(tmp_path_factory.mktemp("stage") / "instance") as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def open_browser(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """A browser with a profile of its own per name; the same name opens the same profile again.

    Every page must stay free of console errors and CSP violations; ``allow`` names expected ones.
    """
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def launch(
        name: str, *, viewport=PHONE, video: Path | None = None, dark=False, allow=(), flags=(), **more
    ) -> BrowserContext:
        flags = [*FLAGS, *flags]
        if video is not None:
            assert video.exists()  # a wrong path looks like "no camera"
            flags += [
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ]
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / f"profile-{name}"),
            executable_path=find(),
            headless=True,
            args=flags,
            viewport=viewport,
            locale=more.pop("locale", "zh-CN"),
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            **more,
        )
        context.set_default_timeout(40_000)
        context.on("requestfailed", lambda request: _missing(request, faults))
        context.on("console", lambda message: _note(message, faults, allow))
        context.on("weberror", lambda error: faults.append(f"page error: {error.error}"))
        opened.append(context)
        return context

    yield launch
    for context in opened:
        try:
            context.close()
        except Exception:  # closed by the test itself
            continue
    assert not faults, "\n".join(faults)


def _note(message, faults: list[str], allow: tuple[str, ...]) -> None:
    if message.type == "error" and not any(word in message.text for word in allow):
        at = message.location.get("url", "")
        faults.append(f"{message.page.url if message.page else ''}: {message.text} {at}")


def _missing(request, faults: list[str]) -> None:
    """Whatever the network does, a page's own files must be there: the worker keeps them."""
    if "/static/" in request.url and "icon-192" not in request.url and request.failure != "net::ERR_ABORTED":
        faults.append(f"{request.url}: {request.failure}")


def evaluate(page: Page, script: str, arg: Any = None) -> Any:
    """As ``page.evaluate``, begun again where a reload took the page away meanwhile (a new worker reloads it)."""
    for _turn in range(5):
        try:
            return page.evaluate(script, arg)
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
            page.wait_for_load_state()
    raise AssertionError(f"{page.url} is loaded again and again")


def until_caches(page: Page, beginning: str, count: int) -> None:
    """Wait (some 20 s at most) until there are so many caches whose name begins like this."""
    evaluate(
        page,
        """async ([beginning, count]) => {
          for (let turn = 0; turn < 1200; turn += 1) {
            if ((await caches.keys()).filter((name) => name.startsWith(beginning)).length === count) return
            await new Promise(requestAnimationFrame)
          }
          throw new Error(`${beginning}: ${await caches.keys()}`)
        }""",
        [beginning, count],
    )


def ready_for_the_basement(page: Page) -> None:
    """What the shift needs is on the phone, and the worker stands before this page."""
    expect(page.locator("body[data-packed]")).to_be_attached(timeout=20_000)
    evaluate(
        page,
        """navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
        || new Promise((done) => { navigator.serviceWorker.addEventListener("controllerchange", done) }))""",
    )


def type_code(page: Page, url: str, code: str) -> None:
    """Type a label's code on the scan page, once the page listens."""
    page.goto(f"{url}/scan")
    expect(page.locator("[data-behaviour=scanner][data-state]")).to_be_attached()
    page.click("[data-type-open]")
    page.fill("[data-type] [name=code]", code)
    page.click("[data-type] button")


def come_signed_in(page: Page, url: str, staff_no: str, language: str = "zh-CN") -> None:
    """As after ``sign_in``, before any page is opened: for stories of something else."""
    form = page.request.get(f"{url}/sign-in", headers={"Accept-Language": language}).text()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token is not None
    typed = {"csrf_token": token[1], "login": staff_no, "password": PASSWORD, "keep": "1"}
    reply = page.request.post(f"{url}/sign-in", form=typed, max_redirects=0, headers={"Accept-Language": language})
    assert reply.status == 303


def sign_in(page: Page, url: str, staff_no: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("[name=login]", staff_no)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in" not in address)
