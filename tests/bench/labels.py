"""P8: a thousand labels, drawn once and kept."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.exports.label_sheet import sheet_pages
from patrol.sites.label import Label, labels_for_sheet
from patrol.sites.place import Place
from tests.system.conftest import build_site, database

LABELS = 1000


def labels(folder: Path) -> dict[str, Any]:
    instance = folder / "instance"
    instance.mkdir(parents=True)
    with database(instance):
        site_id = build_site().site_id
        _many(site_id)
        took = []
        for _ in range(2):
            listed = labels_for_sheet(site_id)
            start = time.process_time()
            pages = sheet_pages(site_id, listed, "https://patrol.example.com")
            took.append(time.process_time() - start)
            db.session.rollback()
    return {
        "labels": sum(len(page.labels) for page in pages),
        "drawn_s": round(took[0], 2),
        "kept_s": round(took[1], 2),
        "goal": "drawn once",
    }


def _many(site_id: Any) -> None:
    places, rows = [], []
    for n in range(LABELS):
        place = {"id": uuid7(), "site_id": site_id, "kind": "spot", "name": f"点 {n}", "full_name": f"点 {n}",
                 "number": 100 + n, "created_at": now()}  # fmt: skip
        places.append(place)
        rows.append({"id": uuid7(), "site_id": site_id, "place_id": place["id"], "code": f"8K{n:04}9QX2AB",
                     "issued_at": now()})  # fmt: skip
    with write():
        db.session.execute(insert(Place), places)
        db.session.execute(insert(Label), rows)
