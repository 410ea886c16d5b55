"""One closed round as counts that can be added up."""

from dataclasses import dataclass
from datetime import datetime

from patrol.reviews.facts import RoundFacts, StopFacts
from patrol.rounds.visits import Visit, VisitState, round_state, visit_state


@dataclass(frozen=True, slots=True)
class PatrolCounts:
    """Closed rounds and their required points.

    planned is P: required points without the excused ones, so planned = on_time + late + missed.
    """

    rounds: int = 0
    planned: int = 0
    on_time: int = 0
    late: int = 0
    missed: int = 0
    excused: int = 0
    completed_rounds: int = 0
    missed_rounds: int = 0

    def __add__(self, other: "PatrolCounts") -> "PatrolCounts":
        return PatrolCounts(
            self.rounds + other.rounds,
            self.planned + other.planned,
            self.on_time + other.on_time,
            self.late + other.late,
            self.missed + other.missed,
            self.excused + other.excused,
            self.completed_rounds + other.completed_rounds,
            self.missed_rounds + other.missed_rounds,
        )


def is_closed(round_: RoundFacts, now: datetime) -> bool:
    """Whether the round counts: only once now >= C, even if every point was reached long before."""
    return not round_.cancelled and now >= round_.times.closes_at


def required_visits(round_: RoundFacts, now: datetime) -> list[tuple[StopFacts, Visit]]:
    return [
        (stop, visit_state(round_.times, stop.scans, now, stop.excused, stop.window))
        for stop in round_.stops
        if stop.required
    ]


def count_round(round_: RoundFacts, now: datetime) -> PatrolCounts:
    """Counts of one round; all zero while it is open, and for a cancelled one."""
    if not is_closed(round_, now):
        return PatrolCounts()
    visits = [visit for _, visit in required_visits(round_, now)]
    opens, closes = round_.times.opens_at, round_.times.closes_at
    any_scan = any(opens <= at < closes for stop in round_.stops for at in stop.scans)
    state = round_state(visits, now, closes, any_scan, round_.cancelled)

    def having(wanted: VisitState) -> int:
        return sum(visit.state == wanted for visit in visits)

    excused = having(VisitState.EXCUSED)
    return PatrolCounts(
        rounds=1,
        planned=len(visits) - excused,
        on_time=having(VisitState.ON_TIME),
        late=having(VisitState.LATE),
        missed=having(VisitState.MISSED),
        excused=excused,
        completed_rounds=int(state == "completed"),
        missed_rounds=int(state == "missed"),
    )
