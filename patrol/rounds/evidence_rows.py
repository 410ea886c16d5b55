"""From the facts of some days to their rows of evidence: flags, grade, and what was measured."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from patrol.photos.seen import picture_of, seen_before, taken_long_before
from patrol.rounds.day_facts import DaysFacts
from patrol.rounds.flags import grade_of
from patrol.rounds.legs import (
    Flags,
    Leg,
    chain_flags,
    clock_flags_of,
    hands_flags,
    legs_of,
    pace_flags,
    position_flags,
    round_too_fast,
)
from patrol.rounds.scan import BY_HAND
from patrol.rounds.walk import Walk

Learned = Callable[[UUID, UUID], float | None]
Row = dict[str, Any]


def rows_of(facts: DaysFacts, learned: Learned, at: datetime, photos_since: datetime | None) -> list[Row]:
    """Rows for what is over and has none. photos_since: photos that came before were judged already."""
    taken = [scan for scan in facts.scans if "repeat" not in scan.flags]
    due = {scan.id: scan for scan in taken if scan.id not in facts.made and _over(facts, scan)}
    legs, flags = _judge(facts, taken, learned)
    pictures = _Pictures(facts, due, photos_since)
    counted = {stop.seen.id for walk in facts.walks.values() for stop in walk.stops if stop.seen}
    visits = [_visit(facts, scan, legs.get(scan.id), flags[scan.id], pictures, counted, at) for scan in due.values()]
    of_round: dict[Any, list[Row]] = defaultdict(list)
    for row in visits:
        of_round[row["round_id"]].append(row)
    rounds = [
        _round(facts, walk, of_round[walk.id], at) for walk in facts.walks.values() if walk.id not in facts.made
    ]  # fmt: skip
    return visits + rounds + pictures.additions(at) + _late_answers(facts, due, at)


def _over(facts: DaysFacts, scan: Any) -> bool:
    """Whether a scan can be judged: its round has closed, or it belongs to none that is still to be walked."""
    round_ = facts.rounds.get(scan.round_id)
    return round_ is None or scan.round_id in facts.walks or round_.cancelled_at is not None


def _judge(facts: DaysFacts, scans: Iterable[Any], learned: Learned) -> tuple[dict[UUID, Leg], Flags]:
    """The leg to each scan, and what all rules say. What was entered by hand measures nothing, so no rule judges it."""
    steps = [facts.step(scan) for scan in scans if scan.method not in BY_HAND]
    walked = legs_of(steps, learned)
    shift_of = facts.shift_of
    shifts: dict[Any, list[Any]] = defaultdict(list)
    for step in steps:
        shifts[step.user_id, shift_of(step.at)].append(step)
    said = [
        *(pace_flags(legs) for legs in walked),
        *(position_flags(mine, ()) for mine in shifts.values()),
        position_flags((), chain.from_iterable(walked)),
        clock_flags_of(steps),
        hands_flags(steps, shift_of),
        chain_flags(facts.links),
    ]
    flags: Flags = defaultdict(set)
    for one in said:
        for scan_id, codes in one.items():
            flags[scan_id] |= codes
    return {leg.after.id: leg for leg in chain.from_iterable(walked)}, flags


def _visit(
    facts: DaysFacts, scan: Any, leg: Leg | None, said: set[str], pictures: "_Pictures", counted: set[UUID],
    at: datetime,
) -> Row:  # fmt: skip
    near = scan.distance_m is not None and scan.distance_m <= scan.radius_m
    by_hand = scan.method in BY_HAND
    flags = set(scan.flags) | (set() if by_hand else said) | pictures.flags[scan.id]
    if "far_away" in flags and scan.distance_m - (scan.accuracy_m or 0) <= scan.radius_m:
        flags ^= {"far_away", "position_coarse"}
    if "old_label" in flags and scan.leaked:
        flags.add("leaked_label")
    answers = facts.good_answers[scan.id]
    if answers and not all(answers):
        flags.add("wrong_answer")
    live = pictures.live[scan.id]
    if (
        scan.id in counted
        and facts.live.get(scan.round_id) == scan.place_id
        and not (live or scan.id in pictures.coming or by_hand)
    ):
        flags.add("no_live_photo")
    measured = {"distance_m": scan.distance_m, "accuracy_m": scan.accuracy_m, **_leg(leg), **pictures.links(scan.id)}
    honest = leg is not None and leg.before.round_id == scan.round_id is not None and leg.seconds > 0
    return _row(
        facts, "visit" if scan.id in counted else "extra", scan.id, scan, at,
        flags, grade_of(flags, near=near, proved=bool(live) or any(answers)), measured,
        scan_id=scan.id, place_id=scan.place_id, moment=scan.effective_at,
        from_place_id=leg.before.place_id if honest and leg else None,
        walked_s=leg.seconds if honest and leg else None,
    )  # fmt: skip


def _leg(leg: Leg | None) -> dict[str, Any]:
    if leg is None:
        return {}
    return {
        "seconds": round(leg.seconds, 1),
        "minimum_s": round(leg.minimum_s, 1),
        "metres": leg.metres,
        "before": str(leg.before.id),
    }


def _round(facts: DaysFacts, walk: Walk, visits: Iterable[Row], at: datetime) -> Row:
    """The round as a whole: how long it took, how its visits (the rows of its scans) look together."""
    mine = [row for row in visits if row["kind"] == "visit"]
    seen = [stop.seen for stop in walk.stops if stop.seen and stop.seen.method not in BY_HAND]
    expected = min(walk.times.ends_at - walk.times.starts_at, timedelta(minutes=facts.expected_min.get(walk.id, 0)))
    first, last = min((s.at for s in seen), default=None), max((s.at for s in seen), default=None)
    flags = set()
    if first and last and walk.state == "completed" and round_too_fast(first, last, len(seen), expected):
        flags.add("round_too_fast")
    grades = [row["grade"] for row in mine]
    grade = grade_of(flags, near=bool(grades) and set(grades) == {"A"})
    if grades.count("C") * 2 > len(grades):
        grade = "C"
    measured = {
        "took_s": round((last - first).total_seconds()) if first and last else None,
        "expected_s": round(expected.total_seconds()),
        "points": len(seen), "of": len(walk.required), "c": grades.count("C"),
    }  # fmt: skip
    return _row(
        facts, "round", walk.id, facts.rounds[walk.id], at, flags, grade, measured,
        round_id=walk.id, user_id=walk.people[0][0] if walk.people else None, moment=walk.times.starts_at,
    )  # fmt: skip


def _row(
    facts: DaysFacts, kind: str, id: UUID, of: Any, at: datetime, flags: Iterable[str], grade: str,
    measured: dict[str, Any], *, moment: datetime, **more: Any,
) -> Row:  # fmt: skip
    row: Row = {
        "site_id": facts.site.id, "id": id, "kind": kind, "scan_id": None, "place_id": None,
        "round_id": getattr(of, "round_id", None), "user_id": getattr(of, "user_id", None),
        "business_day": of.business_day, "at": moment, "made_at": at, "grade": grade, "flags": sorted(flags),
        "measured": {key: value for key, value in measured.items() if value is not None},
        "from_place_id": None, "walked_s": None,
    }  # fmt: skip
    return row | more


class _Pictures:
    """What the photos of these days say: for a scan that is due now in its row, else in rows of their own."""

    def __init__(self, facts: DaysFacts, due: dict[UUID, Any], since: datetime | None):
        self.facts = facts
        scans = {scan.id for scan in facts.scans}
        waiting = scans - set(due) - set(facts.made)  # judged with their scan
        here = [row for row in facts.photos if row.arrived_at is not None]
        self.coming = {row.subject_id for row in facts.photos if row.arrived_at is None and not row.from_gallery}
        fresh = [row for row in here if row.subject_id in due or (
            row.subject_id not in waiting and row.id not in facts.made
            and (since is None or max(row.received_at, row.arrived_at) >= since))]  # fmt: skip
        self.seen = seen_before(facts.site.id, [picture_of(row) for row in fresh])
        self.flags: dict[UUID, set[str]] = defaultdict(set)
        self.live: dict[UUID, list[UUID]] = defaultdict(list)
        self.late: list[tuple[Any, set[str]]] = []
        self._of: dict[UUID, list[UUID]] = defaultdict(list)
        for row in fresh:
            self._take(row, row.subject_id in due)

    def _take(self, row: Any, with_scan: bool) -> None:
        flags = {"photo_seen"} if row.id in self.seen else set()
        if taken_long_before(row):
            flags.add("photo_old")
        if not with_scan:
            if flags:
                self.late.append((row, flags))
            return
        self.flags[row.subject_id] |= flags
        self._of[row.subject_id].append(row.id)
        if not flags and not row.from_gallery:
            self.live[row.subject_id].append(row.id)

    def links(self, scan_id: UUID) -> dict[str, Any]:
        """The photos of a visit that were seen before, each with the older one and the bits between them."""
        seen = [self._link(photo) for photo in self._of[scan_id] if photo in self.seen]
        return {"photos": seen} if seen else {}

    def _link(self, photo: UUID) -> list[Any]:
        other, bits = self.seen[photo]
        return [str(photo), str(other), bits]

    def additions(self, at: datetime) -> list[Row]:
        """Photos of hazards and checklists, and those that came after their visit was judged."""
        scans = {scan.id for scan in self.facts.scans}
        return [
            _row(
                self.facts, "addition", row.id, row, at, flags, grade_of(flags),
                {"photos": [self._link(row.id)]} if row.id in self.seen else {"photo": str(row.id)},
                moment=row.taken_at, place_id=row.place_id, round_id=row.round_id,
                scan_id=row.subject_id if row.subject_id in scans else None,
            )
            for row, flags in self.late
        ]  # fmt: skip


def _late_answers(facts: DaysFacts, due: dict[UUID, Any], at: datetime) -> list[Row]:
    """Wrong answers that came after their visit was judged."""
    scans = {scan.id: scan for scan in facts.scans}
    late = [
        one for one in facts.answers
        if not one.good and one.scan_id not in due and one.id not in facts.made
        and (made := facts.made.get(one.scan_id)) is not None and one.received_at > made
    ]  # fmt: skip
    return [
        _row(
            facts, "addition", one.id, scans[one.scan_id], at, ["wrong_answer"], grade_of(["wrong_answer"]), {},
            moment=scans[one.scan_id].effective_at, scan_id=one.scan_id, place_id=scans[one.scan_id].place_id,
        )
        for one in late
    ]  # fmt: skip
