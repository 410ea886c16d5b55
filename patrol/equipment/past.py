"""What an item cannot pass since a date of its has passed: by its life, or by a paper that somebody read off."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from patrol.equipment.dated import Dated
from patrol.equipment.service_life import PastDue, past_due

MARK_EXPIRED = "lift_cert_expired"
OF_CERTIFICATE = {  # list -> the item that asks for the contractor's papers
    "lift_half_month": "two_people",
    "water_tank_cleaning": "certified",
}


def past_of(
    code: str, items: Sequence[Mapping[str, Any]], equipment: Any, dated: Mapping[str, Dated], today: date
) -> PastDue | None:
    """code: of the list. equipment: next_service and scrap_on; dated: its dates by kind.

    An inspection mark stands against the item that opens its hazard, a contractor's certificate against the one that
    asks for his papers; a list that has neither is not failed by them, the ledger and the notices tell.
    """
    by_life = past_due(items, equipment.next_service, equipment.scrap_on, today)
    if by_life is not None:
        return by_life
    taps = {item["code"]: item for item in items if item["kind"] == "pass_fail"}
    of_mark = next((c for c, item in taps.items() if item.get("hazard_category_on_fail") == MARK_EXPIRED), None)
    of_paper = OF_CERTIFICATE.get(code)
    for item, kind in ((of_mark, "inspection_mark"), (of_paper, "certificate")):
        paper = dated.get(kind)
        if item in taps and paper is not None and paper.until < today:
            return PastDue(str(item), paper.until)
    return None
