"""A night at the lake that ends in a handover: rounds walked and not, hazards, a broken pump."""

from datetime import date
from types import SimpleNamespace

import pytest
import time_machine

from patrol.accounts.roster import Duty
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from tests.reviews.world import World
from tests.scenery import scene

DAY = date(2026, 3, 18)
NIGHT = f"day={DAY}&shift=night&team=security"


@pytest.fixture
def world(sites: SimpleNamespace, people: SimpleNamespace, places: SimpleNamespace) -> World:
    return World(sites.lake, people)


@pytest.fixture
def clock(world):
    """with clock("07:30"): inside the business day of 18 March, 07:30 being the morning after."""

    def at(text: str):
        return time_machine.travel(world.at(DAY, text), tick=True)

    return at


@pytest.fixture
def put(sites):
    """put("night", guard, guard2): on the roster of 18 March, or of another day."""

    def on(shift: str, *people, day: date = DAY, team: str = "security"):
        with write():
            db.session.add_all(
                Duty(id=uuid7(), site_id=sites.lake.id, day=day, shift=shift, team=team, user_id=person.id)
                for person in people
            )

    return on


@pytest.fixture
@scene
def night(world, places):
    """The rounds of the night, from 20:00 every two hours."""
    world.route("北线", [places.lobby, places.pump, places.roof, places.gate], DAY)
    world.make_rounds(DAY, world.at(DAY, "19:00"))
    return world.rounds(DAY)
