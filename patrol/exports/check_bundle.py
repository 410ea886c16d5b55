"""Is a bundle still what left Patrol? Its files against its manifest, its manifest against the journal."""

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.exports.bundle import FORMAT, MANIFEST
from patrol.journal.entry import JournalEntry, entry_hash
from patrol.photos.photo import PhotoFile

BLOCK = 1 << 20
AT_ONCE = 400


def bundle_faults(path: Path) -> Iterator[str]:
    """A sentence for everything that is not as it was made; none when all is well."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        yield f"{path.name}: it is no whole ZIP file ({error})"
        return
    with archive:
        try:
            raw = archive.read(MANIFEST)
            manifest = json.loads(raw)
            listed = {file["name"]: file for file in manifest["files"]}
            known = manifest["format"] == FORMAT
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error):
            yield f"{MANIFEST}: it is missing or cannot be read"
            return
        if not known:
            yield f"{MANIFEST}: made by another version of Patrol ({manifest['format']})"
            return
        yield from _files(archive, listed)
    try:
        yield from _against_journal(manifest, hashlib.sha256(raw).hexdigest())
        yield from _against_photos(manifest)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield f"{MANIFEST}: it was changed: part of it is missing or no sense"


def _files(archive: zipfile.ZipFile, listed: dict[str, Any]) -> Iterator[str]:
    names = Counter(archive.namelist())
    for name in sorted(name for name, times in names.items() if times > 1):
        yield f"{name}: it stands in the ZIP twice"
    for name in sorted(names.keys() - listed.keys() - {MANIFEST}):
        yield f"{name}: it is not in the manifest"
    for name, file in listed.items():
        if name not in names:
            yield f"{name}: it is missing"
        elif _sha256(archive, name) != file["sha256"]:
            yield f"{name}: it was changed"


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as source:
            while block := source.read(BLOCK):
                digest.update(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return ""
    return digest.hexdigest()


def _against_journal(manifest: dict[str, Any], sha256: str) -> Iterator[str]:
    site_id, head = UUID(manifest["site"]["id"]), manifest["journal"]
    entry = db.session.scalar(
        select(JournalEntry).where(JournalEntry.site_id == site_id, JournalEntry.seq == int(head["seq"]))
    )
    if head["seq"] and (entry is None or entry.hash != head["hash"] or entry_hash(entry) != entry.hash):
        yield f"journal: line {head['seq']} is not the one the bundle names"
    made = db.session.scalars(
        select(JournalEntry).where(
            JournalEntry.site_id == site_id, JournalEntry.subject_kind == "export",
            JournalEntry.subject_id == UUID(manifest["export"]), JournalEntry.verb == "export.made",
        )
    ).first()  # fmt: skip
    if made is None:
        yield "journal: it knows of no such bundle; it was made elsewhere, or by nobody"
    elif entry_hash(made) != made.hash:
        yield f"journal: line {made.seq}, which tells of this bundle, was changed"
    elif made.detail.get("manifest_sha256") != sha256:
        yield f"{MANIFEST}: it is not the one the journal tells of"


def _against_photos(manifest: dict[str, Any]) -> Iterator[str]:
    """The bytes a phone sent once have one hash; the bundle and the database must say the same."""
    told = {UUID(photo["photo"]): photo for photo in manifest["photos"]}
    ids, site_id = list(told), UUID(manifest["site"]["id"])
    for at in range(0, len(ids), AT_ONCE):
        query = select(PhotoFile.id, PhotoFile.sha256).where(
            PhotoFile.site_id == site_id, PhotoFile.id.in_(ids[at : at + AT_ONCE])
        )
        here = {row.id: row.sha256 for row in db.session.execute(query)}
        for photo_id in ids[at : at + AT_ONCE]:
            if here.get(photo_id) != told[photo_id]["received_sha256"]:
                yield f"{told[photo_id]['file']}: the database knows the photo by another hash"
