"""At most a quarter of a place's units may be away for service at once (DOMAIN §5): to be warned of, not refused."""

from sqlalchemy import func, select

from patrol.core.db import db
from patrol.equipment.equipment import Equipment


def too_many(away: int, units: int) -> bool:
    return away * 4 > units


def one_more_away(row: Equipment) -> bool:
    """Whether sending this item out would leave more than a quarter of its place's units of its type away."""
    query = (
        select(Equipment.state, func.sum(Equipment.quantity))
        .where(
            Equipment.site_id == row.site_id,
            Equipment.place_id == row.place_id,
            Equipment.type == row.type,
            Equipment.state != "retired",
        )
        .group_by(Equipment.state)
    )
    counts = {state: int(count) for state, count in db.session.execute(query)}
    away = counts.get("out_for_service", 0) + (row.quantity if row.state != "out_for_service" else 0)
    return too_many(away, sum(counts.values()))
