"""One business day in numbers that add up, so that weeks and months are sums of days."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from patrol.reviews.counts import PatrolCounts, count_round, is_closed, required_visits
from patrol.reviews.facts import DayFacts, PersonFacts, RoundFacts
from patrol.reviews.merge import add_into
from patrol.rounds.visits import VisitState

Tally = dict[str, Any]

VERSION = 5
_COUNTS = itemgetter(*(field.name for field in fields(PatrolCounts)))
SECOND = timedelta(seconds=1)


def tally_day(facts: DayFacts) -> Tally:
    """Count one day. JSON-able: keys and ids are text, times ISO in UTC, spans whole seconds.

    routes: {route id: name and the PatrolCounts of its closed rounds}. missed_points: each point not reached
    (round, place, place_name, route, hour of S by the site's clock, starts_at), earliest first.
    missed_by_place_hour: {place id: {"20": n}}. flags: by kind, of closed rounds and their visits.
    make_up: make-up rounds that have closed, and those of them in which every point was reached; counted nowhere else.
    open_rounds: rounds left out because they have not closed. hazards: see empty(). inspections: {checklist:
    done, complete, failed, failed_items}. photos: {kind: n}. photo_gaps: hazards without a picture before, repairs
    without one after, pictures whose bytes are not here. samples: see empty(). persons: {user id: …}, where rounds,
    late and missed are those of the closed rounds the person walked.
    valid_until: the next moment at which time alone changes the numbers (a round closes, a deadline passes),
    or None.
    """
    made_up = [round_ for round_ in facts.rounds if round_.make_up and is_closed(round_, facts.now)]
    closed = [r for r in facts.rounds if not r.make_up and is_closed(r, facts.now)]
    waiting = [r for r in facts.rounds if not r.cancelled and not is_closed(r, facts.now)]
    missed = _missed_points(closed, facts)
    return {
        "v": VERSION,
        "routes": _routes(closed, facts.now),
        "missed_points": missed,
        "missed_by_place_hour": _by_place_hour(missed),
        "flags": dict(sorted(_flags(closed).items())),
        "make_up": {
            "made": len(made_up),
            "completed": sum(count_round(r, facts.now).completed_rounds for r in made_up),
        },
        "cancelled_rounds": sum(round_.cancelled for round_ in facts.rounds),
        "open_rounds": sorted((_open_round(r) for r in waiting if not r.make_up), key=_when),
        "hazards": _hazards(facts),
        "inspections": _inspections(facts),
        "photos": {kind: n for kind, n in sorted(facts.photos.items()) if n},
        "photo_gaps": {
            "before": sum(hazard.valid and not hazard.pictured for hazard in facts.found),
            "after": sum(not pictured for pictured in facts.rectified),
            "bytes": facts.photos_to_come,
        },
        "samples": _samples(facts),
        "persons": _persons(facts.persons, closed, facts.now),
        "valid_until": _valid_until(waiting, facts),
    }


def add(tallies: Iterable[Tally]) -> Tally:
    """Sum of days, in any order; no days at all give an empty tally. The tallies given are left alone.

    Numbers add up, lists join in order of time, a name is the last one given, first_scan is the earliest,
    last_scan the latest, valid_until the soonest.
    """
    total = empty()
    for tally in tallies:
        if tally["v"] != VERSION:
            raise ValueError(f"a tally of version {tally['v']} cannot be added")
        add_into(total, tally)
    total["v"] = VERSION
    for name in ("missed_points", "open_rounds"):
        total[name].sort(key=_when)
    total["hazards"]["rectify"]["all_s"].sort()
    return total


def empty() -> Tally:
    """A tally of nothing; its shape is what templates may rely on."""
    return {
        "v": VERSION,
        "routes": {},
        "missed_points": [],
        "missed_by_place_hour": {},
        "flags": {},
        "make_up": {"made": 0, "completed": 0},
        "cancelled_rounds": 0,
        "open_rounds": [],
        "hazards": {
            "found": {"all": 0, "valid": 0, "spot": 0, "by_severity": {}, "by_category": {}, "by_source": {}},
            "closed": 0,
            "removed": 0,
            "removed_by": {},
            "reopened_after_close": 0,
            "open_delta": 0,
            "due": 0,
            "due_on_time": 0,
            "verifications": {"passed": 0, "failed": 0},
            "rectify": {"n": 0, "sum_s": 0, "all_s": []},
            "assign": {"n": 0, "sum_s": 0},
            "verify": {"n": 0, "sum_s": 0},
        },
        "inspections": {},
        "photos": {},
        "photo_gaps": {"before": 0, "after": 0, "bytes": 0},
        "samples": {"spot": {"waiting": 0, "ok": 0, "back": 0}, "visits": {"ok": 0, "not_ok": 0}},
        "persons": {},
        "valid_until": None,
    }


def patrol_totals(tally: Tally) -> PatrolCounts:
    """The counts of all routes of a tally together."""
    routes = tally["routes"].values()
    return PatrolCounts(*map(sum, zip(*map(_COUNTS, routes), strict=True))) if routes else PatrolCounts()


def route_counts(route: Mapping[str, Any]) -> PatrolCounts:
    """The counts in one entry of tally["routes"]."""
    return PatrolCounts(*_COUNTS(route))


def _routes(closed: list[RoundFacts], now: datetime) -> dict[str, Any]:
    counts: dict[str, PatrolCounts] = {}
    names: dict[str, str] = {}
    for round_ in closed:
        key = str(round_.route_id)
        counts[key] = counts.get(key, PatrolCounts()) + count_round(round_, now)
        names[key] = round_.route_name
    return {key: {"name": names[key], **asdict(counts[key])} for key in sorted(counts)}


def _missed_points(closed: list[RoundFacts], facts: DayFacts) -> list[dict[str, Any]]:
    points = [
        {
            "round": str(round_.id),
            "place": str(stop.place_id),
            "place_name": stop.place_name,
            "route": round_.route_name,
            "hour": round_.times.starts_at.astimezone(facts.tz).hour,
            "starts_at": _iso(round_.times.starts_at),
        }
        for round_ in closed
        for stop, visit in required_visits(round_, facts.now)
        if visit.state == VisitState.MISSED
    ]
    return sorted(points, key=_when)


def _by_place_hour(missed: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for point in missed:
        hours = table.setdefault(point["place"], {})
        hour = f"{point['hour']:02}"
        hours[hour] = hours.get(hour, 0) + 1
    return table


def _flags(closed: list[RoundFacts]) -> Counter[str]:
    counter: Counter[str] = Counter()
    for round_ in closed:
        counter.update(round_.flags)
        for stop in round_.stops:
            counter.update(stop.flags)
    return counter


def _open_round(round_: RoundFacts) -> dict[str, str]:
    return {
        "round": str(round_.id),
        "route": round_.route_name,
        "starts_at": _iso(round_.times.starts_at),
        "closes_at": _iso(round_.times.closes_at),
    }


def _hazards(facts: DayFacts) -> dict[str, Any]:
    valid = [hazard for hazard in facts.found if hazard.valid]
    on_time = [h for h in facts.due if h.rectified_at and h.rectified_at <= h.first_due_at]
    decided = [h for h in facts.due if h.rectified_at or h.first_due_at < facts.now]
    passed = sum(check.passed for check in facts.verifications)
    rectify = sorted(_seconds(h.rectified_at - h.reported_at) for h in facts.closed if not h.spot)
    return {
        "found": {
            "all": len(facts.found),
            "valid": len(valid),
            "spot": sum(hazard.spot for hazard in valid),
            "by_severity": _counted(hazard.severity for hazard in valid),
            "by_category": _counted(hazard.category for hazard in valid),
            "by_source": _counted(hazard.source for hazard in valid),
        },
        "closed": len(facts.closed),
        "removed": len(facts.removed),
        "removed_by": _counted(facts.removed),
        "reopened_after_close": facts.reopened_after_close,
        "open_delta": len(facts.found) + facts.reopened_after_close - len(facts.closed) - len(facts.removed),
        "due": len(decided),
        "due_on_time": len(on_time),
        "verifications": {"passed": passed, "failed": len(facts.verifications) - passed},
        "rectify": {"n": len(rectify), "sum_s": sum(rectify), "all_s": rectify},
        "assign": _span(h.assigned_at - h.reported_at for h in facts.assigned),
        "verify": _span(check.verified_at - check.rectified_at for check in facts.verifications),
    }


def _inspections(facts: DayFacts) -> dict[str, dict[str, int]]:
    lists: dict[str, Counter[str]] = {}
    for inspection in facts.inspections:
        counter = lists.setdefault(inspection.checklist, Counter(done=0, complete=0, failed=0, failed_items=0))
        counter["done"] += 1
        counter["complete"] += inspection.complete
        counter["failed"] += inspection.failed > 0
        counter["failed_items"] += inspection.failed
    return {code: dict(lists[code]) for code in sorted(lists)}


def _samples(facts: DayFacts) -> dict[str, dict[str, int]]:
    verdicts = Counter(hazard.sample for hazard in facts.found)
    good = sum(facts.visit_checks)
    return {
        "spot": {verdict: verdicts[verdict] for verdict in ("waiting", "ok", "back")},
        "visits": {"ok": good, "not_ok": len(facts.visit_checks) - good},
    }


def _persons(persons: Iterable[PersonFacts], closed: list[RoundFacts], now: datetime) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for person in persons:
        key = str(person.user_id)
        add_into(table.setdefault(key, _nobody()), _own_work(person))
    for round_ in closed:
        counts = count_round(round_, now)
        for key in {str(user_id) for user_id in round_.user_ids}:
            walked = {"rounds": 1, "late": counts.late, "missed": counts.missed}
            add_into(table.setdefault(key, _nobody()), walked)
    return {key: table[key] for key in sorted(table)}


def _nobody() -> dict[str, Any]:
    return {**_own_work(PersonFacts("")), "rounds": 0, "late": 0, "missed": 0}


def _own_work(person: PersonFacts) -> dict[str, Any]:
    first, last = person.first_scan, person.last_scan
    return {
        "scans": person.scans,
        "hazards_reported": person.hazards_reported,
        "hazards_rectified": person.hazards_rectified,
        "inspections": person.inspections,
        "photos": person.photos,
        "on_route_s": _seconds(last - first) if first and last else 0,
        "first_scan": _iso(first) if first else None,
        "last_scan": _iso(last) if last else None,
    }


def _valid_until(waiting: list[RoundFacts], facts: DayFacts) -> str | None:
    moments = [round_.times.closes_at for round_ in waiting]
    # A deadline is missed just after its moment, so the figure changes one tick later.
    tick = timedelta(microseconds=1)
    moments += [h.first_due_at + tick for h in facts.due if not h.rectified_at and h.first_due_at >= facts.now]
    return _iso(min(moments)) if moments else None


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _span(spans: Iterable[timedelta]) -> dict[str, int]:
    seconds = [_seconds(span) for span in spans]
    return {"n": len(seconds), "sum_s": sum(seconds)}


def _seconds(span: timedelta) -> int:
    return span // SECOND


def _iso(at: datetime) -> str:
    # Always with microseconds, because these texts are compared and "…:00+00:00" and "…:00.5" do not sort.
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _when(entry: Mapping[str, str]) -> tuple[str, str, str]:
    return entry["starts_at"], entry["round"], entry.get("place", "")
