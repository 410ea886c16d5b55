"""What an item cannot pass since a date of its has passed: by its life, or by a mark that somebody read off."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from patrol.equipment.dated import Dated
from patrol.equipment.service_life import PastDue, past_due

MARK_EXPIRED = "lift_cert_expired"


def past_of(
    items: Sequence[Mapping[str, Any]], equipment: Any, dated: Mapping[str, Dated], today: date
) -> PastDue | None:
    """equipment: next_service and scrap_on; dated: its dates by kind.

    Only an inspection mark stands against a list's own item; a contractor's certificate is warned of.
    """
    by_life = past_due(items, equipment.next_service, equipment.scrap_on, today)
    mark = dated.get("inspection_mark")
    if by_life is not None or mark is None or mark.until >= today:
        return by_life
    of_mark = [
        item["code"]
        for item in items
        if item.get("hazard_category_on_fail") == MARK_EXPIRED and item["kind"] == "pass_fail"
    ]
    return PastDue(of_mark[0], mark.until) if of_mark else None
