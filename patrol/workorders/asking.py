"""The filter an address spells out; what makes no sense in it narrows nothing."""

from collections.abc import Mapping

from patrol.accounts.reader import Reader
from patrol.accounts.roles import TEAMS
from patrol.core.asked import asked_day, asked_id
from patrol.core.business_day import day_bounds
from patrol.workorders.kinds import OrderKind
from patrol.workorders.narrowing import Filter
from patrol.workorders.order import SEVERITIES
from patrol.workorders.words import SOURCES


def filter_of(args: Mapping[str, str], kind: OrderKind, by: Reader) -> Filter:
    first, last = asked_day(args.get("from")), asked_day(args.get("to"))
    between = None
    if first and last:
        start = day_bounds(first, by.zone, by.day_start)[0]
        between = (start, day_bounds(last, by.zone, by.day_start)[1])
    return Filter(
        severity=_one_of(args.get("severity"), SEVERITIES),
        subject=_one_of(args.get("category"), kind.subjects()),
        building=asked_id(args.get("building")),
        person=asked_id(args.get("person")),
        team=_one_of(args.get("team"), TEAMS),
        place=asked_id(args.get("place")),
        overdue=args.get("overdue") == "1",
        state=_one_of(args.get("state"), kind.states),
        words=args.get("q", "").strip()[:60],
        mine=by.user_id if args.get("mine") == "1" else asked_id(args.get("reporter")),
        rectifier=asked_id(args.get("rectifier")),
        sample=args.get("sample") == "1",
        source=_one_of(args.get("source"), SOURCES),
        figure=args.get("figure") or None,
        first=first,
        last=last,
        between=between,
    )


def _one_of(text: str | None, known: object) -> str | None:
    return text if text and text in known else None  # type: ignore[operator]
