"""Photos into a ZIP: a copy of each with its stamp burnt in, its name, and its hash."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from patrol.exports.kit import Kit
from patrol.photos.stamp import Marks, burn
from patrol.sites.site import Site

EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of the ZIP."""

    name: str
    bytes: int
    sha256: str


class Archive:
    """A ZIP that is written once from front to back and remembers the hash of every file in it."""

    def __init__(self, path: Path):
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)
        self.files: list[Packed] = []
        self._names: set[str] = set()

    def holds(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str, data: bytes, pressed: bool = False) -> Packed:
        with self._open(name, pressed) as target:
            target.write(data)
        return self._keep(name, len(data), hashlib.sha256(data).hexdigest())

    def add_file(self, name: str, source: Path) -> Packed:
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as file, self._open(name, True) as target:
            while block := file.read(1 << 18):
                digest.update(block)
                size += len(block)
                target.write(block)
        return self._keep(name, size, digest.hexdigest())

    @contextmanager
    def _open(self, name: str, pressed: bool) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED if pressed else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w", force_zip64=True) as target:
            yield target

    def _keep(self, name: str, size: int, sha256: str) -> Packed:
        packed = Packed(name, size, sha256)
        self.files.append(packed)
        self._names.add(name)
        return packed

    def close(self) -> None:
        self._zip.close()


def picture_name(photo: Any, site: Site) -> str:
    """When it was taken and the end of its number: sorts by time, says nothing that could lead anywhere."""
    taken: datetime = photo.taken_at.astimezone(site.zone)
    return f"photos/{taken:%Y-%m}/{taken:%Y%m%d-%H%M%S}-{photo.id.hex[-12:]}.jpg"


def stamped(photo: Any, site: Site, kit: Kit) -> bytes | None:
    """The picture with its stamp; None while its bytes are still on their way."""
    if not photo.sha256:
        return None
    try:
        with kit.store.open_master(photo.id) as source:
            master = source.read()
    except FileNotFoundError:
        return None
    return burn(master, marks_of(photo, site), kit.font)


def marks_of(photo: Any, site: Site) -> Marks:
    return Marks(
        time=photo.taken_at.astimezone(site.zone).strftime("%Y-%m-%d %H:%M:%S"),
        site=site.name,
        place=photo.place or "",
        person=photo.person or "",
        errand="",
        record=f"P-{photo.id.hex[-8:].upper()}",
        sha256=photo.sha256,
    )
