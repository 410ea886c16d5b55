"""Report (上报): a hazard comes into the world, or an old one is seen again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import bindparam, select, union_all

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import connection, db
from patrol.core.facts import When
from patrol.core.new_row import put
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.category import Category, category
from patrol.hazards.deadline import SEVERITIES, deadline_hours, due_at
from patrol.hazards.draw import drawn
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.sightings import last_closed, see_again, stands_for
from patrol.photos.photo import add_photos
from patrol.sites.day import mark_day
from patrol.sites.place import Place
from patrol.workorders.flow import role_refusal
from patrol.workorders.number import next_number
from patrol.workorders.timeline import add_step

PREFIX = "YH"
MAX_PHOTOS = 6
SPOT_WITHIN = timedelta(minutes=30)
_DESKS = ("service_desk", "service_supervisor")
_ID: dict[str, Any] = {"site_id": bindparam("site_id"), "id": bindparam("id")}
_PLACE = Prepared(select(Place.retired_at).filter_by(**_ID))
_KNOWN = Prepared(
    union_all(
        select(Hazard.__table__.c.id.label("hazard_id")).filter_by(**_ID),
        select(Sighting.hazard_id).filter_by(**_ID),
    )
)


class HazardData(BaseModel):
    """A ``hazard`` record as the phone or a plain form sends it. scan is of use to the door only."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    place: UUID
    category: str = Field(max_length=60)
    severity: Literal["minor", "major", "critical"] | None = None
    note: str = Field("", max_length=1000)
    spot: bool = False
    photos: list[UUID] = Field(default_factory=list)
    after: list[UUID] = Field(default_factory=list)
    scan: UUID | None = None
    seen_again: UUID | None = None
    looks: Literal["still", "worse", "fixed"] | None = None  # of one seen again
    photo_facts: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _after_means_spot(self) -> "HazardData":
        """A photo taken afterwards says that it was put right on the spot."""
        self.spot = self.spot or bool(self.after and not self.seen_again)
        return self

    @field_validator("photos", "after")
    @classmethod
    def _each_once(cls, ids: list[UUID]) -> list[UUID]:
        return list(dict.fromkeys(ids))


def report_hazard(
    data: HazardData,
    *,
    id: UUID,
    by: Reader,
    when: When,
    round_id: UUID | None = None,
    source: str | None = None,
) -> Hazard:
    """A new hazard, inside the caller's ``write()``; with ``seen_again`` a sighting of the open one instead.

    The same id again changes nothing and answers the same hazard. round_id: the round it was found on, looked
    up by the door from ``data.scan``. A hazard seen again that was closed meanwhile is reported anew.
    """
    known = _known(by.site_id, id)
    if known is not None:
        return known
    if source != "owner" and not by.may("hazard.report"):
        raise role_refusal()
    _check_place(by.site_id, data.place)
    _check_photos(data)
    again = _seen(by.site_id, data.seen_again)
    if again is not None:
        see_again(
            again, id=id, by=by, when=when, note=data.note, photos=data.photos, photo_facts=data.photo_facts,
            looks=data.looks,
        )  # fmt: skip
        return again
    kind = category(data.category)
    severity = _severity(data, kind, by)
    if data.spot:
        _check_spot(data, kind)
    return open_hazard(
        kind,
        severity,
        place_id=data.place,
        note=data.note,
        source=source or ("desk" if by.role in _DESKS else "patrol"),
        photos=data.photos,
        after=data.after,
        spot=data.spot,
        photo_facts=data.photo_facts,
        round_id=round_id,
        id=id,
        by=by,
        when=when,
    )


def open_hazard(
    kind: Category,
    severity: str,
    *,
    place_id: UUID,
    note: str,
    source: str,
    id: UUID,
    by: Reader,
    when: When,
    photos: list[UUID],
    after: list[UUID],
    spot: bool = False,
    photo_facts: Mapping[str, Any] | None = None,
    round_id: UUID | None = None,
    detail_id: UUID | None = None,
    **origin: Any,
) -> Hazard:
    """The row, its photos and its first line. What may be reported by whom was settled before."""
    day = business_day_of(by, when.at)
    due = due_at(when.at, deadline_hours(kind, severity))
    hazard = Hazard(
        id=id,
        site_id=by.site_id,
        number=next_number(by.site_id, PREFIX, day),
        title=kind["short"]["zh"],
        note=note,
        place_id=place_id,
        category=kind["code"],
        subject=kind["code"],
        severity=severity,
        state="reported",
        source=source,
        team=kind["default_team"],
        reported_by_id=by.user_id,
        reported_at=when.at,
        received_at=when.received_at,
        business_day=day,
        due_at=due,
        first_due_at=due,
        round_id=round_id,
        recurs_of_id=last_closed(by.site_id, place_id, kind["code"], when.at),
        interim_measure="",
        spot_fixed=False,
        reopen_count=0,
        version=1,
        **origin,
    )
    put(hazard)
    pictures = _add_pictures(hazard, photos, after, by, when, photo_facts, detail_id)
    late = spot and _after_minutes(pictures) > SPOT_WITHIN
    if spot:
        _fix_on_the_spot(hazard, by, when, late=late)
    facts: dict[str, Any] = {"severity": severity} | ({"spot": True} if spot else {})
    add_step(hazard, "report", to=hazard.state, id=id, by=by, when=when, note=note, **facts)
    mark_day(by.site_id, business_day_of(by, due))
    return hazard


