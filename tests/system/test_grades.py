"""What a phone can do where the camera or the safe connection is missing, and what it is told."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.system.camera import seen
from tests.system.conftest import Server, build_site, come_signed_in, database, sign_in
from tests.system.lan import NAME, TO_US

pytestmark = pytest.mark.browser

FAKE = "--use-fake-device-for-media-stream"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"
PLAIN = ("Cross-Origin-Opener-Policy",)  # a header Chromium complains of on plain http


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The small site on plain http, under a name that is not this machine's own."""
    instance = tmp_path_factory.mktemp("plain") / "instance"
    instance.mkdir()
    with database(instance):
        world = build_site()
    server = Server(instance)
    server.more["PATROL_PUBLIC_URL"] = f"http://{NAME}:{server.port}"
    server.start()
    world.url = f"http://{NAME}:{server.port}"
    yield world
    server.kill()


def at_the_scanner(page: Page, url: str) -> None:
    sign_in(page, url, "0217")
    page.goto(f"{url}/scan")


def photograph(page: Page, tmp_path, url: str, code: str) -> None:
    """A photo of the label instead of the live picture."""
    seen(f"{url}/C/{code}".upper(), tilt=9, light=0.7).save(tmp_path / "label.jpg")
    page.set_input_files("[data-still]", str(tmp_path / "label.jpg"))


def type_in(page: Page, code: str) -> None:
    page.click("[data-type-open]")
    page.fill("[data-type] [name=code]", code)
    page.click("[data-type] button")


def test_who_refused_the_camera_is_told_how_to_allow_it_and_types_the_code(one_stage, open_browser):
    page = open_browser("guard", flags=[FAKE, "--use-fake-ui-for-media-stream=deny"]).pages[0]

    at_the_scanner(page, one_stage.url)

    trouble = page.locator("[data-trouble]")
    expect(trouble).to_contain_text("没有允许使用相机")
    expect(trouble).to_contain_text("浏览器设置")
    type_in(page, one_stage.world.codes["大堂"])
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("大堂")


def test_without_a_camera_the_photo_and_the_number_remain(one_stage, open_browser, tmp_path):
    page = open_browser("guard", flags=["--use-fake-ui-for-media-stream"]).pages[0]

    at_the_scanner(page, one_stage.url)

    expect(page.locator("[data-trouble]")).to_contain_text("没有找到相机")
    expect(page.locator("[data-trouble]")).to_contain_text("编号")
    photograph(page, tmp_path, one_stage.url, one_stage.world.codes["天台"])
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("天台")


def test_on_plain_http_a_photo_of_the_code_is_read_and_everything_is_sent_at_once(plain, open_browser, tmp_path):
    page = open_browser("guard", flags=[TO_US, FAKE, "--use-fake-ui-for-media-stream"], allow=PLAIN).pages[0]

    at_the_scanner(page, plain.url)

    assert page.evaluate("isSecureContext") is False
    expect(page.locator("[data-trouble]")).to_contain_text("相机只能在 https 地址下使用")
    photograph(page, tmp_path, plain.url, plain.codes["消防泵房"])
    page.wait_for_url("**/visits/**")
    expect(page.locator("h1")).to_contain_text("消防泵房")
    page.goto(f"{plain.url}/scan")
    type_in(page, plain.codes["天台"])
    page.wait_for_url("**/visits/**")
    page.goto(f"{plain.url}/today")
    expect(page.locator(".pill[data-known][data-state=sent]").first).to_be_visible()


def test_on_plain_http_today_and_me_say_what_is_missing_and_whom_to_ask(plain, open_browser):
    page = open_browser("guard", flags=[TO_US], allow=PLAIN).pages[0]
    sign_in(page, plain.url, "0217")

    page.goto(f"{plain.url}/today")

    notice = page.locator("[data-behaviour=secure-grade]")
    expect(notice).to_contain_text("不是 https 网址")
    expect(notice).to_contain_text("请向主管要 https 网址")
    notice.locator("[data-away]").click()
    page.reload()
    expect(page.locator(".pill[data-known]")).to_be_visible()
    expect(notice).to_be_hidden()
    page.goto(f"{plain.url}/me")
    expect(page.locator("[data-about=grade]")).to_contain_text("C 级")
    expect(page.locator("[data-reason=http]")).to_be_visible()


def test_inside_wechat_people_are_sent_to_a_browser(one_stage, open_browser):
    page = open_browser("guard", user_agent=WECHAT).pages[0]
    come_signed_in(page, one_stage.url, "0217")

    page.goto(f"{one_stage.url}/today")

    notice = page.locator("[data-behaviour=secure-grade]")
    expect(notice).to_contain_text("点右上角 …，选“在浏览器打开”")
    notice.locator("a:visible").click()
    page.wait_for_url(re.compile(r"/install#wechat$"))
    expect(page.locator("main section.card[id]").first).to_have_attribute("id", "wechat")


def test_where_all_is_there_nothing_is_said(one_stage, open_browser):
    page = open_browser("guard").pages[0]
    come_signed_in(page, one_stage.url, "0217")

    page.goto(f"{one_stage.url}/me")
    expect(page.locator("[data-about=grade]")).to_contain_text("A 级")
    page.goto(f"{one_stage.url}/today")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("[data-behaviour=secure-grade]")).to_be_hidden()


def test_an_iphone_is_shown_the_way_to_the_home_screen_and_can_put_the_hint_away(one_stage, open_browser):
    phone = open_browser("guard")
    phone.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")  # as Safari has it
    page = phone.pages[0]
    come_signed_in(page, one_stage.url, "0217")

    page.goto(f"{one_stage.url}/today")

    hint = page.locator("[data-behaviour=install-hint]")
    expect(hint.locator("a")).to_have_attribute("href", "/install")
    expect(hint.locator("[data-install]")).to_be_hidden()
    hint.locator("[data-away]").click()
    page.reload()
    expect(page.locator(".pill[data-known]")).to_be_visible()
    expect(hint).to_be_hidden()
    page.goto(f"{one_stage.url}/install")
    expect(page.locator("#iphone svg.phone")).to_have_count(3)


def test_where_the_browser_offers_to_install_the_hint_asks_it_once(one_stage, open_browser):
    page = open_browser("guard").pages[0]
    come_signed_in(page, one_stage.url, "0217")
    page.goto(f"{one_stage.url}/today")

    hint = page.locator("[data-behaviour=install-hint]")
    hint.locator("[data-install]").click()  # Chromium made its offer, so nothing is missing to install it

    expect(hint.locator("[data-install]")).to_be_hidden()  # nobody answers here: the way in pictures remains
    expect(hint.locator("a")).to_be_visible()
