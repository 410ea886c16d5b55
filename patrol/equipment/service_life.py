"""When an extinguisher must go for service and when it must be scrapped."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

LifeState = Literal["ok", "soon", "overdue", "scrap"]

WARN_DAYS = 60
EXPIRED = "extinguisher_expired"  # the hazard of everything past its date
DATE_ITEMS: Mapping[LifeState, str] = {"overdue": "service_valid", "scrap": "not_scrap"}


class Years(NamedTuple):
    """Years from the month of manufacture to the first service, between services, and to scrapping."""

    first: int
    every: int
    scrap: int


class ServiceLife(NamedTuple):
    """Both are the first day of a month, or None where nothing is prescribed or the month is not known."""

    next_service: date | None
    scrap_on: date | None


# GB 50444-2008 tables 5.3.2 and 5.4.3, second-hand: defaults, a site may hand in its own table.
# The tables go by what is inside, portable or wheeled alike; nearly all wheeled units on housing sites hold
# dry powder, so that is what a wheeled one counts as.
SERVICE_YEARS: Mapping[str, Years] = {
    "extinguisher_water": Years(3, 1, 6),
    "extinguisher_dry_powder": Years(5, 2, 10),
    "extinguisher_wheeled": Years(5, 2, 10),
    "extinguisher_clean_gas": Years(5, 2, 10),
    "extinguisher_co2": Years(5, 2, 12),
    "gas_cylinder": Years(5, 2, 12),
}


def service_life(
    kind: str,
    made_on: date | None,
    last_service: date | None,
    table: Mapping[str, Years] = SERVICE_YEARS,
) -> ServiceLife:
    """Next service and scrap month of one item; days within a month do not count.

    Never serviced: made_on + first, else last_service + every; the service never lies beyond scrapping.
    A service dated before the manufacture is a slip of the pen and taken as none.
    Without made_on there is no scrap month, and a next service only if one was ever done.
    """
    years = table.get(kind)
    if years is None:
        return ServiceLife(None, None)
    made, served = _month(made_on), _month(last_service)
    if made and served and served < made:
        served = None
    scrap_on = _after(made, years.scrap)
    next_service = _after(served, years.every) if served else _after(made, years.first)
    if next_service and scrap_on:
        next_service = min(next_service, scrap_on)
    return ServiceLife(next_service, scrap_on)


def due_state(next_service: date | None, scrap_on: date | None, today: date, warn_days: int = WARN_DAYS) -> LifeState:
    """scrap from the scrap date on, overdue after the service date, soon in the warn_days before either."""
    if scrap_on and today >= scrap_on:
        return "scrap"
    days = days_left(next_service, scrap_on, today)
    if days is None or days > warn_days:
        return "ok"
    return "overdue" if days < 0 else "soon"


def days_left(next_service: date | None, scrap_on: date | None, today: date) -> int | None:
    """Days to the nearer of service and scrapping, below 0 when past; None when nothing is due ever."""
    dates = [due for due in (next_service, scrap_on) if due]
    return (min(dates) - today).days if dates else None


class PastDue(NamedTuple):
    """The checklist item that cannot pass, and the date that has passed."""

    item: str
    since: date


def past_due(
    items: Sequence[Mapping[str, Any]], next_service: date | None, scrap_on: date | None, today: date
) -> PastDue | None:
    """What a list must find of a unit whose service or scrap date has passed; None when neither has.

    items: as in the catalogue; those about a date open ``extinguisher_expired``. One of them fails, so that a
    unit that is past both dates opens one hazard: the one its state names, else the only one the list has.
    """
    state = due_state(next_service, scrap_on, today)
    dated = [item["code"] for item in items if item.get("hazard_category_on_fail") == EXPIRED]
    if state not in DATE_ITEMS or not dated:
        return None
    since = scrap_on if state == "scrap" else next_service
    assert since is not None
    item = DATE_ITEMS[state]
    return PastDue(item if item in dated else dated[0], since)


def _month(day: date | None) -> date | None:
    return day.replace(day=1) if day else None


def _after(month: date | None, years: int) -> date | None:
    return month.replace(year=month.year + years) if month else None
