"""Years of history for many sites: one site's ten weeks made by Patrol itself, then copied in plain SQL.

A copy into the past moves every time by whole blocks and gives every fact an id of that time; a copy to another
site keeps the ids, since a key is (site, id). So a database of ten million scans takes minutes, and each of its
months is as full as the others: what grows is the history, and the page should not notice.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Table, Uuid, select, update

from patrol.core.clock import now
from patrol.core.columns import UtcDateTime
from patrol.core.db import Base, db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import current
from patrol.reviews.fresh import tallies
from patrol.rounds.ensure import forget_made
from patrol.rounds.route import Plan
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.reviews.world import HOUR, World
from tests.system.conftest import build_site, database

BLOCK, STEP = 70, 73  # days that Patrol makes itself; days between two copies of them
POINTS = ("大堂", "消防泵房", "天台", "东阳台", "车库入口")
OWN = {"device", "ticket", "journal_entry", "journal_head", "outbox", "push_subscription"}  # not copied
OFF = ("journal_mode=OFF", "foreign_keys=OFF", "synchronous=OFF")  # what is broken off is made anew
PEOPLE_AND_THINGS = ("user", "by_id", "device", "person", "place", "assignee")  # parts of names of ids that stay


def make_history(instance: Path, *, sites: int = 1, blocks: int = 1, photos_a_day: int = 2) -> UUID:
    """A database of so many sites with so many blocks of ten weeks each. Returns the first site.

    One that was made there before, today, is taken as it is: large ones take longer to make than to measure.
    """
    made = instance / "made.txt"
    if made.exists():
        return UUID(made.read_text())
    shutil.rmtree(instance, ignore_errors=True)  # what is left of one that was broken off
    instance.mkdir(parents=True)
    site_id = ten_weeks(instance, photos_a_day)
    with _plain(instance) as raw:
        _lengthen(raw, site_id, blocks)
        for number in range(2, sites + 1):
            _copy_site(raw, site_id, number)
        raw.execute("ANALYZE")
    forget_made()
    made.write_text(str(site_id))
    return site_id


def ten_weeks(instance: Path, photos_a_day: int) -> UUID:
    """Three rounds of five points each night, a hazard a day put right the day after, thirty extinguishers."""
    with database(instance):
        built = build_site(spots=POINTS)
        first = (now() - timedelta(days=BLOCK)).date()
        with write():
            site = db.session.get_one(Site, built.site_id)
            site.created_at = now() - timedelta(days=BLOCK)
            db.session.execute(update(Plan).values(valid_to=first - timedelta(days=30)))
        people = SimpleNamespace(**{part: SimpleNamespace(id=user) for part, user in built.people.items()})
        world = World(site, people)
        places = list(db.session.scalars(select(Place).where(Place.kind == "spot").order_by(Place.number)))
        _walk(world, places, first)
        _hazards(world, places, first)
        _bottles(world, places, first)
        _photos(world, places, first, photos_a_day)
        tallies(site.id, first, first + timedelta(days=BLOCK), now())
        return site.id


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(BLOCK))


def _walk(world: World, places: list[Place], first: date) -> None:
    world.route("夜巡一线", places, first, every=240)
    world.make_rounds(now().date() + timedelta(days=1), now())
    for day in _days(first):
        for n, round_ in enumerate(world.rounds(day)):
            words = ["on_time"] * 4 + ["missed" if n == day.day % 3 else "on_time"]
            if round_.closes_at < now():
                world.walk(round_, words)


def _hazards(world: World, places: list[Place], first: date) -> None:
    for n, day in enumerate(_days(first)):
        at = world.at(day, "09:00")
        hazard = world.hazard(places[n % len(places)], at)
        world.step(hazard, "assign", at + HOUR)
        world.step(hazard, "rectify", at + 20 * HOUR)
        if at + 22 * HOUR < now():
            world.step(hazard, "verify", at + 22 * HOUR)


def _bottles(world: World, places: list[Place], first: date) -> None:
    checklist = current(world.site.id, "extinguisher_dry_powder")
    rows = [world.equipment(n, places[n % len(places)]) for n in range(30)]
    for n, day in enumerate(_days(first)):
        world.inspect(checklist, world.at(day, "10:00"), equipment=rows[n % 30])


def _photos(world: World, places: list[Place], first: date, a_day: int) -> None:
    for day in _days(first):
        for n in range(a_day):
            at = world.at(day, "08:00") + timedelta(minutes=n * 1300 // a_day)
            kind = ("visit", "inspection", "before")[n % 3]
            world.photo(places[n % len(places)], at, kind=kind, by=world.people.guard)


@contextmanager
def _plain(instance: Path) -> Iterator[sqlite3.Connection]:
    raw = sqlite3.connect(next(instance.glob("*.db")), isolation_level=None)
    for pragma in (*OFF, "cache_size=-400000", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("BEGIN")
    yield raw
    raw.execute("COMMIT")
    raw.close()


def _site_tables() -> list[Table]:
    return [t for t in Base.metadata.sorted_tables if "site_id" in t.columns and t.name not in OWN]


def _facts() -> list[Table]:
    """Tables of what happened: those with a day, and what hangs on them."""
    found = {t.name for t in _site_tables() if {"business_day", "day"} & set(t.columns.keys())} | {"photo_file"}
    for table in _site_tables():
        if found & {key.column.table.name for key in table.foreign_keys}:
            found.add(table.name)
    return [t for t in _site_tables() if t.name in found and t.name not in ("duty", "handover_card")]


def _lengthen(raw: sqlite3.Connection, site_id: UUID, blocks: int) -> None:
    facts = _facts()
    newest = int(raw.execute("SELECT max(substr(id, 1, 4)) FROM scan").fetchone()[0], 16)
    for block in range(blocks - 1, 0, -1):
        for table in facts:
            words = [_moved(table, column, facts, block, newest - block) for column in table.columns]
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            kept = f"WHERE site_id = ? AND {_template_only(table, newest)}"
            raw.execute(f"INSERT INTO {table.name} ({names}) SELECT {', '.join(words)} FROM {table.name} {kept}",
                        (site_id.hex,))  # fmt: skip
    back = f"-{STEP * (blocks - 1)} days"
    raw.execute(f"UPDATE site SET created_at = {_time('created_at', back)} WHERE id = ?", (site_id.hex,))


def _template_only(table: Table, newest: int) -> str:
    """The rows Patrol made, not the copies made so far."""
    if "id" in table.columns:
        return f"id >= '{newest:04x}'"
    day = "day" if "day" in table.columns else "business_day"
    return f"{day} >= date('now', '-{BLOCK + 1} days')"


def _moved(table: Table, column: Any, facts: list[Table], block: int, prefix: int) -> str:
    name, back = f'"{column.name}"', f"-{STEP * block} days"
    if table.name == "work_order" and (settled := _settled(column.name, block, back)):
        return settled
    if isinstance(column.type, UtcDateTime | DateTime):
        return _time(name, back)
    if isinstance(column.type, Date):
        return f"date({name}, '{back}')"
    if isinstance(column.type, Uuid) and _of_a_fact(column, {t.name for t in facts}):
        return f"'{prefix:04x}' || substr({name}, 5)"
    return name


def _settled(name: str, block: int, back: str) -> str | None:
    """What was open when the copy was made has long been closed in it: a site does not pile up open hazards."""
    return {
        "number": f"number || '-{block}'",
        "state": "'closed'",
        "closed_at": _time("coalesce(closed_at, due_at)", back),
        "closed_day": f"date(coalesce(closed_day, business_day), '{back}')",
    }.get(name)


def _time(name: str, back: str) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f', {name}, '{back}') || '000'"


def _of_a_fact(column: Any, facts: set[str]) -> bool:
    if column.name == "site_id":
        return False
    targets = {key.column.table.name for key in column.foreign_keys} - {"site"}
    if targets:
        return bool(targets & facts)
    return not any(part in column.name for part in PEOPLE_AND_THINGS)


def _copy_site(raw: sqlite3.Connection, site_id: UUID, number: int) -> None:
    new = uuid7().hex
    names = [column.name for column in Site.__table__.columns if column.name not in ("id", "name", "report_code")]
    raw.execute(f"INSERT INTO site (id, name, {', '.join(names)}) SELECT ?, name || ?, {', '.join(names)} FROM site "
                "WHERE id = ?", (new, f" {number}", site_id.hex))  # fmt: skip
    for table in _site_tables():
        others = [column.name for column in table.columns if column.name != "site_id"]
        words = ["upper(hex(randomblob(6)))" if (table.name, name) == ("label", "code") else f'"{name}"'
                 for name in others]  # fmt: skip
        listed = ", ".join(f'"{name}"' for name in others)
        raw.execute(f"INSERT INTO {table.name} (site_id, {listed}) SELECT ?, {', '.join(words)} FROM {table.name} "
                    "WHERE site_id = ?", (new, site_id.hex))  # fmt: skip


def scans_in(instance: Path) -> int:
    with _plain(instance) as raw:
        return int(raw.execute("SELECT count(*) FROM scan").fetchone()[0])
