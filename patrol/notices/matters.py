"""Matters (事项): what stands on a site at one moment that somebody has to know. Derived from facts and time only."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from patrol.accounts.device import Device
from patrol.accounts.user import Membership, User
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.notices.dates import date_matters, sent_matters, supply_matters
from patrol.notices.matter import Matter
from patrol.notices.of_orders import of_orders
from patrol.notices.of_storms import storm_matters
from patrol.notices.rules import ONE_DAY, Pace, started_late_at
from patrol.reviews.signers import due_at
from patrol.reviews.unsigned import SiteAsked, late_reviews
from patrol.rounds.round import Round
from patrol.rounds.walk import ROUND_COLUMNS, Walk, walks
from patrol.sites.site import Site

LOOK_BACK = timedelta(days=7)  # a tick that was down longer tells no older round
AT_FIRST = timedelta(hours=12)  # how far a site looks back when it is looked through for the first time


def matters(site: Site, pace: Pace, at: datetime, looked_at: datetime | None, told: Iterable[str] = ()) -> list[Matter]:
    """Everything that stands. A constant number of queries.

    looked_at: when the site was last looked through; told: keys of notices that stand, whose matters are looked at
    again however old they are.
    """
    found: list[Matter] = []
    rounds = [UUID(key.split(":")[1]) for key in told if key.startswith("missed:")]
    found += _of_rounds(site, at, max(looked_at or at - AT_FIRST, at - LOOK_BACK), rounds)
    found += of_orders(site.id, at)
    found += _of_reviews(site, at)
    found += _of_phones(site.id, pace, at)
    for told_of in (date_matters, supply_matters, sent_matters, storm_matters):
        found += [Matter(**facts) for facts in told_of(site, at)]
    return found


def _of_rounds(site: Site, at: datetime, back_to: datetime, again: list[UUID]) -> Iterator[Matter]:
    query = select(*ROUND_COLUMNS).where(
        Round.site_id == site.id,
        or_(and_(Round.closes_at > back_to - ONE_DAY / 24, Round.starts_at <= at), Round.id.in_(again)),
        Round.cancelled_at.is_(None),
    )
    found = walks(site.id, list(db.session.execute(query)), at)
    for walk in found:
        if not walk.made_late:
            yield from _of_walk(walk, site, at)
    yield from _of_the_gap([walk for walk in found if walk.made_late and walk.state == "missed"])


def _of_the_gap(found: list[Walk]) -> Iterator[Matter]:
    """Rounds that could not be seen in time since the server was away: one matter for each route and day."""
    for route, day in sorted({(walk.route_id, walk.day) for walk in found}):
        those = [walk for walk in found if (walk.route_id, walk.day) == (route, day)]
        facts = {"route": those[0].route_name, "rounds": len(those), "day": day.isoformat()}
        since = max(walk.times.closes_at for walk in those)
        yield Matter(f"gap:{route}:{day}", "missed", f"/reviews/day/{day}", facts, since, those[0].team)


def _of_walk(walk: Walk, site: Site, at: datetime) -> Iterator[Matter]:
    facts = {"route": walk.route_name, "ordinal": walk.ordinal, "time": _clock(walk.times.starts_at, site)}
    url = f"/rounds/{walk.id}"
    late = started_late_at(walk.times.starts_at, walk.times.ends_at, walk.times.tolerance)
    if walk.state == "planned" and late <= at:
        yield Matter(f"not_started:{walk.id}", "not_started", url, facts, late, walk.team)
    elif walk.state in ("missed", "incomplete"):
        missed = [stop.name for stop in walk.required if stop.state == "missed"]
        facts |= {"missed": len(missed), "points": len(walk.required), "whole": walk.state == "missed"}
        facts["names"] = "、".join(missed[:3])
        yield Matter(f"missed:{walk.id}", "missed", url, facts, walk.times.closes_at, walk.team)


def _of_reviews(site: Site, at: datetime) -> Iterator[Matter]:
    first = business_day(site.created_at, site.zone, site.day_start)
    late = late_reviews([SiteAsked(site.id, site.zone, site.day_start, first)], at)
    for period in late[site.id]:
        facts = {"period": period.kind, "slug": period.slug}
        since = due_at(period, site.zone)
        yield Matter(f"unsigned:{period.kind}:{period.slug}", "unsigned", period.url, facts, since, "security")


def _of_phones(site_id: UUID, pace: Pace, at: datetime) -> Iterator[Matter]:
    """Phones that said at their last contact that something old waits on them."""
    query = (
        select(Device.id, Device.user_id, Device.waiting, Device.waiting_since, Membership.team, User.name)
        .join(User, User.id == Device.user_id)
        .join(Membership, and_(Membership.user_id == Device.user_id, Membership.site_id == site_id))
        .where(
            Device.site_id == site_id,
            Device.waiting > 0,
            Device.waiting_since < at - timedelta(minutes=pace.unsent_min),
            Device.ended_at.is_(None),
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    for row in db.session.execute(query):
        key = f"unsent:{row.id}:{int(row.waiting_since.timestamp())}"
        facts = {"count": row.waiting, "name": row.name, "user": str(row.user_id)}
        since = row.waiting_since + timedelta(minutes=pace.unsent_min)
        yield Matter(key, "unsent", "/outbox", facts, since, row.team, people=(row.user_id,), whom=("leads",))


def _clock(at: datetime, site: Site) -> str:
    return f"{at.astimezone(site.zone):%H:%M}"
