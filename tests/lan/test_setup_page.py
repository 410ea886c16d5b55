"""The page on plain http: what a new phone sees, and that it has nothing else to give."""

import io
import plistlib
from pathlib import Path

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from patrol.core.clock import now
from patrol.lan.authority import Authority, authority
from patrol.lan.reach import Reach
from patrol.lan.views import create_setup_app
from patrol.sites.symbol import symbol

URL = "https://192.168.1.20:8443"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1"


@pytest.fixture
def by(tmp_path: Path) -> Authority:
    return authority(tmp_path, Reach(("localhost", "lodge"), ("192.168.1.20",)), now())


@pytest.fixture
def visitor(tmp_path: Path, by: Authority) -> FlaskClient:
    return create_setup_app({"INSTANCE": tmp_path, "PUBLIC_URL": URL}).test_client()


def test_it_speaks_the_phones_language_and_can_be_switched(visitor):
    assert "设置这台手机" in visitor.get("/").text
    assert "Set up this phone" in visitor.get("/", headers={"Accept-Language": "en-GB"}).text
    assert "设置这台手机" in visitor.get("/?lang=zh", headers={"Accept-Language": "en-GB"}).text


def test_the_readers_own_kind_of_phone_comes_first(visitor):
    android = visitor.get("/").text
    iphone = visitor.get("/", headers={"User-Agent": IPHONE}).text

    assert android.index('id="android"') < android.index('id="iphone"')
    assert iphone.index('id="iphone"') < iphone.index('id="android"')


def test_inside_wechat_it_says_how_to_leave(visitor):
    assert "在浏览器打开" in visitor.get("/", headers={"User-Agent": "MicroMessenger/8.0"}).text
    assert "在浏览器打开" not in visitor.get("/").text


def test_the_symbol_on_it_leads_to_the_safe_address(visitor):
    drawn = symbol(URL)

    assert f'd="{drawn.path_d}"' in visitor.get("/").text
    assert [found.text for found in zxingcpp.read_barcodes(painted(drawn.path_d, drawn.size))] == [URL]


def painted(path_d: str, size: int, scale: int = 8) -> Image.Image:
    """The path's rectangles (M x y h w v h …) on paper."""
    paper = Image.new("L", (size * scale, size * scale), 255)
    pen = ImageDraw.Draw(paper)
    for piece in path_d.split("z")[:-1]:
        start, _, rest = piece[1:].partition("h")
        x, y = (int(number) for number in start.split())
        width, _, rest = rest.partition("v")
        height = rest.partition("h")[0]
        pen.rectangle((x * scale, y * scale, (x + int(width)) * scale - 1, (y + int(height)) * scale - 1), fill=0)
    return paper


def test_android_gets_the_certificate_and_iphones_a_profile(visitor, by):
    android, iphone = visitor.get("/patrol-ca.crt"), visitor.get("/patrol.mobileconfig")

    assert (android.mimetype, android.data) == ("application/x-x509-ca-cert", by.der)
    assert iphone.mimetype == "application/x-apple-aspen-config"
    assert plistlib.load(io.BytesIO(iphone.data))["PayloadContent"][0]["PayloadContent"] == by.der


def test_it_needs_no_script_no_cookie_and_no_other_address(visitor):
    reply = visitor.get("/")

    assert "<script" not in reply.text and "style=" not in reply.text
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for name in ("app.css", "css/sheets/install.css", "vendor/icons.svg", "img/logo.svg"):
        assert visitor.get(f"/{name}").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/today", "/js/app.js", "/authority.pem", "/css/../../secret.key"])
def test_everything_else_is_not_there(visitor, path):
    assert visitor.get(path).status_code == 404


def test_nothing_can_be_sent_to_it(visitor):
    assert visitor.post("/", data={"a": "b"}).status_code == 405
