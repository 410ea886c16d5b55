"""What happens to an item of equipment: taken in, corrected, moved, serviced, put out of use. Verbs; no commit."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import check_version, db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.equipment import STATES, Equipment, EquipmentEvent
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.service_life import service_life
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.journal.entry import note
from patrol.sites.day import mark_day
from patrol.sites.place import Place


def _month(value: Any) -> Any:
    """ "2019-03", as a month field sends it, is the first of that month."""
    return f"{value}-01" if isinstance(value, str) and len(value) == 7 else value


class EquipmentData(BaseModel):
    """What the ledger knows of an item. Months count, days within them do not: made_on, last_service."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    code: str = Field(min_length=1, max_length=40)
    type: str = Field(max_length=40)
    name: str = Field("", max_length=80)
    place: UUID
    model: str = Field("", max_length=80)
    quantity: int = Field(1, ge=1, le=100_000)
    made_on: Annotated[date | None, BeforeValidator(_month)] = None
    in_service_from: date | None = None
    last_service: Annotated[date | None, BeforeValidator(_month)] = None
    half_monthly: bool = False
    limits: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    contractor: str = Field("", max_length=80)
    spare_for: UUID | None = None


def take_in(data: EquipmentData, *, by: Reader, at: datetime, id: UUID | None = None) -> Equipment:
    """Enter a new item in the ledger. Refuses an asset number in use and a place of another site."""
    today = business_day_of(by, at)
    row = Equipment(id=id or uuid7(), site_id=by.site_id, created_at=at, state="in_service", version=1)
    _fill(row, data, by, today)
    db.session.add(row)
    db.session.flush()
    _event(row, "taken_in", by, at, code=row.code, place=str(row.place_id))
    return row


def correct(row: Equipment, data: EquipmentData, *, version: int | None, by: Reader, at: datetime) -> None:
    """Put right what the ledger says. A new place counts as a move."""
    check_version(row, version)
    before, place_before = _facts(row), row.place_id
    _fill(row, data, by, row.in_service_from)
    changed = {name: [old, _facts(row)[name]] for name, old in before.items() if old != _facts(row)[name]}
    if row.place_id != place_before:
        _event(row, "moved", by, at, **{"from": str(place_before), "to": str(row.place_id)})
    if changed:
        _event(row, "corrected", by, at, changed=changed)


def move(
    row: Equipment, place_id: UUID, *, by: Reader, at: datetime, version: int | None = None, why: str = ""
) -> None:
    check_version(row, version)
    _standing(row)
    place = _place(by.site_id, place_id)
    if place.id == row.place_id:
        raise Problem("equipment.same_place", N_("It is already there. Choose another place."), field="place")
    before, row.place_id = row.place_id, place.id
    _event(row, "moved", by, at, **{"from": str(before), "to": str(place.id)}, why=why[:200])


def serviced(
    row: Equipment,
    on: date,
    *,
    by: Reader,
    at: datetime,
    version: int | None = None,
    refill: bool = False,
    why: str = "",
) -> None:
    """Serviced or refilled on a day; works out the next service anew, and brings it back from being away."""
    check_version(row, version)
    _standing(row)
    if on > business_day_of(by, at):
        raise Problem("equipment.future", N_("This day has not come yet. Check the date."), field="on")
    if row.made_on and on < row.made_on:
        raise Problem("equipment.before_made", N_("It was not made yet on that day. Check the date."), field="on")
    row.last_service = max(on, row.last_service or on)
    row.next_service, row.scrap_on = service_life(row.type, row.made_on, row.last_service, rules_of(row.site_id).table)
    row.state = "in_service"
    _event(row, "refilled" if refill else "serviced", by, at, on=str(on), next=str(row.next_service), why=why[:200])


