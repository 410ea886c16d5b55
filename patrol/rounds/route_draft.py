"""A route as it is being edited: its stops and plans as plain values, kept in ``Route.draft`` until published."""

from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, field_validator

from patrol.core.problems import N_, Problem
from patrol.rounds.plan_rules import PlanRules
from patrol.rounds.schedule import LAST_OF_MONTH, band_minutes

TEAM = Annotated[str, Field(pattern="^(security|engineering|cleaning|greening|customer_service)$")]
CLOCK = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
MONTH_DAY = Annotated[int, Field(ge=LAST_OF_MONTH, le=31)]
DAY = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
PlanForm = Literal["every", "fixed", "per_shift", "on_demand"]
MOST_STOPS, MOST_PLANS, MOST_TIMES = 200, 24, 48


class StopDraft(BaseModel):
    """A stop: minutes one stays there, and minutes on foot from the stop before."""

    model_config = ConfigDict(extra="ignore")

    place: UUID
    required: bool = True
    stay_min: Annotated[int, Field(ge=0, le=120)] = 1
    walk_min: Annotated[int, Field(ge=0, le=120)] = 2
    window_from: CLOCK | None = None
    window_to: CLOCK | None = None

    @property
    def window(self) -> tuple[time, time] | None:
        """The point's own window, once both its ends are there and it lasts."""
        if not self.window_from or not self.window_to or self.window_from == self.window_to:
            return None
        return time.fromisoformat(self.window_from), time.fromisoformat(self.window_to)

    def check(self) -> None:
        if bool(self.window_from) != bool(self.window_to):
            raise Problem("stop.half_window", N_("A point's own time needs a beginning and an end."))
        if self.window_from and self.window_from == self.window_to:
            raise Problem("stop.no_window", N_("A point's own time cannot end when it begins."))


_USED_BY: dict[str, tuple[PlanForm, ...]] = {
    "times": ("fixed",),
    "band_start": ("every", "per_shift"),
    "band_end": ("every", "per_shift"),
    "every_min": ("every",),
    "per_shift": ("per_shift",),
    "random_min": ("every", "fixed"),
    "other_route": ("every", "fixed", "per_shift"),
}
SHORTEST_WINDOW = 10


