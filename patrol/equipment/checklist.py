"""Checklist (检查表): a list of items in versions; an answer keeps the version it was given to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db, is_sqlite
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, NotHere, Problem, Stale
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.items import CODE, INTERVALS, checked_items
from patrol.equipment.owing import Rule, owed_later, rule_on
from patrol.equipment.types import ALL_KINDS, Kind, is_patrol_list, kind_of
from patrol.journal.entry import note
from patrol.sites.place import Place

_EVERY_SHIFT = ("every shift", "班检", "交接班")


class Checklist(SiteRow, Model):
    """One version of one list; immutable but for ``retired_at``. ``items`` as in the catalogue's JSON."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("site_id", "code", "version"), Index(None, "site_id", "retired_at"))

    code: Mapped[str]
    version: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    interval_days: Mapped[int]
    applies_to: Mapped[list[Any]]
    items: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
    owed_from: Mapped[date | None]  # until this business day it is owed as ``owed_before`` says (owing.py)
    owed_before: Mapped[dict[str, Any] | None]

    @property
    def title(self) -> dict[str, str]:
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def kind(self) -> Kind:
        return kind_of(self.applies_to)

    @property
    def patrol(self) -> bool:
        """Whether it is one of the lists that guards, cleaners and gardeners may fill."""
        return is_patrol_list(self.applies_to)

    def item(self, code: str) -> Mapping[str, Any] | None:
        return next((item for item in self.items if item["code"] == code), None)


def every_shift(title_zh: str, title_en: str) -> bool:
    """A daily list is owed by every shift where its title says so (DOMAIN §5)."""
    return any(word in title_zh or word in title_en.lower() for word in _EVERY_SHIFT)


def owed_by_shift(row: Any) -> bool:
    """row: anything with titles and interval_days. Only what comes every day can come every shift."""
    return row.interval_days == 1 and every_shift(row.title_zh, row.title_en)


def bring_in_catalogue(site_id: UUID, at: datetime, by: UUID | None) -> int:
    """Version 1 of every catalogue list the site does not have yet. Safe to run again; answers how many it made."""
    known = set(db.session.scalars(select(Checklist.code).where(Checklist.site_id == site_id)))
    fresh = [row for row in catalogue_lists() if row["code"] not in known]
    for row in fresh:
        db.session.add(_version(site_id, row["code"], 1, row, row["items"], at, by))
    db.session.flush()
    return len(fresh)


def current(site_id: UUID, code: str) -> Checklist:
    """The version in force; NotHere when the site has no such list, or gave it up."""
    found = db.session.scalar(_current(site_id).where(Checklist.code == code))
    if found is None:
        raise NotHere("checklist")
    return found


def all_current(site_id: UUID) -> list[Checklist]:
    return list(db.session.scalars(_current(site_id).order_by(Checklist.code)))


def items_of(site_id: UUID, codes: Iterable[str]) -> dict[str, list[Any]]:
    """The items in force, by list code."""
    wanted = Checklist.site_id == site_id, Checklist.retired_at.is_(None), Checklist.code.in_(list(codes))
    return {row.code: row.items for row in db.session.execute(select(Checklist.code, Checklist.items).where(*wanted))}


def versions(site_id: UUID, code: str) -> list[Checklist]:
    """Every version, newest first."""
    query = select(Checklist).where(Checklist.site_id == site_id, Checklist.code == code)
    return list(db.session.scalars(query.order_by(Checklist.version.desc())))


def find_version(site_id: UUID, wanted: str, version: int | None = None) -> Checklist:
    """A list by the id of its version, or by its code (the current version unless one is named)."""
    try:
        found = db.session.get(Checklist, (site_id, UUID(wanted)))
    except ValueError:
        if version is None:
            return current(site_id, wanted)
        query = select(Checklist).where(Checklist.site_id == site_id, Checklist.code == wanted)
        found = db.session.scalar(query.where(Checklist.version == version))
    if found is None:
        raise NotHere("checklist")
    return found


def for_equipment(equipment: Any) -> list[Checklist]:
    """The lists in force for this item of equipment (anything with site_id and type)."""
    return [row for row in all_current(equipment.site_id) if equipment.type in row.applies_to]


