"""How many reports the public page takes: counted before a photo is looked at, in the database, for all workers."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.device import Attempt
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem

WINDOW = timedelta(hours=1)
PER_ADDRESS, PER_SITE = 5, 30


def count_report(site_id: UUID, address: str, at: datetime) -> None:
    """Count one report of this address to this site, or refuse it (429), inside the caller's ``write()``."""
    buckets = (
        (bucket_of("report", f"{site_id}:{network(address)}"), PER_ADDRESS),
        (bucket_of("site", site_id), PER_SITE),
    )
    wait = max(seconds_to_wait(bucket, limit, at) for bucket, limit in buckets)
    if wait:
        raise Problem(
            "report.too_many",
            N_("Too many reports came in just now. Please call us, or try again in %(minutes)s min."),
            status=429,
            retry_after=wait,
            minutes=ceil(wait / 60),
        )
    db.session.add_all([Attempt(id=uuid7(), bucket=bucket, at=at) for bucket, _limit in buckets])


def origin_of(site_id: UUID, address: str, key: str) -> str:
    """A mark that is the same for reports from one address, and from which the address cannot be told."""
    return hmac.new(key.encode(), f"{site_id}:{network(address)}".encode(), hashlib.sha256).hexdigest()[:16]


def network(address: str) -> str:
    """One household's addresses count as one: IPv6 by its /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def seconds_to_wait(bucket: str, limit: int, at: datetime) -> int:
    """0 when there is room, else the seconds until the oldest that counts falls out of the hour."""
    counted = select(Attempt.at).where(Attempt.bucket == bucket, Attempt.at > at - WINDOW)
    oldest = db.session.scalar(counted.order_by(Attempt.at.desc()).offset(limit - 1).limit(1))
    return 0 if oldest is None else max(1, ceil((oldest + WINDOW - at).total_seconds()))


def bucket_of(kind: str, value: object) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
