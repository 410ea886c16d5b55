"""What happens to an item of equipment: taken in, corrected, moved, serviced, put out of use. Verbs; no commit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import check_version, db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.core.wording import tidy
from patrol.equipment.attribute_values import checked_attributes
from patrol.equipment.equipment import STATES, Equipment
from patrol.equipment.happened import check_kept, from_to, tell
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.service_life import Years, service_life
from patrol.equipment.spares import keep_spares, take_spares_out
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.hazards.hazard import Hazard
from patrol.hazards.standing import OPEN
from patrol.photos.photo import add_photos
from patrol.sites.place import Place


def month_first(value: Any) -> Any:
    """ "2019-03", as a month field sends it, is the first of that month."""
    return f"{value}-01" if isinstance(value, str) and len(value) == 7 else value


def _line(value: Any) -> Any:
    """Words of one line, as a table gives them too: what was exported comes back the same."""
    return tidy(value, 200) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_line)]


class EquipmentData(BaseModel):
    """What the ledger knows of an item. Months count, days within them do not: made_on, last_service.

    attributes: what its type has besides, by code, as it came; ``checked_attributes`` judges them.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    code: Line = Field(min_length=1, max_length=40)
    type: str = Field(max_length=40)
    name: Line = Field("", max_length=80)
    place: UUID
    model: Line = Field("", max_length=80)
    quantity: int = Field(1, ge=1, le=100_000)
    made_on: Annotated[date | None, BeforeValidator(month_first)] = None
    in_service_from: date | None = None
    last_service: Annotated[date | None, BeforeValidator(month_first)] = None
    half_monthly: bool = False
    limits: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    contractor: Line = Field("", max_length=80)
    attributes: dict[str, Any] = Field(default_factory=dict)
    spare_for: UUID | None = None


def take_in(data: EquipmentData, *, by: Reader, at: datetime, id: UUID | None = None) -> Equipment:
    """Enter a new item in the ledger. Refuses an asset number in use and a place of another site."""
    today = business_day_of(by, at)
    row = Equipment(id=id or uuid7(), site_id=by.site_id, created_at=at, state="in_service", version=1)
    _fill(row, data, by, today)
    db.session.add(row)
    db.session.flush()
    tell(row, "taken_in", by, at, code=row.code, place=str(row.place_id))
    return row


def correct(row: Equipment, data: EquipmentData, *, version: int | None, by: Reader, at: datetime) -> None:
    """Put right what the ledger says. A new place counts as a move."""
    check_version(row, version)
    before, place_before = facts_of(row), row.place_id
    _fill(row, data, by, row.in_service_from)
    changed = difference(before, facts_of(row))
    if row.place_id != place_before:
        tell(row, "moved", by, at, **from_to(row.site_id, place_before, row.place_id))
    if changed:
        tell(row, "corrected", by, at, changed=changed)


def move(
    row: Equipment, place_id: UUID, *, by: Reader, at: datetime, version: int | None = None, why: str = ""
) -> None:
    check_version(row, version)
    check_kept(row)
    place = _place(by.site_id, place_id)
    if place.id == row.place_id:
        raise Problem("equipment.same_place", N_("It is already there. Choose another place."), field="place")
    before, row.place_id = row.place_id, place.id
    tell(row, "moved", by, at, **from_to(row.site_id, before, place.id), why=why.strip()[:200])


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
    check_kept(row)
    if on > business_day_of(by, at):
        raise Problem("equipment.future", N_("This day has not come yet. Check the date."), field="on")
    if row.made_on and on < row.made_on:
        raise Problem("equipment.before_made", N_("It was not made yet on that day. Check the date."), field="on")
    row.last_service = max(on, row.last_service or on)
    row.next_service, row.scrap_on = service_life(row.type, row.made_on, row.last_service, rules_of(row.site_id).table)
    was, row.state = row.state, "in_service"
    if was == "out_for_service":
        take_spares_out(row, by=by, at=at)
    kind, following = "refilled" if refill else "serviced", str(row.next_service or "")
    tell(row, kind, by, at, on=str(on), next=following, why=why.strip()[:200])


def set_state(
    row: Equipment, state: str, *, by: Reader, at: datetime, version: int | None = None, why: str = ""
) -> None:
    """In service, faulty or away for service; scrapping is ``retire``."""
    check_version(row, version)
    check_kept(row)
    if state not in STATES or state == "retired":
        raise Problem("equipment.state", N_("Choose a state from the list."), field="state")
    if state != "in_service" and not why.strip():
        raise Problem("equipment.why", N_("Say in a few words what is wrong with it."), field="why")
    if state == row.state:
        return
    before, row.state = row.state, state
    tell(row, "state", by, at, **{"from": before, "to": state}, why=why.strip()[:200])
    if before == "out_for_service" and state == "in_service":
        take_spares_out(row, by=by, at=at)


