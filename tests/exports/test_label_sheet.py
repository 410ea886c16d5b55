"""Every printed symbol says its label's address; ten stand on a page."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.exports.cli import labels_command
from patrol.rounds.route import Route, RouteStop
from patrol.sites.label import issue_label
from patrol.sites.place import PlaceData, add_place

SYMBOL = re.compile(
    r'<svg class="label__code[^"]*" viewBox="(\d+) \1 (\d+) \2" role="img" aria-label="([^"]+)"[^>]*><path d="([^"]+)"'
)


def symbols(page: str) -> list[tuple[str, str | None]]:
    """(what should be said, what a reader reads) of every symbol on a page, drawn with white around it."""
    found = []
    for corner, side, url, path in SYMBOL.findall(page):
        module, white = 4, 6
        image = Image.new("L", ((int(side) + 2 * white) * module,) * 2, 255)
        draw = ImageDraw.Draw(image)
        for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path):
            left, top = ((int(at) - int(corner) + white) * module for at in (x, y))
            draw.rectangle((left, top, left + int(width) * module - 1, top + int(height) * module - 1), fill=0)
        read = zxingcpp.read_barcodes(image)
        found.append((url, read[0].text if read else None))
    return found


@pytest.fixture
def twelve(sites, places):
    """Twelve labelled points of a new block, and a route over them from the last to the first."""
    with write():
        block = add_place(sites.lake.id, PlaceData(name="9 栋", kind="building"), by=None, at=now())
        made = []
        for at in range(1, 13):
            data = PlaceData(name=f"{at} 层", kind="floor", parent_id=block.id, number=100 + at)
            made.append(add_place(sites.lake.id, data, by=None, at=now()))
            issue_label(made[-1], by=None, at=now())
        route = Route(id=uuid7(), site_id=sites.lake.id, name="夜巡九线", created_at=now())
        db.session.add(route)
        db.session.flush()
        for position, place in enumerate(reversed(made)):
            db.session.add(
                RouteStop(id=uuid7(), site_id=sites.lake.id, route_id=route.id, place_id=place.id, position=position)
            )
    return route


def test_a_route_is_printed_in_walking_order_ten_a_page_and_every_symbol_is_read(as_user, people, twelve):
    page = as_user(people.supervisor).get(f"/labels/sheet?route={twelve.id}")

    assert page.status_code == 200
    assert page.text.count('<section class="labels"') == 2
    assert "夜巡九线 · 点位标签 第 1 / 2 页" in page.text
    assert re.findall(r'<b class="label__no">(\d+)</b>', page.text) == [str(100 + at) for at in range(12, 0, -1)]
    read = symbols(page.text)
    assert len(read) == 12
    assert all(url == said for url, said in read)
    assert len({url for url, _said in read}) == 12
    assert all(url.startswith("HTTP://LOCALHOST") and "/C/" in url for url, _said in read)


def test_chosen_points_and_a_single_label_are_read_too(as_user, people, places):
    browser = as_user(people.supervisor)

    sheet = browser.get(f"/labels/sheet?places={places.roof.id},{places.lobby.id}")
    single = browser.get(f"/labels/single/{places.pump.id}")

    assert [said[-12:] for _url, said in symbols(sheet.text)] == [places.codes["roof"], places.codes["lobby"]]
    assert [said[-12:] for _url, said in symbols(single.text)] == [places.codes["pump"]]
    assert "7K3M-9QX2-AB02" in single.text


def test_lower_case_labels_are_a_setting(as_user, people, places, app):
    app.config["LOWER_CASE_LABELS"] = True
    try:
        page = as_user(people.supervisor).get(f"/labels/sheet?places={places.lobby.id}")
    finally:
        app.config["LOWER_CASE_LABELS"] = False

    [(url, said)] = symbols(page.text)
    assert url == said == f"http://localhost:8000/c/{places.codes['lobby'].lower()}"


def test_places_without_labels_print_nothing(as_user, people, places):
    assert as_user(people.supervisor).get(f"/labels/sheet?places={places.block3.id}").status_code == 404
    assert as_user(people.supervisor).get("/labels/sheet?places=nonsense").status_code == 404


def test_the_command_writes_one_file_that_needs_nothing_else(app, people, places, tmp_path):
    out = tmp_path / "labels.html"

    done = app.test_cli_runner().invoke(labels_command, ["翠湖花园", "--out", str(out)])

    assert done.exit_code == 0, done.output
    text = out.read_text("utf-8")
    assert len(symbols(text)) == 4
    assert all(url == said for url, said in symbols(text))
    assert "data:image/svg+xml;base64," in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)
