"""What a draft would change, in sentences a supervisor can check before publishing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from patrol.core.problems import N_
from patrol.rounds.route_draft import PlanDraft, RouteDraft, StopDraft

TEAM_NAMES = {
    "security": N_("Security"),
    "engineering": N_("Engineering"),
    "cleaning": N_("Cleaning"),
    "greening": N_("Greening"),
    "customer_service": N_("Customer service"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """``text`` is an English source sentence for the door to translate; facts ending in _name or _words are too.

    kind: added, removed, moved, changed (an icon each).
    """

    kind: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


def differences(old: RouteDraft, new: RouteDraft, place_name: Callable[[UUID], str]) -> list[Change]:
    """Every change from what is in force to the draft; an empty list when there is none."""
    return [*_head(old, new), *_stops(old.stops, new.stops, place_name), *_plans(old.plans, new.plans)]


def _head(old: RouteDraft, new: RouteDraft) -> Iterator[Change]:
    if old.name != new.name:
        yield Change(
            "changed", N_("The route is now called “%(new)s”, before “%(old)s”."), {"old": old.name, "new": new.name}
        )
    if old.note != new.note:
        yield Change("changed", N_("The line below the name is now “%(new)s”."), {"new": new.note})
    if old.team != new.team:
        yield Change("changed", N_("Walked by: %(team_name)s."), {"team_name": TEAM_NAMES[new.team]})
    if old.strict_order != new.strict_order:
        text = (
            N_("The points must be walked in order.")
            if new.strict_order
            else N_("The points may be walked in any order.")
        )
        yield Change("changed", text)


def _stops(old: list[StopDraft], new: list[StopDraft], place_name: Callable[[UUID], str]) -> Iterator[Change]:
    before, after = {stop.place: stop for stop in old}, {stop.place: stop for stop in new}
    position = {stop.place: at for at, stop in enumerate(new, 1)}
    for stop in old:
        if stop.place not in after:
            yield Change("removed", N_("Point taken off: %(place)s."), {"place": place_name(stop.place)})
    for stop in new:
        facts = {"place": place_name(stop.place), "at": position[stop.place]}
        if stop.place not in before:
            yield Change("added", N_("Point added: %(place)s, as number %(at)s."), facts)
    for place in _moved([s.place for s in old if s.place in after], [s.place for s in new if s.place in before]):
        yield Change(
            "moved", N_("Order: %(place)s is now number %(at)s."), {"place": place_name(place), "at": position[place]}
        )
    for stop in new:
        if stop.place in before:
            yield from _stop(before[stop.place], stop, place_name(stop.place))


def _stop(old: StopDraft, new: StopDraft, name: str) -> Iterator[Change]:
    if old.required != new.required:
        text = N_("%(place)s must be visited.") if new.required else N_("%(place)s may be left out.")
        yield Change("changed", text, {"place": name})
    if old.stay_min != new.stay_min:
        facts = {"place": name, "old": old.stay_min, "new": new.stay_min}
        yield Change("changed", N_("%(place)s: stay %(new)s min, before %(old)s."), facts)
    if old.walk_min != new.walk_min:
        facts = {"place": name, "old": old.walk_min, "new": new.walk_min}
        yield Change("changed", N_("%(place)s: %(new)s min to walk there, before %(old)s."), facts)
    if (old.window_from, old.window_to) != (new.window_from, new.window_to):
        own = new.window_from or new.window_to
        text = N_("%(place)s: only %(first)s–%(last)s.") if own else N_("%(place)s: no time of its own any more.")
        yield Change("changed", text, {"place": name, "first": new.window_from or "…", "last": new.window_to or "…"})


def _moved(old: list[UUID], new: list[UUID]) -> list[UUID]:
    """The fewest places whose move explains the new order: all but a longest run that kept its order."""
    rank = {place: at for at, place in enumerate(old)}
    best: list[list[UUID]] = []
    for at, place in enumerate(new):
        runs = [best[i] for i in range(at) if rank[new[i]] < rank[place]]
        best.append([*_longest(runs), place])
    kept = set(_longest(best))
    return [place for place in new if place not in kept]


def _longest(runs: list[list[UUID]]) -> list[UUID]:
    return max(runs, key=lambda run: len(run), default=[])


def _plans(old: list[PlanDraft], new: list[PlanDraft]) -> Iterator[Change]:
    before, after = {plan.key: plan for plan in old}, {plan.key: plan for plan in new}
    for at, plan in enumerate(old, 1):
        if plan.key not in after:
            yield Change("removed", N_("%(plan)s taken out: %(when_words)s."), _plan_facts(plan, at))
    for at, plan in enumerate(new, 1):
        was = before.get(plan.key)
        if was is None:
            yield Change("added", N_("%(plan)s added: %(when_words)s."), _plan_facts(plan, at))
        elif was.what() != plan.what():
            facts = _plan_facts(plan, at) | {"before_words": was}
            yield Change("changed", N_("%(plan)s: %(when_words)s; before: %(before_words)s."), facts)


def _plan_facts(plan: PlanDraft, at: int) -> dict[str, Any]:
    return {"plan": plan.name or at, "when_words": plan}
