"""Forgetting (到期删除): who an owner was is deleted when the site's time for it is over; the order itself stays.

Counted from the day the order was settled, or the report was set aside. Nothing open is touched: a report merged
into another order waits for that one. What is kept: the order, its photos, its figures, its timeline, and the
owner's signature, which proves that work and fee were accepted and which only those see who may see owners.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select

from patrol.core.db import db
from patrol.journal.entry import note as journal
from patrol.owners.report import OwnerReport
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder, WorkOrderStep

AT_ONCE = 200
HIDDEN = "•••"
SETTLED = ("closed", "rejected", "merged", "transferred")
_NUMBER = re.compile(  # a mobile, a landline with its area, a landline without
    r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)|(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)|(?<!\d)\d{7,8}(?!\d)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class WhoItWas:
    """What is forgotten of one report, for whatever else keeps a copy. order_id: what became of the report."""

    site_id: UUID
    order_id: UUID | None
    said: tuple[str, ...]  # name, telephone and flat as they were told

    def without(self, text: str) -> str:
        """The text without what was told, and without any number that could be a telephone's."""
        for part in self.said:
            text = text.replace(part, HIDDEN)
        return _NUMBER.sub(HIDDEN, text)


ALSO: list[Callable[[WhoItWas], None]] = []  # other keepers of what was sent; the roof adds them


def forget_owners(site: Site, at: datetime, limit: int = AT_ONCE) -> int:
    """Forget up to so many owners of this site, inside the caller's ``write()``. How many; once more adds nothing."""
    due = list(_due(site.id, at - timedelta(days=site.owner_days), limit))
    told = [one for one in due if one.owner_phone or one.owner_flat or one.owner_name or one.place_words]
    for report in due:
        _forget(report, at)
    if told:
        journal(
            "owners_forgotten", "site", site.id, site_id=site.id, by=None, at=at,
            count=len(told), days=site.owner_days, first=told[0].number, last=told[-1].number,
        )  # fmt: skip
    return len(told)


def is_due(site: Site, at: datetime) -> bool:
    """Whether there is anything to forget: asked before the queue of writers is."""
    return next(_due(site.id, at - timedelta(days=site.owner_days), 1), None) is not None


def _due(site_id: UUID, before: datetime, limit: int) -> Iterator[OwnerReport]:
    """Reports whose time is over, the oldest first."""
    after: tuple[datetime, UUID] | None = None
    while limit > 0:
        page = db.session.execute(_page(site_id, before, after)).all()
        for report, state in page:
            if state != "merged" or not _lives_on(site_id, report.order_id):
                yield report
                limit -= 1
                if limit == 0:
                    return
        if len(page) < AT_ONCE:
            return
        after = (page[-1][0].reported_at, page[-1][0].id)


def _page(site_id: UUID, before: datetime, after: tuple[datetime, UUID] | None) -> Any:
    last_step = (
        select(func.max(WorkOrderStep.at))
        .where(WorkOrderStep.site_id == WorkOrder.site_id, WorkOrderStep.order_id == WorkOrder.id)
        .where(WorkOrderStep.step.in_(("reject", "merge", "transfer")))
        .correlate(WorkOrder)
        .scalar_subquery()
    )
    settled = case((OwnerReport.state == "dismissed", OwnerReport.settled_at), else_=WorkOrder.closed_at)
    query = (
        select(OwnerReport, WorkOrder.state)
        .outerjoin(WorkOrder, and_(WorkOrder.site_id == OwnerReport.site_id, WorkOrder.id == OwnerReport.order_id))
        .where(OwnerReport.site_id == site_id, OwnerReport.forgotten_at.is_(None), OwnerReport.reported_at < before)
        .where(
            or_(
                OwnerReport.state == "dismissed",
                WorkOrder.state.in_(SETTLED),
                and_(OwnerReport.state == "new", OwnerReport.suspect.is_(True)),  # junk that nobody looked at
            ),
            func.coalesce(settled, last_step, OwnerReport.reported_at) < before,
        )
    )
    if after is not None:
        at, id = after
        beyond = or_(OwnerReport.reported_at > at, and_(OwnerReport.reported_at == at, OwnerReport.id > id))
        query = query.where(beyond)
    return query.order_by(OwnerReport.reported_at, OwnerReport.id).limit(AT_ONCE)


def _lives_on(site_id: UUID, order_id: UUID) -> bool:
    """Whether the order that a merged one went into, or the one that went into, is still open."""
    seen: set[UUID] = set()
    state = "merged"
    while state == "merged" and order_id not in seen:
        seen.add(order_id)
        line = select(WorkOrderStep.detail).where(
            WorkOrderStep.site_id == site_id, WorkOrderStep.order_id == order_id, WorkOrderStep.step == "merge"
        )
        detail = db.session.scalars(line.order_by(WorkOrderStep.at.desc())).first() or {}
        other = db.session.get(WorkOrder, (site_id, UUID(detail["target"]))) if detail.get("target") else None
        if other is None:
            return False
        order_id, state = other.id, other.state
    return state not in SETTLED


def _forget(report: OwnerReport, at: datetime) -> None:
    who = _who(report)
    report.words = who.without(report.words)
    report.owner_name = report.owner_phone = report.owner_flat = report.place_words = report.origin = ""
    report.forgotten_at = at
    for forget in ALSO:
        forget(who)


def _who(report: OwnerReport) -> WhoItWas:
    said = [part for part in (report.owner_phone, report.owner_flat) if len(part) > 2]  # "12" stands in any text
    said += [report.owner_name] if len(report.owner_name) > 1 else []
    return WhoItWas(report.site_id, report.order_id, tuple(said))
