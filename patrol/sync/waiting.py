"""What a phone says of the records that still wait on it: old ones are a matter somebody has to know of."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from patrol.accounts.device import Device
from patrol.accounts.reader import Reader
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem


class Waiting(BaseModel):
    """By the phone's clock; how long the oldest has waited is right even where that clock is not."""

    count: int = Field(ge=0, le=100_000)
    oldest: AwareDatetime | None = None
    sent_at: AwareDatetime


def tell_waiting(by: Reader, said: Any, at: datetime) -> None:
    """Keep it beside the phone's sign-in. Opens its own ``write()``."""
    try:
        waiting = Waiting.model_validate(said)
    except ValidationError as error:
        text = N_("The phone and the server did not understand each other. Load the page again.")
        raise Problem("waiting.shape", text, status=400) from error
    age = waiting.sent_at - waiting.oldest if waiting.count and waiting.oldest else timedelta(0)
    with write():
        device = db.session.get(Device, by.device_id)
        if device is not None:
            device.waiting = waiting.count
            device.waiting_since = at - max(age, timedelta(0)) if waiting.count else None
