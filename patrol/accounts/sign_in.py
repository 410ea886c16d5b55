"""Signing in and out: by password, or by a one-time ticket that a supervisor shows as a QR."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from patrol.accounts.attempts import begin_attempt, forgive
from patrol.accounts.device import Device
from patrol.accounts.passwords import password_fits
from patrol.accounts.reader import token_hash
from patrol.accounts.roles import SHORT_SIGN_IN
from patrol.accounts.tickets import end_tickets
from patrol.accounts.user import Membership, User
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_number
from patrol.journal.entry import note

PHONE_LIFE = timedelta(days=30)
DESK_LIFE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=5)


def find_by_login(login: str) -> User | None:
    """The person with this staff number or phone number, in whatever way it was typed."""
    folded = tidy_number(login, 40)
    if not folded:
        return None
    numbers = {folded, tidy(login, 40), folded.removeprefix("+86")}
    found = select(User).where(or_(User.staff_no.in_(numbers), User.phone.in_(numbers)), User.disabled_at.is_(None))
    return db.session.scalars(found.order_by((User.staff_no == folded).desc()).limit(1)).first()


def check_password(user: User | None, typed: str, password: str, *, address: str, at: datetime) -> bool:
    """Whether the password is right. Owns its (short) writes, since the hashing happens between them.

    Takes the same steps and the same time for a number nobody has. Raises Problem 429 after too many tries.
    """
    person, password_hash = (str(user.id), user.password_hash) if user else (tidy_number(typed, 40), None)
    with write():
        attempts = begin_attempt(person, address, at)
    fits = password_fits(password_hash, password)
    if fits:
        with write():
            forgive(attempts)
    return fits


def wrong_password() -> Problem:
    return Problem("sign_in.wrong", N_("Staff number or password is not right. Try again."), field="password")


def first_site(user_id: UUID) -> UUID | None:
    return db.session.scalar(
        select(Membership.site_id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Membership.since)
        .limit(1)
    )


def open_device(
    user: User,
    *,
    agent: str,
    keep: bool,
    at: datetime,
    password_given: bool,
    name: str = "",
    site_id: UUID | None = None,
) -> str:
    """A new device row for this person; returns "<device id>.<secret>" for the cookie.

    Raises Problem when the person belongs to no site any more or was locked meanwhile.
    """
    secret = secrets.token_urlsafe(32)
    roles = db.session.execute(
        select(Membership.site_id, Membership.role)
        .where(Membership.user_id == user.id, Membership.ended_at.is_(None))
        .order_by(Membership.since)
    ).all()
    if not roles or user.disabled_at is not None:
        raise Problem("sign_in.no_site", N_("You belong to no site at present. Ask your supervisor."), status=403)
    at_site = site_id if site_id in {row.site_id for row in roles} else roles[0].site_id
    short = not keep or any(row.role in SHORT_SIGN_IN for row in roles)
    device = Device(
        id=uuid7(),
        user_id=user.id,
        site_id=at_site,
        token_hash=token_hash(secret),
        name=tidy(name, 40) or device_name(agent),
        agent=tidy(agent, 300),
        created_at=at,
        last_seen_at=at,
        password_at=at if password_given else None,
        expires_at=at + (DESK_LIFE if short else PHONE_LIFE),
    )
    db.session.add(device)
    note("sign_in", "device", device.id, site_id=device.site_id, by=user.id, at=at, name=device.name)
    return f"{device.id}.{secret}"


def end_device(device: Device, *, by: UUID, at: datetime, site_id: UUID | None = None) -> None:
    """End a sign-in; it is felt on the device's next request. Ending twice is harmless.

    site_id: whose journal tells it (the caller's ``write(site_id)``); the device's own site by default.
    """
    if device.ended_at is None:
        device.ended_at, device.ended_by_id = at, by
        site = site_id or device.site_id
        note(
            "device_ended",
            "device",
            device.id,
            site_id=site,
            by=by,
            at=at,
            user=device.user_id,
            name=device.name,
        )


def end_devices(user_id: UUID, *, by: UUID, at: datetime, keep: UUID | None = None) -> None:
    """End all sign-ins of a person but the one to keep, and every code or link still on its way."""
    query = update(Device).where(Device.user_id == user_id, Device.ended_at.is_(None))
    if keep is not None:
        query = query.where(Device.id != keep)
    db.session.execute(query.values(ended_at=at, ended_by_id=by))
    end_tickets(user_id, at)


def shorten_devices(user_id: UUID, at: datetime) -> None:
    """Whoever becomes a supervisor is no longer signed in for 30 days."""
    latest = at + DESK_LIFE
    db.session.execute(
        update(Device).where(Device.user_id == user_id, Device.expires_at > latest).values(expires_at=latest)
    )


def set_password(
    user: User, password_hash: str, *, by: UUID, site_id: UUID | None, keep: UUID | None, at: datetime
) -> None:
    """A new password (hashed outside the transaction) ends every other sign-in of the person."""
    user.password_hash = password_hash
    end_devices(user.id, by=by, at=at, keep=keep)
    note("password_set", "user", user.id, site_id=site_id, by=by, at=at)


def touch_device(device_id: UUID, at: datetime) -> None:
    """Remember that the device was here; of several requests at once one writes."""
    with write():
        db.session.execute(
            update(Device)
            .where(Device.id == device_id, Device.last_seen_at <= at - TOUCH_EVERY)
            .values(last_seen_at=at)
            .execution_options(synchronize_session=False)
        )


def confirm_device(device_id: UUID, at: datetime) -> None:
    """The password was given again on this device."""
    db.session.execute(update(Device).where(Device.id == device_id).values(password_at=at))


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
