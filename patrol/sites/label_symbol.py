"""The drawn QR symbol of each label, made once and kept: choosing the mask is most of its cost."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from patrol.core.db import Model, db, upsert, write
from patrol.core.keys import SiteRow, site_key
from patrol.sites.symbol import Symbol, symbol


class LabelSymbol(SiteRow, Model):
    """``id`` is the label's id; ``url`` tells whether the symbol still says what it should."""

    __tablename__ = "label_symbol"
    __table_args__ = (site_key("id", "label"),)

    url: Mapped[str]
    version: Mapped[int]
    size: Mapped[int]
    path_d: Mapped[str]


def symbols_for(site_id: UUID, urls: Mapping[UUID, str]) -> dict[UUID, Symbol]:
    """The symbol of each label id; missing ones are drawn first, then stored in one short write."""
    kept = select(LabelSymbol.id, LabelSymbol.url, LabelSymbol.version, LabelSymbol.size, LabelSymbol.path_d)
    rows = db.session.execute(kept.where(LabelSymbol.site_id == site_id)).all()
    found = {row.id: Symbol(row.version, row.size, row.path_d) for row in rows if urls.get(row.id) == row.url}
    drawn = {label_id: symbol(url) for label_id, url in urls.items() if label_id not in found}
    if drawn:
        _keep(site_id, urls, drawn)
    return found | drawn


def _keep(site_id: UUID, urls: Mapping[UUID, str], drawn: Mapping[UUID, Symbol]) -> None:
    rows = [
        {
            "site_id": site_id, "id": label_id, "url": urls[label_id],
            "version": made.version, "size": made.size, "path_d": made.path_d,
        }
        for label_id, made in drawn.items()
    ]  # fmt: skip
    insert = upsert(LabelSymbol)
    fresh = {name: insert.excluded[name] for name in ("url", "version", "size", "path_d")}
    with write(site_id) as session:
        session.execute(insert.on_conflict_do_update(index_elements=["site_id", "id"], set_=fresh), rows)
