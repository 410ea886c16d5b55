"""Where photo bytes stand: a folder here; anything with the same few verbs may take its place."""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol
from uuid import UUID

from patrol.photos.pixels import Pixels

MASTER = ".jpg"
THUMB = ".t.jpg"
OURS = re.compile(r"([0-9a-f]{32})(\.t)?\.jpg(\.[0-9a-f]{8}\.part)?\Z", re.ASCII)
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}  # exFAT and some network folders

# What put() does, in this order; the hook is called with each name just before the step.
STEPS = (
    "folder",
    "write_thumb",
    "fsync_thumb",
    "write_master",
    "fsync_master",
    "place_thumb",
    "place_master",
    "fsync_folder",
)


class Space(NamedTuple):
    """Bytes free for us and bytes in all, on the disk the photos are on."""

    free: int
    total: int


class PhotoStore(Protocol):
    """What the rest of Patrol knows of the place photos are kept in."""

    def put(self, photo_id: UUID, pixels: Pixels) -> None: ...
    def lend(self, photo_id: UUID, lender: UUID) -> None: ...
    def exists(self, photo_id: UUID) -> bool: ...
    def open_master(self, photo_id: UUID) -> BinaryIO: ...
    def open_thumb(self, photo_id: UUID) -> BinaryIO: ...
    def sweep(self, known: Callable[[list[UUID]], Collection[UUID]], before: datetime) -> int: ...
    def free_space(self) -> Space | None: ...


class Shelf:
    """Photos as files under one folder: root/ab/cd/<32 hex>.jpg and <32 hex>.t.jpg.

    ab/cd are the id's last four digits: a UUIDv7 begins with the time, so its first ones would put
    fifty days of photos into one folder.
    """

    def __init__(self, root: Path, steps: Callable[[str], None] | None = None) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self._step = steps or (lambda name: None)

    def put(self, photo_id: UUID, pixels: Pixels) -> None:
        """Stores both pictures; when this returns they outlive a power cut. Write the row after it.

        The same bytes again are harmless. Other bytes under the same id raise FileExistsError and
        change nothing, so that two senders at once cannot end with one's row and the other's picture.
        A full disk raises the OSError it was (ENOSPC), with no part file left behind.
        """
        self._step("folder")
        thumb, master = self._path(photo_id, THUMB), self._path(photo_id, MASTER)
        master.parent.mkdir(parents=True, exist_ok=True)
        tail = f".{secrets.token_hex(4)}.part"  # two requests with one photo never share a part file
        thumb_part, master_part = Path(f"{thumb}{tail}"), Path(f"{master}{tail}")
        try:
            self._write(thumb_part, pixels.thumb, "thumb")
            self._write(master_part, pixels.master, "master")
            self._step("place_thumb")
            _place(thumb_part, thumb)
            self._step("place_master")  # last: a master in place means the thumbnail is there too
            _place(master_part, master)
            self._step("fsync_folder")
            for folder in (master.parent, master.parent.parent, self.root):
                _fsync_folder(folder)
        finally:
            for part in (thumb_part, master_part):
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def lend(self, photo_id: UUID, lender: UUID) -> None:
        """The lender's picture under a further id, without a second copy where the disk can link.

        Unlike ``put`` it does not wait for the disk: meant for stand-ins that can be drawn again.
        """
        for suffix in (THUMB, MASTER):
            source, final = self._path(lender, suffix), self._path(photo_id, suffix)
            final.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, final)
            except OSError as error:
                if isinstance(error, FileExistsError) or error.errno not in {*NO_LINKS, errno.EMLINK}:
                    raise
                shutil.copyfile(source, final)

    def exists(self, photo_id: UUID) -> bool:
        return self._path(photo_id, MASTER).is_file()

    def open_master(self, photo_id: UUID) -> BinaryIO:
        """The picture, to be closed by the caller; FileNotFoundError when there is none."""
        return self._path(photo_id, MASTER).open("rb")

    def open_thumb(self, photo_id: UUID) -> BinaryIO:
        return self._path(photo_id, THUMB).open("rb")

    def sweep(self, known: Callable[[list[UUID]], Collection[UUID]], before: datetime) -> int:
        """Removes what a crash has left: part files, and pictures no row speaks of. Returns how many.

        known: given the ids found in one folder, answers those that have a row.
        before: aware; files written later stay, since their row may be on its way. At start-up, with
            no request under way, that may be now.
        Files that are not ours by name are left alone.
        """
        removed = 0
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            found = list(_ours(folder, before.timestamp()))
            asked = sorted({photo_id for _, photo_id, is_part in found if not is_part})
            kept = set(known(asked)) if asked else set()
            for path, photo_id, is_part in found:
                if is_part or photo_id not in kept:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def free_space(self) -> Space:
        usage = shutil.disk_usage(self.root)
        return Space(usage.free, usage.total)

    def _path(self, photo_id: UUID, suffix: str) -> Path:
        """The file's place, never outside the root, not even by a link someone has put there."""
        if not isinstance(photo_id, UUID):
            raise TypeError("a photo is found by its UUID only")
        digits = photo_id.hex
        path = self.root / digits[-4:-2] / digits[-2:] / f"{digits}{suffix}"
        if not path.resolve().is_relative_to(self.root):
            raise ValueError("a photo's path leads out of the photo folder")
        return path

    def _write(self, part: Path, data: bytes, name: str) -> None:
        self._step(f"write_{name}")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            self._step(f"fsync_{name}")
            os.fsync(file.fileno())


def _place(part: Path, final: Path) -> None:
    """Gives a finished part file its name, in one step and never over another picture."""
    try:
        os.link(part, final)
    except FileExistsError:
        if final.read_bytes() != part.read_bytes():
            raise
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        os.replace(part, final)


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders and writes names through by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ours(folder: Path, before: float) -> Iterator[tuple[Path, UUID, bool]]:
    for entry in os.scandir(folder):
        match = OURS.match(entry.name)
        if match and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before:
            yield Path(entry.path), UUID(match[1]), match[3] is not None
