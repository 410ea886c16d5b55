"""Door: the questions that a place asks whoever scans there."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import write
from patrol.rounds.presence import add_question, retire_question
from patrol.sites.place import place_here
from patrol.web.access import needs
from patrol.web.replies import go

bp = Blueprint("questions", __name__)


@bp.post("/places/<uuid:place_id>/questions")
@needs("place.edit")
def add(place_id: UUID) -> Any:
    form = request.form
    with write(current_user.site_id):
        place = place_here(current_user.site_id, place_id)
        right = form.get("right", -1, type=int)
        add_question(
            place, form.get("text", ""), form.getlist("options[]"), right, by=current_user.user_id, at=now()
        )  # fmt: skip
    return go(f"/places/{place_id}#questions")


@bp.post("/questions/<uuid:question_id>/retirement")
@needs("place.edit")
def retire(question_id: UUID) -> Any:
    with write(current_user.site_id):
        question = retire_question(current_user.site_id, question_id, by=current_user.user_id, at=now())
    return go(f"/places/{question.place_id}#questions")
