"""Alembic's door into the app: the app's engine, the app's tables."""

from typing import Any

from alembic import context
from flask import current_app

from patrol.core.db import UtcDateTime, db


def render_item(kind: str, item: Any, autogen: Any) -> Any:
    """Write our own time type as plain SQLAlchemy, so that a revision needs nothing of today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def leave_out_empty(_context: Any, _revision: Any, directives: Any) -> None:
    if directives and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def run() -> None:
    settings = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            process_revision_directives=leave_out_empty,
            **settings,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
