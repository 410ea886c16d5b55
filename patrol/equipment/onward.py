"""Where to go on after a list is finished: the next due one of the room, then of the floor, as the due list goes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.equipment.duty import Duty, duties, mine, open_ones
from patrol.equipment.owed import below
from patrol.sites.place import Place

MOST = 12  # as many lists may lie on a phone with a poor signal; of what it has filled the server does not know yet


def onward(by: Reader, place: Place, at: datetime, code: str, equipment_id: UUID | None) -> list[Duty]:
    """What to open after this list at this place (or at this unit of it), the first that is still to do; empty when
    all is done around here."""
    around = duties(by, at, places=below(by.site_id, place.parent_id or place.id))
    own = {id(duty) for duty in mine(by, around)}
    may = {id(duty) for duty in open_ones(by, around) if duty.place_id == place.id or id(duty) in own}
    return following(around, may, place.id, code, equipment_id)[:MOST]


def in_building(by: Reader, place: Place, at: datetime) -> Duty | None:
    """Where to walk next when a floor is done: this person's next duty in the building, on from this place."""
    walked = [duty for duty in duties(by, at) if duty.building_kind != "site"]
    own = {id(duty) for duty in open_ones(by, mine(by, walked))}
    last = max((at for at, duty in enumerate(walked) if duty.place_id == place.id), default=-1)
    building = walked[last].building_id if last >= 0 else None
    ahead = [duty for duty in [*walked[last + 1 :], *walked[: last + 1]] if id(duty) in own]
    return next((duty for duty in ahead if duty.building_id == building), None)


def following(
    walked: Sequence[Duty], may: set[int], place_id: UUID, code: str, equipment_id: UUID | None
) -> list[Duty]:
    """Those of ``walked`` (in walking order, done ones included) that are among ``may`` (by ``id()``), as they follow.

    The room comes before the rest of the floor, the same list before another. Whoever left one out is not sent
    back to it before the way has come round. What the whole site owes (a drill, a survey) lies on nobody's way.
    """
    here = next(
        (at for at, duty in enumerate(walked) if (duty.code, duty.equipment_id) == (code, equipment_id)
         and duty.place_id == place_id), -1,
    )  # fmt: skip
    ahead = [
        duty
        for duty in [*walked[here + 1 :], *walked[: max(here, 0)]]
        if id(duty) in may and duty.building_kind != "site"
    ]
    return sorted(ahead, key=lambda duty: (duty.place_id != place_id, duty.code != code))
