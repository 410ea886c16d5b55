"""Marks on a site's business days: a write says "this day changed", readers recount what is stale."""

from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection, upsert
from patrol.core.prepared import Prepared


class SiteDay(Model):
    """How often a day's facts changed. A tally remembers the count it was made from."""

    __tablename__ = "site_day"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    changes: Mapped[int] = mapped_column(default=1)


def mark_day(site_id: UUID, *days: date) -> None:
    """Mark business days as changed, inside the caller's ``write()``."""
    rows = [{"site_id": site_id, "day": day, "changes": 1} for day in sorted(set(days))]
    if not rows:
        return
    here = connection(flush=False)
    _mark(here.dialect.name).run(here, *rows)


@cache
def _mark(_dialect: str) -> Prepared:
    """Built once for each kind of database: building it costs more than running it."""
    changes = SiteDay.__table__.c.changes + 1
    mark = upsert(SiteDay.__table__).on_conflict_do_update(index_elements=["site_id", "day"], set_={"changes": changes})
    return Prepared(mark)
