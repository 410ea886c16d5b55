"""The number people say on the phone: YH-260318-07, the seventh hazard of its business day."""

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam

from patrol.core.db import db, upsert
from patrol.workorders.order import OrderCounter


def next_number(site_id: UUID, prefix: str, day: date) -> str:
    """The next number of this prefix and day, inside the caller's ``write()``.

    The year is in it, because a number stays one of a kind on its site for ever. A number given out in a
    transaction that is rolled back is given out again.
    """
    insert = upsert(OrderCounter).values(
        site_id=bindparam("site"), prefix=bindparam("pre"), day=bindparam("on"), last=1
    )
    count = db.session.scalar(
        insert.on_conflict_do_update(
            index_elements=["site_id", "prefix", "day"], set_={"last": OrderCounter.__table__.c.last + 1}
        ).returning(OrderCounter.__table__.c.last),
        {"site": site_id, "pre": prefix, "on": day},
    )
    return f"{prefix}-{day:%y%m%d}-{count:02d}"
