"""The worker shows what is pushed, and a tap opens the matter; the switch says honestly what this browser can do."""

import json

import pytest
from playwright.sync_api import expect

from tests.system.conftest import come_signed_in, sign_in

pytestmark = pytest.mark.browser

SAID = {"title": "重大隐患：燃气", "body": "3 栋", "url": "/notices", "tag": "one", "critical": True, "lang": "zh-CN"}
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready
  for (let n = 0; n < 1200; n += 1) {
    const shown = await worker.getNotifications()
    if (shown.length) return shown.map((one) => [one.title, one.body, one.tag, one.requireInteraction, one.data.url])
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
  return []
}"""


def test_what_is_pushed_is_shown_once_for_each_matter(one_stage, open_browser):
    context = open_browser("phone")
    context.grant_permissions(["notifications"], origin=one_stage.url)
    page = context.pages[0]
    sign_in(page, one_stage.url, "0217")
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    wire = context.new_cdp_session(page)
    registered: list[str] = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda said: registered.extend(
        one["registrationId"] for one in said["registrations"]
    ))  # fmt: skip
    wire.send("ServiceWorker.enable")
    page.wait_for_function("true")

    for _twice in range(2):
        wire.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": one_stage.url, "registrationId": registered[0], "data": json.dumps(SAID)},
        )

    assert page.evaluate(SHOWN) == [[SAID["title"], SAID["body"], "one", True, "/notices"]]


def test_the_switch_says_that_push_was_forbidden(one_stage, open_browser):
    context = open_browser("phone")
    page = context.pages[0]
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    come_signed_in(page, one_stage.url, "0217")

    page.goto(f"{one_stage.url}/me/notices")

    expect(page.locator("[data-behaviour=push-switch]")).to_have_attribute("data-state", "denied")
    expect(page.locator("[data-part=on]")).to_be_hidden()


def test_a_phone_is_told_of_something_critical_on_any_page(one_stage, open_browser):
    page = open_browser("phone").pages[0]
    come_signed_in(page, one_stage.url, "0101")
    said = {"count": 3, "urgent": [{"id": "x", "title": "重大隐患：燃气", "url": "/notices/x"}]}
    page.route("**/notices/mine", lambda route: route.fulfill(json=said))

    page.goto(f"{one_stage.url}/hazards")

    expect(page.locator("[data-urgent] a")).to_have_text("重大隐患：燃气")
    expect(page.locator(".bell__count")).to_have_text("3")
