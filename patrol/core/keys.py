"""Keys: every row of a site is named by (site, id), and the id is made where the record is made."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, ForeignKey, ForeignKeyConstraint, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.columns import Id

NIL = UUID(int=0)


_source: ContextVar[Callable[[], UUID] | None] = ContextVar("source of ids", default=None)


def uuid7() -> UUID:
    """A time-ordered random id (RFC 9562, version 7)."""
    source = _source.get()
    if source is not None:
        return source()
    return uuid7_of(time.time_ns() // 1_000_000, secrets.randbits(80))


def uuid7_of(milliseconds: int, random_bits: int) -> UUID:
    """The id of this moment (since 1970) with these 80 bits, of which 74 count."""
    value = milliseconds << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


@contextmanager
def ids_from(source: Callable[[], UUID]) -> Iterator[None]:
    """Inside, ``uuid7`` asks ``source``: for a demo that comes out the same twice. Never while serving people."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


class SiteRow:
    """Primary key (site_id, id): the database itself refuses a reference from one site to another."""

    # the type is named, since a statement built before the site's table is known would bind none
    site_id: Mapped[UUID] = mapped_column(Id(), ForeignKey("site.id"), primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-10)


def site_key(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key to another row of the same site."""
    return ForeignKeyConstraint(["site_id", column], [f"{table}.site_id", f"{table}.id"])


class Key(TypeDecorator[str]):
    """An id as its 32 hexadecimal digits, for statements that only compare: making a UUID of each costs more than
    reading it. ``type_coerce(Model.id, Key())``."""

    impl = String
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return None if dialect.name == "sqlite" else _hex  # SQLite keeps the digits as they are


def _hex(value: UUID | None) -> str | None:
    return value.hex if value is not None else None