class PlanDraft(BaseModel):
    """``key``: the plan's id, or a new one. ``weekdays``: bit 0 is Monday. ``tolerance_min`` None: by the formula.

    form: ``every`` so many minutes within the band, at ``fixed`` times, ``per_shift``: the band is a shift that is
    cut into that many windows, ``on_demand``: when somebody starts one.
    ``days_of_month``: 1 to 31 and -1 for the last day; empty means any. A day has to pass both it and ``weekdays``.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    key: UUID = Field(default_factory=uuid4)
    name: Annotated[str, Field(max_length=20)] = ""
    form: PlanForm = "fixed"
    band_start: CLOCK | None = None
    band_end: CLOCK | None = None
    every_min: Annotated[int, Field(ge=10, le=1440)] | None = None
    times: Annotated[list[CLOCK], Field(max_length=MOST_TIMES)] = []
    weekdays: Annotated[int, Field(ge=0, le=127)] = 127
    expected_min: Annotated[int, Field(ge=1, le=720)] = 60
    tolerance_min: Annotated[int, Field(ge=0, le=240)] | None = None
    crew_size: Annotated[int, Field(ge=1, le=2)] = 1
    both_scan: bool = False
    per_shift: Annotated[int, Field(ge=1, le=24)] | None = None
    random_min: Annotated[int, Field(ge=0, le=120)] = 0
    other_route: UUID | None = None
    valid_from: DAY | None = None
    valid_to: DAY | None = None
    skip_dates: Annotated[list[DAY], Field(max_length=60)] = []
    days_of_month: Annotated[list[MONTH_DAY], Field(max_length=32)] = []

    @field_validator("times", "skip_dates")
    @classmethod
    def _in_order(cls, given: list[str]) -> list[str]:
        return sorted(set(given))

    @field_validator("days_of_month")
    @classmethod
    def _month_days(cls, given: list[int]) -> list[int]:
        if 0 in given:
            raise ValueError("a month has no day 0")
        return sorted(set(given), key=lambda day: (day == LAST_OF_MONTH, day))

    @field_validator("valid_from", "valid_to")
    @classmethod
    def _a_day(cls, text: str | None) -> str | None:
        if text:
            date.fromisoformat(text)
        return text or None

    @field_validator("skip_dates")
    @classmethod
    def _days(cls, days: list[str]) -> list[str]:
        for text in days:
            date.fromisoformat(text)
        return days

    def what(self) -> dict[str, Any]:
        """Everything but the key, without what the form does not use; equal plans are equal here."""
        facts = self.model_dump(exclude={"key"})
        for name, forms in _USED_BY.items():
            if self.form not in forms:
                facts.pop(name)
        return facts

    def columns(self) -> dict[str, Any]:
        """As the plan table wants it, without key and validity; what the form does not use is empty."""
        used = {name: getattr(self, name) if self.form in forms else None for name, forms in _USED_BY.items()}
        return {
            "name": self.name,
            "form": self.form,
            "band_start": clock(used["band_start"]),
            "band_end": clock(used["band_end"]),
            "every_min": used["every_min"],
            "times": list(used["times"] or []),
            "per_shift": used["per_shift"],
            "weekdays": self.weekdays,
            "expected_min": self.expected_min,
            "tolerance_min": self.tolerance_min,
            "crew_size": self.crew_size,
            "both_scan": self.both_scan,
            "random_min": used["random_min"] or 0,
            "other_route_id": used["other_route"],
            "skip_dates": list(self.skip_dates),
            "days_of_month": list(self.days_of_month),
        }

    def rules(self, begins: date | None = None) -> PlanRules | None:
        """For the reckoning of its rounds, None while it lacks what its form needs. begins: its first day at least."""
        facts = self.columns()
        whole = facts["times"] if self.form == "fixed" else facts["band_start"] and facts["band_end"]
        if self.form != "on_demand" and not (whole and (self.every_min if self.form == "every" else True)):
            return None
        if self.form == "per_shift" and not self._cut():
            return None
        first = date.fromisoformat(self.valid_from) if self.valid_from else None
        return PlanRules(
            form=self.form,
            expected_min=self.expected_min,
            weekdays=self.weekdays,
            skip_dates=[date.fromisoformat(text) for text in self.skip_dates],
            band_start=facts["band_start"],
            band_end=facts["band_end"],
            every_min=facts["every_min"],
            times=[time.fromisoformat(text) for text in facts["times"]],
            per_shift=facts["per_shift"],
            days_of_month=self.days_of_month,
            valid_from=max(filter(None, (first, begins)), default=None),
            valid_to=date.fromisoformat(self.valid_to) if self.valid_to else None,
            tolerance_min=self.tolerance_min,
            random_min=facts["random_min"],
            alternates=facts["other_route_id"] is not None,
        )

    def check(self) -> None:
        """Whether it can be walked; a draft may be half done, a published plan not."""
        if self.form == "every" and not (self.band_start and self.band_end and self.every_min):
            raise Problem("plan.no_band", N_("A plan every so many minutes needs a beginning, an end and the minutes."))
        if self.form == "fixed" and not self.times:
            raise Problem("plan.no_times", N_("A plan at fixed times needs at least one time."))
        if self.form == "per_shift" and not (self.band_start and self.band_end and self.per_shift):
            raise Problem("plan.no_shift", N_("A plan by shift needs the shift and how many rounds it has."))
        if self.form == "per_shift" and not self._cut():
            raise Problem("plan.short_windows", N_("Each round of a shift needs at least ten minutes. Take fewer."))
        if self.expected_min > (self._shortest_gap() or self.expected_min):
            raise Problem("plan.too_long", N_("A round takes longer than the time to the next one."))
        if not self.weekdays and self.form != "on_demand":
            raise Problem("plan.no_days", N_("A plan needs at least one day of the week. Take it out instead."))
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Problem("plan.ends_first", N_("A plan cannot end before it begins."))

    def _cut(self) -> bool:
        """Whether the shift has room for so many windows."""
        start, end = clock(self.band_start), clock(self.band_end)
        if start is None or end is None or not self.per_shift:
            return False
        return band_minutes(start, end) >= self.per_shift * SHORTEST_WINDOW

    def _shortest_gap(self) -> int | None:
        """Minutes between two starts at least; None where nothing follows by itself."""
        if self.form == "every":
            return self.every_min
        if self.form != "fixed" or len(self.times) < 2:
            return None
        starts = [60 * int(text[:2]) + int(text[3:]) for text in self.times]
        return min(after - before for before, after in pairwise([*starts, starts[0] + 24 * 60]))


class RouteDraft(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=30)]
    note: Annotated[str, Field(max_length=60)] = ""
    team: TEAM = "security"
    strict_order: bool = False
    stops: Annotated[list[StopDraft], Field(max_length=MOST_STOPS)] = []
    plans: Annotated[list[PlanDraft], Field(max_length=MOST_PLANS)] = []

    @field_validator("stops")
    @classmethod
    def _each_once(cls, stops: list[StopDraft]) -> list[StopDraft]:
        return list({stop.place: stop for stop in stops}.values())

    def same(self, other: "RouteDraft") -> bool:
        return self._what() == other._what()

    def _what(self) -> Any:
        plans = [(plan.key, plan.what()) for plan in self.plans]
        return self.name, self.note, self.team, self.strict_order, self.stops, plans

    @property
    def stay_min(self) -> int:
        return sum(stop.stay_min for stop in self.stops)

    @property
    def walk_min(self) -> int:
        return sum(stop.walk_min for stop in self.stops[1:])


def clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def shift_stop(stops: list[StopDraft], place: UUID, by: int) -> list[StopDraft]:
    """The stops with one moved up (-1) or down (1); at the end it stays where it is."""
    at = next((index for index, stop in enumerate(stops) if stop.place == place), None)
    if at is None or not 0 <= at + by < len(stops):
        return stops
    moved = [stop for stop in stops if stop.place != place]
    moved.insert(at + by, stops[at])
    return moved


def new_plan(plans: list[PlanDraft]) -> PlanDraft:
    """A round more: two hours after the last fixed time, else at eight in the evening."""
    last = next((plan for plan in reversed(plans) if plan.form == "fixed" and plan.times), None)
    if last is None:
        return PlanDraft(times=["20:00"])
    hour, minute = map(int, last.times[-1].split(":"))
    return PlanDraft(times=[f"{(hour + 2) % 24:02d}:{minute:02d}"], expected_min=last.expected_min)
