"""The number people say on the phone: YH-260318-07, the seventh hazard of its business day."""

from datetime import date
from functools import cache
from uuid import UUID

from patrol.core.db import connection, upsert
from patrol.core.prepared import Prepared
from patrol.workorders.order import OrderCounter


def next_number(site_id: UUID, prefix: str, day: date) -> str:
    """The next number of this prefix and day, inside the caller's ``write()``.

    The year is in it, because a number stays one of a kind on its site for ever. A number given out in a
    transaction that is rolled back is given out again.
    """
    asked = {"site_id": site_id, "prefix": prefix, "day": day, "last": 1}
    here = connection(flush=False)
    [[count]] = _counted(here.dialect.name).all(here, asked)
    return f"{prefix}-{day:%y%m%d}-{count:02d}"


@cache
def _counted(_dialect: str) -> Prepared:
    """Built once for each kind of database: building it costs more than running it."""
    counter = OrderCounter.__table__
    one_more = upsert(counter).on_conflict_do_update(
        index_elements=["site_id", "prefix", "day"], set_={"last": counter.c.last + 1}
    )
    return Prepared(one_more.returning(counter.c.last))