def set_state(
    row: Equipment, state: str, *, by: Reader, at: datetime, version: int | None = None, why: str = ""
) -> None:
    """In service, faulty or away for service; scrapping is ``retire``."""
    check_version(row, version)
    _standing(row)
    if state not in STATES or state == "retired":
        raise Problem("equipment.state", N_("Choose a state from the list."), field="state")
    if state != "in_service" and not why.strip():
        raise Problem("equipment.why", N_("Say in a few words what is wrong with it."), field="why")
    if state == row.state:
        return
    before, row.state = row.state, state
    _event(row, "state", by, at, **{"from": before, "to": state}, why=why[:200])


def retire(row: Equipment, *, by: Reader, at: datetime, why: str, version: int | None = None) -> None:
    """Scrapped or taken away for good; its file stays."""
    check_version(row, version)
    _standing(row)
    if not why.strip():
        raise Problem("equipment.why_retired", N_("Say in a few words why it is retired."), field="why")
    row.state, row.retired_on = "retired", business_day_of(by, at)
    _event(row, "retired", by, at, why=why[:200])


def _fill(row: Equipment, data: EquipmentData, by: Reader, in_service_from: date) -> None:
    if data.type not in EQUIPMENT_TYPES:
        raise Problem("equipment.type", N_("Choose a type from the list."), field="type")
    twin = db.session.scalar(select(Equipment.id).where(Equipment.site_id == by.site_id, Equipment.code == data.code))
    if twin is not None and twin != row.id:
        raise Problem("equipment.code_used", N_("This asset number is already in the ledger."), field="code")
    if data.spare_for and (data.spare_for == row.id or db.session.get(Equipment, (by.site_id, data.spare_for)) is None):
        raise Problem("equipment.spare", N_("The item it stands in for is not in the ledger."), field="spare_for")
    row.code, row.type, row.name, row.model = data.code, data.type, data.name, data.model
    row.place_id = _place(by.site_id, data.place).id
    row.quantity, row.half_monthly, row.contractor = data.quantity, data.half_monthly, data.contractor
    row.limits, row.spare_for_id = _limits(data.limits), data.spare_for
    row.made_on = data.made_on.replace(day=1) if data.made_on else None
    row.in_service_from = data.in_service_from or in_service_from
    row.last_service = data.last_service
    row.next_service, row.scrap_on = service_life(row.type, row.made_on, row.last_service, rules_of(row.site_id).table)


def _limits(limits: dict[str, dict[str, float | None]]) -> dict[str, Any]:
    """Only bounds that were given; a None is kept, since it lifts the list's bound."""
    found = {code: {k: v for k, v in pair.items() if k in ("min", "max")} for code, pair in limits.items()}
    for pair in found.values():
        low, high = pair.get("min"), pair.get("max")
        if low is not None and high is not None and low > high:
            raise Problem("equipment.limits", N_("The lowest value is above the highest."), field="limits")
    return {code: pair for code, pair in found.items() if pair}


def _place(site_id: UUID, place_id: UUID) -> Place:
    place = db.session.get(Place, (site_id, place_id))
    if place is None:
        raise NotHere("place")
    return place


def _standing(row: Equipment) -> None:
    if row.state == "retired":
        raise Problem("equipment.retired", N_("It is retired; its file is closed."), status=409)


_FACTS = ("code", "type", "name", "model", "quantity", "made_on", "in_service_from", "last_service", "half_monthly")


def _facts(row: Equipment) -> dict[str, Any]:
    return {name: str(getattr(row, name)) for name in (*_FACTS, "contractor", "limits", "spare_for_id")}


def _event(row: Equipment, kind: str, by: Reader, at: datetime, **detail: Any) -> None:
    """A line in the item's file and in the journal; the day's figures may change with it."""
    db.session.add(
        EquipmentEvent(
            id=uuid7(), site_id=row.site_id, equipment_id=row.id, kind=kind, at=at, user_id=by.user_id, detail=detail
        )
    )
    note(f"equipment.{kind}", "equipment", row.id, site_id=row.site_id, by=by.user_id, at=at, **detail)
    mark_day(row.site_id, business_day_of(by, at))
