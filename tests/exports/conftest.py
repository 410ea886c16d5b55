"""Files of the lake: what was asked, what makes it, and pictures that are really on the shelf."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.exports.export import Export, ask
from patrol.exports.kit import Kit
from patrol.exports.kit_cli import kit_of
from patrol.exports.part_file import path_of
from patrol.exports.run import run_now
from patrol.photos.photo import Photo
from patrol.photos.pixels import decode_and_shrink
from patrol.photos.storage import shelf
from tests.reviews.world import World

DAY = date(2026, 3, 18)
MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


@pytest.fixture
def world(sites: SimpleNamespace, people: SimpleNamespace) -> World:
    return World(sites.lake, people)


@pytest.fixture
def kit(app: Flask) -> Kit:
    for path in (Path(app.config["INSTANCE"]) / "exports").glob("*"):
        path.unlink()
    return kit_of(app)


@pytest.fixture
def asking(people: SimpleNamespace, reader_of: Any) -> Callable[..., Export]:
    """Somebody asks for a file; the supervisor unless another is named."""

    def go(kind: str, by: Any = None, language: str = "en", small: bool = True, **asked: Any) -> Export:
        reader = reader_of(by or people.supervisor)
        with write(reader.site_id):
            return ask(kind, {**MARCH, **asked}, by=reader, language=language, at=now(), small=small)

    return go


@pytest.fixture
def making(kit: Kit, asking: Callable[..., Export]) -> Callable[..., Path]:
    """Asked for and made: the path of the file."""

    def go(kind: str, **asked: Any) -> Path:
        row = asking(kind, **asked)
        run_now(row, kit)
        assert again(row).outcome == "made", again(row).problem
        return path_of(kit.folder, row.id)

    return go


def again(row: Export) -> Export:
    """As it stands now."""
    db.session.rollback()
    query = select(Export).where(Export.id == row.id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


@pytest.fixture
def put_picture(app: Flask) -> Callable[[Photo], None]:
    raw = io.BytesIO()
    Image.new("RGB", (320, 240), "#b9ad97").save(raw, "JPEG")
    pixels = decode_and_shrink(raw.getvalue())

    def go(photo: Photo) -> None:
        shelf(app).put(photo.id, pixels)

    return go
