"""Which of the hazards closed on the spot somebody looks at again (抽查)."""

import hashlib
from datetime import datetime
from uuid import UUID

SAMPLED = 10  # one in so many


def drawn(hazard_id: UUID, received_at: datetime) -> bool:
    """Whether this one is among the tenth that is drawn: the same whenever asked, not to be foreseen on the phone."""
    lot = hashlib.sha256(hazard_id.bytes + received_at.isoformat().encode()).digest()
    return lot[0] * 256 + lot[1] < 65536 // SAMPLED
