"""Who may fill which list (DOMAIN §2)."""

from collections.abc import Iterable

from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem
from patrol.equipment.types import EQUIPMENT_TYPES, is_patrol_list


def may_fill(by: Reader, applies_to: Iterable[str], equipment_type: str | None) -> bool:
    """Engineers and above all lists; guards, cleaners, gardeners patrol lists; a contractor its own equipment."""
    if by.role == "contractor":
        kind = EQUIPMENT_TYPES.get(equipment_type or "")
        return kind is not None and bool(kind.contractor) and kind.contractor == by.team
    if by.may("checklist.fill"):
        return True
    return by.may("checklist.patrol") and is_patrol_list(applies_to)


def check_may_fill(by: Reader, applies_to: Iterable[str], equipment_type: str | None) -> None:
    if not may_fill(by, applies_to, equipment_type):
        raise Problem(
            "inspection.not_yours",
            N_("Your role does not fill this list. Ask an engineer or your supervisor."),
            status=403,
        )
