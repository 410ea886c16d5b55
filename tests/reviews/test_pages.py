"""The pages of the reviews: every figure leads to exactly the records it counts."""

import re
from datetime import date
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from patrol.reviews.definitions import BY_MONTH, FIGURES
from patrol.reviews.fresh import each_day
from patrol.reviews.period import Period
from patrol.reviews.review import review
from tests.reviews.world import random_history

MARCH = Period.parse("month", "2026-03")
PAGES = (
    "/reviews/day/2026-03-18",
    "/reviews/week/2026-W12",
    "/reviews/month/2026-03",
    "/reviews/day/2026-03-18/print",
    "/reviews/week/2026-W12/print",
    "/reviews/month/2026-03/print",
    "/reviews/month/2026-03.xlsx",
    "/board",
    "/board/live",
    "/photos",
    "/visits",
)


@pytest.fixture
def april(world):
    """The pages are looked at on 2 April at noon."""
    at = world.at(date(2026, 4, 2), "12:00")
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def march(world, north, spots, april):
    """A month with a bit of everything."""
    world.make_rounds(date(2026, 4, 2), april)
    random_history(world, spots, each_day(date(2026, 3, 10), date(2026, 3, 24)), seed=7)
    return review(world.site.id, MARCH, april)


@pytest.fixture
def desk(as_user, people):
    return as_user(people.supervisor)


def counted(client, url: str, row: str) -> int:
    """Rows of a list, page by page to its end."""
    found, seen = 0, set()
    while url:
        assert url not in seen
        seen.add(url)
        reply = client.get(url)
        assert reply.status_code == 200, url
        html = reply.get_data(as_text=True)
        found += len(re.findall(row, html))
        older = re.search(r'href="([^"]+)"[^>]*rel="next"', html)
        url = older[1].replace("&amp;", "&") if older else ""
    return found


VISIT = r"<tr data-row"
HAZARD = r'href="/hazards/[0-9a-f-]{36}"'


def test_every_patrol_figure_leads_to_as_many_visits(march, desk):
    counts, links = march.patrol.counts, march.links
    assert counts.missed
    assert counts.late
    for url, figure in (
        (links.visits("missed"), counts.missed),
        (links.visits("late"), counts.late),
        (links.visits("on_time"), counts.on_time),
        (links.visits("visited"), march.patrol.visited),
        (links.visits("excused"), counts.excused),
        (links.visits(), counts.planned),
        (links.rounds(), counts.rounds),
        (links.rounds("completed"), counts.completed_rounds),
        (links.rounds("missed"), counts.missed_rounds),
        *((links.flagged(flag), n) for flag, n in march.total["flags"].items()),
    ):
        assert counted(desk, url, VISIT) == figure, url


def test_routes_people_and_cells_of_the_heat_map_lead_to_their_visits(march, desk):
    links = march.links
    hours, rows = march.heat
    place, _, cells = rows[0]
    for hour, n in zip(hours, cells, strict=True):
        assert counted(desk, links.visits("missed", place=place, hour=hour), VISIT) == n
    for line in march.routes:
        assert counted(desk, links.visits("late", route=line.id), VISIT) == line.total.counts.late
    for person in march.people:
        if person.work["scans"]:
            assert counted(desk, links.points(person.id), VISIT) == person.work["scans"]
            assert counted(desk, links.rounds(walker=person.id), VISIT) == person.work["rounds"]
            assert counted(desk, links.visits("missed", walker=person.id), VISIT) == person.work["missed"]


def test_every_hazard_figure_leads_to_as_many_hazards(march, desk):
    links, hazards = march.links, march.hazards
    reopened = march.total["hazards"]["reopened_after_close"]
    assert hazards.found
    assert hazards.closed
    for url, figure in (
        (links.hazards("found"), hazards.found),
        (links.hazards("reported"), hazards.balance.found),
        (links.hazards("due"), hazards.on_time.d),
        (links.hazards("open"), len(march.open_now)),
        (links.hazards("overdue"), len(march.overdue)),
    ):
        assert counted(desk, url, HAZARD) == figure, url
    assert hazards.closed - reopened <= counted(desk, links.hazards("closed"), HAZARD) <= hazards.closed