def _known(site_id: UUID, id: UUID) -> Hazard | None:
    """What this id has become: a hazard, or a sighting of one."""
    found = _KNOWN.first(connection(), {"site_id": site_id, "id": id})
    return db.session.get(Hazard, (site_id, found.hazard_id)) if found else None


def _check_place(site_id: UUID, place_id: UUID) -> None:
    place = _PLACE.first(connection(flush=False), {"site_id": site_id, "id": place_id})
    if place is None or place.retired_at is not None:
        raise NotHere("place")


def _seen(site_id: UUID, seen_again: UUID | None) -> Hazard | None:
    """The open hazard that is seen again; None when there is none, or it was settled while the phone was away."""
    if seen_again is None:
        return None
    hazard = stands_for(site_id, seen_again)
    if hazard is None:
        raise NotHere("hazard")
    return hazard if hazard.state in OPEN else None


def _check_photos(data: HazardData) -> None:
    if not data.photos:
        raise Problem("hazard.photo", N_("Take a photo first."), field="photos")
    if len(data.photos) > MAX_PHOTOS or len(data.after) > MAX_PHOTOS:
        raise Problem("hazard.photos", N_("At most 6 photos. Take some out."), field="photos")


def _severity(data: HazardData, kind: Category, by: Reader) -> str:
    """The reporter may raise what the category suggests; lowering takes a supervisor and a reason."""
    suggested = str(kind["default_severity"])
    wanted = data.severity or suggested
    if SEVERITIES.index(wanted) >= SEVERITIES.index(suggested):  # type: ignore[arg-type]
        return wanted
    if not by.may("severity.lower"):
        raise Problem(
            "hazard.severity",
            N_("Only a supervisor may set a lower severity. Report it as suggested, and say why in the note."),
            status=403,
            field="severity",
        )
    if not data.note:
        raise Problem("hazard.severity_reason", N_("Say in the note why it is less severe."), field="note")
    return wanted


def _check_spot(data: HazardData, kind: Category) -> None:
    if not kind["spot_fix"]:
        raise Problem("hazard.no_spot", N_("This kind cannot be closed on the spot. Report it."), field="spot")
    if not data.after:
        raise Problem("hazard.after", N_("Take a photo after the work as well."), field="after")


def _add_pictures(
    hazard: Hazard,
    photos: list[UUID],
    after: list[UUID],
    by: Reader,
    when: When,
    facts: Mapping[str, Any] | None,
    detail_id: UUID | None,
) -> dict[str, list[datetime]]:
    """The photos' times by kind."""
    times = {}
    for kind, ids in (("before", photos), ("after", after)):
        times[kind] = add_photos(
            ids,
            kind=kind,
            subject_kind="hazard",
            subject_id=hazard.id,
            detail_id=detail_id,
            place_id=hazard.place_id,
            category=hazard.category,
            round_id=hazard.round_id,
            by=by,
            when=when,
            facts=facts,
        )
    return times


def _after_minutes(times: dict[str, list[datetime]]) -> timedelta:
    if not times["before"] or not times["after"]:
        return timedelta(0)
    return max(times["after"]) - min(times["before"])


def _fix_on_the_spot(hazard: Hazard, by: Reader, when: When, *, late: bool) -> None:
    """Minor: closed at once. Major and critical, or finished over 30 minutes later: somebody looks at it."""
    hazard.rectified_at, hazard.rectified_by_id = when.at, by.user_id
    hazard.spot_fixed = not late
    hazard.state = "to_verify"
    if hazard.severity == "minor" and not late:
        hazard.state = "closed"
        hazard.closed_at, hazard.closed_by_id = when.at, by.user_id
        hazard.closed_day = business_day_of(by, when.at)
        hazard.to_sample = drawn(hazard.id, when.received_at)
