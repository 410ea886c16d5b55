"""The same questions to every door there is. A new route is asked them too, or fails here until it can be."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from patrol.accounts.roles import ROLES
from patrol.core.db import db
from tests.conftest import empty
from tests.doors import METHODS, Door, every_door
from tests.house import LIST, House

DOORS = every_door()
JSON = {"Accept": "application/json"}

# Arguments that name nothing of a site: a kind, a time, a secret of its own.
OF_NO_SITE = {"kind", "text", "secret", "item"}

# Doors where another site's person gets another answer than "not here", and why.
OTHER_ANSWER = {
    "sync.photo": (422, "numbers are made on the phone: bytes are kept on the site of whoever sends them"),
    "equipment.reading": (200, "lists of the catalogue have the same codes everywhere: it shows the asker's own"),
    "rounds.check_in": (422, "another site's label is refused in the same words as one that nobody has"),
}

# Forms that are checked before the thing they speak of is looked for: what makes them pass.
SENT = {
    "equipment.end_list": {"version": "1"},
    "rounds.round_note": {"text": "东门灯不亮"},
    "rounds.round_end": {"reason": "weather"},
    "exceptions.settle": {"act": "confirmed"},
    "shelf.settlement": {"how": "void", "note": "试打"},
}

# Pages that want more than their path, and what they want.
WANTS = {
    "equipment.fill": lambda house: {"checklist": LIST, "equipment": house.values["equipment_id"]},
    "equipment.done": lambda house: {"place": house.places.pump.id},
    "equipment.not_reached_form": lambda house: {"checklist": LIST, "equipment": house.values["equipment_id"]},
}

# Pages that the first role with the verb cannot open in our world, and who can.
OPENED_BY = {
    "repairs.show": ("service_desk", "what owners ask is seen by the desk and by whom it was given to"),
    "complaints.show": ("service_desk", "the same"),
    "maintenance_orders.show": ("engineer", "it is the engineers' own"),
    "maintenance_orders.held": ("engineer", "the same"),
    "equipment.fill": ("engineer", "guards fill patrol lists only, ours is an extinguisher's"),
}


@pytest.fixture(scope="module")
def house(migrated_app: Flask, password_hash: str) -> Iterator[House]:
    with migrated_app.app_context():
        db.session.remove()
        empty(migrated_app)
        yield House(migrated_app, password_hash)
        db.session.remove()


def those(*conditions: Any) -> Any:
    """The doors for which all conditions hold, one test each."""
    found = [door for door in DOORS if all(condition(door) for condition in conditions)]
    return pytest.mark.parametrize("door", found, ids=str)


def guarded(door: Door) -> bool:
    return not door.public


def asks_for_a_verb(door: Door) -> bool:
    return bool(door.verbs)


def names_something(door: Door) -> bool:
    return bool(door.arguments - OF_NO_SITE)


def changes_something(door: Door) -> bool:
    return door.method != "GET"


def is_a_page(door: Door) -> bool:
    return door.method == "GET"


def address(house: House, door: Door) -> str:
    """The door's address with the lake's own ids in it."""
    return door.address(house.app, house.values)


@those()
def test_every_door_says_who_may_pass(door):
    assert door.public or door.verbs is not None, f"{door} is neither @public nor @signed_in nor @needs(...)"


@those(guarded)
def test_signed_out_is_asked_to_sign_in(house, door):
    url = address(house, door)

    reply = house.browser(None).open(url, method=door.method)

    if door.method == "GET" and not door.for_programs:
        assert (reply.status_code, reply.location) == (303, f"/sign-in?next={url}")
    else:
        assert reply.status_code == 401


@those(guarded, asks_for_a_verb)
def test_every_role_without_the_verb_is_refused(house, door):
    url = address(house, door)
    refused = [role for role in ROLES if not door.lets(role)]

    answers = {role: house.browser(house.by_role[role]).open(url, method=door.method).status_code for role in refused}

    assert answers == dict.fromkeys(refused, 403)


@those(guarded, names_something)
def test_another_site_does_not_find_it(house, door):
    stranger, form = house.browser(house.people.stranger), SENT.get(door.endpoint)

    reply = stranger.open(address(house, door), method=door.method, data=form)

    assert reply.status_code == OTHER_ANSWER.get(door.endpoint, (404, "not here"))[0]


@those()
def test_a_wrong_method_is_told_the_right_ones(house, door):
    url = address(house, door)
    allowed = set(house.app.url_map.bind("localhost").allowed_methods(url))
    wrong = next(method for method in METHODS if method not in allowed)

    reply = house.browser(house.people.manager).open(url, method=wrong)

    assert reply.status_code == 405
    assert set(reply.headers["Allow"].split(", ")) == allowed


@those(changes_something)
def test_nothing_changes_without_the_csrf_token(house, door):
    person = None if door.public else house.by_role[door.keeper]

    reply = house.browser(person, csrf=False).open(address(house, door), method=door.method, headers=JSON)

    assert (reply.status_code, reply.get_json()["problem"]["code"]) == (400, "csrf")


@those(is_a_page)
def test_whoever_may_can_open_it(house, door):
    role = OPENED_BY.get(door.endpoint, (door.keeper,))[0]
    query = WANTS[door.endpoint](house) if door.endpoint in WANTS else {}

    reply = house.browser(None if door.public else house.by_role[role]).get(address(house, door), query_string=query)

    assert reply.status_code in (200, 303)
    assert not (reply.location or "").startswith("/sign-in")
