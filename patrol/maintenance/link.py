"""Contractor's link (维保链接): one order for somebody without a sign-in. It ends, and is kept as a hash."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.device import Attempt
from patrol.accounts.reader import Reader, token_hash
from patrol.core.db import Model, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.maintenance.flow import OPEN, may_assign
from patrol.maintenance.order import MaintenanceOrder, find_order
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.owners.limits import bucket_of, network, seconds_to_wait

DAYS = (1, 3, 7, 15)
WRONG_PER_HOUR = 20


class ContractorLink(SiteRow, Model):
    __tablename__ = "contractor_link"
    __table_args__ = (
        site_key("order_id", "work_order"),
        UniqueConstraint("token_hash"),
        Index(None, "site_id", "order_id"),
    )

    order_id: Mapped[UUID]
    token_hash: Mapped[str]
    company: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    def is_live(self, at: datetime) -> bool:
        return self.withdrawn_at is None and at < self.expires_at


class Sent(NamedTuple):
    """secret: shown once, to whoever made the link, and kept nowhere."""

    link: ContractorLink
    secret: str


def send_link(
    order_id: UUID, company: str, days: int, *, version: int | None, id: UUID, by: Reader, when: When
) -> Sent:
    """A new link for an order, inside the caller's ``write()``; the ones before it end. ``id``: of its step."""
    data = MaintenanceStepData.model_validate(
        {"order": order_id, "step": "send", "company": company, "version": version}
    )
    order = take_maintenance_step(data, id=id, by=by, when=when)
    _end_links(order, by.user_id, when.at)
    secret = secrets.token_urlsafe(24)
    link = ContractorLink(
        id=uuid7(), site_id=order.site_id, order_id=order.id, token_hash=token_hash(secret), company=order.company,
        made_at=when.at, made_by_id=by.user_id, expires_at=when.at + timedelta(days=days if days in DAYS else DAYS[2]),
    )  # fmt: skip
    db.session.add(link)
    return Sent(link, secret)


def withdraw(order_id: UUID, *, by: Reader, at: datetime) -> MaintenanceOrder:
    """All links of the order end now."""
    order = find_order(by.site_id, order_id)
    refusal = may_assign(order, by, at)
    if refusal is not None:
        raise refusal
    _end_links(order, by.user_id, at)
    note("contractor_link.withdrawn", "maintenance", order.id, site_id=by.site_id, by=by.user_id, at=at)
    return order


def links_of(order: MaintenanceOrder) -> list[ContractorLink]:
    query = select(ContractorLink).where(ContractorLink.site_id == order.site_id, ContractorLink.order_id == order.id)
    return list(db.session.scalars(query.order_by(ContractorLink.made_at.desc())))


def order_by_link(secret: str, at: datetime) -> tuple[ContractorLink, MaintenanceOrder]:
    """One answer for what never was, has ended, was withdrawn, or whose order is settled."""
    link = db.session.scalars(
        select(ContractorLink).where(ContractorLink.token_hash == token_hash(secret[:80]))
    ).first()
    if link is None or not link.is_live(at):
        raise over()
    order = db.session.get(MaintenanceOrder, (link.site_id, link.order_id))
    if order is None or order.state not in (*OPEN, "missed"):
        raise over()
    return link, order


def check_guesses(address: str, at: datetime) -> None:
    """Refuse (429) an address from which too many wrong links were opened within the hour."""
    wait = seconds_to_wait(_bucket(address), WRONG_PER_HOUR, at)
    if wait:
        raise Problem(
            "too_often",
            N_("That was too often, and this one was not taken. Wait a few minutes, then go back and try again."),
            status=429,
            retry_after=wait,
        )


def count_guess(address: str, at: datetime) -> None:
    """A wrong link was opened from here, inside the caller's ``write()``."""
    db.session.add(Attempt(id=uuid7(), bucket=_bucket(address), at=at))


def over() -> Problem:
    return Problem(
        "link.over", N_("This link has ended. Ask the property office that sent it for a new one."), status=410
    )


def _bucket(address: str) -> str:
    return bucket_of("contractor_link", network(address))


def _end_links(order: MaintenanceOrder, by: UUID, at: datetime) -> None:
    for link in links_of(order):
        if link.is_live(at):
            link.withdrawn_at, link.withdrawn_by_id = at, by
