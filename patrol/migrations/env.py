"""Alembic's door into the app: the app's engine, the app's tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from patrol.core.columns import UtcDateTime
from patrol.core.db import db, is_sqlite


def render_item(kind: str, item: Any, autogen: Any) -> Any:
    """Write our own time type as plain SQLAlchemy, so that a revision needs nothing of today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def leave_out_empty(_context: Any, _revision: Any, directives: Any) -> None:
    if directives and directives[0].upgrade_ops.is_empty():
        directives[:] = []


@contextmanager
def references_free(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it; references to it must bear its absence, and are checked afterwards."""
    if not is_sqlite(connection.engine):
        yield
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")  # of no effect inside a transaction, so before it begins
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def check_references(connection: Connection) -> None:
    """Raises RuntimeError, and so undoes the step, when a row points nowhere."""
    if is_sqlite(connection.engine):
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows that point nowhere after the change: {broken[:5]}")


def run() -> None:
    settings = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, references_free(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            process_revision_directives=leave_out_empty,
            **settings,
        )
        with context.begin_transaction():
            context.run_migrations()
            check_references(connection)


run()
