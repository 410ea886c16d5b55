"""What a guard's phone has to fetch before it can be used, on a slow line."""

import gzip

import pytest
from playwright.sync_api import expect

from tests.system.conftest import come_signed_in

pytestmark = pytest.mark.browser

# Fetched by the browser when it likes, after the page can be used.
LATER = ("manifest.webmanifest", "img/icon-192.png", "sw.js?sends=1", "behaviours/install-hint.js")
# What the shift needs is taken along once the page stands and the browser is idle.
PACK = (
    "/sync/pack",
    "/js/offline/pack.js",
    "/js/offline/kept.js",
    "/js/offline/words.js",
    "/js/offline/local.js",
    "/js/offline/due.js",
    "/js/offline/records.js",
    "/js/behaviours/due-card.js",
)


def test_the_guards_first_page_costs_8_requests_and_40_kb(stage, open_browser):
    page, bodies = open_browser("fresh").pages[0], {}
    come_signed_in(page, stage.url, "0217")  # nothing is kept yet
    page.on("response", lambda reply: bodies.setdefault(reply.url, reply))

    page.goto(f"{stage.url}/today")
    expect(page.locator(".pill[data-known]")).to_be_visible()

    needed = {url: reply for url, reply in bodies.items() if not url.endswith(LATER) and not any(map(url.count, PACK))}
    sizes = {url.removeprefix(stage.url): len(gzip.compress(reply.body(), 9)) for url, reply in needed.items()}
    own = sum(size for url, size in sizes.items() if "/js/" in url)
    assert len(sizes) <= 8, "\n".join(sizes)
    assert own <= 8 * 1024, sizes
    assert sum(sizes.values()) <= 40 * 1024, sizes