SHARES_OF_ALL = {"spot_samples"}  # shares whose list holds the whole, not the part
OTHER_LISTS = {
    "coverage",
    "usable",
    "due_soon",
    "inspections",
    "failed_lists",
    "routines",
    "visit_samples",
}  # see below


def test_every_figure_of_the_table_leads_to_exactly_its_records(march, desk):
    checked = set()
    for code, figure in FIGURES.items():
        value = march.figures[code]
        if figure.where is None or code in OTHER_LISTS:
            continue
        n = value["n"] if isinstance(value, dict) else value
        n = n[code in SHARES_OF_ALL] if isinstance(n, list) else n
        url = figure.where(march.links, march)
        html = desk.get(url).get_data(as_text=True)
        if url.startswith("/hazards"):
            told = re.search(r" · (\d+) 次</p>", html)  # a hazard may be closed twice: the list says how often
            assert (int(told[1]) if told else counted(desk, url, HAZARD)) == n, code
        elif url.startswith("/photos"):
            assert counted(desk, url, r'href="/photos/[0-9a-f-]{36}') == n, code
        else:
            assert counted(desk, url, VISIT) == n, code
        checked |= {code} if n else set()
    assert checked >= {"missed", "found", "closed", "removed", "reopen", "rectify", "assign", "verify", "no_before"}


def test_what_a_figure_is_stands_on_the_page_without_any_script(march, desk, as_user, people):
    for path in ("/reviews/day/2026-03-18", "/reviews/week/2026-W12", "/reviews/month/2026-03"):
        html = desk.get(path).get_data(as_text=True)
        for code in FIGURES:
            if march.figures[code] is not None and (code not in BY_MONTH or "month" in path):
                assert f'id="figure-{code}"' in html, (path, code)
        assert html.count('<details class="tells">') == html.count('id="figure-')
        assert 'class="tell"' in html


def test_equipment_and_inspections_lead_to_their_lists(world, places, april, desk, people):
    monthly = world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    items = [world.equipment(n, places.pump, half_monthly=n > 6) for n in range(9)]
    world.equipment(20, places.pump, type="lift", name="电梯")
    world.equipment(21, places.pump, since=date(2026, 3, 28))
    world.equipment(22, places.pump, state="out_for_service")
    for item in items[2:]:
        world.inspect(monthly, world.at(date(2026, 3, 9), "10:00"), equipment=item, failed=int(item is items[3]))
    world.inspect(monthly, world.at(date(2026, 3, 20), "10:00"), equipment=items[8])

    march = review(world.site.id, MARCH, april)

    assert march.equipment.coverage.ratio == (6, 9)
    missing = counted(desk, "/equipment?missing=2026-03", r'href="/equipment/[0-9a-f-]{36}"')
    assert missing == len(march.equipment.coverage.missing) == 3
    inspection = r'href="/inspections/[0-9a-f-]{36}"'
    assert counted(desk, march.links.inspections(list=monthly.code), inspection) == 8
    assert counted(desk, march.links.inspections(result="fail"), inspection) == 1
    assert counted(desk, march.links.inspections(person=people.engineer.id), inspection) == 8
    html = desk.get("/reviews/month/2026-03").get_data(as_text=True)
    assert "/equipment?missing=2026-03" in html
    assert "6 / 9" in html


