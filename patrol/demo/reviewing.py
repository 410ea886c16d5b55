"""The desk keeps up: days, weeks and months of the demo are signed, but for what nobody has come to yet."""

from datetime import date, datetime, timedelta

from patrol.accounts.reader import Reader
from patrol.core.business_day import business_day
from patrol.core.db import write
from patrol.reviews.measure import decide, summarise
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import review
from patrol.reviews.signature import editions_of
from patrol.reviews.signers import SEATS, due_at
from patrol.reviews.signing import sign
from patrol.reviews.visit_check import check_visit, drawn_visits
from patrol.rounds.evidence_site import evidence_site
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
    _words(site, people, today, until)
    _second_looks(site, people, today, until)
    for period in sorted(periods, key=lambda one: (one.last, one.kind)):
        if began <= period.first and period.last <= today - LEFT:
            _sign(site, period, people, until)


def _sign(site: Site, period: Period, people: dict[str, Reader], until: datetime) -> None:
    if due_at(period, site.zone) > until:
        return
    for role, _act in SEATS[period.kind]:
        by = _whose(people, role)
        if by is None:
            continue
        found, editions = review(site.id, period, until), editions_of(site.id, period)
        with write(site.id):
            sign(found, by=by, at=until, hash=editions[-1].hash if editions else None)


def _words(site: Site, people: dict[str, Reader], today: date, until: datetime) -> None:
    """What the security supervisor wrote under the month that runs: a summary, and two measures."""
    month = Period.around("month", today)
    by, doers = _whose(people, "security_supervisor"), [_whose(people, "shift_leader"), _whose(people, "engineer")]
    if by is None or not all(doers):
        return
    with write(site.id):
        summarise(month, "巡查总体平稳。漏点集中在车库夜间，天台门有两次打不开。", by=by, at=until)
        for n, (text, doer) in enumerate(zip(("夜班交接时先走车库线", "天台门锁换新并留备用钥匙"), doers, strict=True)):
            assert doer is not None
            decide(month, text, doer.user_id, today + (5 + 7 * n) * ONE_DAY, by=by, at=until)


def _second_looks(site: Site, people: dict[str, Reader], today: date, until: datetime) -> None:
    """Three of the visits that last week drew were looked at; one picture shows too little."""
    by, week = _whose(people, "security_supervisor"), Period.around("week", today).previous
    secret = evidence_site(site.id, until).secret.encode()
    if by is None:
        return
    for n, visit in enumerate(drawn_visits(site.id, week, secret)[:3]):
        reason = "" if n else "照片太暗，看不清灭火器压力表"
        with write(site.id):
            check_visit(visit.scan_id, good=n > 0, reason=reason, secret=secret, by=by, at=until)


def _whose(people: dict[str, Reader], role: str) -> Reader | None:
    return next((who for who in people.values() if who.role == role), None)
