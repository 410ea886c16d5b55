"""Shifts (班次): which a site may have, so that a business day never cuts one in two (DOMAIN §9)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy

DAY = 24 * 60
MOST = 6
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])", re.ASCII)

PATTERNS: dict[str, tuple[tuple[str, str, str, int], ...]] = {  # code -> (code, zh, en, hours)
    "two": (("day", "白班", "Day", 12), ("night", "夜班", "Night", 12)),
    "three": (("early", "早班", "Early", 8), ("late", "中班", "Late", 8), ("night", "夜班", "Night", 8)),
    "one": (("day", "全天班", "Whole day", 24),),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """``end`` at or before ``start`` means the next morning; equal means 24 hours."""

    code: str
    zh: str
    en: str
    start: time
    end: time

    def as_json(self) -> dict[str, str]:
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }


def pattern(name: str, day_start: time) -> list[Shift]:
    """Equal shifts one after the other from the start of the day. Raises KeyError for an unknown pattern."""
    made, minute = [], _minutes(day_start)
    for code, zh, en, hours in PATTERNS[name]:
        made.append(Shift(code, zh, en, _clock(minute), _clock(minute + hours * 60)))
        minute += hours * 60
    return made


def read_time(text: str | None, field: str) -> time:
    """ "7:30" or "07：30" -> time. Raises Problem for anything else."""
    found = CLOCK.fullmatch((text or "").strip()[:8])
    if not found:
        raise Problem("shift.time", N_("Write the time as 08:00."), field=field)
    return time(int(found[1]), int(found[2]))


def read_shifts(rows: Sequence[dict[str, Any]]) -> list[Shift]:
    """Rows of a form or of the database as shifts; rows without name and times are left out."""
    made = []
    for number, row in enumerate(rows):
        zh, en = tidy(row.get("zh"), 20), tidy(row.get("en"), 20)
        if not (zh or en or row.get("start") or row.get("end")):
            continue
        if not (zh or en):
            raise Problem("shift.name", N_("Give every shift a name."), field=f"shifts.{number}.zh")
        start = read_time(row.get("start"), f"shifts.{number}.start")
        end = read_time(row.get("end"), f"shifts.{number}.end")
        code = tidy(row.get("code"), 20) or f"shift{number + 1}"
        made.append(Shift(code, zh or en, en or zh, start, end))
    return made


def check_shifts(day_start: time, shifts: Sequence[Shift]) -> None:
    """Raises Problem unless the day starts with a shift and no shift runs across that moment."""
    if not shifts or len(shifts) > MOST:
        raise Problem("shift.count", N_("A site has 1 to %(count)s shifts."), field="shifts", count=MOST)
    if len({shift.code for shift in shifts}) < len(shifts):
        raise Problem("shift.twice", N_("Two shifts have the same code."), field="shifts")
    if all(shift.start != day_start for shift in shifts):
        raise Problem(
            "shift.day_start",
            N_("The day has to start with a shift: choose the start of one of the shifts."),
            field="day_start",
        )
    for number, shift in enumerate(shifts):
        begins = (_minutes(shift.start) - _minutes(day_start)) % DAY
        length = (_minutes(shift.end) - _minutes(shift.start)) % DAY or DAY
        if begins + length > DAY:
            raise Problem(
                "shift.across",
                N_("This shift runs across the start of the day (%(time)s). Change one of the two."),
                field=f"shifts.{number}.end",
                time=f"{day_start:%H:%M}",
            )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)