def retire(
    row: Equipment, *, by: Reader, at: datetime, why: str, version: int | None = None, despite: bool = False
) -> None:
    """Scrapped or taken away for good; its file stays, and a spare in its place becomes the unit of that place.

    Refuses while a hazard of it is open, unless ``despite``: the hazards stay open then, to be closed by themselves.
    """
    check_version(row, version)
    check_kept(row)
    if not why.strip():
        raise Problem("equipment.why_retired", N_("Say in a few words why it is retired."), field="why")
    numbers = open_hazards(row)
    if numbers and not despite:
        raise Problem(
            "equipment.open_hazards",
            N_("Still open: %(numbers)s. Close them first, or say that it is retired all the same."),
            status=409,
            field="despite",
            numbers=", ".join(numbers),
        )
    row.state, row.retired_on = "retired", business_day_of(by, at)
    tell(row, "retired", by, at, why=why.strip()[:200], **({"open": numbers} if numbers else {}))
    keep_spares(row, by=by, at=at)


def open_hazards(row: Equipment) -> list[str]:
    """The numbers of the hazards that are open at this item, oldest first."""
    query = select(Hazard.number).where(
        Hazard.site_id == row.site_id, Hazard.origin_id == row.id, Hazard.state.in_(OPEN)
    )
    return list(db.session.scalars(query.order_by(Hazard.reported_at, Hazard.id)))


def photographed(row: Equipment, photos: list[UUID], *, by: Reader, when: When) -> None:
    """What it looks like: its plate, how it hangs. The newest picture stands on its page, all stay in its file."""
    if not photos:
        raise Problem("equipment.photo", N_("Take a photo first."), field="photo")
    add_photos(
        photos, kind="item", subject_kind="equipment", subject_id=row.id, place_id=row.place_id, by=by, when=when
    )
    tell(row, "photographed", by, when.at, photos=[str(photo) for photo in photos])


def _fill(row: Equipment, data: EquipmentData, by: Reader, in_service_from: date) -> None:
    if data.type not in EQUIPMENT_TYPES:
        raise Problem("equipment.type", N_("Choose a type from the list."), field="type")
    twin = db.session.scalar(select(Equipment.id).where(Equipment.site_id == by.site_id, Equipment.code == data.code))
    if twin is not None and twin != row.id:
        raise Problem("equipment.code_used", N_("This asset number is already in the ledger."), field="code")
    if data.spare_for and (data.spare_for == row.id or db.session.get(Equipment, (by.site_id, data.spare_for)) is None):
        raise Problem("equipment.spare", N_("The item it stands in for is not in the ledger."), field="spare_for")
    row.place_id = _place(by.site_id, data.place).id
    write_down(row, data, in_service_from, rules_of(row.site_id).table)


def write_down(row: Any, data: EquipmentData, in_service_from: date, table: Mapping[str, Years]) -> None:
    """Everything but the place, and what follows from it. Looks nothing up: whoever calls has checked what it names."""
    row.code, row.type, row.name, row.model = data.code, data.type, data.name, data.model
    row.attributes = checked_attributes(data.type, data.attributes)
    row.quantity, row.half_monthly, row.contractor = data.quantity, data.half_monthly, data.contractor
    row.limits, row.spare_for_id = checked_limits(data.limits), data.spare_for
    row.made_on = data.made_on.replace(day=1) if data.made_on else None
    row.in_service_from = data.in_service_from or in_service_from
    row.last_service = _served(row.last_service, data.last_service)
    row.next_service, row.scrap_on = service_life(row.type, row.made_on, row.last_service, table)


def _served(known: date | None, said: date | None) -> date | None:
    """A form says the month only: the same month is the day that is known."""
    same = known and said and said.day == 1 and (known.year, known.month) == (said.year, said.month)
    return known if same else said


def checked_limits(limits: dict[str, dict[str, float | None]]) -> dict[str, Any]:
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


_FACTS = ("code", "type", "name", "model", "quantity", "made_on", "in_service_from", "last_service", "half_monthly")


def facts_of(row: Any) -> dict[str, Any]:
    plain = {name: str(getattr(row, name)) for name in (*_FACTS, "contractor", "limits", "spare_for_id")}
    return plain | {f"attributes.{code}": str(value) for code, value in row.attributes.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What changed, by name: [old, new]; "" where there was or is nothing."""
    names = dict.fromkeys([*before, *after])
    pairs = {name: [before.get(name, ""), after.get(name, "")] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
