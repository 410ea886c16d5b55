from datetime import UTC, date, datetime, time

import pytest

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.rounds.ensure import make_rounds
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.site import Site
from tests.scenery import scene

NIGHT = date(2026, 3, 31)


def shanghai(text: str) -> datetime:
    """ "2026-04-01 02:00" on the wall in Shanghai."""
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
@scene
def night_route(sites, places):
    """The north route: every 120 minutes from 20:00 to 08:00, 40 minutes expected (DOMAIN §10.1)."""
    with write():
        site = db.session.get_one(Site, sites.lake.id)
        site.created_at = shanghai("2026-03-31 09:00")
        route = Route(id=uuid7(), site_id=site.id, name="北线", created_at=site.created_at)
        db.session.add(route)
        db.session.flush()
        for position, key in enumerate(("lobby", "pump", "roof")):
            db.session.add(
                RouteStop(
                    id=uuid7(), site_id=site.id, route_id=route.id, place_id=getattr(places, key).id, position=position
                )
            )
        db.session.add(
            Plan(
                id=uuid7(), site_id=site.id, route_id=route.id, form="every", band_start=time(20), band_end=time(8),
                every_min=120, expected_min=40, valid_from=NIGHT,
            )
        )  # fmt: skip
    with write():
        make_rounds(sites.lake.id, NIGHT, shanghai("2026-03-31 12:00"))
    return route
