"""Signing in and out: by password, or by a one-time ticket that a supervisor shows as a QR."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from patrol.accounts.device import Attempt, Device, Ticket
from patrol.accounts.passwords import hash_password
from patrol.accounts.reader import token_hash
from patrol.accounts.roles import SHORT_SIGN_IN
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note

PHONE_LIFE = timedelta(days=30)
DESK_LIFE = timedelta(hours=12)
TICKET_LIFE = {
    "setup": timedelta(minutes=30),
    "signin": timedelta(minutes=10),
    "password": timedelta(hours=24),
}
PER_PERSON, OVER_ALL, WINDOW = 10, 1000, timedelta(minutes=5)


def check_attempts(login: str, address: str, at: datetime) -> None:
    """Refuse (429) when this person, this address or everybody together failed too often just now."""
    since = at - WINDOW
    buckets = {_bucket("person", login): PER_PERSON, _bucket("address", address): PER_PERSON}
    counts = dict(
        db.session.execute(
            select(Attempt.bucket, func.count())
            .where(Attempt.bucket.in_(buckets), Attempt.at > since)
            .group_by(Attempt.bucket)
        ).all()
    )
    total = db.session.scalar(select(func.count()).select_from(Attempt).where(Attempt.at > since)) or 0
    if any(counts.get(bucket, 0) >= limit for bucket, limit in buckets.items()) or total >= 2 * OVER_ALL:
        raise Problem(
            "sign_in.too_often",
            N_("Too many tries. Wait 5 minutes, or ask your supervisor for a sign-in code."),
            status=429,
            retry_after=int(WINDOW.total_seconds()),
        )


def find_by_login(login: str) -> User | None:
    """The person with this staff number or phone number."""
    login = login.strip()
    found = select(User).where(or_(User.staff_no == login, User.phone == login), User.disabled_at.is_(None))
    return db.session.scalars(found.limit(1)).first()


def sign_in(user: User | None, *, login: str, fits: bool, address: str, agent: str, keep: bool, at: datetime) -> str:
    """A token for the cookie. The password was checked by the caller, outside the transaction."""
    if user is None or not fits:
        raise Problem(
            "sign_in.wrong",
            N_("Staff number or password is not right. Try again."),
            status=422,
            field="password",
        )
    return open_device(user, agent=agent, keep=keep, at=at, password_given=True)


def count_failure(login: str, address: str, at: datetime) -> None:
    db.session.execute(delete(Attempt).where(Attempt.at < at - timedelta(days=1)))
    for bucket in (_bucket("person", login), _bucket("address", address)):
        db.session.add(Attempt(id=uuid7(), bucket=bucket, at=at))


def open_device(user: User, *, agent: str, keep: bool, at: datetime, password_given: bool) -> str:
    """A new device row for this person; returns "<device id>.<secret>" for the cookie."""
    secret = secrets.token_urlsafe(32)
    roles = db.session.execute(
        select(Membership.site_id, Membership.role)
        .where(Membership.user_id == user.id, Membership.ended_at.is_(None))
        .order_by(Membership.since)
    ).all()
    short = not keep or any(role in SHORT_SIGN_IN for _site, role in roles)
    device = Device(
        id=uuid7(),
        user_id=user.id,
        site_id=roles[0].site_id if roles else None,
        token_hash=token_hash(secret),
        name=device_name(agent),
        agent=agent[:300],
        created_at=at,
        last_seen_at=at,
        password_at=at if password_given else None,
        expires_at=at + (DESK_LIFE if short else PHONE_LIFE),
    )
    db.session.add(device)
    note("sign_in", "device", device.id, site_id=device.site_id, by=user.id, at=at, name=device.name)
    return f"{device.id}.{secret}"


def end_device(device: Device, *, by: UUID, at: datetime) -> None:
    """End a sign-in; it is felt on the device's next request. Ending twice is harmless."""
    if device.ended_at is None:
        device.ended_at, device.ended_by_id = at, by
        note("device_ended", "device", device.id, site_id=device.site_id, by=by, at=at, user=device.user_id)


def end_other_devices(user_id: UUID, keep: UUID | None, *, by: UUID, at: datetime) -> None:
    query = update(Device).where(Device.user_id == user_id, Device.ended_at.is_(None))
    if keep is not None:
        query = query.where(Device.id != keep)
    db.session.execute(query.values(ended_at=at, ended_by_id=by))


def new_ticket(kind: str, *, user_id: UUID | None, site_id: UUID | None, by: UUID | None, at: datetime) -> str:
    """A one-time secret for a link or QR; older ones of the same kind for the same person end."""
    secret = secrets.token_urlsafe(24)
    db.session.execute(
        update(Ticket)
        .where(Ticket.kind == kind, Ticket.user_id == user_id, Ticket.used_at.is_(None))
        .values(expires_at=at)
    )
    db.session.add(
        Ticket(
            id=uuid7(),
            kind=kind,
            user_id=user_id,
            site_id=site_id,
            token_hash=token_hash(secret),
            created_at=at,
            created_by_id=by,
            expires_at=at + TICKET_LIFE[kind],
        )
    )
    return secret


def live_ticket(kind: str, secret: str, at: datetime) -> Ticket:
    """The ticket, if it can still be used; one answer for wrong, used and expired alike."""
    ticket = db.session.scalars(
        select(Ticket).where(Ticket.kind == kind, Ticket.token_hash == token_hash(secret))
    ).first()
    if ticket is None or ticket.used_at is not None or ticket.expires_at <= at:
        raise Problem("ticket.over", N_("This link has been used or is too old. Ask for a new one."), status=410)
    return ticket


def use_ticket(ticket: Ticket, at: datetime) -> None:
    ticket.used_at = at


def set_password(user: User, password: str, *, by: UUID, keep: UUID | None, at: datetime) -> None:
    """A new password ends every other sign-in of the person."""
    user.password_hash = hash_password(password)
    end_other_devices(user.id, keep, by=by, at=at)
    note("password_set", "user", user.id, site_id=None, by=by, at=at)


def device_name(agent: str) -> str:
    """A name a person recognises, from the browser's own words; never used for anything but showing."""
    system = next((name for word, name in _SYSTEMS if word in agent), "")
    browser = next((name for word, name in _BROWSERS if word in agent), "")
    return " · ".join(part for part in (system, browser) if part) or "?"


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def _bucket(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.strip().lower()}".encode()).hexdigest()