def test_links_on_a_page_are_the_links_that_were_counted(march, desk):
    html = desk.get("/reviews/month/2026-03").get_data(as_text=True).replace("&amp;", "&")
    for url in (march.links.visits("missed"), march.links.hazards("found"), march.links.hazards("closed")):
        assert f'href="{url}"' in html
    dead = [
        url
        for url in set(re.findall(r'href="(/[^"#]*)"', html))
        if urlsplit(url).path in ("/visits", "/hazards", "/inspections", "/photos") and desk.get(url).status_code != 200
    ]
    assert dead == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_there_for_who_leads_and_for_nobody_else(march, as_user, people, path):
    assert as_user(people.supervisor).get(path).status_code == 200
    assert as_user(people.leader).get(path).status_code == 200
    assert as_user(people.guard).get(path).status_code == 403
    assert as_user(None).get(path).status_code == 303
    assert as_user(people.supervisor).post(path).status_code == 405
    other = as_user(people.stranger).get(path)
    assert other.status_code == 200
    assert "北线".encode() not in other.data


@pytest.mark.parametrize(
    "path",
    ["/reviews/day/2026-04-03", "/reviews/month/2026-13", "/reviews/week/2026-W60", "/reviews/day/x",
     "/reviews/month/1999-01", "/reviews/month/2026-05.xlsx", "/reviews/year/2026", "/reviews/day/0001-01-01"],
)  # fmt: skip
def test_there_is_no_review_of_a_time_that_has_not_come_or_is_none(april, desk, path):
    assert desk.get(path).status_code == 404


def test_the_addresses_without_a_date_lead_to_the_present(april, desk):
    assert desk.get("/reviews").headers["Location"] == "/reviews/day/2026-04-02"
    assert desk.get("/reviews/week").headers["Location"] == "/reviews/week/2026-W14"
    assert desk.get("/reviews/month").headers["Location"] == "/reviews/month/2026-04"


def test_the_workbook_has_numbers_as_numbers_and_text_as_text(world, north, spots, april, desk):
    world.make_rounds(date(2026, 4, 1), april)
    world.hazard(spots[0], world.at(date(2026, 3, 18), "09:00"), title="=1+1", note="@SUM(A1) https://x.example")

    reply = desk.get("/reviews/month/2026-03.xlsx")

    assert reply.headers["Content-Disposition"].endswith("YB-2026-03.xlsx")
    assert b"<f>" not in reply.data
    book = CalamineWorkbook.from_filelike(BytesIO(reply.data))
    assert book.sheet_names[0] == "汇总"
    summary = {row[0]: row[1] for row in book.get_sheet_by_name("汇总").to_python()}
    assert (summary["轮次"], summary["漏巡"], summary["到点率"]) == (31 * 6, 31 * 24, 0)
    hazard = next(row for row in book.get_sheet_by_name("隐患").to_python() if "=1+1" in row)
    assert "@SUM(A1) https://x.example" in hazard


def test_both_languages_show_the_same_page(march, as_user, people):
    client = as_user(people.supervisor)
    assert "到点率" in client.get("/reviews/week/2026-W12").get_data(as_text=True)
    with client.session_transaction() as session:
        session["language"] = "en"
    html = client.get("/reviews/week/2026-W12").get_data(as_text=True)
    assert "Arrival rate" in html
    assert "到点率" not in html


def test_visits_refuse_days_that_make_no_sense(april, desk):
    assert desk.get("/visits?from=yesterday").status_code == 422
    assert desk.get("/visits?from=2026-03-02&to=2026-03-01").status_code == 422


MOST_QUERIES = {"/reviews/day/2026-03-18": 16, "/reviews/month/2026-03": 11, "/photos?within=all": 8, "/today": 6}


def test_a_page_asks_the_database_no_more_often_whatever_it_shows(march, as_user, people, count_queries):
    for path, most in MOST_QUERIES.items():
        client = as_user(people.guard if path == "/today" else people.supervisor)
        assert client.get(path).status_code == 200  # what was stale has been counted
        with count_queries() as queries:
            client.get(path)
        assert len(queries) <= most, "\n".join([path, *queries])
