"""How one site wants to be told: its pace and the person things are passed on to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, check_version, db
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.notices.audience import members
from patrol.notices.rules import Pace

BOUNDS = {"again_min": (5, 240), "escalate_min": (5, 1440), "unsent_min": (10, 2880)}


class NoticeSite(Model):
    """looked_at: up to when the site's matters were looked through; a tick that was down begins again there."""

    __tablename__ = "notice_site"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    again_min: Mapped[int] = mapped_column(default=30)
    escalate_min: Mapped[int] = mapped_column(default=30)
    unsent_min: Mapped[int] = mapped_column(default=120)
    escalate_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    looked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def pace(self) -> Pace:
        return Pace(again_min=self.again_min, escalate_min=self.escalate_min, unsent_min=self.unsent_min)


def of_site(site_id: UUID) -> NoticeSite:
    """The site's settings, or the usual ones, not yet stored."""
    usual = Pace()
    return db.session.get(NoticeSite, site_id) or NoticeSite(
        site_id=site_id, again_min=usual.again_min, escalate_min=usual.escalate_min, unsent_min=usual.unsent_min,
        version=1,
    )  # fmt: skip


def change_pace(
    site_id: UUID, pace: Pace, escalate_to: UUID | None, *, version: int, by: UUID, at: datetime
) -> NoticeSite:
    """Inside ``write()``. Raises Problem naming the field."""
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(pace, name) <= most:
            text = N_("Enter a number from %(least)s to %(most)s.")
            raise Problem("notices.number", text, field=name, least=least, most=most)
    if escalate_to is not None and escalate_to not in {person.user_id for person in members(site_id)}:
        raise Problem("notices.person", N_("Choose somebody who works on this site."), field="escalate_to")
    row = of_site(site_id)
    db.session.add(row)
    check_version(row, version)
    values = {name: getattr(pace, name) for name in Pace.__slots__} | {"escalate_to_id": escalate_to}
    changes = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = [str(before), str(value)]
            setattr(row, name, value)
    if changes:
        note("notices_changed", "site", site_id, site_id=site_id, by=by, at=at, changes=changes)
    return row
