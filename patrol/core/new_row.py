"""A row put in at once: the session's own way of finding out what to insert costs several times the INSERT."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state

from patrol.core.db import Base, connection, db
from patrol.core.prepared import Prepared


def put(row: Base) -> None:
    """``add()`` and ``flush()`` of one new row inside ``write()``, for the hot path.

    It must not be added before. Afterwards the session has it as after a flush: changes to it are written, and a
    rollback, of a savepoint too, takes it out again.
    """
    here, given = connection(), vars(row)
    given |= {name: fill() for name, fill in _blanks(type(row)).items() if name not in given}
    for table, names in _tables(type(row)):
        table.run(here, {column: given[name] for column, name in names.items()})
    session = db.session()
    session.add(row)
    session._register_persistent({instance_state(row)})  # what a flush does once its statements are through


@cache
def _tables(model: type[Base]) -> list[tuple[Prepared, dict[str, str]]]:
    """The tables a row stands in, the base's first: an INSERT, and the attribute of each column."""
    mapper: Mapper[Any] = model.__mapper__  # type: ignore[attr-defined]
    tables = [step.local_table for step in mapper.iterate_to_root()]
    return [
        (Prepared(insert(table)), {column.key: mapper.get_property_by_column(column).key for column in table.columns})
        for table in reversed(tables)
    ]


@cache
def _blanks(model: type[Base]) -> dict[str, Callable[[], Any]]:
    """What stands in each column that is not given."""
    mapper: Mapper[Any] = model.__mapper__  # type: ignore[attr-defined]
    return {
        mapper.get_property_by_column(column).key: _blank(column)
        for step in mapper.iterate_to_root()
        for column in step.local_table.columns
    }


def _blank(column: Any) -> Callable[[], Any]:
    default = column.default
    if default is None:
        return lambda: None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
