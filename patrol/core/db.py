"""The database: types that behave alike on SQLite and PostgreSQL, and the one way to write."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, registry

from patrol.core.columns import Id, Json, UtcDateTime, of_json, to_json
from patrol.core.problems import N_, Problem

try:
    import fcntl
except ImportError:  # Windows: one process, so the thread lock below is enough
    fcntl = None  # type: ignore[assignment]


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            UUID: Id(),
            datetime: UtcDateTime(),
            dict[str, Any]: Json,
            list[Any]: Json,
        },
    )


class Database(SQLAlchemy):
    """Begins SQLite's transactions itself; a listener for that would make every connection look for listeners."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Any) -> Engine:
        engine: Engine = super()._make_engine(bind_key, options, app)
        if is_sqlite(engine):
            engine.dialect.do_begin = _begin  # type: ignore[assignment,method-assign]
        return engine


_writing: ContextVar[bool] = ContextVar("the transaction that begins is to write", default=False)


@dataclass(slots=True)
class _Opened:
    session: Session
    connection: Connection
    savepoint: SessionTransaction | None = None  # the one the connection is known to be in


_opened: ContextVar[_Opened | None] = ContextVar("what write() has open", default=None)


def _begin(connection: Any) -> None:
    connection.cursor().execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


db = Database(
    model_class=Base,
    session_options={"expire_on_commit": False},
    engine_options={"json_serializer": to_json, "json_deserializer": of_json},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # the driver would otherwise open transactions only at the first write
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "cache_size=-8000"):
        connection.execute(f"PRAGMA {pragma}")


class WriteGate:
    """Writers queue here, since SQLite's own waiting starves them (seconds of tail under load).

    One thread at a time in this process by a lock, one process at a time by a lock on a file.
    """

    def __init__(self, path: Path | None):
        self._thread = threading.Lock()
        self._path = path
        self._holder: int | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        if self._holder == threading.get_ident():
            raise RuntimeError("write() inside write(): a verb must not open its own transaction")
        with self._thread:
            file = self._lock_file()
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None
                if file is not None:
                    os.close(file)  # lets go of the lock, as a crash would

    def _lock_file(self) -> int | None:
        if self._path is None or fcntl is None:
            return None
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except BaseException:
            os.close(file)
            raise
        return file


_gates: dict[str, WriteGate] = {}
_gates_lock = threading.Lock()


def _gate(engine: Engine) -> WriteGate:
    name = engine.url.database or ":memory:"
    with _gates_lock:
        if name not in _gates:
            on_disk = is_sqlite(engine) and engine.url.database not in (None, "", ":memory:")
            _gates[name] = WriteGate(Path(name + ".lock") if on_disk else None)
        return _gates[name]


@contextmanager
def write(site_id: UUID | None = None) -> Iterator[Session]:
    """The one way to change the database: queue, begin, do, commit, let go.

    Everything read before is forgotten first, so the verb inside sees the state it changes. Image work,
    rendering and network do not belong in here. ``site_id`` narrows the queue on PostgreSQL to one site.
    """
    session = db.session()
    session.rollback()
    engine = db.engine
    with _gate(engine).hold() if is_sqlite(engine) else nullcontext():
        try:
            opened = _opened.set(_Opened(session, _begin_writing(session, engine, site_id)))
            try:
                yield session
            finally:
                _opened.reset(opened)
            session.commit()
        except BaseException:
            session.rollback()
            raise


def _begin_writing(session: Session, engine: Engine, site_id: UUID | None) -> Connection:
    if is_sqlite(engine):
        token = _writing.set(True)
        try:
            return session.connection()
        finally:
            _writing.reset(token)
    here = session.connection()
    key = int.from_bytes((site_id.bytes if site_id else bytes(8))[-8:], "big", signed=True)
    here.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    return here


def connection(flush: bool = True) -> Connection:
    """The session's connection, for plain rows; what the session still holds back is written first."""
    opened = _opened.get()
    session = opened.session if opened else db.session()
    if flush:
        session.flush()
    if opened is None:
        return session.connection()
    savepoint = session.get_nested_transaction()
    if savepoint is not opened.savepoint:
        session.connection()  # a savepoint is set only when somebody asks for its connection
        opened.savepoint = savepoint
    return opened.connection


def upsert(model: Any) -> Any:
    """An INSERT that knows ON CONFLICT, for whichever database is in use."""
    return sqlite_insert(model) if is_sqlite(db.engine) else postgresql_insert(model)


def check_version(row: Any, version: int | None) -> None:
    """Refuse a form that was read before somebody else's change (409), then count this change."""
    if version is not None and version != row.version:
        raise Problem(
            "stale",
            N_("Somebody else changed this while you were writing. Look at the new state, then try again."),
            status=409,
        )
    row.version += 1
