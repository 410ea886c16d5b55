"""The filter an address spells out; what makes no sense in it narrows nothing."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.accounts.roles import TEAMS
from patrol.core.business_day import day_bounds
from patrol.workorders.kinds import OrderKind
from patrol.workorders.narrowing import Filter
from patrol.workorders.order import SEVERITIES
from patrol.workorders.words import SOURCES


def filter_of(args: Mapping[str, str], kind: OrderKind, by: Reader) -> Filter:
    first, last = _day(args.get("from")), _day(args.get("to"))
    between = None
    if first and last:
        start = day_bounds(first, by.zone, by.day_start)[0]
        between = (start, day_bounds(last, by.zone, by.day_start)[1])
    return Filter(
        severity=_one_of(args.get("severity"), SEVERITIES),
        subject=_one_of(args.get("category"), kind.subjects()),
        building=_uuid(args.get("building")),
        person=_uuid(args.get("person")),
        team=_one_of(args.get("team"), TEAMS),
        place=_uuid(args.get("place")),
        overdue=args.get("overdue") == "1",
        state=_one_of(args.get("state"), kind.states),
        words=args.get("q", "").strip()[:60],
        mine=by.user_id if args.get("mine") == "1" else _uuid(args.get("reporter")),
        rectifier=_uuid(args.get("rectifier")),
        sample=args.get("sample") == "1",
        source=_one_of(args.get("source"), SOURCES),
        figure=args.get("figure") or None,
        first=first,
        last=last,
        between=between,
    )


def _one_of(text: str | None, known: object) -> str | None:
    return text if text and text in known else None  # type: ignore[operator]


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
