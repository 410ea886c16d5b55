"""Door: rounds on demand — what may be started now, and the button that starts it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.rounds.on_demand import start_round, startable
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.replies import go

bp = Blueprint("starts", __name__)


@bp.get("/rounds/start")
@needs("round.start")
def choose() -> Any:
    return render_template("rounds/start.html", said=None, **_shown())


@bp.post("/plans/<uuid:plan_id>/rounds")
@needs("round.start")
def start(plan_id: UUID) -> Any:
    """The form carries the round's id, so that a double tap starts one round."""
    reader, round_id = current_user._get_current_object(), request.form.get("id", type=UUID) or uuid7()
    try:
        with write(current_user.site_id):
            start_round(plan_id, id=round_id, by=reader, at=now())
    except Problem as problem:
        if problem.status == 404:
            raise
        return render_template("rounds/start.html", said=words(problem), **_shown()), problem.status
    return go(f"/rounds/{round_id}")


def _shown() -> dict[str, Any]:
    reader = current_user._get_current_object()
    return {"startable": startable(reader.site_id, business_day_of(reader, now())), "new_id": uuid7}
