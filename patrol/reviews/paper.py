"""What a printed report adds to a review: its number, and the sentences that sum it up."""

from dataclasses import dataclass

from patrol.core.problems import N_
from patrol.reviews.day_page import FoundHazard, hazards_found
from patrol.reviews.review import Review

PHOTOS = 8  # pairs of a report's photo sheet
ROWS = 20  # hazards a report lists; the whole list is in the workbook


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence to translate, and the figures for its places."""

    text: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Paper:
    number: str
    summary: list[Sentence]
    hazards: list[FoundHazard]
    hidden: int  # hazards beyond those listed

    @property
    def pictured(self) -> list[FoundHazard]:
        return [hazard for hazard in self.hazards if hazard.before][:PHOTOS]


def paper_of(review: Review) -> Paper:
    found = hazards_found(review.site.id, review.period.first, review.period.last)
    return Paper(review.period.number, summary(review), found[:ROWS], max(0, len(found) - ROWS))


def summary(review: Review) -> list[Sentence]:
    """The review in sentences, from its figures alone: rounds, the worst day, hazards, what repeats, equipment."""
    counts = review.patrol.counts
    if counts.rounds:
        text = N_(
            "%(rounds)s rounds on %(routes)s routes: %(visited)s of %(planned)s points reached (%(rate)s), "
            "%(missed)s missed, %(late)s late."
        )
        told = [
            Sentence(
                text,
                {
                    "rounds": counts.rounds,
                    "routes": len(review.routes),
                    "visited": f"{review.patrol.visited:,}",
                    "planned": f"{counts.planned:,}",
                    "rate": review.patrol.completion.text,
                    "missed": counts.missed,
                    "late": counts.late,
                },
            )
        ]
    else:
        told = [Sentence(N_("No round was due."), {})]
    told += _worst_day(review)
    hazards = review.hazards
    told.append(
        Sentence(
            N_("%(found)s hazards were found and %(closed)s closed; %(open)s are open, %(overdue)s of them overdue."),
            {
                "found": hazards.found,
                "closed": hazards.closed,
                "open": len(review.open_now),
                "overdue": len(review.overdue),
            },
        )
    )
    if review.repeats:
        text = N_("“%(title)s” came up %(times)s times at %(place)s.")
        told.append(Sentence(text, {"repeat": review.repeats[0]}))
    cover = review.equipment.coverage.ratio
    if review.period.kind == "month" and cover.d:
        if cover.full:
            told.append(Sentence(N_("All %(all)s fire items were inspected."), {"all": cover.d}))
        else:
            text = N_("%(missing)s of %(all)s fire items were not inspected (%(rate)s).")
            told.append(Sentence(text, {"missing": cover.d - cover.n, "all": cover.d, "rate": cover.text}))
    return told


def _worst_day(review: Review) -> list[Sentence]:
    """The day with the lowest rate, if one stands out by points missed."""
    days = [(figures.completion.tenths, day, figures) for day, figures in review.daily if figures.counts.missed]
    if len(review.period.days) == 1 or not days:
        return []
    _, day, figures = min(days, key=lambda entry: (entry[0] or 0, entry[1]))
    text = N_("The weakest day was %(day)s: %(missed)s points missed, %(rate)s reached.")
    return [Sentence(text, {"day": day, "missed": figures.counts.missed, "rate": figures.completion.text})]
