"""Beside a month's figures of equipment: what is still to check, who was sent, what was not reached, the readings."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from patrol.accounts.colleagues import TeamChoice, team_choices
from patrol.accounts.reader import Reader
from patrol.equipment.not_reached import WHY_NOT, not_reached_between
from patrol.equipment.readings import Reading, readings_of
from patrol.equipment.sending import Sent, sendings, with_what_is_left
from patrol.reviews.figures import EquipmentFacts
from patrol.reviews.review import Review
from patrol.workorders.timeline import names

SHOWN = 40


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
    missing = found.equipment.coverage.missing
    sent = sendings(by.site_id, found.period.first)
    may_send = found.running and bool(missing) and by.may("order.assign")
    return MonthEquipment(
        to_check=[(place, list(rows)) for place, rows in groupby(missing[:SHOWN], key=lambda item: item.place)],
        more=max(0, len(missing) - SHOWN),
        sent=with_what_is_left(sent, [item.id for item in missing]),  # type: ignore[misc]
        people=names([row.user_id for row in sent] + [row.to_user_id for row in sent]),
        not_reached=not_reached_between(by.site_id, found.period.first, found.period.last),
        reasons=WHY_NOT,
        choices=[team for team in team_choices(by) if team.size] if may_send else [],
        readings=readings_of(found.site, found.period.first, found.today),
    )