def for_place(place: Place) -> list[Checklist]:
    """The lists in force for a place of this type; those of scopes (site, route…) are nobody's place."""
    return [row for row in all_current(place.site_id) if place.type and place.type in row.applies_to]


def item_count() -> Any:
    """How many items a list has, counted by the database, so that pages need not read them."""
    return (func.json_array_length if is_sqlite(db.engine) else func.jsonb_array_length)(Checklist.items)


def new_version(
    site_id: UUID,
    code: str,
    *,
    title: Mapping[str, str],
    interval_days: int,
    applies_to: Iterable[str],
    items: Sequence[Mapping[str, Any]],
    version: int | None,
    by: UUID,
    at: datetime,
    source: str = "",
    today: date | None = None,
) -> Checklist:
    """Put a new version in force; the old one stays for the answers that were given to it.

    version: the one the editor read (Stale when another came in between); None makes a list with a new code.
    today: the business day; how often and by what the list is owed changes with the next period (owing.py). None:
    at once, as for a catalogue.
    """
    if not CODE.fullmatch(code):
        raise Problem(
            "list.code_wrong", N_("A code has small letters, digits and _ and begins with a letter."), field="code"
        )
    before = _before(site_id, code, version)
    words = {
        "title": {name: str(title.get(name) or "").strip()[:80] for name in ("zh", "en")},
        "interval_days": interval_days,
        "applies_to": _targets(applies_to),
        "source": (source or (before.source if before else "")).strip()[:300],
    }
    if not all(words["title"].values()):  # type: ignore[attr-defined]
        raise Problem("list.title", N_("Give the list a title in both languages."), field="title")
    if interval_days not in INTERVALS:
        raise Problem("list.interval", N_("Choose how often the list is due."), field="interval_days")
    made = _version(site_id, code, before.version + 1 if before else 1, words, checked_items(items), at, by)
    _owe_from_next_period(made, before, today)
    if before is not None:
        before.retired_at = before.retired_at or at
    db.session.add(made)
    db.session.flush()
    note("checklist.new_version", "checklist", made.id, site_id=site_id, by=by, at=at, code=code, version=made.version)
    return made


def _owe_from_next_period(made: Checklist, before: Checklist | None, today: date | None) -> None:
    if today is None:
        return
    held = rule_on(before, today) if before is not None and before.retired_at is None else None
    made.owed_from = owed_later(held, Rule(made.interval_days, made.applies_to), today)
    if made.owed_from is not None and held is not None:
        made.owed_before = {"interval_days": held.interval_days, "applies_to": list(held.applies_to)}


def retire_list(site_id: UUID, code: str, *, version: int, by: UUID, at: datetime) -> None:
    """Nobody owes this list any more; what was filled stays."""
    row = current(site_id, code)
    if row.version != version:
        raise Stale
    row.retired_at = at
    note("checklist.retire", "checklist", row.id, site_id=site_id, by=by, at=at, code=code, version=version)


def _current(site_id: UUID) -> Any:
    return select(Checklist).where(Checklist.site_id == site_id, Checklist.retired_at.is_(None))


def _before(site_id: UUID, code: str, version: int | None) -> Checklist | None:
    """The newest version there is, retired or not, so that version numbers never come twice."""
    newest = next(iter(versions(site_id, code)), None)
    if version is None:
        if newest is not None:
            raise Problem("list.code_used", N_("A list with this code exists. Choose another code."), field="code")
        return None
    if newest is None:
        raise NotHere("checklist")
    if newest.version != version:
        raise Stale
    return newest


def _targets(applies_to: Iterable[str]) -> list[str]:
    targets = list(dict.fromkeys(str(code) for code in applies_to))
    if not targets or any(code not in ALL_KINDS for code in targets):
        raise Problem("list.applies_to", N_("Choose what the list is for."), field="applies_to")
    return targets


def _version(
    site_id: UUID, code: str, number: int, row: Mapping[str, Any], items: Sequence[Any], at: datetime, by: UUID | None
) -> Checklist:
    return Checklist(
        id=uuid7(),
        site_id=site_id,
        code=code,
        version=number,
        title_zh=row["title"]["zh"],
        title_en=row["title"]["en"],
        interval_days=row["interval_days"],
        applies_to=list(row["applies_to"]),
        items=list(items),
        source=row.get("source", ""),
        created_at=at,
        created_by_id=by,
    )
