"""Many items changed in one go: all of them or none, each only if nobody else changed it meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem, Stale
from patrol.equipment.equipment import Equipment
from patrol.equipment.happened import check_kept, tell_many
from patrol.equipment.keeping import (
    Line,
    checked_limits,
    difference,
    facts_of,
    month_first,
    retire,
    set_state,
)
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.service_life import Years, service_life
from patrol.sites.place import Place

MOST = 500  # at a time: what a person can still look through before it is stored


class Change(BaseModel):
    """What becomes of every chosen item; None leaves it as it is."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    state: Literal["in_service", "faulty", "out_for_service", "retired"] | None = None
    why: Line = Field("", max_length=200)
    despite: bool = False
    contractor: Line | None = Field(None, max_length=80)
    half_monthly: bool | None = None
    made_on: Annotated[date | None, BeforeValidator(month_first)] = None
    place: UUID | None = None
    limits: dict[str, dict[str, float | None]] = Field(default_factory=dict)

    def is_empty(self) -> bool:
        plain = (self.state, self.contractor, self.half_monthly, self.made_on, self.place)
        return all(value is None for value in plain) and not self.limits


@dataclass(frozen=True, slots=True)
class Changed:
    """One item before and after: name -> (old, new) as the item's file keeps values; places by name."""

    id: UUID
    code: str
    type: str
    pairs: Mapping[str, Sequence[Any]]


class TogetherRefused(Problem):
    """Nothing was changed; ``rows`` says which items stand in the way: (item, problem)."""

    def __init__(self, rows: Sequence[tuple[Equipment, Problem]]):
        super().__init__("equipment.together", N_("Nothing was stored. Look at these, then try again."), status=409)
        self.rows = list(rows)


def chosen(site_id: UUID, ids: Iterable[UUID]) -> list[Equipment]:
    """The items in the order of the ledger. One that is not there is an answer like another site's: not here."""
    wanted = set(ids)
    if not wanted:
        raise Problem("equipment.none", N_("Choose at least one item."), field="items")
    if len(wanted) > MOST:
        raise Problem("equipment.many", N_("At most %(count)s at a time. Narrow the filter."), count=MOST)
    query = select(Equipment).where(Equipment.site_id == site_id, Equipment.id.in_(wanted)).order_by(Equipment.code)
    rows = list(db.session.scalars(query))
    if len(rows) < len(wanted):
        raise NotHere("equipment")
    return rows


def change_together(versions: Mapping[UUID, int], change: Change, *, by: Reader, at: datetime) -> list[Changed]:
    """Inside the caller's ``write()``. versions: item -> the version that was looked at.

    Returns what changed; items that already are as asked for are left out. Raises TogetherRefused when any item was
    changed by somebody else, is retired or cannot take the change.
    """
    if change.is_empty():
        raise Problem("equipment.no_change", N_("Say what is to change."), field="change")
    if change.state not in (None, "in_service") and not change.why:
        raise Problem("equipment.why", N_("Say in a few words what is wrong with it."), field="why")
    rows = chosen(by.site_id, versions)
    place = _place(by.site_id, change.place)
    if change.limits and len({row.type for row in rows}) > 1:
        raise Problem("equipment.limits_types", N_("Limits can be set for items of one kind only."), field="limits")
    wrong = [(row, problem) for row in rows if (problem := _in_the_way(row, versions[row.id])) is not None]
    if wrong:
        raise TogetherRefused(wrong)
    table = rules_of(by.site_id).table
    names = _place_names(by.site_id, {row.place_id for row in rows} | ({place.id} if place else set()))
    found: list[Changed] = []
    lines: list[tuple[UUID, str, dict[str, Any]]] = []
    for row in rows:
        was, state, where = facts_of(row), row.state, row.place_id
        _correct(row, change, table)
        corrected = difference(was, facts_of(row))
        if corrected:
            lines.append((row.id, "corrected", {"changed": corrected}))
        pairs: dict[str, Sequence[Any]] = dict(corrected)
        if place is not None and place.id != where:
            row.place_id = place.id
            moved = {"from": str(where), "to": str(place.id), "from_name": names[where], "to_name": names[place.id]}
            lines.append((row.id, "moved", moved | ({"why": change.why} if change.why else {})))
            pairs["place"] = (names[where], names[place.id])
        try:
            _to_state(row, change, by, at)
        except Problem as problem:
            wrong.append((row, problem))
        if row.state != state:
            pairs["state"] = (state, row.state)
        if pairs:
            row.version = versions[row.id] + 1
            found.append(Changed(row.id, row.code, row.type, pairs))
    if wrong:
        raise TogetherRefused(wrong)
    tell_many(lines, by, at)
    return found


def _in_the_way(row: Equipment, version: int) -> Problem | None:
    try:
        check_kept(row)
    except Problem as problem:
        return problem
    return None if row.version == version else Stale()


def _correct(row: Equipment, change: Change, table: Mapping[str, Years]) -> None:
    if change.contractor is not None:
        row.contractor = change.contractor
    if change.half_monthly is not None:
        row.half_monthly = change.half_monthly
    if change.made_on is not None:
        row.made_on = change.made_on.replace(day=1)
        row.next_service, row.scrap_on = service_life(row.type, row.made_on, row.last_service, table)
    if change.limits:
        row.limits = {**row.limits, **checked_limits(change.limits)}


def _to_state(row: Equipment, change: Change, by: Reader, at: datetime) -> None:
    if change.state == "retired":
        retire(row, by=by, at=at, why=change.why, despite=change.despite)
    elif change.state is not None and change.state != row.state:
        set_state(row, change.state, by=by, at=at, why=change.why)


def _place(site_id: UUID, place_id: UUID | None) -> Place | None:
    if place_id is None:
        return None
    place = db.session.get(Place, (site_id, place_id))
    if place is None or place.retired_at is not None:
        raise NotHere("place")
    return place


def _place_names(site_id: UUID, ids: set[UUID]) -> dict[UUID, str]:
    query = select(Place.id, Place.full_name).where(Place.site_id == site_id, Place.id.in_(ids))
    return {row.id: row.full_name for row in db.session.execute(query)}
