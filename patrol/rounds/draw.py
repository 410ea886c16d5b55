"""Drawing by lot so that everybody who knows the site's secret draws the same, and nobody else can foretell it."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

Thing = TypeVar("Thing")


def draw(things: Sequence[Thing], secret: bytes, *about: UUID | str) -> Thing | None:
    """One of the things, each equally likely, the same for the same secret and words; None of none."""
    if not things:
        return None
    said = "\x00".join(str(one) for one in about).encode()
    number = int.from_bytes(hmac.new(secret, said, hashlib.sha256).digest()[:8], "big")
    return things[number % len(things)]


def live_stop(required: Sequence[UUID], secret: bytes, round_id: UUID) -> UUID | None:
    """The one required place of a round that asks for a live photo (实时照片). required: in any order."""
    return draw(sorted(required, key=str), secret, "live", round_id)


def question_for(questions: Sequence[UUID], secret: bytes, round_id: UUID, place_id: UUID) -> UUID | None:
    """The question of a place (现场题) that one round asks. questions: in any order."""
    return draw(sorted(questions, key=str), secret, "question", round_id, place_id)
