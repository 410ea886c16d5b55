"""Every figure on the demo's reviews and board opens a list, and the list holds as many records."""

import re
from html.parser import HTMLParser
from operator import itemgetter
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.db import db
from tests.conftest import browser_of
from tests.demo.conftest import NIGHT
from tests.reviews.test_pages import counted

ROWS = {
    "/visits": r"<tr data-row",
    "/hazards": r'href="/hazards/[0-9a-f-]{36}"',
    "/inspections": r'href="/inspections/[0-9a-f-]{36}"',
    "/equipment": r'href="/equipment/[0-9a-f-]{36}"',
    "/photos": r'<article class="photo-card',
}
PAGES = ("/reviews/day/2026-03-17", "/reviews/day/2026-03-18", "/reviews/week/2026-W12", "/reviews/month/2026-03")
NO_COUNT = re.compile(r"小时|分|[.%–]")  # hours, shares: what they open is told by their title


LONG = 250


class Link(NamedTuple):
    href: str
    title: str
    text: str
    figure: str  # of the big figure inside it

    @property
    def count(self) -> int | None:
        """How many records it promises: the n of "n / d", the big figure, or the one number in its text."""
        if "week-cell" in self.figure:
            return int(self.text.split()[-1]) if "state=missed" in self.href else int(self.title.split(" / ")[0])
        if self.title and " / " in self.title:
            return int(self.title.split(" / ")[0].replace(",", ""))
        text = self.figure or self.text
        numbers = re.findall(r"\d[\d,]*", text)
        return int(numbers[0].replace(",", "")) if len(numbers) == 1 and not NO_COUNT.search(text) else None


class Links(HTMLParser):
    """The links of a page, with what stands in them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[Link] = []
        self._open: dict[str, str] | None = None
        self._tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._open = {"href": known["href"], "title": known.get("title", ""), "text": "", "figure": ""}
            if "week-cell" in known.get("class", ""):
                self._open["figure"] = "week-cell"
            if "cut" in known.get("class", "").split():
                self._open["figure"] = "–"  # the name of a thing, whatever numbers are in it
        self._tags.append("figure" if "stat__value" in known.get("class", "") and tag == "b" else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.found.append(Link(**self._open))
            self._open = None
        if self._tags:
            self._tags.pop()

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            if self._tags[-1:] == ["figure"]:
                self._open["figure"] += data
            self._open["text"] += f" {data}"


@pytest.fixture(scope="module")
def some_days(make) -> SimpleNamespace:
    return make()


@pytest.fixture
def desk(some_days):
    with some_days.app.app_context(), time_machine.travel(NIGHT, tick=False):
        yield browser_of(some_days.app, db.session.scalars(select(User).where(User.staff_no == "0101")).one())
        db.session.remove()


def figures_of(desk: FlaskClient, path: str) -> list[tuple[str, int]]:
    """The lists a page's figures open, and how many records each promises."""
    html = desk.get(path).get_data(as_text=True)
    main = html[html.index("<main") : html.index("</main>")]
    links = [link for link in Links(main).found if "?" in link.href and link.href.split("?")[0] in ROWS]
    return sorted({(link.href, link.count) for link in links if link.count is not None})


@pytest.mark.parametrize("path", PAGES)
def test_every_figure_of_a_review_opens_as_many_records(desk, path):
    figures = figures_of(desk, path)

    kinds = {url.split("?")[0] for url, _ in figures}
    assert {"/visits", "/hazards", "/inspections", "/photos"} <= kinds
    long = [pair for pair in figures if pair[1] > LONG]  # page after page of the same: the longest stands for them
    read = [pair for pair in figures if pair[1] <= LONG] + sorted(long, key=itemgetter(1))[-1:]
    wrong = [
        f"{url}: {figure}, but {counted(desk, url, ROWS[url.partition('?')[0]])}"
        for url, figure in read
        if not opens(desk, url, figure)
    ]
    assert not wrong, "\n".join(wrong)


def opens(desk: FlaskClient, url: str, figure: int) -> bool:
    """Whether the list holds as many records; a hazard closed or rectified twice is one row, but the list says so."""
    n = counted(desk, url, ROWS[url.split("?")[0]])
    if n < figure and re.search(r"figure=(closed|rectified)", url):
        return f" {figure} 次" in desk.get(url).get_data(as_text=True)
    return n == figure


def test_the_month_links_equipment_too(desk):
    assert {"missing=", "unusable=", "due="} <= {
        re.search(r"\w+=", url).group()
        for url, _ in figures_of(desk, "/reviews/month/2026-03")
        if url.startswith("/equipment")
    }


def test_every_figure_of_the_board_opens_as_many_records(desk):
    figures = figures_of(desk, "/board")

    assert len(figures) >= 5
    for url, figure in figures:
        assert opens(desk, url, figure), url
