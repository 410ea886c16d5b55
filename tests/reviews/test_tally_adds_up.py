"""Property: a week summed from its days says what counting all of its facts at once says."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.core.business_day import wall
from patrol.reviews.facts import (
    DayFacts,
    HazardClosed,
    HazardDue,
    HazardFound,
    InspectionFacts,
    PersonFacts,
    RoundFacts,
    StopFacts,
    Verification,
)
from patrol.reviews.figures import hazard_figures, patrol_figures
from patrol.reviews.tally import add, patrol_totals, tally_day
from patrol.rounds.schedule import round_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
NOW = wall(date(2026, 3, 6), time(1), SHANGHAI)  # in the middle of Thursday's night shift


DAYS = st.integers(0, 6)
spans = st.integers(0, 500_000).map(lambda seconds: timedelta(seconds=seconds))
moments = st.integers(0, 86_399).map(lambda s: wall(MONDAY, time(8), SHANGHAI) + timedelta(seconds=s))
people = st.sampled_from(["zhang", "li"])

stops = st.tuples(
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(-40, 140), max_size=2),
    st.sets(st.sampled_from(["too_fast", "clock_skew"])),
)


def a_round(n: int, hour: int, route: str, points: list, cancelled: bool, walkers: set[str]) -> RoundFacts:
    start = wall(MONDAY + timedelta(days=n), time(hour), SHANGHAI)
    return RoundFacts(
        id=f"{n}-{hour}-{route}",
        route_id=route,
        route_name=route.title(),
        times=round_times(start, start + timedelta(hours=2), 40),
        stops=[
            StopFacts(
                place,
                f"点位 {place}",
                required,
                excused,
                [start + timedelta(minutes=m) for m in scans],
                None,
                f,
            )
            for place, (required, excused, scans, f) in enumerate(points)
        ],
        cancelled=cancelled,
        user_ids=walkers,
    )


def on_days(facts: st.SearchStrategy) -> st.SearchStrategy:
    """Up to five facts, each with the number of its day."""
    return st.lists(st.tuples(DAYS, facts), max_size=5)


rounds = st.builds(
    a_round,
    DAYS,
    st.sampled_from([8, 12, 16, 20, 22]),
    st.sampled_from(["north", "south"]),
    st.lists(stops, max_size=4),
    st.booleans(),
    st.sets(people),
)
found = st.builds(
    HazardFound,
    st.sampled_from(["minor", "major"]),
    st.sampled_from(["other", "water_leak"]),
    st.sampled_from(["patrol", "owner"]),
    st.booleans(),
    st.booleans(),
)
inspections = st.builds(InspectionFacts, st.sampled_from(["fire_door", "exit_sign"]), st.booleans(), st.integers(0, 3))
FACTS = {
    "found": found,
    "due": st.builds(HazardDue, moments, st.none() | moments),
    "verifications": st.builds(lambda p, t, s: Verification(p, t - s, t), st.booleans(), moments, spans),
    "closed": st.builds(lambda t, s, spot: HazardClosed(t - s, t, spot), moments, spans, st.booleans()),
    "removed": st.sampled_from(["rejected", "merged", "transferred"]),
    "inspections": inspections,
    "persons": st.builds(
        lambda who, n, t, s: PersonFacts(who, n, first_scan=t - s, last_scan=t),
        people,
        st.integers(0, 50),
        moments,
        spans,
    ),
}


@st.composite
def weeks(draw) -> list[DayFacts]:
    walked = {round_.id: round_ for round_ in draw(st.lists(rounds, max_size=8))}
    dated = {name: draw(on_days(facts)) for name, facts in FACTS.items()}
    dated["rounds"] = [(int(id_[0]), round_) for id_, round_ in walked.items()]
    photos = draw(st.dictionaries(DAYS, st.dictionaries(st.sampled_from(["visit", "after"]), st.integers(0, 9))))
    reopened = draw(st.dictionaries(DAYS, st.integers(0, 2)))
    return [
        DayFacts(
            MONDAY + timedelta(days=n),
            NOW,
            SHANGHAI,
            photos=photos.get(n, {}),
            reopened_after_close=reopened.get(n, 0),
            **{name: [fact for day, fact in facts if day == n] for name, facts in dated.items()},
        )
        for n in range(7)
    ]


def all_at_once(week: list[DayFacts]) -> DayFacts:
    def joined(name: str) -> list:
        return [fact for day in week for fact in getattr(day, name)]

    kinds = {kind for day in week for kind in day.photos}
    return DayFacts(
        MONDAY,
        NOW,
        SHANGHAI,
        rounds=joined("rounds"),
        found=joined("found"),
        due=joined("due"),
        verifications=joined("verifications"),
        closed=joined("closed"),
        removed=joined("removed"),
        reopened_after_close=sum(day.reopened_after_close for day in week),
        inspections=joined("inspections"),
        photos={kind: sum(day.photos.get(kind, 0) for day in week) for kind in kinds},
        persons=joined("persons"),
    )


@settings(max_examples=50, deadline=None)
@given(weeks())
def test_a_week_is_the_sum_of_its_days(week):
    assert add(map(tally_day, week)) == tally_day(all_at_once(week))


@settings(max_examples=50, deadline=None)
@given(weeks(), st.randoms())
def test_the_order_of_the_days_does_not_matter(week, random):
    tallies = [tally_day(day) for day in week]
    total = add(tallies)
    random.shuffle(tallies)
    assert add(tallies) == total


@settings(max_examples=50, deadline=None)
@given(weeks())
def test_a_week_agrees_with_a_naive_recount_of_its_points(week):
    planned = on_time = late = missed = excused = 0
    for round_ in (r for day in week for r in day.rounds):
        t = round_.times
        if round_.cancelled or t.closes_at > NOW:
            continue
        for stop in (s for s in round_.stops if s.required):
            valid = [at for at in stop.scans if t.starts_at - t.tolerance <= at < t.closes_at]
            if valid:
                planned += 1
                in_time = min(valid) <= t.ends_at + t.tolerance
                on_time, late = on_time + in_time, late + (not in_time)
            elif stop.excused:
                excused += 1
            else:
                planned, missed = planned + 1, missed + 1

    total = add(map(tally_day, week))
    counts = patrol_totals(total)
    figures = patrol_figures([counts])

    assert (counts.planned, counts.on_time, counts.late) == (planned, on_time, late)
    assert (counts.missed, counts.excused) == (missed, excused)
    assert len(total["missed_points"]) == missed
    assert sum(n for hours in total["missed_by_place_hour"].values() for n in hours.values()) == missed
    assert counts.planned == figures.visited + counts.missed


@settings(max_examples=50, deadline=None)
@given(weeks(), st.integers(20, 60))
def test_a_weeks_hazards_balance_and_its_mean_is_that_of_all(week, open_at_start):
    total = add(map(tally_day, week))
    figures = hazard_figures(total, open_at_start)
    times = sorted(
        int((h.rectified_at - h.reported_at).total_seconds()) for day in week for h in day.closed if not h.spot
    )

    assert figures.balance.open_at_end == open_at_start + total["hazards"]["open_delta"]
    assert total["hazards"]["rectify"]["all_s"] == times
    assert figures.rectify.mean_s == (sum(times) // len(times) if times else None)
    assert figures.found == sum(hazard.valid for day in week for hazard in day.found)
