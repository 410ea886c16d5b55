"""Was this form read before somebody changed the order? What the phone itself sent on the way does not count."""

from typing import Any

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import check_version, db
from patrol.workorders.order import WorkOrder, WorkOrderStep

ON_THE_WAY = ("take", "extend")


def check_fresh(order: WorkOrder, version: int | None, by: Reader) -> int:
    """Refuse a stale form (409 ``stale``), then count this change; answers the order's new version.

    A phone without signal sends what was done in a row, each with the version its page was kept with, so what
    the same person took on or asked for in between does not count. A counting step's line carries its version.
    """
    if version is not None and version < order.version and _own_since(order, version, by) == order.version - version:
        version = order.version
    check_version(order, version)
    return order.version


def _own_since(order: WorkOrder, version: int, by: Reader) -> int:
    lines = db.session.scalars(
        select(WorkOrderStep.detail).where(
            WorkOrderStep.site_id == order.site_id,
            WorkOrderStep.order_id == order.id,
            WorkOrderStep.user_id == by.user_id,
            WorkOrderStep.step.in_(ON_THE_WAY),
        )
    )
    return sum(1 for detail in lines if _version(detail) > version)


def _version(detail: dict[str, Any]) -> int:
    return int(detail.get("version") or 0)
