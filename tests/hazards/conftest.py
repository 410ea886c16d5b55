"""Hazards to try the table on, and short ways to take its steps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import UUID

import pytest

from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from tests.scenery import scene

NIGHT = datetime(2026, 3, 1, 14, 10, tzinfo=UTC)  # 22:10 in Shanghai


def at(moment: datetime) -> When:
    return When(at=moment, received_at=moment, captured_at=moment)


@pytest.fixture
@partial(scene, lasts=timedelta(minutes=10))  # then whoever signed in has to give the password again
def readers(people, reader_of) -> SimpleNamespace:
    """Everybody of the cast as the verbs know them."""
    return SimpleNamespace(**{part: reader_of(person) for part, person in vars(people).items()})


@pytest.fixture
def report(places) -> Callable[..., Hazard]:
    """report(by, category, severity=None, moment=NIGHT, place="roof", **data) -> the hazard, committed."""

    def do(by, category="balcony_flowerpot", severity=None, moment=NIGHT, place="roof", id=None, **data) -> Hazard:
        data = {"place": getattr(places, place).id, "category": category, "severity": severity, **data}
        data.setdefault("photos", [uuid7()])
        with write():
            return report_hazard(HazardData.model_validate(data), id=id or uuid7(), by=by, when=at(moment))

    return do


@pytest.fixture
def step() -> Callable[..., Hazard]:
    """step(by, hazard, name, moment=NIGHT + 1 h, id=None, **data) -> the hazard after it, committed."""

    def do(by, hazard, name, moment=NIGHT + timedelta(hours=1), id: UUID | None = None, **data) -> Hazard:
        sent = StepData.model_validate({"order": hazard.id, "step": name, **data})
        with write():
            return take_step(sent, id=id or uuid7(), by=by, when=at(moment))

    return do


@pytest.fixture
def in_state(readers, report, step) -> Callable[..., Hazard]:
    """in_state(state, severity) -> a flowerpot in that state; assigned to the engineer, rectified by him."""

    def do(state: str, severity: str = "major") -> Hazard:
        by = readers.supervisor if severity == "minor" else readers.guard
        hazard = report(by, "balcony_flowerpot", severity, note="小花盆")
        if state in ("reported", "rejected", "merged", "transferred"):
            return _settle(state, hazard)
        step(readers.manager, hazard, "assign", assignee=readers.engineer.user_id, interim="拉警戒线")
        if state == "assigned":
            return hazard
        step(readers.engineer, hazard, "rectify", note="搬进室内", after=[uuid7(), uuid7()])
        if state == "closed":
            _close(hazard)
        return hazard

    def _settle(state: str, hazard: Hazard) -> Hazard:
        if state == "rejected":
            step(readers.supervisor, hazard, "reject", note="不是隐患")
        if state == "transferred":
            step(readers.supervisor, hazard, "transfer", transferred_to="城管", reference="2026-17")
        if state == "merged":
            other = report(readers.guard, "balcony_flowerpot", "major")
            step(readers.supervisor, hazard, "merge", target=str(other.id))
        return hazard

    def _close(hazard: Hazard) -> None:
        if hazard.severity == "critical":
            step(readers.supervisor, hazard, "verify", photos=[uuid7()])
        step(readers.manager, hazard, "verify", photos=[uuid7()])

    return do
