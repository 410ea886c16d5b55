"""The database of the tests, and the scenes many of them begin with: made once by each worker, then laid out again."""

import inspect as python
import io
import pickle
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from flask import Flask
from sqlalchemy import event, inspect, text

from patrol.core.clock import now
from patrol.core.db import Model, db, is_sqlite
from patrol.rounds.ensure import forget_made

T = TypeVar("T")


class Scene(NamedTuple):
    """made_at: by the clock of the test that asked first."""

    number: int
    kept: Any
    shelf: Path | None
    said: "Said"
    made_at: datetime


class Ground(Protocol):
    """A database that can be brought back to what it was. ``nothing``: to what it was when it was new."""

    nothing: Any
    moment: str  # the event at which it must lie ready

    def keep(self, number: int) -> Any: ...

    def lay(self, kept: Any, connection: Any) -> None: ...


class Scenery:
    """One app's database and shelf, empty for each test, and the scenes that its fixtures ask for.

    A scene is known by its name and by those laid before it. It is laid only where nothing has touched the database
    since; elsewhere, and the first time, it is really made. The database is brought there when somebody connects, so
    that three scenes on top of each other are one way.
    """

    def __init__(self, app: Flask):
        self.app, self.engine = app, db.engine
        self.folder = Path(app.config["INSTANCE"]) / "scenes"
        self.folder.mkdir()
        self.ground: Ground = Files(self.folder) if is_sqlite(self.engine) else Rows()
        self.scenes: dict[tuple[str, ...], Scene] = {}
        self.on: tuple[str, ...] | None = None  # the scenes that stand on it; None once there may be more
        self._next: Any = None
        self._shelf: Path | None = None
        self._settling = threading.RLock()
        event.listen(self.engine, self.ground.moment, lambda connection, *_more: self._settle(connection))

    def clear(self) -> None:
        """Nothing in the database, nothing on the shelf."""
        if is_sqlite(self.engine):
            self.engine.dispose()  # the next connection finds another file
        self._next, self._shelf, self.on = self.ground.nothing, None, ()
        shutil.rmtree(self.app.config["PHOTO_STORE"], ignore_errors=True)
        self.app.extensions.pop("photo_shelf", None)
        forget_made()

    def lay(self, name: str, make: Callable[[], T], lasts: timedelta | None = None) -> T:
        """What ``make`` arranges and returns. lasts: how long it is true, where the time of its making is in it."""
        if self.on is None:
            return make()
        key = (*self.on, name)
        scene = self.scenes.get(key)
        if scene is None or not (lasts is None or timedelta() <= now() - scene.made_at < lasts):
            result = make()
            self.settle()
            said = Said(result)  # gives the session's connection back, so that the database is at rest when it is kept
            number = scene.number if scene else len(self.scenes) + 1
            self.scenes[key] = Scene(number, self.ground.keep(number), self._keep_shelf(number), said, now())
            self.on = key
            return result
        self.on, self._next, self._shelf = key, scene.kept, scene.shelf
        forget_made()
        return scene.said.again()

    def settle(self) -> None:
        """Before a test begins: it may look at the files without connecting."""
        if self._next is not None:
            with self.engine.connect():
                pass

    def _settle(self, connection: Any) -> None:
        with self._settling:
            kept, self._next, self.on = self._next, None, None
            if kept is None:
                return
            if self._shelf is not None:
                shutil.copytree(self._shelf, self.app.config["PHOTO_STORE"], dirs_exist_ok=True)
            self.ground.lay(kept, connection)

    def _keep_shelf(self, number: int) -> Path | None:
        shelf, kept = Path(self.app.config["PHOTO_STORE"]), self.folder / f"shelf-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        return Path(shutil.copytree(shelf, kept)) if shelf.exists() else None


def scene(make: Callable[..., T], lasts: timedelta | None = None) -> Callable[..., T]:
    """Turns a fixture into a scene, by its name: ``@pytest.fixture`` over ``@scene`` over what arranges and returns it.

    What it returns is packed: rows and values, no functions of its own.
    """

    def laid(*, scenery: Scenery, **asked: Any) -> T:
        return scenery.lay(f"{make.__module__}.{make.__name__}", lambda: make(**asked), lasts)

    wanted = [one.replace(kind=python.Parameter.KEYWORD_ONLY) for one in python.signature(make).parameters.values()]
    asks = python.Parameter("scenery", python.Parameter.KEYWORD_ONLY)
    laid.__signature__ = python.Signature([*wanted, asks])  # type: ignore[attr-defined]
    laid.__name__, laid.__doc__, laid.__module__ = make.__name__, make.__doc__, make.__module__
    return laid


class Said:
    """What a scene's maker returned, and all rows that its test knew by then, to be known again."""

    def __init__(self, said: Any):
        rows = list(db.session.identity_map.values())
        for row in rows:
            db.session.refresh(row)
        db.session.commit()
        self._rows = pickle.dumps(rows)
        packed = io.BytesIO()
        _Packer(packed).dump(said)
        self._said = packed.getvalue()

    def again(self) -> Any:
        with db.session.no_autoflush:
            rows = [db.session.merge(row, load=False) for row in pickle.loads(self._rows)]
        return _Unpacker(io.BytesIO(self._said), rows).load()


class _Packer(pickle.Pickler):
    """Rows are named by their identity."""

    def persistent_id(self, thing: Any) -> Any:
        return inspect(thing).identity_key if isinstance(thing, Model) else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, rows: list[Any]):
        super().__init__(file)
        self._rows = {inspect(row).identity_key: row for row in rows}

    def persistent_load(self, key: Any) -> Any:
        return self._rows[key]


class Files:
    """SQLite: each scene is a file."""

    moment = "do_connect"

    def __init__(self, folder: Path):
        self.folder, self.live = folder, folder.parent / "patrol.db"
        self.nothing = self.keep(0)

    def keep(self, number: int) -> Path:
        db.engine.dispose()
        file = self.folder / f"{number}.db"
        with closing(sqlite3.connect(self.live)) as live, closing(sqlite3.connect(file)) as kept:
            live.backup(kept)
        return file

    def lay(self, kept: Path, _dialect: Any) -> None:
        for suffix in ("-wal", "-shm"):
            self.live.with_name(f"patrol.db{suffix}").unlink(missing_ok=True)
        shutil.copyfile(kept, self.live)


class Rows:
    """PostgreSQL: each scene is the rows of the tables that are not empty."""

    moment = "checkout"

    def __init__(self) -> None:
        self.nothing: dict[str, bytes] = {}
        tables = [table.name for table in db.metadata.sorted_tables]
        emptied = " ".join(f'DELETE FROM "{name}";' for name in tables)  # TRUNCATE would make every file anew
        with db.engine.begin() as connection:  # a function's statements are planned once
            connection.exec_driver_sql(
                f"CREATE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {emptied} END $$"
            )
        self._filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)

    def keep(self, _number: int) -> dict[str, bytes]:
        with db.engine.connect() as connection:
            cursor = connection.connection.cursor()
            kept = {}
            for name in connection.scalars(text(self._filled)).all():
                with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT BINARY)') as out:
                    kept[name] = b"".join(bytes(part) for part in out)
        return kept

    def lay(self, kept: dict[str, bytes], connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")  # neither triggers nor references
            cursor.execute("SELECT empty_all()")
            for name, rows in kept.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT BINARY)') as into:
                    into.write(rows)
        connection.commit()
