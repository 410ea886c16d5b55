"""Finding a label by its code: within one site only, so another site's code is like one that does not exist."""

from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.sites.label import Label


def label_by_code(site_id: UUID, code: str) -> Label | None:
    """The label with this folded code, current or replaced (``revoked_at``)."""
    return db.session.scalars(select(Label).where(Label.site_id == site_id, Label.code == code)).first()
