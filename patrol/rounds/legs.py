"""What the scans of people and phones say beside each other: times between points, positions, clocks, hands.

Pure: steps in, flags by scan out. Each rule is a question to a person, never a verdict.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from patrol.rounds.distance import distance_m

FIXED_MINIMUM_S = 20.0
SLACK = 0.6  # of the learned 5th percentile: one honest walk in twenty is below the percentile itself
BURST = 3  # legs in a row that are too fast
ALONE_AFTER = timedelta(hours=2)  # a pause after which two scans say nothing about a walk
SAME_SECOND = timedelta(seconds=1)
FASTEST_M_S = 10.0
FINE_M = 50.0  # a coarser position may honestly repeat, metre by metre
SAME_AT = 3  # places with the very same coordinates
CLOCK_BACK = timedelta(minutes=2)

Flags = dict[UUID, set[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One scan as the rules take it. device: the phone's own number; seq: its count of records; both may be unknown."""

    id: UUID
    place_id: UUID
    user_id: UUID
    at: datetime
    round_id: UUID | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    captured_at: datetime | None = None
    monotonic_ms: int | None = None
    device: UUID | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """From one point to the next by the same person. metres: between the two positions, where both are known."""

    before: Step
    after: Step
    minimum_s: float
    metres: int | None

    @property
    def seconds(self) -> float:
        return (self.after.at - self.before.at).total_seconds()

    @property
    def too_fast(self) -> bool:
        return self.seconds < self.minimum_s


def legs_of(steps: Iterable[Step], learned: Callable[[UUID, UUID], float | None]) -> list[list[Leg]]:
    """The legs of each person in order of time. learned: 5th percentile of honest walks in seconds, None if unknown.

    The same place again is no leg; a pause of two hours begins a new walk.
    """
    people: dict[UUID, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: (step.at, step.id)):
        people[step.user_id].append(step)
    return [_legs(mine, learned) for mine in people.values()]


def _legs(steps: Sequence[Step], learned: Callable[[UUID, UUID], float | None]) -> list[Leg]:
    made = []
    for before, after in pairwise(steps):
        if before.place_id != after.place_id and after.at - before.at <= ALONE_AFTER:
            known = learned(before.place_id, after.place_id)
            minimum = FIXED_MINIMUM_S if known is None else known * SLACK
            made.append(Leg(before, after, minimum, _apart(before, after)))
    return made


def _apart(a: Step, b: Step) -> int | None:
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return distance_m(a.lat, a.lon, b.lat, b.lon)


def pace_flags(legs: Sequence[Leg]) -> Flags:
    """too_fast, same_second and burst of one person's legs, given in order of time."""
    found: Flags = defaultdict(set)
    run: list[Leg] = []
    for leg in legs:
        if leg.after.at - leg.before.at < SAME_SECOND:
            found[leg.before.id].add("same_second")
            found[leg.after.id].add("same_second")
        if not leg.too_fast:
            run = []
            continue
        found[leg.after.id].add("too_fast")
        run = [*run, leg] if run and run[-1].after.id == leg.before.id else [leg]
        if len(run) >= BURST:
            for one in run:
                found[one.before.id].add("burst")
                found[one.after.id].add("burst")
    return found


def position_flags(steps: Iterable[Step], legs: Iterable[Leg]) -> Flags:
    """position_odd of one person: no error at all, one spot for three places, or faster than anybody runs."""
    found: Flags = defaultdict(set)
    spots: dict[tuple[float, float], list[Step]] = defaultdict(list)
    for step in steps:
        if step.lat is None or step.lon is None:
            continue
        if step.accuracy_m == 0:
            found[step.id].add("position_odd")
        if step.accuracy_m is not None and step.accuracy_m <= FINE_M:
            spots[step.lat, step.lon].append(step)
    for same in spots.values():
        if len({step.place_id for step in same}) >= SAME_AT:
            for step in same:
                found[step.id].add("position_odd")
    for leg in legs:
        if leg.metres is None:
            continue
        sure = leg.metres - (leg.before.accuracy_m or 0) - (leg.after.accuracy_m or 0)
        if sure > FASTEST_M_S * max(leg.seconds, 1.0):
            found[leg.after.id].add("position_odd")
    return found


def clock_flags_of(steps: Iterable[Step]) -> Flags:
    """clock_step: a phone's time went back by more than two minutes while its own counters went on.

    The counter of a sleeping page may stop, so a clock ahead of it says nothing; a clock behind it was set.
    """
    found: Flags = defaultdict(set)
    phones: dict[UUID, list[Step]] = defaultdict(list)
    for step in steps:
        if step.captured_at is None:
            continue
        if step.monotonic_ms is not None:
            behind = step.monotonic_ms - step.captured_at.timestamp() * 1000
            if behind > CLOCK_BACK.total_seconds() * 1000:
                found[step.id].add("clock_step")
        if step.device is not None and step.seq is not None:
            phones[step.device].append(step)
    for mine in phones.values():
        mine.sort(key=lambda step: step.seq or 0)
        for before, after in pairwise(mine):
            if before.captured_at and after.captured_at and before.captured_at - after.captured_at > CLOCK_BACK:
                found[after.id].add("clock_step")
    return found


def hands_flags(steps: Iterable[Step], shift_of: Callable[[datetime], object]) -> Flags:
    """shared_device and two_devices within one shift. shift_of: anything that tells shifts apart."""
    found: Flags = defaultdict(set)
    by_phone: dict[object, list[Step]] = defaultdict(list)
    by_person: dict[object, list[Step]] = defaultdict(list)
    for step in steps:
        if step.device is not None:
            shift = shift_of(step.at)
            by_phone[shift, step.device].append(step)
            by_person[shift, step.user_id].append(step)
    for group, flag, who in (
        (by_phone, "shared_device", lambda step: step.user_id),
        (by_person, "two_devices", lambda step: step.device),
    ):
        for mine in group.values():
            if len({who(step) for step in mine}) > 1:
                for step in mine:
                    found[step.id].add(flag)
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a phone's chain: its number and the hash of the one before it."""

    id: UUID
    device: UUID
    seq: int
    prev: str | None


def chain_flags(links: Iterable[Link], elsewhere: Iterable[tuple[UUID, int]] = ()) -> Flags:
    """seq_gap on the first record after a hole, seq_fork on records that claim the same number.

    elsewhere: (device, number) of records known to be here in another form: refused ones.
    """
    found: Flags = defaultdict(set)
    phones: dict[UUID, dict[int, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        phones[link.device][link.seq].append(link)
    other: dict[UUID, set[int]] = defaultdict(set)
    for device, seq in elsewhere:
        other[device].add(seq)
    for device, numbers in phones.items():
        here = set(numbers) | other[device]
        for seq, same in numbers.items():
            if len(same) > 1:
                for link in same:
                    found[link.id].add("seq_fork")
            if seq - 1 not in here and seq > min(here):
                for link in same:
                    found[link.id].add("seq_gap")
    return found


def round_too_fast(first: datetime, last: datetime, points: int, expected: timedelta) -> bool:
    """Whether a whole round took under half of what is expected. Fewer than three points say nothing."""
    return points >= 3 and last - first < expected / 2
