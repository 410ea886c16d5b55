"""Whether a round meant for two was walked by two (双人巡查): the partner confirms with his own login."""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CrewStop:
    """A point in route order. scans: (person, effective time) of its scans in this round, any order."""

    place_id: Hashable
    required: bool
    scans: Collection[tuple[Hashable, datetime]]


@dataclass(frozen=True, slots=True)
class Crew:
    """leader: who scanned most; partners: point -> who else was there. wanted: points that need a second person."""

    leader: Hashable | None
    wanted: tuple[Hashable, ...]
    partners: dict[Hashable, tuple[Hashable, ...]]

    @property
    def missing(self) -> tuple[Hashable, ...]:
        return tuple(place for place in self.wanted if place not in self.partners)


def crew_of(stops: Sequence[CrewStop], opens_at: datetime, closes_at: datetime, both_scan: bool = False) -> Crew:
    """Who confirmed where.

    Wanted are the first and the last of the required points that were reached, or all of them with both_scan; on a
    route of optional points only, the first and last reached. A point is confirmed when two logins scanned it while
    the round was open (opens_at <= t < closes_at), late ones too; the same login twice confirms nothing. It need not
    be the same partner at both ends. Nobody walked: nothing is wanted, the round is simply missed.
    """
    there = {stop.place_id: {person for person, at in stop.scans if opens_at <= at < closes_at} for stop in stops}
    reached = [stop for stop in stops if there[stop.place_id]]
    required = [stop for stop in reached if stop.required] if any(stop.required for stop in stops) else reached
    ends = required if both_scan else required[:1] + required[1:][-1:]
    counts = Counter(person for stop in stops for person in sorted(there[stop.place_id], key=str))
    leader = counts.most_common(1)[0][0] if counts else None
    partners = {
        place: tuple(sorted(people - {leader}, key=str) if leader in people else sorted(people, key=str)[1:])
        for place, people in there.items()
        if len(people) > 1
    }
    return Crew(leader, tuple(stop.place_id for stop in ends), partners)


def crew_short(crew: Crew, closes_at: datetime, now: datetime) -> bool:
    """Whether the partner was missing: judged only once the round has closed, since he may still come."""
    return now >= closes_at and bool(crew.missing)
