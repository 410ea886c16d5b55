"""What owners asked for, in a review of days, a week or a month: figures of orders, each with its list."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import cast, literal, null, union_all

from patrol.complaints import figures as complaints
from patrol.complaints import month as complained
from patrol.core.db import UtcDateTime, connection
from patrol.core.prepared import Prepared
from patrol.repairs import figures as repairs
from patrol.repairs import month as repaired
from patrol.reviews.figures import NOTHING, Ratio

HOURS = ("response", "fixed")
_ASKED = Prepared(  # both kinds at once: their columns mean the same, but for the last one
    union_all(
        repaired.ASKED.add_columns(literal("repair").label("what")),
        complained.ASKED.add_columns(cast(null(), UtcDateTime), literal("complaint")),
    )
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is shown. value: a count, hours or a share; of: (n, d) of a share; n: how many a mean is of."""

    words: str
    value: str
    of: tuple[int, int] | None
    n: int | None
    url: str


def orders_of(review: Any) -> list[Figure]:
    """The figures of what owners reported in the review's period, as it stands now; none when nobody did.

    review: site, period and at, as of ``reviews.review``. One query, one more where there were repairs.
    """
    site_id, first, last = review.site.id, review.period.first, review.period.last
    rows = _ASKED.all(connection(), {"site_id": site_id, "first": first, "last": last})
    asked = repaired.told_of(site_id, [row for row in rows if row.what == "repair"])
    heard = [complained.heard_of(*row[:-2]) for row in rows if row.what == "complaint"]
    found = []
    if asked:
        found += _shown("repair", repairs.FIGURES, repairs.figures(asked, review.at), first, last)
    if heard:
        found += _shown("complaint", complaints.FIGURES, complaints.figures(heard, review.at), first, last)
    return found


def _shown(kind: str, names: dict[str, str], figures: dict[str, repairs.Share], first: Any, last: Any) -> list[Figure]:
    return [
        _figure(name, names[name], share, f"/{kind}s?view=list&from={first}&to={last}")
        for name, share in figures.items()
    ]


def _figure(name: str, words: str, share: repairs.Share, url: str) -> Figure:
    url = f"{url}&figure={name}"
    if name in ("registered", "heard"):
        return Figure(words, str(share.n), None, None, url)
    if name in HOURS:
        return Figure(words, f"{share.hours:.1f}" if share.hours is not None else NOTHING, None, share.d, url)
    return Figure(words, Ratio(share.n, share.d).text, (share.n, share.d), None, url)
