"""The local network without a domain: own authority, set-up page, and what a browser makes of it."""

import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from playwright.sync_api import Error, expect

from patrol.core.clock import now
from patrol.lan import certificate
from patrol.lan.authority import kept_authority
from patrol.lan.certificate import fresh_certificate
from patrol.lan.reach import Reach
from tests.chromium import ensure_certutil
from tests.system.camera import seen, video
from tests.system.conftest import build_site, database, sign_in
from tests.system.lan import TO_US, LanServer, home_that_trusts

pytestmark = pytest.mark.browser


@pytest.fixture
def lan(tmp_path) -> Iterator[SimpleNamespace]:
    instance = tmp_path / "instance"
    instance.mkdir()
    with database(instance):
        world = build_site()
    server = LanServer(instance)
    server.start()
    try:
        yield SimpleNamespace(server=server, url=server.url, instance=instance, world=world)
    finally:
        server.kill()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def test_a_phone_that_took_the_certificate_has_everything(lan, open_browser, tmp_path):
    if not ensure_certutil():
        pytest.skip("certutil (libnss3-tools) is not here and cannot be installed")
    taken = lan.server.plain("GET", "/patrol-ca.crt")[1]
    frames = [seen(f"{lan.url}/C/{lan.world.codes['大堂']}".upper())] * 12
    guard = open_browser(
        "guard",
        flags=[TO_US],
        env=home_that_trusts(tmp_path / "home", taken),
        video=video(tmp_path / "v.mjpeg", frames),
    )
    page = guard.pages[0]

    sign_in(page, lan.url, "0217")
    page.goto(f"{lan.url}/today")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate("isSecureContext")
    expect(page.locator("[data-behaviour=secure-grade]")).to_be_hidden()
    page.goto(f"{lan.url}/me")
    expect(page.locator("[data-about=grade]")).to_contain_text("A 级")
    page.goto(f"{lan.url}/scan")
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("大堂")
    cookies = {cookie["name"]: cookie["secure"] for cookie in guard.cookies()}
    assert cookies["__Host-patrol"] is True


def test_a_phone_that_clicked_the_warning_away_is_told_what_is_missing(lan, open_browser, tmp_path):
    frames = [seen(f"{lan.url}/C/{lan.world.codes['天台']}".upper())] * 12
    strict = open_browser("strict", flags=[TO_US], allow=("ERR_CERT",)).pages[0]
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        strict.goto(lan.url)
    guard = open_browser(
        "guard",
        flags=[TO_US],
        ignore_https_errors=True,
        video=video(tmp_path / "v.mjpeg", frames),
        allow=("SSL certificate", "fetching the script"),
    )
    page = guard.pages[0]

    sign_in(page, lan.url, "0217")
    page.goto(f"{lan.url}/today")
    notice = page.locator("[data-behaviour=secure-grade]")
    expect(notice).to_contain_text("没网时，这里打不开 Patrol")
    expect(notice.locator("a:visible")).to_have_attribute("href", f"{lan.server.setup_url}/")
    notice.locator("[data-away]").click()
    expect(notice).to_be_hidden()
    page.goto(f"{lan.url}/me")
    expect(page.locator("[data-about=grade]")).to_contain_text("B 级")
    expect(page.locator("[data-reason=certificate]")).to_be_visible()
    page.goto(f"{lan.url}/scan")
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("天台")
    page.goto(f"{lan.url}/today")
    expect(page.locator(".pill[data-known][data-state=sent]").first).to_be_visible()
    expect(page.locator("[data-behaviour=secure-grade]")).to_be_hidden()  # put away, it stays away


def test_the_set_up_page_leads_from_plain_http_to_the_certificate(lan, open_browser):
    page = open_browser("new phone", flags=[TO_US]).pages[0]

    page.goto(lan.server.setup_url)

    expect(page.locator("h1")).to_have_text("设置这台手机")
    expect(page.locator("svg.phone")).to_have_count(8)
    expect(page.get_by_text(kept_authority(lan.instance).fingerprint)).to_be_visible()
    with page.expect_download() as taken:
        page.click("#android a[download]")
    assert taken.value.suggested_filename == "patrol-ca.crt"
    assert taken.value.path().read_bytes() == kept_authority(lan.instance).der
    page.get_by_text("English").click()
    expect(page.locator("h1")).to_have_text("Set up this phone")


def test_nothing_of_the_app_is_told_without_tls(lan):
    for path in (
        "/sign-in",
        "/today",
        "/sync/session",
        "/healthz",
        "/c/7K3M9QX2AB01",
        "/static/v-x/js/app.js",
        "/sw.js",
    ):
        assert lan.server.plain("GET", path)[0] == 404, path
    for path in ("/lan/authority.pem", "/../instance/lan/server.pem", "/authority.pem"):
        assert lan.server.plain("GET", path)[0] == 404, path
    assert lan.server.plain("POST", "/")[0] == 405
    with pytest.raises((OSError, http.client.BadStatusLine)):
        lan.server.plain("GET", "/sign-in", lan.server.port)


def test_strict_transport_is_not_asked_for(lan):
    wire = http.client.HTTPSConnection("localhost", lan.server.port, context=lan.server.client(), timeout=5)
    wire.request("GET", "/sign-in")

    assert wire.getresponse().getheader("Strict-Transport-Security") is None


def test_a_renewed_certificate_is_shown_without_a_restart(lan):
    shown = lan.server.certificate()
    hosts = Reach(("localhost", "patrol.test"), ("127.0.0.1",))
    fresh_certificate(lan.instance, kept_authority(lan.instance), hosts, now() - timedelta(days=380))

    os.kill(lan.server.pid, signal.SIGHUP)

    until(lambda: answers_with_another(lan.server, shown))
    assert lan.server.certificate().not_valid_after_utc > now() + timedelta(days=390)
    assert lan.server.ask("/healthz", lan.server.client()) == b"ok\n"


def answers_with_another(server: LanServer, shown: x509.Certificate) -> bool:
    try:
        return server.certificate().serial_number != shown.serial_number and server.plain("GET", "/")[0] == 200
    except OSError:  # between the old worker and the new one
        return False


def test_the_set_up_page_ends_with_its_server(lan):
    os.kill(lan.server.pid, signal.SIGKILL)

    until(lambda: is_closed(lan.server))


def is_closed(server: LanServer) -> bool:
    try:
        server.plain("GET", "/")
    except OSError as error:
        return isinstance(error, ConnectionRefusedError)
    return False


def test_the_same_authority_after_a_restart(lan):
    before, kept = lan.server.client(), certificate.path(lan.instance).read_bytes()
    lan.server.kill()
    lan.server.start()

    assert lan.server.ask("/healthz", before) == b"ok\n"
    assert certificate.path(lan.instance).read_bytes() == kept
