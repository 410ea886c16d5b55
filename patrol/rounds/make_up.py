"""Make-up rounds (补巡): the points missed on a round, walked again now. Counted apart; they change no rate."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.schedule import round_times
from patrol.rounds.walk import Walk, walk_by_id, walks
from patrol.sites.day import mark_day

SHORTEST = 5  # minutes


class MakeUp(SiteRow, Model):
    """Which round a make-up round (its id) makes up for. A fact."""

    __tablename__ = "make_up"
    __table_args__ = (site_key("id", "round"), site_key("of_id", "round"), Index(None, "site_id", "of_id"))

    of_id: Mapped[UUID]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


def start_make_up(round_id: UUID, *, by: Reader, at: datetime) -> UUID:
    """Make a round over the points this one missed, inside the caller's ``write()``; answers its id.

    While one is open the same one is answered, so that a second tap makes no second round. Points reached on an
    earlier make-up round are left out.
    """
    missed = db.session.get(Round, (by.site_id, round_id))
    walk = walk_by_id(by.site_id, round_id, at)
    if missed is None or walk is None:
        raise NotHere("round")
    earlier = make_ups_of(by.site_id, round_id, at)
    running = next((one for one in earlier if at < one.times.closes_at and one.state != "completed"), None)
    if running is not None:
        return running.id
    places = left_to_make_up(walk, earlier)
    if not places:
        raise Problem("make_up.nothing", N_("No point of this round is left to make up."), status=409)
    query = select(RoundStop).where(RoundStop.site_id == by.site_id, RoundStop.round_id == round_id)
    stops = [s for s in db.session.scalars(query.order_by(RoundStop.position)) if s.place_id in places]
    return _make(missed, stops, by=by, at=at)


def left_to_make_up(walk: Walk, earlier: list[Walk]) -> set[UUID]:
    """Required points missed and reached on no make-up round yet. A make-up round itself is not made up for."""
    if walk.kind == "make_up" or walk.cancelled:
        return set()
    done = {stop.place_id for one in earlier for stop in one.stops if stop.visit.scan_at}
    return {stop.place_id for stop in walk.required if stop.state == "missed"} - done


def make_ups_of(site_id: UUID, round_id: UUID, at: datetime) -> list[Walk]:
    ids = select(MakeUp.id).where(MakeUp.site_id == site_id, MakeUp.of_id == round_id)
    query = select(Round).where(Round.site_id == site_id, Round.id.in_(ids)).order_by(Round.starts_at)
    return walks(site_id, list(db.session.scalars(query)), at)


def makes_up_for(site_id: UUID, round_id: UUID) -> UUID | None:
    """The round this one makes up for."""
    found = db.session.get(MakeUp, (site_id, round_id))
    return found.of_id if found else None


def _make(missed: Round, stops: list[RoundStop], *, by: Reader, at: datetime) -> UUID:
    expected = max(SHORTEST, sum(stop.stay_min + stop.walk_min for stop in stops))
    times = round_times(at, None, expected)
    made = Round(
        id=uuid7(), site_id=by.site_id, route_id=missed.route_id, plan_id=None, route_name=missed.route_name,
        team=missed.team, business_day=business_day_of(by, at), ordinal=missed.ordinal, kind="make_up",
        opens_at=at, starts_at=at, ends_at=times.ends_at, closes_at=times.closes_at,  # nothing before its start counts
        tolerance_s=times.tolerance // timedelta(seconds=1), strict_order=False,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add(MakeUp(id=made.id, site_id=by.site_id, of_id=missed.id, by_id=by.user_id, at=at))
    for stop in stops:
        db.session.add(
            RoundStop(
                id=uuid7(), site_id=by.site_id, round_id=made.id, place_id=stop.place_id, place_name=stop.place_name,
                number=stop.number, position=stop.position, required=True, stay_min=stop.stay_min,
                walk_min=stop.walk_min, outdoor=stop.outdoor,
            )
        )  # fmt: skip
    db.session.flush()
    mark_day(by.site_id, made.business_day)
    note("round.make_up", "round", made.id, site_id=by.site_id, by=by.user_id, at=at, of=missed.id, points=len(stops))
    return made.id
