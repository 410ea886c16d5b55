"""The lake at night: a route of four points every two hours from 20:00, and looks at it at any hour."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from patrol.core.db import db
from patrol.core.queue import Job
from patrol.notices.make import look
from patrol.notices.notice import Notice, NoticeFor
from patrol.rounds.ensure import forget_made
from patrol.rounds.route import Route
from tests.reviews.world import World

DAY = date(2026, 3, 18)


@pytest.fixture
def world(app: Flask, sites: SimpleNamespace, people: SimpleNamespace, places: SimpleNamespace) -> World:
    return World(sites.lake, people)


@pytest.fixture
def north(world: World, places: SimpleNamespace) -> Route:
    return world.route("北线", [places.lobby, places.pump, places.roof, places.gate], DAY)


@pytest.fixture
def told(world: World) -> "Watch":
    return Watch(world)


class Watch:
    """Looks at the lake when the clock of that night says so, and reads what was made."""

    def __init__(self, world: World):
        self.world, self.site = world, world.site

    def at(self, clock: str) -> datetime:
        return self.world.at(DAY, clock)

    def look(self, clock: str | datetime) -> int:
        forget_made()
        return look(self.site, self.at(clock) if isinstance(clock, str) else clock)

    def notices(self, *kinds: str) -> list[Notice]:
        db.session.rollback()
        query = select(Notice).where(Notice.site_id == self.site.id).execution_options(populate_existing=True)
        if kinds:
            query = query.where(Notice.kind.in_(kinds))
        return list(db.session.scalars(query.order_by(Notice.made_at, Notice.key)))

    def one(self, kind: str) -> Notice:
        (found,) = self.notices(kind)
        return found

    def for_whom(self, notice: Notice) -> set[Any]:
        db.session.rollback()
        return set(db.session.scalars(select(NoticeFor.user_id).where(NoticeFor.notice_id == notice.id)))

    def jobs(self, *kinds: str) -> list[Job]:
        db.session.rollback()
        query = select(Job).where(Job.site_id == self.site.id).execution_options(populate_existing=True)
        return list(db.session.scalars((query.where(Job.kind.in_(kinds)) if kinds else query).order_by(Job.key)))


def ids(*people: Any) -> set[Any]:
    return {person.id for person in people}


AT_NIGHT = datetime(2026, 3, 18, 14, tzinfo=UTC)  # 22:00 at the lake
MINUTE = timedelta(minutes=1)
