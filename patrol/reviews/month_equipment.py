"""Beside a month's figures of equipment: what is still to check, who was sent, what was not reached, the readings."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from patrol.accounts.colleagues import TeamChoice, team_choices
from patrol.accounts.reader import Reader
from patrol.equipment.not_reached import WHY_NOT, not_reached_between
from patrol.equipment.readings import LONGEST, Reading, readings_with, since
from patrol.equipment.sending import Sent, with_what_is_left
from patrol.reviews.checked import numbers_in
from patrol.reviews.figures import EquipmentFacts
from patrol.reviews.review import Review

SHOWN, SENDINGS = 40, 20


@dataclass(frozen=True, slots=True)
class MonthEquipment:
    """to_check: by place, in the order of names. choices: teams and people this reader may send; none when he may
    not, or the month is over."""

    to_check: list[tuple[str, list[EquipmentFacts]]]
    more: int
    sent: list[Sent]
    people: dict[Any, str]
    not_reached: list[Any]
    reasons: Any
    choices: list[TeamChoice]
    readings: list[Reading]


def month_equipment(found: Review, by: Reader) -> MonthEquipment:
    """One query beside the review's own."""
    known, missing = found.known, found.equipment.coverage.missing
    may_send = found.running and bool(missing) and by.may("order.assign")
    named = {one.id: one.name for one in known.people.values()}
    return MonthEquipment(
        to_check=[(place, list(rows)) for place, rows in groupby(missing[:SHOWN], key=lambda item: item.place)],
        more=max(0, len(missing) - SHOWN),
        sent=with_what_is_left(known.sent[:SENDINGS], [item.id for item in missing]),  # type: ignore[misc]
        people=named,
        not_reached=not_reached_between(by.site_id, found.period.first, found.period.last),
        reasons=WHY_NOT,
        choices=[team for team in team_choices(by, known.staff) if team.size] if may_send else [],
        readings=readings_in(found),
    )


def readings_in(found: Review) -> list[Reading]:
    """The numbers of a month's checklists, with gaps first, of what the review knows already."""
    known, first = found.known, found.period.first
    lists = [row for row in known.lists if 0 < row.interval_days <= LONGEST and row.items]
    values = numbers_in(known.checked, since(first), found.period.last)
    return readings_with(found.site, first, found.today, lists, known.things, values)
