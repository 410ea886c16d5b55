"""Show 5, Monday morning: five excuses, seven assignments, four checks and the week's signature, by keyboard alone
at the desk and by touch on a phone. What a decision leads to has the focus, and a refused form loses nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.excuse import Ask
from patrol.rounds.round import Round, RoundStop
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.conftest import read_as
from tests.system.conftest import database, served

pytestmark = pytest.mark.browser

EXCUSES, HAZARDS, CHECKS = 5, 7, 4


@pytest.fixture
def monday(tmp_path):
    """A site that began nine days ago; what waits for its supervisor's word."""
    with served(tmp_path / "instance") as running:
        with database(running.instance):
            _arrange()
        yield running


def _arrange() -> None:
    at = now()
    people = {user.staff_no: read_as(user) for user in db.session.scalars(select(User))}
    with write():
        site = db.session.scalars(select(Site)).one()
        site.created_at = at - timedelta(days=9)
    ensure_rounds(site.id, at, site.zone, site.day_start)
    guard, engineer, boss = people["0217"], people["0301"], people["0101"]
    places = list(db.session.scalars(select(Place.id).where(Place.kind == "spot")))
    closed = db.session.scalars(select(Round.id).where(Round.closes_at <= at).order_by(Round.starts_at.desc())).all()
    assert len(closed) >= EXCUSES
    with write():
        for round_id in closed[:EXCUSES]:
            stop = db.session.scalars(select(RoundStop).where(RoundStop.round_id == round_id)).first()
            db.session.add(
                Ask(
                    id=uuid7(), site_id=site.id, kind="excuse", round_id=round_id, place_id=stop.place_id,
                    reason="construction", asked_by_id=guard.user_id, at=at, received_at=at,
                )
            )  # fmt: skip
    for n in range(HAZARDS + CHECKS):
        place = places[n % len(places)]
        data = HazardData(place=place, category="lighting_fault", severity="minor", photos=[uuid7()], new=True)
        with write():
            hazard = report_hazard(data, id=uuid7(), by=guard, when=When.now())
        if n >= HAZARDS:
            for step, by, more in (
                ("assign", boss, {"assignee": str(engineer.user_id)}),
                ("rectify", engineer, {"note": "换了灯管", "after": [uuid7()]}),
            ):
                with write():
                    told = StepData.model_validate({"order": hazard.id, "step": step, **more})
                    take_step(told, id=uuid7(), by=by, when=When.now())
