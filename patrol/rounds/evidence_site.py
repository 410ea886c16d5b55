"""What a site's evidence needs to remember: the secret it draws by, and when walks were counted."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db, upsert, write


class EvidenceSite(Model):
    """``secret`` never leaves the server, so nobody can reckon beforehand where a photo or a question will be due."""

    __tablename__ = "evidence_site"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    secret: Mapped[str]
    made_at: Mapped[datetime]  # before this nobody was asked for anything
    walks_counted_at: Mapped[datetime | None]


def evidence_site(site_id: UUID, at: datetime) -> EvidenceSite:
    """The site's row, made when it is first needed. Not inside a ``write()``."""
    known = db.session.get(EvidenceSite, site_id)
    if known is None:
        with write(site_id):
            made = {"site_id": site_id, "secret": secrets.token_hex(32), "made_at": at}
            db.session.execute(upsert(EvidenceSite).on_conflict_do_nothing(index_elements=["site_id"]), [made])
        known = db.session.get_one(EvidenceSite, site_id)
    return known
