"""What came through the phones' door: every record once, by id and content, with its place in its phone's chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow


class Received(SiteRow, Model):
    """One stored record: same id and content is "known", other content or user is refused."""

    __tablename__ = "received"
    __table_args__ = (Index(None, "site_id", "device_id", "seq"),)

    kind: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[UUID | None]
    content_hash: Mapped[str]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    prev: Mapped[str | None]
    received_at: Mapped[datetime]
    url: Mapped[str | None]  # where the record can be seen; part of the first answer
