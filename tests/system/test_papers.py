"""Printed by Chromium: the pages that are promised, none with nothing but lines to sign, and no name on the notice."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from patrol.core.business_day import wall
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.ensure import forget_made
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.day import mark_day
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder
from tests.conftest import CAST
from tests.system.conftest import DESK, come_signed_in, database, served
from tests.workorders.many import many_orders

pytestmark = pytest.mark.browser

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
SIGNED = re.compile(r"秩序主管：|Security supervisor:")
LONG = "3 栋地下二层靠近北侧坡道的消防水泵房控制柜旁边"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    with served(tmp_path_factory.mktemp("papers") / "instance") as running:
        yield running


@pytest.mark.parametrize("hazards", [0, 1, 400])
def test_papers_have_their_pages_and_no_signature_stands_alone(stage, open_browser, hazards):
    with database(stage.instance):
        month = last_month()
        day = month + timedelta(days=20 if hazards == 1 else 27)
        fill(stage.world.site_id, month, day, hazards)
    page = open_browser("desk", viewport=DESK, allow=("404",)).new_page()
    come_signed_in(page, stage.url, CAST["manager"][1])
    for language in ("zh", "en"):
        speak(page, stage.url, language)
        week = f"{day:%G}-W{day:%V}"
        papers = {
            f"month/{month:%Y-%m}/print": 5 if hazards == 400 else 4,
            f"week/{week}/print": 3 if hazards == 400 else 2,
            f"day/{day}/print": 2 if hazards else 1,
            f"month/{month:%Y-%m}/notice": 1,
        }
        for path, pages in papers.items():
            pdf = printed(page, f"{stage.url}/reviews/{path}")
            assert len(PAGE.findall(pdf)) == pages, (language, path)
            texts = words_of(pdf)
            if texts is None:
                continue
            assert len(texts) == pages
            for text in texts:
                alone = SIGNED.search(text) and len(text.split()) < 25
                assert not alone, (path, text)
            if path.endswith("notice"):
                assert not [name for name, _no, _role in CAST.values() if name in "".join(texts)]
                assert "天台" not in "".join(texts)
            else:
                assert SIGNED.search("".join(texts)), path


def fill(site_id, month: date, day: date, hazards: int) -> None:
    """A month with a dozen routes, and so many hazards with pictures, at places with long names."""
    site = db.session.get_one(Site, site_id)
    places = list(db.session.scalars(select(Place).where(Place.site_id == site_id, Place.parent_id.is_not(None))))
    end = wall(day, time(18), site.zone)
    if not hazards:
        with write():
            db.session.get_one(Site, site_id).created_at = wall(month, time(0), site.zone) - timedelta(days=9)
            db.session.get_one(Place, (site_id, places[0].id)).full_name = LONG
            for n in range(11):
                route = Route(id=uuid7(), site_id=site_id, name=f"长长的夜间巡查路线 {n}", created_at=end)
                db.session.add(route)
                db.session.flush()
                for position, place in enumerate(places[:2]):
                    db.session.add(
                        RouteStop(
                            id=uuid7(), site_id=site_id, route_id=route.id, place_id=place.id, position=position
                        )
                    )  # fmt: skip
                db.session.add(
                    Plan(
                        id=uuid7(), site_id=site_id, route_id=route.id, form="every", band_start=time(20),
                        band_end=time(8), every_min=360, expected_min=30, valid_from=month,
                    )
                )  # fmt: skip
        forget_made()
        return
    users = list(db.session.scalars(select(WorkOrder.reported_by_id).distinct())) or [None]
    many_orders(site_id, hazards, places=[place.id for place in places], users=users, until=end, seed=hazards)
    picture(site_id, site)


def picture(site_id, site: Site) -> None:
    """Photos before and after of every hazard; their bytes are not there, but the room they take is."""
    with write():
        for order in db.session.scalars(select(WorkOrder).where(WorkOrder.site_id == site_id)):
            for kind in ("before", "after"):
                photo = Photo(
                    id=uuid7(), site_id=site_id, kind=kind, subject_kind="hazard", subject_id=order.id,
                    place_id=order.place_id, business_day=order.business_day, taken_at=order.reported_at,
                    received_at=order.reported_at,
                )  # fmt: skip
                file = PhotoFile(
                    id=photo.id, site_id=site_id, sha256=photo.id.hex * 2, bytes_received=9, width=1600, height=1200,
                    received_at=order.reported_at,
                )  # fmt: skip
                db.session.add_all([photo, file])
            mark_day(site_id, order.business_day)


def last_month() -> date:
    return (now().date().replace(day=1) - timedelta(days=1)).replace(day=1)


def speak(page: Page, url: str, language: str) -> None:
    page.goto(f"{url}/me")
    token = page.get_attribute("meta[name=csrf-token]", "content") or ""
    page.request.post(
        f"{url}/me/settings", form={"csrf_token": token, "language": language}, headers={"Referer": f"{url}/me"}
    )


def printed(page: Page, url: str) -> bytes:
    page.goto(url)
    return page.pdf(prefer_css_page_size=True)


def words_of(pdf: bytes) -> list[str] | None:
    """The text of each page, where the machine has poppler's tools."""
    if not shutil.which("pdftotext"):
        return None
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return told.stdout.decode().split("\f")[:-1]
