"""The lake with a route of four points, walked at night."""

from datetime import date
from types import SimpleNamespace

import pytest

from patrol.rounds.route import Route
from patrol.sites.site import Site
from tests.reviews.world import World

FIRST = date(2026, 3, 1)


@pytest.fixture
def world(sites: SimpleNamespace, people: SimpleNamespace, places: SimpleNamespace) -> World:
    return World(sites.lake, people)


@pytest.fixture
def spots(places: SimpleNamespace) -> list:
    return [places.lobby, places.pump, places.roof, places.gate]


@pytest.fixture
def north(world: World, spots: list) -> Route:
    """Walked every two hours from 20:00 to 08:00, forty minutes each, since 1 March 2026."""
    return world.route("北线", spots, FIRST, note="外围")


@pytest.fixture
def lake(sites: SimpleNamespace) -> Site:
    return sites.lake
