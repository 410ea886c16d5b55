"""Reviews that lack a name past their time: one site's on its board, many sites' side by side."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, cast, literal, null, select, union_all

from patrol.accounts.user import Membership
from patrol.core.business_day import business_day
from patrol.core.db import connection
from patrol.reviews.period import Period
from patrol.reviews.signature import ReviewEdition, ReviewSignature
from patrol.reviews.signers import Act, Signed, complete, due_at, seats

ONE_DAY = timedelta(days=1)
DAYS_BACK = 3


def last_periods(site: Any, at: datetime) -> list[Period]:
    """The last ones of each kind that are over. site: what has a zone and a day_start."""
    today = business_day(at, site.zone, site.day_start)
    days = [Period.around("day", today - n * ONE_DAY) for n in range(1, DAYS_BACK + 1)]
    return [*days, Period.around("week", today).previous, Period.around("month", today).previous]


@dataclass(frozen=True, slots=True)
class SiteAsked:
    """A site and when it began; id, zone and day_start as a site or a reader's ``Here`` has them."""

    id: UUID
    zone: Any
    day_start: Any
    first: date  # its first business day


def late_reviews(sites: Iterable[SiteAsked], at: datetime) -> dict[UUID, list[Period]]:
    """By site, the reviews whose time to be signed is over and that lack a name, soonest due first. One query."""
    late = {
        site.id: [
            period for period in last_periods(site, at) if period.last >= site.first and due_at(period, site.zone) <= at
        ]
        for site in sites
    }
    first = min((period.first for periods in late.values() for period in periods), default=None)
    if first is None:
        return late
    held, names = _names(list(late), first)
    return {
        site_id: sorted(
            (period for period in periods if not _signed(period, held[site_id], names[site_id])),
            key=lambda period: (period.last, period.first),
        )
        for site_id, periods in late.items()
    }


def _signed(period: Period, held: Collection[str], names: dict[tuple[str, date], list[Signed]]) -> bool:
    given = names.get((period.kind, period.first))
    return given is not None and complete(seats(period.kind, held, given))


_SITES: Any = bindparam("sites", expanding=True)
_ROWS: Any = union_all(
    select(
        Membership.site_id.label("site_id"), Membership.role.label("role"),
        cast(null(), ReviewEdition.kind.type).label("kind"),
        cast(null(), ReviewEdition.first.type).label("first"), literal(0).label("number"),
        cast(null(), ReviewSignature.act.type).label("act"), cast(null(), ReviewSignature.user_id.type).label("user"),
        cast(null(), ReviewSignature.at.type).label("at"),
    )
    .where(Membership.site_id.in_(_SITES), Membership.ended_at.is_(None))
    .distinct(),
    select(
        ReviewEdition.site_id, ReviewSignature.role, ReviewEdition.kind, ReviewEdition.first, ReviewEdition.number,
        ReviewSignature.act, ReviewSignature.user_id, ReviewSignature.at,
    )
    .outerjoin(
        ReviewSignature,
        and_(ReviewSignature.site_id == ReviewEdition.site_id, ReviewSignature.edition_id == ReviewEdition.id),
    )
    .where(ReviewEdition.site_id.in_(_SITES), ReviewEdition.first >= bindparam("since")),
)  # fmt: skip


def _names(sites: list[UUID], since: date) -> tuple[dict[UUID, set[str]], dict[UUID, dict[Any, list[Signed]]]]:
    """Roles held by site, and the names under the latest edition of each of its reviews."""
    held: dict[UUID, set[str]] = defaultdict(set)
    editions: dict[UUID, dict[Any, dict[int, list[Signed]]]] = defaultdict(lambda: defaultdict(dict))
    for row in connection().execute(_ROWS, {"sites": sites, "since": since}):
        if row.kind is None:
            held[row.site_id].add(row.role)
            continue
        under = editions[row.site_id][row.kind, row.first].setdefault(row.number, [])
        if row.user is not None:
            act: Act = "countersign" if row.act == "countersign" else "sign"
            under.append(Signed(row.user, "", row.role, act, row.at))
    names = {
        site_id: {review: by_number[max(by_number)] for review, by_number in reviews.items()}
        for site_id, reviews in editions.items()
    }
    return held, defaultdict(dict, names)
