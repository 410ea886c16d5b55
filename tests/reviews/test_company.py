"""Many sites side by side: every number is the site's own review's, and fifty sites cost what one costs."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import event, select, update

from patrol.accounts.reader import Here
from patrol.accounts.user import Membership
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.reviews.company import AT_ONCE, company, recount_months
from patrol.reviews.fresh import each_day
from patrol.reviews.month_tally import MonthTally
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.sites.site import Site
from tests.reviews.world import World, random_history

MARCH = Period.parse("month", "2026-03")
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def april(world):
    return world.at(date(2026, 4, 2), "12:00")


def here(site, role="site_manager"):
    return Here(site.id, site.name, role, "management", site.timezone, site.day_start)


def sent(call):
    statements = []
    listen = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        return call(), statements
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


@pytest.mark.parametrize("slug", ["2026-03", "2026-W12", "2026-03-18"])
def test_a_line_says_what_the_sites_own_review_says(world, north, spots, places, april, slug):
    period = Period.parse({7: "month", 8: "week"}.get(len(slug), "day"), slug)
    world.make_rounds(date(2026, 4, 2), april)
    random_history(world, spots, each_day(date(2026, 3, 12), date(2026, 3, 20)), seed=5)
    world.hazard(places.roof, world.at(date(2026, 3, 30), "10:00"), severity="critical")
    monthly = world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    items = [world.equipment(n, places.pump) for n in range(4)]
    world.inspect(monthly, world.at(date(2026, 3, 9), "10:00"), equipment=items[0])

    (line,) = company([here(world.site)], period, april).lines

    found, march = review(world.site.id, period, april), review(world.site.id, MARCH, april)
    today = review(world.site.id, Period.around("day", date(2026, 4, 2)), april)
    assert line.completion == found.patrol.completion
    assert line.on_time == found.patrol.on_time
    assert (line.missed, line.found) == (found.patrol.counts.missed, found.hazards.found)
    assert line.due_on_time == found.hazards.on_time
    assert line.coverage == march.equipment.coverage.ratio == (1, 4)
    assert line.overdue == len(today.overdue)
    assert line.critical == sum(hazard.severity == "critical" for hazard in today.open_now) >= 1
    assert not line.waits


def test_a_new_inspection_or_item_is_counted_anew(world, places, april):
    monthly = world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    items = [world.equipment(n, places.pump) for n in range(3)]
    cover = lambda: company([here(world.site)], MARCH, april).lines[0].coverage  # noqa: E731
    assert cover() == (0, 3)
    world.inspect(monthly, world.at(date(2026, 3, 9), "10:00"), equipment=items[0])
    assert cover() == (1, 3)
    kept = db.session.scalars(select(MonthTally)).one()
    assert (kept.covered, kept.items) == (1, 3)


def test_a_months_kept_coverage_that_somebody_changes_is_found_and_named(world, places, april):
    world.checklist("extinguisher_dry_powder", "灭火器月检", "Extinguisher", 30, ["extinguisher_dry_powder"])
    for n in range(3):
        world.equipment(n, places.pump)
    company([here(world.site)], MARCH, april)
    assert recount_months(april) == []
    with write():
        db.session.execute(update(MonthTally).values(covered=3))
    assert recount_months(april) == [f"{world.site.name} 2026-03: coverage: kept 3 of 3, counted 0 of 3"]
    with write():
        db.session.execute(update(MonthTally).values(mark="of another day"))
    assert recount_months(april) == []  # stale: no reader would be shown it


@pytest.fixture
def fifty(sites, people, april):
    """Fifty sites of one company, each with a day's round and its tallies counted."""
    found = [sites.lake]
    with write():
        for n in range(49):
            site = Site(
                id=uuid7(), name=f"{n + 2} 号项目", company="翠湖物业", timezone="Asia/Shanghai", day_start=time(8),
                shifts=[], created_at=LONG_AGO if n % 2 else april - timedelta(days=40),
            )  # fmt: skip
            db.session.add(site)
            db.session.flush()
            db.session.add(
                Membership(
                    id=uuid7(), site_id=site.id, user_id=people.manager.id, role="site_manager", team="management",
                    since=april,
                )
            )  # fmt: skip
            found.append(site)
    return found


def test_fifty_sites_are_read_in_as_many_queries_as_one_and_counted_a_few_at_a_time(fifty, people, april, as_user):
    heres = [here(site) for site in fifty]
    first = company(heres, MARCH, april)
    assert first.waiting == 50 - AT_ONCE
    while company(heres, MARCH, april).waiting:
        pass
    with time_machine.travel(april, tick=False):
        client = as_user(people.manager)
    db.session.expunge_all()
    found, statements = sent(lambda: company(heres, MARCH, april))
    assert (len(found.lines), found.waiting) == (50, 0)
    assert len(statements) <= 6, "\n".join(statements)
    assert not any(" scan" in one or "FROM round" in one for one in statements)

    with time_machine.travel(april, tick=False):
        db.session.expunge_all()
        page, statements = sent(lambda: client.get("/company/month/2026-03"))
    assert page.status_code == 200
    assert page.get_data(as_text=True).count("/reviews/month/2026-03") >= 50
    assert len(statements) <= 10, "\n".join(statements)


def test_the_worst_stands_first(world, north, sites, people, april):
    other = World(sites.hill, people)
    world.make_rounds(date(2026, 4, 2), april)
    found = company([here(sites.hill), here(sites.lake)], MARCH, april)
    assert [line.name for line in found.lines] == [sites.lake.name, sites.hill.name]  # nobody walked at the lake
    assert found.together["completion"] == found.lines[0].completion
    assert other.site.id == found.lines[1].site_id
    assert found.lines[1].completion.text == "—"


def test_only_sites_one_leads_are_shown_and_each_opens_its_own_review(sites, people, april, as_user):
    with write():
        db.session.add(
            Membership(
                id=uuid7(), site_id=sites.hill.id, user_id=people.manager.id, role="guard", team="security", since=april
            )
        )
    with time_machine.travel(april, tick=False):
        page = as_user(people.manager).get("/company/month/2026-03").get_data(as_text=True)
        assert sites.lake.name in page
        assert f'value="{sites.hill.id}"' not in page
        assert as_user(people.guard).get("/company/month/2026-03").status_code == 403
        assert as_user(people.manager).get("/company").location == "/company/day/2026-04-02"
        assert as_user(people.manager).get("/company/month/2026-05").status_code == 404
        sent_on = as_user(people.manager).post(
            "/site/current", data={"site": str(sites.hill.id), "next": "/reviews/month/2026-03"}
        )
        assert sent_on.location == "/reviews/month/2026-03"
        sent = {"site": str(sites.lake.id), "next": "//evil.example"}
        away = as_user(people.manager).post("/site/current", data=sent)
        assert away.location == "/"
