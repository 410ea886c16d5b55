"""Sent out for service with a spare put in, and back again (送修与备用)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select

from patrol.accounts.reader import Reader
from patrol.core.db import check_version, db
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.happened import check_kept, from_to, tell
from patrol.sites.place import Place

STORE = "emergency_store"
OFFERED = 60


def send_out(
    row: Equipment, *, by: Reader, at: datetime, why: str, spare: Equipment | None = None, version: int | None = None
) -> None:
    """Away for service; the spare stands in its place from now on and is checked there.

    Refuses a spare of another type, one that is itself away or already stands in for something.
    """
    check_version(row, version)
    check_kept(row)
    if not why.strip():
        raise Problem("equipment.why", N_("Say in a few words what is wrong with it."), field="why")
    if row.state == "out_for_service":
        raise Problem("equipment.is_out", N_("It is already away for service."), status=409)
    if spare is not None:
        _check_spare(row, spare)
    before, row.state = row.state, "out_for_service"
    about = {"spare": spare.code, "spare_id": str(spare.id)} if spare is not None else {}
    tell(row, "state", by, at, **{"from": before, "to": row.state}, why=why.strip()[:200], **about)
    if spare is not None:
        _put_in(spare, row, by, at)


def _check_spare(row: Equipment, spare: Equipment) -> None:
    if spare.id == row.id or spare.type != row.type:
        raise Problem("equipment.spare_type", N_("A spare is another unit of the same kind."), field="spare")
    if spare.state != "in_service" or spare.spare_for_id is not None:
        raise Problem(
            "equipment.spare_busy", N_("%(number)s is not free to stand in. Choose another."), field="spare",
            number=spare.code,
        )  # fmt: skip


def _put_in(spare: Equipment, row: Equipment, by: Reader, at: datetime) -> None:
    before, spare.place_id, spare.spare_for_id = spare.place_id, row.place_id, row.id
    spare.version += 1
    tell(spare, "spare_in", by, at, **from_to(row.site_id, before, row.place_id), item=row.code, item_id=str(row.id))


def take_spares_out(row: Equipment, *, by: Reader, at: datetime) -> list[Equipment]:
    """The item stands at its place again: what stood in for it goes back to where it came from."""
    spares = standing_in(row)
    for spare in spares:
        home = _home(spare)
        before, spare.spare_for_id = spare.place_id, None
        spare.place_id = home or before
        spare.version += 1
        places = from_to(row.site_id, before, spare.place_id)
        tell(spare, "spare_out", by, at, **places, item=row.code, item_id=str(row.id))
    return spares


def keep_spares(row: Equipment, *, by: Reader, at: datetime) -> None:
    """The item is gone for good: what stood in for it is the item of that place now."""
    for spare in standing_in(row):
        spare.spare_for_id = None
        spare.version += 1
        tell(spare, "spare_stays", by, at, item=row.code, item_id=str(row.id))


def standing_in(row: Equipment) -> list[Equipment]:
    query = select(Equipment).where(
        Equipment.site_id == row.site_id, Equipment.spare_for_id == row.id, Equipment.state != "retired"
    )
    return list(db.session.scalars(query.order_by(Equipment.code)))


def _home(spare: Equipment) -> UUID | None:
    """The place it was taken from, if people still keep things there."""
    query = (
        select(EquipmentEvent.detail)
        .where(
            EquipmentEvent.site_id == spare.site_id,
            EquipmentEvent.equipment_id == spare.id,
            EquipmentEvent.kind == "spare_in",
        )
        .order_by(EquipmentEvent.at.desc(), EquipmentEvent.id.desc())
    )
    detail = db.session.scalars(query.limit(1)).first()
    place = db.session.get(Place, (spare.site_id, UUID(detail["from"]))) if detail else None
    return place.id if place is not None and place.retired_at is None else None


def free_spares(row: Equipment) -> list[tuple[str, str]]:
    """(asset number, place) of units that could stand in: those in the store first."""
    query = (
        select(Equipment.code, Place.full_name)
        .join(Place, (Place.site_id == Equipment.site_id) & (Place.id == Equipment.place_id))
        .where(
            Equipment.site_id == row.site_id,
            Equipment.type == row.type,
            Equipment.state == "in_service",
            Equipment.spare_for_id.is_(None),
            Equipment.id != row.id,
        )
        .order_by(case((Place.type == STORE, 0), else_=1), Equipment.code)
    )
    return [(code, place) for code, place in db.session.execute(query.limit(OFFERED))]


def by_code(site_id: UUID, code: str) -> Equipment:
    """The item of this asset number; the problem names the field of the spare."""
    row = db.session.scalar(select(Equipment).where(Equipment.site_id == site_id, Equipment.code == code.strip()))
    if row is None:
        raise Problem("equipment.no_such", N_("There is no %(number)s in the ledger."), field="spare", number=code[:40])
    return row
