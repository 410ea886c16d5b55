"""Odd ways of filling a list (pace.py), and the photo that is therefore asked for the next time: facts and queries.

What is asked is a function of what was filled: no row of its own, so a phone that comes late changes nothing twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.inspection import Inspection
from patrol.equipment.pace import EVERY, STREAK, always_pass, item_to_show, too_fast
from patrol.equipment.units import NO_UNIT

LOOK_BACK = timedelta(days=90)
MOST = 200  # of one person's fillings of one list that are looked back at

ODD: Mapping[str, str] = {
    "too_fast": N_("Filled faster than it can be read"),
    "always_pass": N_("Never finds a fault where others do"),
    "no_photo": N_("The photo asked for was not taken"),
    NO_UNIT: N_("A group failed, and it was not said which units"),
}
HASTY = ODD.keys() - {NO_UNIT}  # for which a photo is asked the next time


def odd_ways(row: Inspection, items: Sequence[Mapping[str, Any]], answered: Collection[str], lang: str) -> list[str]:
    """What is odd about this filling, inside the caller's ``write()`` and before the row is added."""
    took = row.completed_at - row.started_at if row.started_at else None
    found = ["too_fast"] if too_fast(items, dict.fromkeys(answered), took, lang) else []
    if not row.failed_count and _hardly_chance(row):
        found.append("always_pass")
    return found


def asked_by_lot(by: Reader, lists: Mapping[str, Sequence[Mapping[str, Any]]], day: date) -> dict[str, str]:
    """By list code the item this person is asked to photograph; lists: the items in force by list code.

    Asked for since the last odd filling, and not twice on one business day.
    """
    if not lists:
        return {}
    query = (
        select(
            Inspection.id, Inspection.checklist_code, Inspection.flags, Inspection.asked_item, Inspection.business_day
        )
        .where(
            Inspection.site_id == by.site_id,
            Inspection.user_id == by.user_id,
            Inspection.checklist_code.in_(lists),
            Inspection.business_day >= day - LOOK_BACK,
            or_(Inspection.flags.is_not(None), Inspection.asked_item.is_not(None)),
        )
        .order_by(Inspection.completed_at.desc(), Inspection.id.desc())
    )
    rows: dict[str, list[Any]] = {}
    for row in db.session.execute(query):
        rows.setdefault(row.checklist_code, []).append(row)
    found = {code: _asked(lists[code], told, day) for code, told in rows.items()}
    return {code: item for code, item in found.items() if item}


def _asked(items: Sequence[Mapping[str, Any]], told: Sequence[Any], day: date) -> str | None:
    """told: this person's odd and asked-for fillings of the list, newest first."""
    if any(row.asked_item and row.business_day == day for row in told) or not HASTY & set(told[0].flags or ()):
        return None
    draw: UUID = told[0].id
    return item_to_show(items, draw)


def _hardly_chance(row: Inspection) -> bool:
    streak = 1 + _good_ones_before(row)
    if streak < STREAK or streak % EVERY:  # so that a long streak asks for the others' figures rarely
        return False
    others = select(func.count(), func.count().filter(Inspection.failed_count > 0)).where(
        Inspection.site_id == row.site_id,
        Inspection.checklist_code == row.checklist_code,
        Inspection.user_id != row.user_id,
        Inspection.business_day >= row.business_day - LOOK_BACK,
    )
    total, failed = db.session.execute(others).one()
    return always_pass(streak, failed, total)


def _good_ones_before(row: Inspection) -> int:
    """Since the last one with a fault, or the last of which this was said."""
    query = (
        select(Inspection.failed_count, Inspection.flags)
        .where(
            Inspection.site_id == row.site_id,
            Inspection.user_id == row.user_id,
            Inspection.checklist_code == row.checklist_code,
            Inspection.completed_at <= row.completed_at,
            Inspection.id != row.id,
        )
        .order_by(Inspection.completed_at.desc())
        .limit(MOST)
    )
    count = 0
    for failed, flags in db.session.execute(query):
        if failed or "always_pass" in (flags or ()):
            break
        count += 1
    return count
