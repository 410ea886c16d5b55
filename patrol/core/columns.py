"""Types of columns that behave alike on SQLite and PostgreSQL.

A review reads hundreds of thousands of ids, times and little lists; where SQLite keeps them as text, turning them
into values costs more than reading them, so that is done here in as few steps as Python allows.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import JSON, DateTime, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_encode = json.JSONEncoder(ensure_ascii=False).encode
_put = object.__setattr__  # an id lets nobody change it, so this is how UUID fills itself, too


class Id(Uuid[UUID]):
    def bind_processor(self, dialect: Any) -> Callable[[Any], Any] | None:
        return _digits if super().bind_processor(dialect) else None  # type: ignore[no-untyped-call]

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any] | None:
        return _id if super().result_processor(dialect, coltype) else None  # type: ignore[no-untyped-call]


class UtcDateTime(TypeDecorator[datetime]):
    """Aware time in, aware UTC time out; SQLite itself would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any] | None:
        return _time_as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any] | None:
        return _time_of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def to_json(value: Any) -> str:
    return "[]" if value == [] else _encode(value)


def of_json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)


def _digits(value: UUID | None) -> str | None:
    return None if value is None else f"{value.int:032x}"


@lru_cache(maxsize=4096)  # the same few people, places and rounds stand in most rows of a page
def _id(text: str | None) -> UUID | None:
    """What ``UUID(text)`` makes of the 32 digits the database keeps, without looking for other spellings."""
    if text is None:
        return None
    made = object.__new__(UUID)
    _put(made, "int", int(text, 16))
    _put(made, "is_safe", SafeUUID.unknown)
    return made


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive time cannot be stored")
    return value.astimezone(UTC)


def _time_as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    return (value if value.tzinfo is UTC else _utc(value)).isoformat(" ", "microseconds")[:26]


def _time_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")
