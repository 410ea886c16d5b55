"""One tick: for every site look at what stands, then send what is due. Twice or on two machines does no harm."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from patrol.core.clock import now
from patrol.core.db import db
from patrol.notices.make import look
from patrol.notices.send import Post, send_due
from patrol.sites.site import all_sites

log = logging.getLogger(__name__)


def tick(
    context: Callable[[], AbstractContextManager[Any]], post: Post, *, clock: Callable[[], datetime] = now
) -> tuple[int, int]:
    """(new notices, jobs taken up). A site whose facts cannot be read keeps no other site waiting."""
    new = 0
    for site in all_sites():
        try:
            new += look(site, clock())
        except Exception:
            log.exception("the matters of site %s could not be looked at", site.id)
            db.session.rollback()
    db.session.rollback()
    return new, send_due(context, post, clock=clock)
