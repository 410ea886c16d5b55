"""How a site keeps its equipment: years to service and scrap, warnings, what a service costs. Settings of the site."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, check_version, db
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import Equipment
from patrol.equipment.service_life import SERVICE_YEARS, Years, service_life
from patrol.journal.entry import note

WARN_AHEAD = (60, 30, 7)
MOST_FEN = 100_000_00
MOST_YEARS = 50


class EquipmentSite(Model):
    """costs: by type {"service", "scrap"} in fen; years: by type [first, every, scrap] where they are not the usual."""

    __tablename__ = "equipment_site"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    costs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    years: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warn_days: Mapped[list[Any]] = mapped_column(default=lambda: list(WARN_AHEAD))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def table(self) -> Mapping[str, Years]:
        return {**SERVICE_YEARS, **{kind: Years(*years) for kind, years in self.years.items()}}

    def cost(self, kind: str, act: str) -> int:
        """fen for one unit; nothing said is nothing."""
        return int((self.costs.get(kind) or {}).get(act) or 0)


def rules_of(site_id: UUID) -> EquipmentSite:
    """The site's settings, or the usual ones, not yet stored."""
    return db.session.get(EquipmentSite, site_id) or EquipmentSite(
        site_id=site_id, costs={}, years={}, warn_days=list(WARN_AHEAD), version=1
    )


def change_rules(
    site_id: UUID,
    *,
    costs: Mapping[str, Mapping[str, int]],
    years: Mapping[str, Iterable[int]],
    warn_days: Iterable[int],
    version: int | None,
    by: UUID,
    at: datetime,
) -> EquipmentSite:
    """Inside ``write()``. Other years work out the next service and the scrap month of every unit of the type anew."""
    row = rules_of(site_id)
    db.session.add(row)
    check_version(row, version)
    before = {"costs": dict(row.costs), "years": dict(row.years), "warn_days": list(row.warn_days)}
    old = row.table
    row.costs, row.years, row.warn_days = _costs(costs), _years(years), _days(warn_days)
    changes = {name: [was, getattr(row, name)] for name, was in before.items() if was != getattr(row, name)}
    if changes:
        note("equipment_rules_changed", "site", site_id, site_id=site_id, by=by, at=at, changes=changes)
    new = row.table
    _reckon_anew(site_id, [kind for kind in new if new[kind] != old.get(kind)], new)
    return row


def _reckon_anew(site_id: UUID, kinds: list[str], table: Mapping[str, Years]) -> None:
    if not kinds:
        return
    query = select(Equipment).where(
        Equipment.site_id == site_id, Equipment.type.in_(kinds), Equipment.state != "retired"
    )
    for unit in db.session.scalars(query):
        unit.next_service, unit.scrap_on = service_life(unit.type, unit.made_on, unit.last_service, table)


def _costs(costs: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    clean = {}
    for kind, pair in costs.items():
        for act, fen in pair.items():
            if not 0 <= fen <= MOST_FEN:
                raise Problem("rules.cost", N_("Give what it costs in yuan."), field=f"costs.{kind}.{act}")
        kept = {act: fen for act, fen in pair.items() if fen}
        if kept:
            clean[kind] = kept
    return clean


def _years(years: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    """Only what differs from the usual table."""
    clean = {}
    for kind, given in years.items():
        told = list(given)
        if kind not in SERVICE_YEARS or len(told) != 3 or not all(1 <= year <= MOST_YEARS for year in told):
            raise Problem("rules.years", N_("Give whole years from 1 to %(most)s."), field=f"years.{kind}", most=50)
        if tuple(told) != tuple(SERVICE_YEARS[kind]):
            clean[kind] = told
    return clean


def _days(days: Iterable[int]) -> list[int]:
    told = sorted(set(days), reverse=True)
    if not 1 <= len(told) <= 5 or not all(1 <= day <= 365 for day in told):
        raise Problem("rules.days", N_("Give one to five numbers of days, from 1 to 365."), field="warn_days")
    return told
