"""Tickets: secrets that work once, for a link or a QR."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from patrol.accounts.device import Ticket
from patrol.accounts.reader import token_hash
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem

TICKET_LIFE = {
    "setup": timedelta(minutes=30),
    "signin": timedelta(minutes=10),
    "password": timedelta(hours=24),
}


def new_ticket(kind: str, *, user_id: UUID | None, site_id: UUID | None, by: UUID | None, at: datetime) -> str:
    """A one-time secret for a link or QR; older ones of the same kind for the same person end."""
    secret = secrets.token_urlsafe(24)
    end_tickets(user_id, at, kind)
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


def end_tickets(user_id: UUID | None, at: datetime, *kinds: str) -> None:
    """Unused tickets of this person (of the setup, for None) stop working."""
    db.session.execute(
        update(Ticket)
        .where(Ticket.user_id == user_id, Ticket.used_at.is_(None), Ticket.expires_at > at)
        .where(Ticket.kind.in_(kinds or TICKET_LIFE))
        .values(expires_at=at)
    )


def live_ticket(kind: str, secret: str, at: datetime) -> Ticket:
    """The ticket, if it can still be used; one answer for wrong, used and expired alike."""
    ticket = db.session.scalars(
        select(Ticket).where(Ticket.kind == kind, Ticket.token_hash == token_hash(secret))
    ).first()
    if ticket is None or ticket.used_at is not None or ticket.expires_at <= at:
        raise ticket_over()
    return ticket


def use_ticket(ticket: Ticket, at: datetime) -> None:
    """Use it up. Of two that come at once the database lets one through; the other gets the Problem."""
    taken = db.session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.used_at.is_(None), Ticket.expires_at > at)
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise ticket_over()


def ticket_over() -> Problem:
    return Problem("ticket.over", N_("This link has been used or is too old. Ask for a new one."), status=410)
