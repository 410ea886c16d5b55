"""What is slow to make and alike for every test: made once for a whole run, by whichever worker asks first."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from patrol.app import create_app
from patrol.core.db import WriteGate, db
from patrol.serve import bring_up_to_date

_room: Path | None = None


def open_room(factory: pytest.TempPathFactory) -> None:
    """The folder that all workers of this run share. Without it (outside pytest) each asker makes its own."""
    global _room
    base = factory.getbasetemp()
    _room = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once"
    _room.mkdir(exist_ok=True)


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, which ``make`` has filled; only to be read and copied."""
    assert _room is not None
    made, draft = _room / name, _room / f"{name}.draft"
    with WriteGate(_room / f"{name}.lock").hold():
        if not made.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(made)
    return made


def compiled_templates() -> FileSystemBytecodeCache:
    """A template is compiled once, by whichever worker shows it first."""
    assert _room is not None
    folder = _room / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def migrate(folder: Path) -> None:
    app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR", "DATABASE_URL": None, "PHOTO_STORE": None})
    with app.app_context():
        bring_up_to_date()
        db.session.remove()
        db.engine.dispose()


def lay_migrated(instance: Path) -> None:
    """An empty database with all its tables in a new instance."""
    if _room is None:
        migrate(instance)
    else:
        shutil.copy(made_once("migrated", migrate) / "patrol.db", instance / "patrol.db")
