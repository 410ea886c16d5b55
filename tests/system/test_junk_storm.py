"""Show 4 on the running server: a hundred junk posts from one address and from many, the desk at work meanwhile."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.owners.limits import PER_ADDRESS, PER_SITE
from patrol.owners.report import OwnerReport
from patrol.photos.photo import PhotoFile
from patrol.sites.site import Site
from tests.owners.conftest import picture
from tests.system.conftest import Server, build_site, database
from tests.system.phone import Phone

POSTS, AT_ONCE = 100, 16
PATH = "/report/the-lakes-own-link"
BOUNDARY = "--------junk"


@pytest.fixture
def site(tmp_path):
    """The lake takes reports, behind one proxy, with two workers: the limits hold for both together."""
    instance = tmp_path / "instance"
    instance.mkdir()
    with database(instance):
        world = build_site()
        with write():
            lake = db.session.scalars(select(Site)).one()
            lake.public_reports, lake.report_code = True, PATH.rpartition("/")[2]
    server = Server(instance, workers=2, PATROL_PROXY_COUNT="1")
    server.start()
    yield SimpleNamespace(url=server.url, instance=instance, world=world)
    server.kill()


class Sender:
    """A browser without a sign-in, as the proxy tells of it. told: what the sender itself wrote into the header."""

    def __init__(self, url: str, address: str, told: str = ""):
        self.phone = Phone.__new__(Phone)
        self.phone.open(url, timeout=60)
        self.hops = {"X-Forwarded-For": f"{told}, {address}" if told else address}
        _status, page = self.phone.request("GET", PATH, **self.hops)
        self.csrf = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)[1].decode()

    def post(self, words: str, photo: bytes | None = None, **more: str) -> int:
        form = {"csrf_token": self.csrf, "kind": "water", "words": words, **more}
        parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form.items()]
        body = "".join(parts).encode()
        if photo is not None:
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n'
            body += head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n"
        body += f"--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        status, _page = self.phone.request("POST", PATH, body, **{"Content-Type": kind, **self.hops})
        assert status != 429 or int(self.phone.headers["Retry-After"]) > 0
        return status


def storm(url: str, address: str, told: str, words: str, photo: bytes | None, **more: str) -> int:
    return Sender(url, address, told).post(words, photo, **more)


def meanwhile(desk: Phone) -> list[int]:
    """The desk at work: its list, and one of the reports opened."""
    codes = []
    for _look in range(10):
        status, page = desk.request("GET", "/desk")
        codes.append(status)
        found = re.search(rb'href="(/desk/reports/[0-9a-f-]{36})"', page)
        if found:
            codes.append(desk.request("GET", found[1].decode())[0])
    return codes


@pytest.mark.system
def test_a_hundred_from_one_address_and_a_hundred_from_a_hundred(site):
    desk, raw = Phone(site.url, "0401"), picture()
    one = [  # whatever else it writes into the header, the proxy's own word is the last one
        ("203.0.113.7", f"198.51.100.{n}" if n % 3 == 0 else "", f"加微信 {n}", raw if n % 2 else None)
        for n in range(POSTS)
    ]
    many = [(f"10.1.0.{n}", "", f"垃圾 {n}", None) for n in range(POSTS)]

    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        looks = pool.submit(meanwhile, desk)
        first = Counter(pool.map(lambda post: storm(site.url, *post), one))
        second = Counter(pool.map(lambda post: storm(site.url, *post, website="http://x"), many))
        looked = looks.result()

    assert first == {303: PER_ADDRESS, 429: POSTS - PER_ADDRESS}
    assert second == {303: PER_SITE - PER_ADDRESS, 429: POSTS - PER_SITE + PER_ADDRESS}
    assert set(looked) == {200}
    with database(site.instance):
        reports = db.session.scalars(select(OwnerReport)).all()
        assert len(reports) == PER_SITE
        assert len({report.origin for report in reports if not report.suspect}) == 1
        assert db.session.scalar(select(func.count()).select_from(PhotoFile)) <= PER_ADDRESS
    clears_up(desk, site)


def clears_up(desk: Phone, site: SimpleNamespace) -> None:
    """The desk sets all of one sender's aside at once; what is left looks like junk and stands apart."""
    _status, page = desk.request("GET", "/desk")
    honest = page.decode().partition("疑似垃圾信息")[0]
    address = re.search(r'href="(/desk/reports/[0-9a-f-]{36})"', honest)[1]
    form = b"reason=%E5%B9%BF%E5%91%8A&all=1&version=1"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert desk.request("POST", f"{address}/dismissal", form, **kind)[0] == 303
    with database(site.instance):
        waiting = select(OwnerReport).where(OwnerReport.state == "new")
        assert all(report.suspect for report in db.session.scalars(waiting))
