from datetime import date, time
from types import SimpleNamespace

import pytest

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.rounds.ensure import make_rounds
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.weather.declare import DeclareData, TurnData, declare, turn
from tests.conftest import read_as
from tests.rounds.conftest import shanghai

NIGHT = date(2026, 3, 31)  # a business day that ends in another month


class Storm:
    """The lake on 31 March, its manager at the button. The roof and the gate lie outdoors."""

    def __init__(self, sites, people, places):
        self.site_id, self.people, self.places = sites.lake.id, people, places
        self.by = read_as(people.manager)
        self.event = None

    def at(self, text: str):
        """ "20:30" on the 31st, "1 02:00" on the first of April."""
        *day, clock = text.split()
        return shanghai(f"2026-04-{int(day[0]):02} {clock}" if day else f"2026-03-31 {clock}")

    def declare(self, level: str, at: str, id=None):
        with write(self.site_id):
            data = DeclareData(level=level)
            self.event = declare(data, id=id or uuid7(), by=self.by, at=self.at(at))
        return self.event

    def turn(self, level: str | None, at: str):
        data = TurnData(step="level" if level else "all_clear", level=level)
        with write(self.site_id):
            self.event = turn(self.event.id, data, id=uuid7(), by=self.by, at=self.at(at))
        return self.event


@pytest.fixture
def storm(sites, people, places) -> Storm:
    """With a north route every 120 minutes from 20:00 to 08:00 over lobby, roof and gate; rounds made till the 31st."""
    with write():
        site = db.session.get_one(Site, sites.lake.id)
        site.created_at = shanghai("2026-03-31 08:00")
        for key, tags in (("roof", ["outdoor", "falling_object"]), ("gate", ["outdoor"]), ("pump", ["power"])):
            db.session.get_one(Place, (site.id, getattr(places, key).id)).tags = tags
        route = Route(id=uuid7(), site_id=site.id, name="北线", created_at=site.created_at)
        db.session.add(route)
        db.session.flush()
        for position, key in enumerate(("lobby", "roof", "gate")):
            stop = SimpleNamespace(site_id=site.id, route_id=route.id, place_id=getattr(places, key).id)
            db.session.add(RouteStop(id=uuid7(), position=position, **vars(stop)))
        db.session.add(
            Plan(
                id=uuid7(), site_id=site.id, route_id=route.id, form="every", band_start=time(20), band_end=time(8),
                every_min=120, expected_min=40, valid_from=NIGHT,
            )
        )  # fmt: skip
    with write():
        make_rounds(sites.lake.id, NIGHT, shanghai("2026-03-31 09:00"))
    return Storm(sites, people, places)
