"""The editor's form as a draft: what was typed, tidied, in the order it stands on the page."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from patrol.core.asked import asked_id
from patrol.core.problems import N_, Problem
from patrol.rounds.route_draft import MOST_TIMES, PlanDraft, RouteDraft, StopDraft, new_plan, shift_stop
from patrol.rounds.schedule import LAST_OF_MONTH

MIXED = "mixed"
FORMS = ("fixed", "every", "per_shift", "on_demand")
SHIFT = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.ASCII)
LAST_WORDS = frozenset({"last", "月末", "月底", "最后一"})  # 最后一日 without its 日
_FIELD_NAMES = {
    "name": N_("Name of the route"), "note": N_("Line below the name"), "team": N_("Team"), "times": N_("Times"),
    "band_start": N_("From"), "band_end": N_("Until"), "every_min": N_("Every (minutes)"),
    "expected_min": N_("Walk takes (minutes)"), "valid_from": N_("First day"), "valid_to": N_("Last day"),
    "skip_dates": N_("Days left out"), "days_of_month": N_("Days of the month"),
    "stay_min": N_("Stay (minutes)"), "walk_min": N_("Way there (minutes)"), "per_shift": N_("Rounds in the shift"),
    "random_min": N_("Later by chance (minutes)"), "window_from": N_("Only from"), "window_to": N_("Only until"),
}  # fmt: skip


def read_route(data: Mapping[str, Any], old: RouteDraft) -> RouteDraft:
    """data: the form nested by its names. What a plan's row does not show is kept from ``old``.

    stops[] ids in order, stop.<hex>.{stay,walk,optional,from,to}; plans[] keys in order, plan.<hex>.{…};
    tolerance: minutes, "" by the formula, "mixed" leaves each plan its own.
    Raises a Problem that names the field.
    """
    stops = [_stop(text, data.get("stop") or {}) for text in _list(data.get("stops"))]
    known = {plan.key: plan for plan in old.plans}
    tolerance = data.get("tolerance", "")
    plans = [_plan(text, data.get("plan") or {}, known, tolerance) for text in _list(data.get("plans"))]
    head = {key: data.get(key, "") for key in ("name", "note", "team")}
    try:
        return RouteDraft.model_validate(
            {**head, "strict_order": data.get("order") == "strict", "stops": stops, "plans": plans}
        )
    except ValidationError as error:
        raise _problem(error) from error


def edit(draft: RouteDraft, act: str, chosen: list[str]) -> RouteDraft:
    """One button of the editor: up, down and drop of a stop, add (the chosen places), add_plan, drop_plan."""
    what, _, key = act.partition(":")
    wanted = asked_id(key)
    stops, plans = list(draft.stops), list(draft.plans)
    match what:
        case "up" | "down" if wanted:
            stops = shift_stop(stops, wanted, -1 if what == "up" else 1)
        case "drop" if wanted:
            stops = [stop for stop in stops if stop.place != wanted]
        case "add":
            there = {stop.place for stop in stops}
            places = [place for place in map(asked_id, chosen) if place and place not in there]
            stops += [StopDraft(place=place) for place in places]
        case "add_plan":
            plans.append(new_plan(plans))
        case "drop_plan" if wanted:
            plans = [plan for plan in plans if plan.key != wanted]
    try:
        return RouteDraft.model_validate(draft.model_dump() | {"stops": stops, "plans": plans})
    except ValidationError as error:
        raise _problem(error) from error


def common_tolerance(plans: list[PlanDraft]) -> str:
    """What the one select for all plans shows: "", minutes, or "mixed"."""
    given = {plan.tolerance_min for plan in plans}
    if len(given) > 1:
        return MIXED
    only = given.pop() if given else None
    return "" if only is None else str(only)


def times_of(text: str) -> list[str]:
    """ "20:00、22：30 0:30" -> ["00:30", "20:00", "22:30"]; what is no time stays as typed, to be refused."""
    plain = text.replace("：", ":")
    found = [part for part in re.split(r"[\s,，、;；]+", plain[: 8 * MOST_TIMES]) if part]
    return sorted({f"{part:0>5}" if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", part) else part for part in found})


def month_days(text: str) -> list[int | str]:
    """ "1, 15 last" or "1、15 月末" -> [1, 15, -1]; what is no day stays as typed, to be refused."""
    parts = [part.rstrip("日号") for part in re.split(r"[\s,，、;；]+", text[:200]) if part]
    return [LAST_OF_MONTH if part.lower() in LAST_WORDS else part for part in parts]


def _stop(text: str, told: Mapping[str, Any]) -> dict[str, Any]:
    said = told.get(text.replace("-", ""), {})
    return {
        "place": text,
        "required": not said.get("optional"),
        "stay_min": said.get("stay", 1),
        "walk_min": said.get("walk", 2),
        "window_from": said.get("from"),
        "window_to": said.get("to"),
    }


def _plan(text: str, told: Mapping[str, Any], known: Mapping[UUID, PlanDraft], tolerance: str) -> dict[str, Any]:
    said = told.get(text.replace("-", ""), {})
    was = known.get(asked_id(text) or UUID(int=0))
    form = said.get("form") if said.get("form") in FORMS else "fixed"
    own = was.tolerance_min if was else None
    plan = {
        "key": text,
        "form": form,
        "weekdays": sum(1 << int(day) for day in set(_list(said.get("days"))) if day in "0123456"),
        "crew_size": 2 if said.get("pair") else 1,
        "both_scan": bool(said.get("pair") and said.get("both")),
        "random_min": said.get("random", 0),
        "other_route": said.get("other"),
        "tolerance_min": own if tolerance == MIXED else (tolerance or None),
        "times": times_of(said.get("times", "")) if form == "fixed" else [],
        "days_of_month": month_days(said.get("days_of_month", "")),
        "skip_dates": [part for part in re.split(r"[\s,，、]+", said.get("skip_dates", "")) if part],
    }
    plan["band_start"], plan["band_end"] = _band(said, form)
    for key in ("name", "every_min", "per_shift", "expected_min", "valid_from", "valid_to"):
        if said.get(key):
            plan[key] = said[key]
    return plan


def _band(said: Mapping[str, Any], form: str) -> tuple[str | None, str | None]:
    """From when to when: of a shift as chosen ("20:00-08:00") or as typed beside it, else of the band."""
    if form != "per_shift":
        return said.get("band_start"), said.get("band_end")
    chosen = SHIFT.fullmatch(said.get("shift", ""))
    return (chosen[1], chosen[2]) if chosen else (said.get("own_start"), said.get("own_end"))


def _list(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _problem(error: ValidationError) -> Problem:
    """The first fault, by the name of its field on the page."""
    where = [part for part in error.errors()[0]["loc"] if isinstance(part, str)]
    field = where[-1] if where else ""
    if field == "times":
        return Problem("plan.times", N_("Write times as 20:00, with spaces between them."), field=field)
    if field == "days_of_month":
        return Problem("plan.month_days", N_("Write the days of the month as 1 15 last."), field=field)
    name = _FIELD_NAMES.get(field, N_("Name of the route"))
    return Problem("field.wrong", N_("This cannot be right: %(field_name)s. Check it."), field=field, field_name=name)
