"""Filled lists: one of them, and those behind a review's figures."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db
from patrol.equipment.asks import ODD
from patrol.equipment.checklist import find_version
from patrol.equipment.equipment import find_equipment
from patrol.equipment.inspection import find_inspection, findings_of
from patrol.equipment.ledger import inspections_between
from patrol.equipment.views import bp
from patrol.equipment.views.common import day_in, place_or_404, reader, titles
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, arrived, may_see_photo, photos_of
from patrol.web.access import needs
from patrol.workorders.timeline import names


@bp.get("/inspections")
@needs("review.see", "equipment.see")
def inspections() -> Any:
    today = business_day_of(reader(), now())
    first, last = day_in(request.args.get("from")) or today.replace(day=1), day_in(request.args.get("to")) or today
    code = request.args.get("list") or None
    failed = request.args.get("result") == "fail"
    sees_odd = reader().may("evidence.see")
    odd = sees_odd and request.args.get("odd") == "1"
    rows, after = inspections_between(
        current_user.site_id,
        first,
        last,
        failed=failed,
        odd=odd,
        code=code,
        person=request.args.get("person", type=UUID),
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "equipment/inspections.html",
        rows=rows, after=after, first=first, last=last, titles=titles(), code=code, failed=failed,
        sees_odd=sees_odd, odd=odd, odd_words=ODD,
    )  # fmt: skip


@bp.get("/inspections/<uuid:inspection_id>")
@needs("checklist.see", "checklist.fill", "review.see")
def inspection(inspection_id: UUID) -> Any:
    row = find_inspection(current_user.site_id, inspection_id)
    findings = findings_of(row.site_id, row.id)
    wanted = [UUID(photo) for found in findings.values() for photo in found.photo_ids]
    own = photos_of(row.site_id, "inspection", [row.id])[row.id]
    known = {str(photo.id): photo for photo in own} | _pictures(row.site_id, wanted)
    pictures = {key: photo for key, photo in known.items() if may_see_photo(photo, reader())}
    return render_template(
        "equipment/inspection.html",
        row=row,
        checklist=find_version(row.site_id, str(row.checklist_id)),
        findings=findings,
        equipment=find_equipment(row.site_id, row.equipment_id) if row.equipment_id else None,
        place=place_or_404(row.place_id),
        pictures=pictures,
        signature=[photo for photo in pictures.values() if photo.kind == "signature" and photo.detail_id is None],
        signed=any(photo.kind == "signature" for photo in own),
        here=arrived(row.site_id, [photo.id for photo in pictures.values()]),
        hazards=_hazards(row.site_id, [found.hazard_id for found in findings.values() if found.hazard_id]),
        people=names([row.user_id]),
        odd=[ODD[flag] for flag in row.flags or () if flag in ODD and reader().may("evidence.see")],
    )


def _pictures(site_id: UUID, ids: list[UUID]) -> dict[str, Photo]:
    """A failed item's pictures belong to its hazard; the inspection remembers which they were."""
    if not ids:
        return {}
    rows = db.session.scalars(select(Photo).where(Photo.site_id == site_id, Photo.id.in_(ids)))
    return {str(row.id): row for row in rows}


def _hazards(site_id: UUID, ids: list[UUID]) -> dict[UUID, Hazard]:
    if not ids:
        return {}
    rows = db.session.scalars(select(Hazard).where(Hazard.site_id == site_id, Hazard.id.in_(ids)))
    return {row.id: row for row in rows}
