"""A file in the making: beside its last name as ``.part``, flushed to the disk, then given its name in one step."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from patrol.core.problems import N_, Problem

BLOCK = 1 << 20


def path_of(folder: Path, export_id: UUID) -> Path:
    """Where a finished file stands; its name in the world is in its row."""
    return folder / f"{export_id.hex}.file"


@contextmanager
def part_of(folder: Path, export_id: UUID, lease: UUID) -> Iterator[Path]:
    """A name of one's own to write to, and beside it a folder for what is on the way; both are gone afterwards.

    Two runners of one job never share a part; what a killed one has left is taken away first.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{export_id.hex}.{lease.hex}.part"
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def work_folder(part: Path) -> Path:
    """For the parts of a part: XlsxWriter's rows before they are packed, a book before it goes into the ZIP."""
    folder = part.with_suffix(".work")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def flush(path: Path) -> tuple[str, int]:
    """Make it last, and say its SHA-256 and how many bytes it has."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    os.chmod(path, 0o600)
    return sha256_of(path), path.stat().st_size


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def check_room(folder: Path, reserve: int) -> None:
    """What photos and records need stays free: a file for the office is never worth a guard's picture."""
    usage = shutil.disk_usage(folder)
    if usage.free < min(reserve, usage.total // 20):
        raise Problem(
            "disk_full",
            N_("The server's disk is full. Nothing is lost on the phone; tell the administrator."),
            status=507,
            retry_after=600,
        )


def sweep(folder: Path, finished: set[str], leased: set[str], before: datetime) -> int:
    """Takes away what no row speaks of. finished: ids (hex) with a file that stays; leased: ids being made now.

    before: files written later stay, since their row may be on its way.
    """
    removed = 0
    for path in folder.glob("*") if folder.exists() else ():
        export_id = path.name.split(".")[0]
        kept = finished if path.suffix == ".file" else leased
        if export_id in kept or path.stat().st_mtime >= before.timestamp():
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        removed += 1
    return removed
