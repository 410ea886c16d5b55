"""What a signature freezes: the figures of a review, its lists and their versions, as plain JSON with its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.equipment.checklist import Checklist
from patrol.reviews.definitions import FIGURES, PASSING
from patrol.reviews.review import Review

VERSION = 3
COUNTED_ANEW = {"routines": 3}  # a figure whose rule changed, and the first version that counts by it


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is no longer what was signed. was, now: an int, [n, d] or None."""

    figure: str
    was: Any
    now: Any


def snapshot_of(review: Review) -> dict[str, Any]:
    """The review as it stands, complete enough to be read without the database."""
    return {
        "v": VERSION,
        "site": {"name": review.site.name, "company": review.site.company or ""},
        "figures": review.figures,
        "routes": [[line.name, *line_counts(line)] for line in review.routes],
        "missed": [[p["route"], p["starts_at"], p["place_name"]] for p in review.total["missed_points"]],
        "open": [[h.number, h.title, h.severity, h.place] for h in review.open_now],
        "people": [
            [p.name, p.work["rounds"], p.work["scans"], p.work["late"], p.work["missed"]] for p in review.people
        ],
        "lists": list_versions(review.site.id),
        "flags": dict(review.total["flags"]),
        "summary": review.said.summary,
        "measures": [[m.text, m.person, m.due_on.isoformat(), m.how] for m in review.said.measures],
    }


def line_counts(line: Any) -> list[int]:
    counts = line.total.counts
    return [counts.rounds, counts.planned, counts.on_time, counts.late, counts.missed, counts.excused]


def list_versions(site_id: UUID) -> dict[str, int]:
    """The checklists in force, by code."""
    query = select(Checklist.code, Checklist.version).where(
        Checklist.site_id == site_id, Checklist.retired_at.is_(None)
    )
    return {row.code: row.version for row in db.session.execute(query.order_by(Checklist.code))}


def changes(signed: Mapping[str, Any], live: Mapping[str, Any], v: int = VERSION) -> list[Change]:
    """Figures that differ from the signed ones. One that only one of them knows, or that was counted by another rule
    when it was signed, is no change of facts. v: version of the snapshot that was signed."""
    return [
        Change(code, signed[code], live[code])
        for code in FIGURES
        if code not in PASSING
        and v >= COUNTED_ANEW.get(code, 0)
        and code in signed
        and code in live
        and signed[code] != live[code]
    ]


def in_order(figures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As they are shown; the database keeps no order, and an old edition may know figures of its own."""
    known = [(code, figures[code]) for code in FIGURES if code in figures]
    return known + sorted((code, value) for code, value in figures.items() if code not in FIGURES)


def hash_of(snapshot: Mapping[str, Any]) -> str:
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
