"""Who stood where just now: a scan of a label as proof of an arrival that is no visit of a round."""

from datetime import datetime, timedelta
from uuid import UUID

from patrol.core.db import db
from patrol.rounds.scan import Scan, latest_scan

WITHIN = timedelta(hours=2)  # from the label in the lobby to the tap in the flat, with the lift in between


def stood_at(site_id: UUID, user_id: UUID, at: datetime, scan_id: UUID | None = None) -> UUID | None:
    """The place whose label this person scanned: by the scan named, else by his last one within two hours."""
    scan = db.session.get(Scan, (site_id, scan_id)) if scan_id else latest_scan(site_id, user_id, at, WITHIN)
    if scan is None or scan.user_id != user_id or not at - WITHIN < scan.effective_at <= at:
        return None
    return scan.place_id
