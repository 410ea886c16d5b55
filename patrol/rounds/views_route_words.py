"""Door: plans and changes of routes in the reader's words."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from patrol.rounds.preview import by_hand
from patrol.rounds.route_diff import Change
from patrol.rounds.route_draft import PlanDraft
from patrol.rounds.schedule import LAST_OF_MONTH
from patrol.web.filters import day as day_words
from patrol.web.i18n import language

EVERY_DAY, WORKDAYS, WEEKEND = 0b1111111, 0b0011111, 0b1100000


def weekday_names() -> list[str]:
    """One letter or sign for each day, Monday first."""
    return [_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su")]


def plan_time(plan: PlanDraft) -> str:
    """When it is walked, short: 20:00–21:20, or 20:00–08:00 every 120 min, or the times."""
    alone = by_hand(plan)
    if alone is not None:
        return f"{alone[0]}–{alone[1]}"
    if plan.form == "on_demand":
        return _("On demand")
    if plan.form == "per_shift":
        if not (plan.band_start and plan.band_end and plan.per_shift):
            return _("Set the times")
        count = ngettext("%(num)s round", "%(num)s rounds", plan.per_shift).replace(" ", "\u00a0")
        return f"{plan.band_start}–{plan.band_end} {count}"
    if plan.form == "every":
        if not (plan.band_start and plan.band_end and plan.every_min):
            return _("Set the times")
        often = _("every %(minutes)s min", minutes=plan.every_min).replace(" ", "\u00a0")  # breaks before, not inside
        return f"{plan.band_start}–{plan.band_end} {often}"
    return " ".join(plan.times) or _("Set the times")


def plan_words(plan: PlanDraft, routes: Mapping[UUID, str] | None = None) -> str:
    """All of a plan in one phrase, for the list of changes. routes: their names, for those it alternates with."""
    parts = [plan_time(plan)]
    if plan.form != "on_demand":
        parts.append(days_words(plan.weekdays))
    if plan.days_of_month and plan.form != "on_demand":
        parts.append(month_days_words(plan.days_of_month))
    if plan.form != "per_shift":
        parts.append(_("walk %(minutes)s min", minutes=plan.expected_min))
    if plan.tolerance_min is not None and plan.form != "per_shift":
        parts.append(_("late after %(minutes)s min", minutes=plan.tolerance_min))
    used = plan.columns()
    if used["random_min"]:
        parts.append(_("up to %(minutes)s min later by chance", minutes=used["random_min"]))
    if used["other_route_id"]:
        parts.append(_("in turn with %(route)s", route=(routes or {}).get(used["other_route_id"], "—")))
    if plan.crew_size == 2:
        parts.append(_("in pairs, both scan") if plan.both_scan else _("in pairs"))
    if plan.valid_to:
        parts.append(_("until %(day)s", day=plan.valid_to))
    if plan.skip_dates:
        parts.append(_("not on %(days)s", days=", ".join(plan.skip_dates)))
    return _(", ").join(parts)


def days_words(weekdays: int) -> str:
    if weekdays in (EVERY_DAY, WORKDAYS, WEEKEND):
        return {EVERY_DAY: _("every day"), WORKDAYS: _("on weekdays"), WEEKEND: _("at weekends")}[weekdays]
    names = [name for at, name in enumerate(weekday_names()) if weekdays >> at & 1]
    return _("on %(days)s", days=("、" if language() == "zh" else " ").join(names)) if names else _("on no day")


def month_days_words(days: list[int]) -> str:
    """[1, 15, -1] -> "on day 1, 15, the last of the month"."""
    names = [_("the last") if day == LAST_OF_MONTH else str(day) for day in days]
    return _("on day %(days)s of the month", days=("、" if language() == "zh" else ", ").join(names))


def month_days_typed(days: list[int]) -> str:
    """As the editor's field takes it back: "1 15 last"."""
    return " ".join(_("last") if day == LAST_OF_MONTH else str(day) for day in days)


def change_words(change: Change, routes: Mapping[UUID, str]) -> str:
    facts = {key: _fact(key, value, routes) for key, value in change.facts.items()}
    return _(change.text) % facts if facts else _(change.text)


def _fact(key: str, value: Any, routes: Mapping[UUID, str]) -> Any:
    if isinstance(value, PlanDraft):
        return plan_words(value, routes)
    if key == "plan" and isinstance(value, int):
        return _("Round %(number)s", number=value)
    return _(value) if key.endswith("_name") else value


def take_effect_words(first: date, day_start: time) -> str:
    """When a publication made now comes into force."""
    return f"{day_words(first)} {day_start:%H:%M}"
