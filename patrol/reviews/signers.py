"""Who signs a review, and by when (DOMAIN §7): a seat is wanted only where somebody of the site holds it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from patrol.core.business_day import wall
from patrol.reviews.period import Kind, Period

Act = Literal["sign", "countersign"]
ONE_DAY = timedelta(days=1)
SEATS: dict[Kind, tuple[tuple[str, Act], ...]] = {
    "day": (("shift_leader", "sign"), ("security_supervisor", "sign")),
    "week": (("security_supervisor", "sign"), ("engineering_supervisor", "sign")),
    "month": (
        ("security_supervisor", "sign"),
        ("engineering_supervisor", "sign"),
        ("service_supervisor", "sign"),
        ("site_manager", "countersign"),
    ),
}
VERB: dict[Kind, str] = {"day": "review.sign_day", "week": "review.sign", "month": "review.sign"}


@dataclass(frozen=True, slots=True)
class Signed:
    """One name under a review. role: the one held when signing."""

    user_id: UUID
    name: str
    role: str
    act: Act
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """One line to sign. signed: who did, or None."""

    role: str
    act: Act
    signed: Signed | None


def seats(kind: Kind, held: Collection[str], signatures: Iterable[Signed]) -> list[Seat]:
    """The lines of a review. held: the roles somebody has; where nobody has any of them, the manager signs."""
    given = list(signatures)
    wanted = [(role, act) for role, act in SEATS[kind] if role in held or any(one.role == role for one in given)]
    if not any(act == "sign" for _role, act in wanted):
        wanted = [("site_manager", "sign"), *wanted]

    def who(role: str, act: Act) -> Signed | None:
        return next((one for one in given if (one.role, one.act) == (role, act)), None)

    return [Seat(role, act, who(role, act)) for role, act in wanted]


def complete(lines: Collection[Seat]) -> bool:
    return all(seat.signed for seat in lines)


def ready_to_countersign(lines: Iterable[Seat]) -> bool:
    """A manager's name comes under those of the supervisors."""
    return all(seat.signed for seat in lines if seat.act == "sign")


def due_at(period: Period, tz: ZoneInfo) -> datetime:
    """Until when: a day by ten the next morning, a week by Monday noon, a month by the end of the fifth."""
    if period.kind == "month":
        return wall(period.last + 6 * ONE_DAY, time(0), tz)
    return wall(period.last + ONE_DAY, time(10) if period.kind == "day" else time(12), tz)
