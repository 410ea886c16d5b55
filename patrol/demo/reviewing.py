"""The desk keeps up: days, weeks and months of the demo are signed, but for what nobody has come to yet."""

from datetime import datetime, timedelta

from patrol.accounts.reader import Reader
from patrol.core.business_day import business_day
from patrol.core.db import write
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import review
from patrol.reviews.signature import editions_of
from patrol.reviews.signers import SEATS, due_at
from patrol.reviews.signing import sign
from patrol.sites.site import Site

ONE_DAY = timedelta(days=1)
BACK = 9 * ONE_DAY  # days further back were signed on paper
LEFT = 2 * ONE_DAY  # the newest are still to sign


def sign_reviews(site: Site, people: dict[str, Reader], until: datetime) -> None:
    """Everybody puts a name where it belongs, all in one sitting at ``until``. Not inside ``write()``."""
    today = business_day(until, site.zone, site.day_start)
    began = business_day(site.created_at, site.zone, site.day_start)
    day = max(began, today - BACK)
    kinds: tuple[Kind, ...] = ("day", "week", "month")
    periods: set[Period] = set()
    while day <= today - LEFT:
        periods.update(Period.around(kind, day) for kind in kinds)
        day += ONE_DAY
    for period in sorted(periods, key=lambda one: (one.last, one.kind)):
        if began <= period.first and period.last <= today - LEFT:
            _sign(site, period, people, until)


def _sign(site: Site, period: Period, people: dict[str, Reader], until: datetime) -> None:
    if due_at(period, site.zone) > until:
        return
    for role, _act in SEATS[period.kind]:
        by = next((who for who in people.values() if who.role == role), None)
        if by is None:
            continue
        found, editions = review(site.id, period, until), editions_of(site.id, period)
        with write(site.id):
            sign(found, by=by, at=until, hash=editions[-1].hash if editions else None)
