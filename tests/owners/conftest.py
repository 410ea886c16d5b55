"""The lake takes reports; somebody without a sign-in."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.owners.report import OwnerReport
from tests.repairs.conftest import called, in_state, readers, registered, sent, step

__all__ = ["called", "in_state", "readers", "registered", "sent", "step"]


@pytest.fixture
def open_lake(sites, places, people) -> SimpleNamespace:
    with write():
        sites.lake.public_reports, sites.lake.report_code = True, "lake-link-for-owners"
        sites.lake.post_phone = "0571 8800 1234"
    return sites.lake


@pytest.fixture
def send(as_user, open_lake) -> Callable[..., Any]:
    """One report as a browser sends it; photos: raw bytes."""
    client = as_user(None)

    def post(code="lake-link-for-owners", address="10.0.0.7", photos=(), **more):
        form = {"kind": "water", "words": "厨房漏水", **more}
        form["photos"] = [(io.BytesIO(raw), f"{n}.jpg") for n, raw in enumerate(photos)]
        return client.post(f"/report/{code}", data=form, environ_overrides={"REMOTE_ADDR": address})

    return post


def picture(shade: int = 90) -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (320, 240), (200, shade, 40)).save(raw, "JPEG")
    return raw.getvalue()


def reports() -> list[OwnerReport]:
    return list(db.session.scalars(select(OwnerReport).order_by(OwnerReport.number)))
