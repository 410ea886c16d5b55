"""The server was away for 26 hours: the rounds of that time exist afterwards, are marked, and flatter nobody."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from patrol.core.db import db
from patrol.reviews.fresh import tallies
from patrol.reviews.tally import patrol_totals
from patrol.rounds.ensure import ensure_rounds, forget_made
from patrol.rounds.round import Round
from patrol.rounds.walk import rounds_between, walks
from tests.conftest import empty, make_people, make_places, make_sites
from tests.reviews.world import World
from tests.rounds.conftest import shanghai
from tests.sync.conftest import record, send  # noqa: F401  fixtures

DAYS = [date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)]
DOWN, UP = shanghai("2026-03-30 20:30"), shanghai("2026-03-31 22:30")  # midnight and the end of the month between
END = shanghai("2026-04-02 12:00")


class Story:
    """One site from 29 March to 2 April; every hour somebody looks, except while the server is away."""

    def __init__(self, app, password_hash, *, gap: bool):
        db.session.remove()
        empty(app)
        self.sites = make_sites()
        self.world = World(self.sites.lake, make_people(self.sites, password_hash))
        self.places = make_places(self.sites)
        spots = [self.places.lobby, self.places.pump]
        self.route = self.world.route("北线", spots, DAYS[0], every=60, expected=20)
        at = shanghai("2026-03-29 09:30")
        while at <= END:
            if not (gap and DOWN < at < UP):
                with time_machine.travel(at, tick=False):
                    forget_made()  # another process each time
                    ensure_rounds(self.sites.lake.id, at, self.world.site.zone, self.world.site.day_start)
            at += timedelta(hours=1)
        self._walk()

    def _walk(self) -> None:
        """Every round that somebody could see is walked, every fourth of them badly."""
        for n, round_ in enumerate(self.rounds()):
            if round_.opens_at > DOWN and round_.closes_at <= UP:
                continue
            self.world.walk(round_, ["on_time", "missed" if n % 4 == 0 else "late"])

    def rounds(self) -> list[Round]:
        query = select(Round).where(Round.site_id == self.sites.lake.id, Round.business_day.in_(DAYS))
        return list(db.session.scalars(query.order_by(Round.starts_at)))

    def counts(self):
        found = tallies(self.sites.lake.id, DAYS[0], DAYS[-1], END)
        return [patrol_totals(found[day]) for day in DAYS]


def test_a_day_and_two_hours_without_the_server_change_no_count_and_no_rate(app, password_hash):
    whole = Story(app, password_hash, gap=False)
    expected = [(r.business_day, r.opens_at, r.starts_at, r.ends_at, r.closes_at, r.ordinal) for r in whole.rounds()]
    counts, marks = whole.counts(), [r.made_late for r in whole.rounds()]

    torn = Story(app, password_hash, gap=True)

    found = torn.rounds()
    assert [(r.business_day, r.opens_at, r.starts_at, r.ends_at, r.closes_at, r.ordinal) for r in found] == expected
    assert torn.counts() == counts
    assert not any(marks)
    late = [r for r in found if r.made_late]
    # rounds of the evening it went down were made before; those of the 31st were not, and were over by 22:30
    assert {r.business_day for r in late} == {DAYS[2]}
    assert all(r.closes_at <= UP for r in late)
    assert len(late) == 2
    for walk in walks(torn.sites.lake.id, rounds_between(torn.sites.lake.id, DAYS[2], DAYS[2]), END):
        if walk.made_late:
            assert (walk.state, walk.count("missed")) == ("missed", 2)


@pytest.fixture
def torn(app, password_hash):
    return Story(app, password_hash, gap=True)


def test_the_mark_is_shown_on_the_round_the_lists_the_board_and_the_day(torn, app):
    from tests.conftest import browser_of

    late = next(r for r in torn.rounds() if r.made_late)
    with time_machine.travel(shanghai("2026-03-31 22:45"), tick=False):
        browser = browser_of(app, torn.world.people.supervisor)
        for url in (
            f"/rounds/{late.id}", "/visits?from=2026-03-31&to=2026-03-31",
            "/visits?view=rounds&from=2026-03-31&to=2026-03-31", "/board", "/reviews/day/2026-03-31",
        ):  # fmt: skip
            assert "事后补建" in browser.get(url).text, url
        other = next(r for r in torn.rounds() if r.business_day == DAYS[0])
        assert "事后补建" not in browser.get(f"/rounds/{other.id}").text


def test_scans_made_without_signal_in_that_time_count_though_they_come_before_anybody_looked(
    app, sites, people, places, record, send  # noqa: F811
):  # fmt: skip
    from tests.conftest import browser_of

    world = World(sites.lake, people)
    world.route("北线", [places.lobby], DAYS[0])
    with time_machine.travel(DOWN, tick=False):
        forget_made()
        ensure_rounds(sites.lake.id, DOWN, sites.lake.zone, sites.lake.day_start)
        client = browser_of(app, people.guard)
    with time_machine.travel(UP, tick=False):
        forget_made()
        scans = [record(data={"code": places.codes["lobby"]}, at=shanghai("2026-03-31 20:10"))]
        assert send(client, scans).get_json()["results"][0]["status"] == "stored"

    round_ = db.session.scalars(select(Round).where(Round.starts_at == shanghai("2026-03-31 20:00"))).one()
    assert round_.made_late
    [walk] = walks(sites.lake.id, [round_], UP)
    assert walk.state == "completed"
