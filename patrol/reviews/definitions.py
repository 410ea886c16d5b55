"""Every figure of a review: its name, what it is in plain words, and where its records are (DOMAIN §7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patrol.core.problems import N_
from patrol.reviews.links import Links

PATROL, HAZARDS, EQUIPMENT, PHOTOS = N_("Patrol"), N_("Hazards"), N_("Equipment and routines"), N_("Photos and samples")
Where = Callable[[Links, Any], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """where: the address of exactly the records it counts, from links and review; None where there is no list.

    must: what it has to be for all to be well, if anything: "none" or "all".
    """

    name: str
    tells: str
    group: str
    where: Where | None = None
    must: str = ""


def _visits(state: str | None) -> Where:
    return lambda links, review: links.visits(state)


def _rounds(state: str | None) -> Where:
    return lambda links, review: links.rounds(state)


def _hazards(figure: str, **more: Any) -> Where:
    return lambda links, review: links.hazards(figure, **more)


def _photos(kind: str) -> Where:
    return lambda links, review: links.photos(show=kind)


FIGURES: dict[str, Figure] = {  # in the order they are shown; the codes stand in what was signed
    "rounds": Figure(
        N_("Rounds"),
        N_("Rounds that have closed. Cancelled and make-up rounds are left out; so are those that are still open."),
        PATROL,
        _rounds(None),
    ),
    "round_completion": Figure(
        N_("Complete rounds"),
        N_("Rounds in which every required point was reached or excused, of all rounds that have closed."),
        PATROL,
        _rounds("completed"),
    ),
    "missed_rounds": Figure(
        N_("Missed rounds"),
        N_("Rounds in which nobody scanned a single point before they closed."),
        PATROL,
        _rounds("missed"),
        "none",
    ),
    "completion": Figure(
        N_("Arrival rate"),
        N_(
            "Required points reached in time or late, of all required points of rounds that have closed. "
            "Excused points are left out; cancelled rounds too."
        ),
        PATROL,
        _visits("visited"),
    ),
    "on_time": Figure(
        N_("On-time rate"),
        N_("Reached within the tolerance, of the same points."),
        PATROL,
        _visits("on_time"),
    ),
    "late": Figure(
        N_("Late points"),
        N_("Reached after the tolerance, but before the round closed."),
        PATROL,
        _visits("late"),
    ),
    "missed": Figure(
        N_("Missed points"),
        N_("Nobody scanned the point before its round closed. A later scan is shown but does not count."),
        PATROL,
        _visits("missed"),
        "none",
    ),
    "excused": Figure(
        N_("Excused points"),
        N_("A supervisor approved the reason, so the point leaves the count. Until then it counts as missed."),
        PATROL,
        _visits("excused"),
    ),
    "open_start": Figure(
        N_("Open before"),
        N_("Hazards that were not closed when this time began."),
        HAZARDS,
        lambda links, review: Links(review.period.previous.first, review.period.previous.last).hazards("open"),
    ),
    "found": Figure(
        N_("Hazards found"),
        N_("Reported in this time, without those that turned out to be none or were merged into another."),
        HAZARDS,
        _hazards("found"),
    ),
    "reported": Figure(
        N_("Reports of hazards"),
        N_("All reports of this time, rejected and merged ones too. The balance counts these."),
        HAZARDS,
        _hazards("reported"),
    ),
    "critical": Figure(
        N_("Critical ones found"),
        N_("Of the hazards found, those that are critical now."),
        HAZARDS,
        _hazards("found", severity="critical"),
    ),
    "major": Figure(
        N_("Major ones found"),
        N_("Of the hazards found, those that are major now."),
        HAZARDS,
        _hazards("found", severity="major"),
    ),
    "minor": Figure(
        N_("Minor ones found"),
        N_("Of the hazards found, those that are minor now."),
        HAZARDS,
        _hazards("found", severity="minor"),
    ),
    "spot": Figure(
        N_("Fixed on the spot"),
        N_("Of the hazards found, those put right at once by whoever found them."),
        HAZARDS,
        _hazards("spot"),
    ),
    "closed": Figure(
        N_("Hazards closed"),
        N_("Closings in this time; one that was opened again and closed again counts twice."),
        HAZARDS,
        _hazards("closed"),
    ),
    "reopened": Figure(
        N_("Opened again"),
        N_("Closed before, and opened again in this time because it had not held."),
        HAZARDS,
        _hazards("reopened"),
    ),
    "removed": Figure(
        N_("Rejected, merged or transferred"),
        N_("Left the open ones in this time without being closed."),
        HAZARDS,
        _hazards("removed"),
    ),
    "open": Figure(
        N_("Open hazards"),
        N_("Open before + reports + opened again − closed − rejected, merged or transferred = open at the end."),
        HAZARDS,
        _hazards("open"),
    ),
    "overdue": Figure(
        N_("Overdue hazards"),
        N_("Open at the end, not rectified, and past their deadline."),
        HAZARDS,
        _hazards("overdue"),
        "none",
    ),
    "due_on_time": Figure(
        N_("Rectified on time"),
        N_(
            "Rectified by the first deadline, of hazards whose first deadline lay in this time. An extension "
            "does not help."
        ),
        HAZARDS,
        _hazards("due_on_time"),
    ),
    "reopen": Figure(
        N_("Sent back at the check"),
        N_("Checks in which the repair did not pass, of all checks in this time."),
        HAZARDS,
        _hazards("refused"),
    ),
    "rectify": Figure(
        N_("Mean time to rectify"),
        N_(
            "From the report to the rectification that held, for hazards closed in this time, without those "
            "fixed on the spot."
        ),
        HAZARDS,
        _hazards("timed"),
    ),
    "assign": Figure(
        N_("Mean time to assign"),
        N_("From the report to the first time it was given to somebody, for those given out in this time."),
        HAZARDS,
        _hazards("assigned"),
    ),
    "verify": Figure(
        N_("Mean time to check"),
        N_("From the rectification to the check of it, for checks in this time."),
        HAZARDS,
        _hazards("checked"),
    ),
    "repeats": Figure(
        N_("Places where it came up again"),
        N_(
            "The same kind of hazard at the same place twice or more in the 30 days up to the end, or one "
            "that recurs. Seeing the same one again does not count."
        ),
        HAZARDS,
    ),
    "coverage": Figure(
        N_("Coverage of fire equipment"),
        N_(
            "Fire equipment with a complete inspection in the calendar month; half-monthly items need both "
            "halves. Must be 100 %%."
        ),
        EQUIPMENT,
        lambda links, review: links.not_inspected(),
        "all",
    ),
    "usable": Figure(
        N_("Usable fire equipment"),
        N_("Fire equipment without an open major or critical hazard and not past its service or scrap date."),
        EQUIPMENT,
        lambda links, review: links.not_usable(review.today),
    ),
    "due_soon": Figure(
        N_("Service or scrap within 60 days"),
        N_("Equipment whose service or scrap date lies within 60 days, or is past."),
        EQUIPMENT,
        lambda links, review: links.due_soon(review.today),
    ),
    "inspections": Figure(
        N_("Checklists filled"),
        N_("Checklists finished in this time, complete or not."),
        EQUIPMENT,
        lambda links, review: links.inspections(),
    ),
    "failed_lists": Figure(
        N_("Checklists that found a fault"),
        N_("Of the checklists filled, those in which an item failed."),
        EQUIPMENT,
        lambda links, review: links.inspections(result="fail"),
    ),
    "routines": Figure(
        N_("Routines done"),
        N_(
            "Checklists that come back by themselves: how often done, of how often owed in this time, each "
            "item or place once a period."
        ),
        EQUIPMENT,
        lambda links, review: "#routines",
    ),
    "photo_visit": Figure(N_("Photos of visits"), N_("Taken on arrival at a point."), PHOTOS, _photos("visit")),
    "photo_before": Figure(N_("Photos before"), N_("Of a hazard as it was found."), PHOTOS, _photos("before")),
    "photo_after": Figure(N_("Photos after"), N_("Of the work when it was done."), PHOTOS, _photos("after")),
    "photo_verify": Figure(
        N_("Photos of checks"), N_("Taken by whoever checked the repair."), PHOTOS, _photos("verify")
    ),
    "photo_inspection": Figure(
        N_("Photos of checklists"), N_("Taken for an item of a checklist."), PHOTOS, _photos("inspection")
    ),
    "no_before": Figure(
        N_("Hazards without a photo before"),
        N_("Found in this time and never photographed. Must be none."),
        PHOTOS,
        _hazards("no_before"),
        "none",
    ),
    "no_after": Figure(
        N_("Repairs without a photo after"),
        N_("Rectified in this time without any picture of the work. Must be none."),
        PHOTOS,
        _hazards("no_after"),
        "none",
    ),
    "no_bytes": Figure(
        N_("Photos still on their way"),
        N_("Told of by their record; the picture itself waits on a phone."),
        PHOTOS,
        _photos("coming"),
        "none",
    ),
    "spot_samples": Figure(
        N_("Spot fixes looked at again"),
        N_("One in ten hazards fixed on the spot is drawn by lot; somebody else looks at it again."),
        PHOTOS,
        _hazards("sampled"),
    ),
    "visit_samples": Figure(
        N_("Visits looked at again"),
        N_("Five visits a week are drawn by lot; a supervisor looks at their photos. In order, of those looked at."),
        PHOTOS,
        lambda links, review: f"/reviews/week/{review.weeks[-1].slug}/samples",
    ),
}
ON_THE_MONTH = (  # shown by a month's printed report, in the order its last part tells them
    "rounds", "round_completion", "missed_rounds", "completion", "on_time", "late", "missed", "excused", "found",
    "reported", "open_start", "closed", "reopened", "removed", "open", "overdue", "due_on_time", "rectify", "repeats",
    "coverage", "usable", "due_soon", "routines",
)  # fmt: skip
BY_MONTH = frozenset({"coverage", "usable", "due_soon"})  # a figure of months alone

PASSING = frozenset({"no_bytes", "spot_samples", "visit_samples"})  # go on after a signature and amend nothing


def figure_names() -> dict[str, str]:
    """Names alone, with those of figures that older signatures froze."""
    return {code: figure.name for code, figure in FIGURES.items()} | {"completed_rounds": N_("Complete rounds")}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a page shows it. before: of the period before. bad: not as it must be."""

    code: str
    figure: Figure
    value: Any
    before: Any
    url: str
    bad: bool


def lines_of(review: Any) -> list[tuple[str, list[Line]]]:
    """The figures of a review by group, in order; those that belong to months are left out elsewhere."""
    groups: dict[str, list[Line]] = {}
    for code, figure in FIGURES.items():
        value = review.figures[code]
        if value is None:
            continue
        url = figure.where(review.links, review) if figure.where and counts_something(value) else ""
        line = Line(code, figure, value, review.before.figures[code], url, _bad(figure, value))
        groups.setdefault(figure.group, []).append(line)
    return list(groups.items())


def counts_something(value: Any) -> bool:
    """Whether there is anything to show a list of."""
    if isinstance(value, dict):
        return bool(value["n"])
    return bool(value[1] if isinstance(value, list) else value)


def _bad(figure: Figure, value: Any) -> bool:
    if figure.must == "all":
        return bool(value[1]) and value[0] < value[1]
    return figure.must == "none" and bool(value)
