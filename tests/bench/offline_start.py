"""The server is down and the browser was closed: how long until the guard sees his round."""

import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.chromium import FLAGS, ensure
from tests.system.conftest import PHONE, ready_for_the_basement, served, sign_in

TIMES = 5


def offline_start(folder: Path) -> dict[str, Any]:
    """Milliseconds from asking for the page to the drawn hero card, each time in a browser started anew."""
    folder.mkdir()
    took = []
    with served(folder / "instance", began=timedelta(minutes=10)) as stage, sync_playwright() as running:

        def browser() -> Any:
            return running.chromium.launch_persistent_context(
                str(folder / "profile"), executable_path=ensure(), headless=True, args=list(FLAGS), viewport=PHONE
            )

        context = browser()
        page = context.pages[0]
        sign_in(page, stage.url, "0217")
        page.goto(f"{stage.url}/today")
        ready_for_the_basement(page)
        context.close()
        stage.server.kill()
        for _ in range(TIMES):
            context = browser()
            page = context.pages[0]
            start = time.perf_counter()
            page.goto(f"{stage.url}/today", wait_until="commit")
            page.locator("[data-drawn=here] .hero__big").wait_for()
            took.append((time.perf_counter() - start) * 1000)
            context.close()
    return {"ms": round(statistics.median(took)), "worst_ms": round(max(took)), "goal": "<= 1000 ms"}
