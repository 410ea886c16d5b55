"""Matters of the weather: a storm at each level it is declared at, and that it was declared by mistake."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.notices.notice import Notice, NoticeFor
from patrol.sites.site import Site
from patrol.weather.event import SAID_FOR, Event, events


def storm_matters(site: Site, at: datetime) -> Iterator[dict[str, Any]]:
    """As keyword arguments of a Matter. A withdrawal goes to whoever was told of the storm, and to nobody else."""
    newest = next(iter(events(site.id, limit=1)), None)
    if newest is None:
        return
    if newest.cleared_at is None:
        said = newest.turns[-1]
        yield _matter(newest, f"{newest.id}:{newest.level}", {"what": "on", "level": newest.level}, said.at)
    elif newest.withdrawn and at < newest.cleared_at + SAID_FOR and (people := _told_of(newest)):
        facts = {"what": "withdrawn", "level": newest.level, "reason": newest.turns[-1].note}
        yield _matter(newest, f"{newest.id}:withdrawn", facts, newest.cleared_at) | {"people": people, "whom": ()}


def _told_of(event: Event) -> tuple[UUID, ...]:
    query = (
        select(NoticeFor.user_id)
        .join(Notice, (Notice.site_id == NoticeFor.site_id) & (Notice.id == NoticeFor.notice_id))
        .where(Notice.site_id == event.site_id, Notice.key.startswith(f"storm:{event.id}:"))
    )
    return tuple(db.session.scalars(query.distinct().order_by(NoticeFor.user_id)))


def _matter(event: Event, key: str, facts: dict[str, Any], since: datetime) -> dict[str, Any]:
    return {
        "key": f"storm:{key}", "kind": "storm", "url": f"/weather/{event.id}", "facts": facts, "since": since,
        "team": "security", "whom": ("team", "leads"),
    }  # fmt: skip
