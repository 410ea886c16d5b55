"""How the photo log is searched: the part of a filter that leads, walked on its own index, and what else must hold."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, not_, select

from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.route import RouteStop
from patrol.sites.place import Place, places_below
from patrol.workorders.order import WorkOrder

MOST_PLACES, MOST_PEOPLE, MOST_DAYS = 200, 50, 31
FEW_ORDERS, MOST_OF_FEW = 200, 20_000  # hazards that may lead together, and photos they have at most
WINDOWS, LEAST = (250, 4000), 30  # photos looked at for a page: by all walks together, and by each at least
SHOWS: dict[str, tuple[str, ...]] = {
    "hazard": ("before", "after", "sighting", "verify"),
    "checklist": ("inspection",),
    "visit": ("visit",),
}
COUNTED = ("visit", "before", "after", "verify", "inspection")  # kinds that a review counts one by one
COMING = "coming"  # photos whose bytes are not here yet
STATES: dict[str, tuple[str, ...]] = {
    "open": ("reported", "assigned"),
    "to_verify": ("to_verify",),
    "closed": ("closed",),
}
OF_OWNERS = ("report", "repair", "complaint")


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """first and last business day, both inside; None is open. place: with everything in it. show: a key of SHOWS,
    one kind of COUNTED, or COMING; state: of the hazard, a key of STATES. owners: what owners sent, too."""

    first: date | None = None
    last: date | None = None
    place: UUID | None = None
    route: UUID | None = None
    round: UUID | None = None
    show: str | None = None
    person: UUID | None = None
    category: str | None = None
    state: str | None = None
    words: str = ""
    owners: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """leads: conditions of which any one must hold, each in order on an index of its own."""

    site_id: UUID
    wanted: PhotoFilter
    leads: list[Any]
    places: list[UUID] | None  # those of the filter; None: all
    orders: list[UUID] | None  # hazards in the wanted state, where they are few

    @property
    def windows(self) -> list[int]:
        return [max(LEAST, size // len(self.leads)) for size in WINDOWS]

    @property
    def few(self) -> bool:
        """Whether a few hazards lead."""
        return self.orders is not None and not self.wanted.round

    def between(self, of: Any) -> list[Any]:
        """Moments at which a walk by time may begin and end; a record may be a month late."""
        first, last = self.wanted.first, self.wanted.last
        found: list[Any] = []
        if first:
            found.append(of.taken_at >= _midnight(first) - timedelta(days=33))
        if last:
            found.append(of.taken_at < _midnight(last) + timedelta(days=3))
        return found

    def rest(self, of: Any) -> list[Any]:
        """Everything that is asked, of these columns; what the walk has seen to already costs next to nothing."""
        wanted = self.wanted
        equal = ((of.round_id, wanted.round), (of.user_id, wanted.person), (of.category, wanted.category))
        found = [of.kind != "signature", *(column == value for column, value in equal if value)]
        if wanted.first:
            found.append(of.business_day >= wanted.first)
        if wanted.last:
            found.append(of.business_day <= wanted.last)
        if wanted.show == COMING:
            here = exists().where(PhotoFile.site_id == self.site_id, PhotoFile.id == of.id)
            found.append(not_(here))
        elif wanted.show:
            found.append(of.kind.in_(kinds_of(wanted.show)))
        if not wanted.owners:
            found.append(of.subject_kind.not_in(OF_OWNERS))
        if self.places is not None:
            found.append(of.place_id.in_(self.places))
        if wanted.state:
            found.append(self._in_state(of))
        return found

    def _in_state(self, of: Any) -> Any:
        if self.orders is not None:
            return and_(of.subject_kind == "hazard", of.subject_id.in_(self.orders))
        order = WorkOrder.__table__.c
        wanted = select(order.id).where(
            order.site_id == self.site_id, order.id == of.subject_id, order.state.in_(STATES[str(self.wanted.state)])
        )
        return and_(of.subject_kind == "hazard", wanted.exists())


def plan_of(site_id: UUID, wanted: PhotoFilter) -> Plan | None:
    """What leads is what is rarest as a rule: a round, a few open hazards, places, words, a category, a person, days,
    kinds; else time itself. None when nothing can fit."""
    places = _places(site_id, wanted)
    orders = _few_orders(site_id, wanted.state) if wanted.state else None
    if places == [] or orders == []:
        return None
    leads = _leads(site_id, wanted, places, orders)
    return Plan(site_id, wanted, leads, places, orders) if leads else None


def _leads(site_id: UUID, wanted: PhotoFilter, places: list[UUID] | None, orders: list[UUID] | None) -> list[Any]:
    if wanted.round:
        return [Photo.round_id == wanted.round]
    if orders is not None:
        return [and_(Photo.subject_kind == "hazard", Photo.subject_id.in_(orders))]
    if wanted.words:
        return _by_words(site_id, wanted.words)
    if places is not None and len(places) <= MOST_PLACES:
        return [Photo.place_id == place for place in places]
    if wanted.category:
        return [Photo.category == wanted.category]
    if wanted.person:
        return [Photo.user_id == wanted.person]
    if wanted.first and wanted.last and (wanted.last - wanted.first).days < MOST_DAYS:
        return [Photo.business_day == day for day in _days(wanted.first, wanted.last)]
    if wanted.show and wanted.show != COMING:
        return [Photo.kind == kind for kind in kinds_of(wanted.show)]
    if wanted.state:
        return [Photo.kind == kind for kind in SHOWS["hazard"]]
    return [Photo.site_id == site_id]


def kinds_of(show: str) -> tuple[str, ...]:
    return SHOWS.get(show) or (show,)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _places(site_id: UUID, wanted: PhotoFilter) -> list[UUID] | None:
    sets: list[set[UUID]] = []
    if wanted.route:
        query = select(RouteStop.place_id).where(RouteStop.site_id == site_id, RouteStop.route_id == wanted.route)
        sets.append(set(db.session.scalars(query)))
    if wanted.place:
        sets.append(set(db.session.scalars(places_below(site_id, wanted.place))))
    return sorted(set.intersection(*sets), key=str) if sets else None


def _few_orders(site_id: UUID, state: str) -> list[UUID] | None:
    """The hazards in a state, unless they are many: then the photos lead, most of which fit."""
    query = select(WorkOrder.id).where(
        WorkOrder.site_id == site_id, WorkOrder.kind == "hazard", WorkOrder.state.in_(STATES[state])
    )
    ids = list(db.session.scalars(query.limit(FEW_ORDERS + 1)))
    return ids if len(ids) <= FEW_ORDERS else None


def _by_words(site_id: UUID, words: str) -> list[Any]:
    """Places and people whose name holds the words."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    places = select(Place.id).where(Place.site_id == site_id, Place.full_name.ilike(like, escape="\\"))
    people = (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, User.name.ilike(like, escape="\\"))
    )
    return [
        *(Photo.place_id == place for place in db.session.scalars(places.limit(MOST_PLACES))),
        *(Photo.user_id == user for user in db.session.scalars(people.limit(MOST_PEOPLE))),
    ]
