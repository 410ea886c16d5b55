"""Matters of the equipment's dates: service, scrap, marks, certificates, supplies, and who was sent to check."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from patrol.core.business_day import business_day, day_bounds, month_bounds
from patrol.core.db import db
from patrol.equipment.dated import dates_of_site
from patrol.equipment.equipment import Equipment
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.ledger import missing_ids
from patrol.equipment.outlook import is_past, threshold
from patrol.equipment.sending import sendings
from patrol.equipment.supplies import Supply
from patrol.sites.place import Place
from patrol.sites.site import Site

OUTLOOK = "/equipment/outlook"


def date_matters(site: Site, at: datetime) -> Iterator[dict[str, Any]]:
    """As keyword arguments of a Matter. Those due on one day are one matter, told once at each number of days
    ahead; what is past is told once a month while anything is."""
    today, days = business_day(at, site.zone, site.day_start), rules_of(site.id).warn_days
    since = day_bounds(today, site.zone, site.day_start)[0]
    past: Counter[str] = Counter()
    for (kind, on), units in sorted(_due(site.id, today, max(days)).items()):
        if is_past(kind, on, today):
            past[kind] += units
        elif (reached := threshold((on - today).days, days)) is not None:
            facts = {"what": kind, "units": units, "on": str(on), "days": (on - today).days}
            yield _matter(f"dates:{kind}:{on}:{reached}", facts, since)
    for one in dates_of_site(site.id):
        if one.until < today:
            past[one.kind] += 1
        elif (reached := threshold((one.until - today).days, days)) is not None:
            facts = {"what": one.kind, "units": 1, "on": str(one.until), "days": (one.until - today).days}
            key = f"dates:{one.kind}:{one.equipment_id}:{one.until}:{reached}"
            yield _matter(key, facts, since, f"/equipment/{one.equipment_id}")
    if past:
        yield _matter(f"dates:past:{today:%Y-%m}", {"what": "past", "units": past.total()}, since)


def supply_matters(site: Site, at: datetime) -> Iterator[dict[str, Any]]:
    """Too few in a store, or soon no longer good: each told once for that count or date."""
    today, days = business_day(at, site.zone, site.day_start), rules_of(site.id).warn_days
    since = day_bounds(today, site.zone, site.day_start)[0]
    query = (
        select(Supply.id, Supply.name, Supply.minimum, Supply.count, Supply.expires_on, Place.full_name, Place.id)
        .join(Place, (Place.site_id == Supply.site_id) & (Place.id == Supply.place_id))
        .where(Supply.site_id == site.id, Supply.ended_at.is_(None))
        .where(or_(Supply.count < Supply.minimum, Supply.expires_on.is_not(None)))
    )
    for supply_id, name, minimum, count, expires_on, place, _place_id in db.session.execute(query):
        facts = {"name": name, "place": place, "count": count, "minimum": minimum}
        if count < minimum:
            yield _matter(f"supply:short:{supply_id}:{minimum}:{count}", {"what": "short", **facts}, since,
                          f"/supplies/{supply_id}", "supplies", "security")  # fmt: skip
        if expires_on is None:
            continue
        left = (expires_on - today).days
        reached = 0 if left < 0 else threshold(left, days)
        if reached is not None:
            key = f"supply:good:{supply_id}:{expires_on}:{reached}"
            facts = {"what": "expires", **facts, "on": str(expires_on)}
            yield _matter(key, facts, since, f"/supplies/{supply_id}", "supplies", "security")


def sent_matters(site: Site, at: datetime) -> Iterator[dict[str, Any]]:
    """Whoever was sent to check what this month lacks, until that is done or the month is over."""
    month = month_bounds(business_day(at, site.zone, site.day_start))[0]
    rows = sendings(site.id, month)
    if not rows:
        return
    missing = {str(item) for item in missing_ids(site.id, month)}
    for row in rows:
        left = sum(item in missing for item in row.item_ids)
        if left:
            yield {
                "key": f"sent:{row.id}", "kind": "sent", "url": f"/equipment/sent/{row.id}", "since": row.at,
                "facts": {"units": len(row.item_ids), "note": row.note, "month": f"{row.month:%Y-%m}"},
                "team": row.team, "people": (row.to_user_id,) if row.to_user_id else (),
            }  # fmt: skip


def _due(site_id: UUID, today: date, days: int) -> dict[tuple[str, date], int]:
    """Units by what is due and when, up to so many days ahead."""
    edge = date.fromordinal(today.toordinal() + days)
    query = (
        select(Equipment.next_service, Equipment.scrap_on, func.sum(Equipment.quantity))
        .where(
            Equipment.site_id == site_id,
            Equipment.state != "retired",
            or_(Equipment.next_service <= edge, Equipment.scrap_on <= edge),
        )
        .group_by(Equipment.next_service, Equipment.scrap_on)
    )
    found: Counter[tuple[str, date]] = Counter()
    for service, scrap, units in db.session.execute(query):
        if scrap is not None and scrap <= edge and (service is None or scrap <= service or scrap <= today):
            found["scrap", scrap] += int(units)
        elif service is not None and service <= edge:
            found["service", service] += int(units)
    return dict(found)


def _matter(
    key: str, facts: dict[str, Any], since: datetime, url: str = OUTLOOK, kind: str = "dates", team: str = "engineering"
) -> dict[str, Any]:
    return {"key": key, "kind": kind, "url": url, "facts": facts, "since": since, "team": team}
