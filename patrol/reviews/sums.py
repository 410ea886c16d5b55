"""All figures of one period in one dict: what a page shows, a signature freezes and the next period is held against."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from patrol.reviews.equipment_month import EquipmentMonth
from patrol.reviews.figures import HazardFigures, PatrolFigures, Span, ratio
from patrol.reviews.routines import Routine

KINDS = ("visit", "before", "after", "verify", "inspection")
SEVERITIES = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True)
class Sums:
    """total: the tally of all its days. open and overdue: at its end, or now while it lasts. equipment: None where the
    period is no month. repeats: places at which something came up again."""

    total: Mapping[str, Any]
    patrol: PatrolFigures
    hazards: HazardFigures
    open: int
    overdue: int
    repeats: int
    equipment: EquipmentMonth | None
    routines: Collection[Routine]


def figures_of(sums: Sums) -> dict[str, Any]:
    """By code: a count is a whole number, a share [n, d], times taken {"n", "mean_s", "median_s"}, nothing None."""
    return {**_patrol(sums.patrol), **_hazards(sums), **_equipment(sums), **_photos(sums.total)}


def _patrol(patrol: PatrolFigures) -> dict[str, Any]:
    counts = patrol.counts
    return {
        "rounds": counts.rounds,
        "round_completion": list(patrol.round_completion),
        "missed_rounds": counts.missed_rounds,
        "completion": list(patrol.completion),
        "on_time": list(patrol.on_time),
        "late": counts.late,
        "missed": counts.missed,
        "excused": counts.excused,
    }


def _hazards(sums: Sums) -> dict[str, Any]:
    hazards, found = sums.hazards, sums.total["hazards"]["found"]
    return {
        "open_start": hazards.balance.open_at_start,
        "found": hazards.found,
        "reported": found["all"],
        **{severity: found["by_severity"].get(severity, 0) for severity in SEVERITIES},
        "spot": hazards.spot,
        "closed": hazards.closed,
        "reopened": hazards.balance.reopened,
        "removed": hazards.balance.removed,
        "open": sums.open,
        "overdue": sums.overdue,
        "due_on_time": list(hazards.on_time),
        "reopen": list(hazards.reopen),
        "rectify": _span(hazards.rectify),
        "assign": _span(hazards.assign),
        "verify": _span(hazards.verify),
        "repeats": sums.repeats,
    }


def _equipment(sums: Sums) -> dict[str, Any]:
    lists, month = sums.total["inspections"].values(), sums.equipment
    done = ratio(sum(r.ratio.n for r in sums.routines), sum(r.ratio.d for r in sums.routines))
    return {
        "coverage": list(month.coverage.ratio) if month else None,
        "usable": list(month.usable) if month else None,
        "due_soon": len(month.due) if month else None,
        "inspections": sum(one["done"] for one in lists),
        "failed_lists": sum(one["failed"] for one in lists),
        "routines": list(done),
    }


def _photos(total: Mapping[str, Any]) -> dict[str, Any]:
    gaps, spot, visits = total["photo_gaps"], total["samples"]["spot"], total["samples"]["visits"]
    looked = spot["ok"] + spot["back"]
    return {
        **{f"photo_{kind}": total["photos"].get(kind, 0) for kind in KINDS},
        "no_before": gaps["before"],
        "no_after": gaps["after"],
        "no_bytes": gaps["bytes"],
        "spot_samples": [looked, looked + spot["waiting"]],
        "visit_samples": [visits["ok"], visits["ok"] + visits["not_ok"]],
    }


def _span(span: Span) -> dict[str, Any]:
    return {"n": span.n, "mean_s": span.mean_s, "median_s": span.median_s}
