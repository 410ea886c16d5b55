"""Who took note of a critical hazard under the bell has said that he knows, and is not asked on its page again."""

from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.flow import WAITING, may_acknowledge
from patrol.hazards.hazard import Hazard
from patrol.hazards.steps import StepData, take_step


def know_of(hazard_id: UUID, *, by: Reader, when: When) -> None:
    """Inside the caller's ``write()``. Nothing happens where he is not in charge or somebody has said so before."""
    hazard = db.session.get(Hazard, (by.site_id, hazard_id))
    if hazard is None or hazard.state not in WAITING or may_acknowledge(hazard, by, when.at) is not None:
        return
    data = StepData.model_validate({"order": hazard.id, "step": "acknowledge"})
    take_step(data, id=uuid7(), by=by, when=when)
