"""Tries at a password: counted before the password is looked at, so that many at once gain nothing.

Counted per person, per address and over everybody, in the database, so that all workers share the count.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import delete, select

from patrol.accounts.device import Attempt
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem

WINDOW = timedelta(minutes=5)
PER_PERSON, PER_ADDRESS, OVER_ALL = 10, 10, 1000


def begin_attempt(person: str, address: str, at: datetime) -> list[UUID]:
    """Count one try as failed until ``forgive``; refuse it (429) when there were too many just now.

    person: the user's id, or what was typed when nobody has that number: both count alike.
    """
    limits = (
        (_bucket("person", person), PER_PERSON),
        (_bucket("address", address), PER_ADDRESS),
        (_bucket("all", ""), OVER_ALL),
    )
    wait = max((_seconds_to_wait(bucket, limit, at) for bucket, limit in limits), default=0)
    if wait:
        raise Problem(
            "sign_in.too_often",
            N_("Too many tries. Wait %(minutes)s min, or ask your supervisor for a sign-in code."),
            status=429,
            retry_after=wait,
            minutes=ceil(wait / 60),
        )
    db.session.execute(delete(Attempt).where(Attempt.at < at - timedelta(days=1)))
    made = [Attempt(id=uuid7(), bucket=bucket, at=at) for bucket, _limit in limits]
    db.session.add_all(made)
    return [attempt.id for attempt in made]


def forgive(attempts: Sequence[UUID]) -> None:
    """The password was right: this one try does not count. Earlier failures stay counted."""
    db.session.execute(delete(Attempt).where(Attempt.id.in_(attempts)))


def _seconds_to_wait(bucket: str, limit: int, at: datetime) -> int:
    """0 when another try is allowed, else the seconds until the oldest counted one falls out of the window."""
    counted = select(Attempt.at).where(Attempt.bucket == bucket, Attempt.at > at - WINDOW)
    oldest = db.session.scalar(counted.order_by(Attempt.at.desc()).offset(limit - 1).limit(1))
    return 0 if oldest is None else max(1, ceil((oldest + WINDOW - at).total_seconds()))


def _bucket(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.strip().lower()}".encode()).hexdigest()
