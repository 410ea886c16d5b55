"""One tick: for every site look at what stands, then send what is due. Twice or on two machines does no harm."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.queue import prune
from patrol.notices.make import JOBS, look
from patrol.notices.send import Post, send_due
from patrol.owners.forget import forget_owners, is_due
from patrol.sites.site import Site, all_sites

log = logging.getLogger(__name__)


def tick(
    context: Callable[[], AbstractContextManager[Any]], post: Post, *, clock: Callable[[], datetime] = now
) -> tuple[int, int]:
    """(new notices, jobs taken up). A site whose facts cannot be read keeps no other site waiting."""
    new = 0
    for site in all_sites():
        try:
            new += look(site, clock())
            _forget(site.id, clock())
        except Exception:
            log.exception("the matters of site %s could not be looked at", site.id)
            db.session.rollback()
    db.session.rollback()
    prune(clock() - timedelta(days=post.keep_days), kinds=JOBS)
    return new, send_due(context, post, clock=clock)


def _forget(site_id: UUID, at: datetime) -> None:
    """A few owners at each tick, and no writer is kept waiting while there are none."""
    if is_due(db.session.get_one(Site, site_id), at):
        with write(site_id):
            forget_owners(db.session.get_one(Site, site_id), at)
