"""Place (位置): building > entrance > floor > spot. A place with a label is a checkpoint (巡查点)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key

KINDS = ("building", "entrance", "floor", "area", "spot")


class Place(SiteRow, Model):
    __tablename__ = "place"
    __table_args__ = (
        site_key("parent_id", "place"),
        CheckConstraint("kind IN ('building','entrance','floor','area','spot')", name="kind"),
        Index(None, "site_id", "parent_id"),
    )

    parent_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str]  # with the names above it, as people say it: "3 栋地下 消防泵房"
    number: Mapped[int | None]  # the checkpoint's number on its label
    type: Mapped[str | None]  # what checklists apply_to: roof, garage, power_room …
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_m: Mapped[int] = mapped_column(default=100)
    note: Mapped[str] = mapped_column(default="")  # how to get there
    look_for: Mapped[list[Any]] = mapped_column(default=list)  # [{"icon", "what", "good"}] shown on arrival
    sort: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
