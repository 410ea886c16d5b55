"""What owners asked and this person has to see to: repairs and complaints in one short list, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.complaints.complaint import Complaint
from patrol.complaints.deadline import is_overdue as complaint_late
from patrol.complaints.flow import BEFORE_SOLVED
from patrol.complaints.flow import STATES as COMPLAINT_STATES
from patrol.core.clock import now
from patrol.repairs.deadline import is_overdue as repair_late
from patrol.repairs.flow import STATES, UNDER_WAY
from patrol.repairs.lists import mine
from patrol.repairs.repair import Repair

TO_DO = ("registered", *UNDER_WAY, "done")


@dataclass(frozen=True, slots=True)
class Asked:
    id: UUID
    kind: str
    number: str
    title: str
    place_name: str
    state_word: str
    urgent: bool
    taken: bool
    late: bool
    due_at: datetime


def mine_asked(by: Reader) -> list[Asked]:
    """Two queries; team orders that nobody has taken stand in it too."""
    at = now()
    repairs = [(row, STATES[row[0].state], row[0].urgent, repair_late(row[0], at)) for row in mine(Repair, by, TO_DO)]
    complaints = [
        (row, COMPLAINT_STATES[row[0].state], False, complaint_late(row[0], at))
        for row in mine(Complaint, by, BEFORE_SOLVED)
    ]
    found = [
        Asked(
            id=row[0].id, kind=row[0].kind, number=row[0].number, title=row[0].title, place_name=row.place_name,
            state_word=word, urgent=urgent, taken=row[0].assignee_id is not None, late=late, due_at=row[0].due_at,
        )
        for row, word, urgent, late in (*repairs, *complaints)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.urgent, one.due_at))
