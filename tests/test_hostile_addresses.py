"""What stands behind the question mark of an address is anybody's: no page may break on it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from patrol.core.db import db
from tests.conftest import empty
from tests.doors import Door, every_door
from tests.house import House

PAGES = [door for door in every_door() if door.method == "GET"]
ODD = ("", "-1", "9999-99-99", "019a0000-0000-7000-8000-000000000000", "漏水%_\x00'\"<b>")
ALONE = ("2026-11-30",)  # right in itself, and nothing else is said


class Noted(ImmutableMultiDict[str, str]):
    """Remembers what a page asks of its address."""

    asked: set[str] = set()

    def get(self, key: str, *more: Any, **named: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *more, **named)

    def getlist(self, key: str, *more: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *more)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


@pytest.fixture(scope="module")
def house(migrated_app: Flask, password_hash: str) -> Iterator[House]:
    class Listening(migrated_app.request_class):  # type: ignore[name-defined,misc]
        parameter_storage_class = Noted

    usual, migrated_app.request_class = migrated_app.request_class, Listening
    with migrated_app.app_context():
        db.session.remove()
        empty(migrated_app)
        yield House(migrated_app, password_hash)
        db.session.remove()
    migrated_app.request_class = usual


@pytest.mark.parametrize("door", PAGES, ids=str)
def test_no_question_in_an_address_breaks_a_page(house, door: Door):
    browser = house.browser(None if door.public else house.by_role[door.keeper])
    url = door.address(house.app, house.values)
    Noted.asked.clear()
    browser.get(url)
    names = sorted(Noted.asked)

    odd = [dict.fromkeys(names, value) for value in ODD]
    odd += [{name: value} for name in names for value in ALONE]
    broken = [asked for asked in odd if browser.get(url, query_string=asked).status_code >= 500]

    assert not broken
