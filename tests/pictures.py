"""Pictures of the real screens for the README and the app's manifest: ``python -m tests.pictures``.

A demo site is made as of last night, twenty to eleven, and served at that time, so that the pictures show the same
moment whenever they are taken: a round half walked.
"""

import io
import logging
import multiprocessing
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from tests.chromium import FLAGS, find
from tests.conftest import PASSWORD
from tests.system.camera import seen, video
from tests.system.conftest import DESK, PHONE, ROOT, free_port, sign_in

INTO = ROOT / "static" / "img"
GUARD, ENGINEER, SUPERVISOR, MANAGER = "0217", "0301", "0101", "0001"
DAYS = 40


@dataclass(frozen=True)
class Shot:
    """name: of the file. colours: as many as it is kept in."""

    name: str
    staff_no: str
    path: str
    phone: bool = True
    colours: int = 256


SHOTS = (
    Shot("screenshot-today.png", GUARD, "/today"),
    Shot("screenshot-scan.png", GUARD, "/scan", colours=40),
    Shot("picture-hazard.png", GUARD, "/hazards/new"),
    Shot("picture-checklists.png", ENGINEER, "/checklists"),
    Shot("picture-board.png", SUPERVISOR, "/board", phone=False),
    Shot("picture-routes.png", SUPERVISOR, "/routes", phone=False),
    Shot("picture-hazards.png", SUPERVISOR, "/hazards", phone=False),
    Shot("picture-month.png", MANAGER, "/reviews/month", phone=False),
    Shot("picture-labels.png", MANAGER, "/labels/sheet", phone=False),
)


def last_night() -> datetime:
    here = datetime.now(ZoneInfo("Asia/Shanghai"))
    return (here - timedelta(days=1)).replace(hour=22, minute=40, second=0, microsecond=0)


def serve(folder: Path, port: int, moment: datetime) -> None:
    """Runs in a process of its own, whose clock stands at ``moment`` and goes on from there."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with time_machine.travel(moment):
        from patrol.app import create_app
        from patrol.demo.make import make_demo
        from patrol.photos.storage import shelf
        from patrol.serve import bring_up_to_date

        app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR", "PUBLIC_URL": f"http://localhost:{port}"})
        with app.app_context():
            bring_up_to_date()
            make_demo(store=shelf(app), days=DAYS, password=PASSWORD, said=print)
        make_server("127.0.0.1", port, app, threaded=True).serve_forever()


def wait_for(url: str, server: multiprocessing.Process) -> None:
    while server.is_alive():
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("the server did not start")


def take(browser: Browser, url: str, shot: Shot, moment: datetime) -> Image.Image:
    context = browser.new_context(
        viewport=PHONE if shot.phone else DESK,
        device_scale_factor=2 if shot.phone else 1,
        has_touch=shot.phone,
        is_mobile=shot.phone,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=["camera"],
        service_workers="block",
    )
    page = context.new_page()
    page.clock.install(time=moment)
    sign_in(page, url, shot.staff_no)
    page.goto(url + shot.path)
    page.wait_for_timeout(1500)  # pictures on the page, the camera's first frame
    picture = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    return picture


def keep(picture: Image.Image, path: Path, colours: int) -> None:
    """Few colours are enough for screens, at a quarter of the bytes."""
    small = picture.convert("RGB").quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, "PNG", optimize=True)
    print(f"{path.relative_to(ROOT)}  {picture.width}x{picture.height}  {path.stat().st_size // 1024} KiB")


def main(wanted: list[str]) -> None:
    moment, port = last_night(), free_port()
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory(prefix="patrol-pictures-") as temp:
        folder = Path(temp)
        # a label too far off to be read, since a read one would lead on at once
        stream = video(folder / "camera.mjpeg", [seen(f"{url}/C/7K3M9QX2AB01", tilt=4, light=0.9, blur=5, side=300)])
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port, moment), daemon=True)
        server.start()
        wait_for(url, server)
        camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={stream}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *camera])
            for shot in SHOTS:
                if not wanted or any(word in shot.name for word in wanted):
                    keep(take(browser, url, shot, moment), INTO / shot.name, shot.colours)
            browser.close()
        server.terminate()
        server.join()


if __name__ == "__main__":
    main(sys.argv[1:])
