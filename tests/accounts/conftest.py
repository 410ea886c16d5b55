"""Doors and helpers for the stories of people and signing in."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from patrol.accounts.device import Device
from patrol.accounts.tickets import new_ticket
from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7


@pytest.fixture
def later() -> Iterator[Callable[..., datetime]]:
    """Move the clock forward: later(minutes=31)."""
    travels = []

    def move(**span: float) -> datetime:
        traveller = time_machine.travel(now() + timedelta(**span), tick=True)
        traveller.start()
        travels.append(traveller)
        return now()

    yield move
    for traveller in reversed(travels):
        traveller.stop()


@pytest.fixture
def ticket(app: Flask) -> Callable[..., str]:
    """The secret of a fresh ticket."""

    def make(kind: str, person: User | None = None) -> str:
        site_id = place_of(person).site_id if person else None
        with write():
            return new_ticket(kind, user_id=person.id if person else None, site_id=site_id, by=None, at=now())

    return make


@pytest.fixture
def also_at_hill(sites: SimpleNamespace) -> Callable[..., None]:
    """Give somebody of the lake a role on the hill too."""

    def join(person: User, role: str, team: str) -> None:
        with write():
            db.session.add(
                Membership(id=uuid7(), site_id=sites.hill.id, user_id=person.id, role=role, team=team, since=now())
            )

    return join


def fresh(row):
    """The row as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def place_of(person: User) -> Membership:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Membership).where(Membership.user_id == person.id)).first()


def person_form(person: User, **changes: str) -> dict[str, str]:
    """What the person's page would send."""
    user, place = fresh(person), place_of(person)
    return {
        "name": user.name,
        "staff_no": user.staff_no,
        "phone": user.phone or "",
        "post": place.role,
        "language": "",
        "user_version": str(user.version),
        "version": str(place.version),
        **changes,
    }


def is_out(client) -> bool:
    return client.get("/me").status_code == 303


def devices(person: User) -> list[Device]:
    db.session.rollback()
    query = select(Device).where(Device.user_id == person.id, Device.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Device.created_at)))


def forget_confirmation(person: User) -> None:
    with write():
        db.session.execute(update(Device).where(Device.user_id == person.id).values(password_at=None))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]
