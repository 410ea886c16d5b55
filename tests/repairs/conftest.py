"""Repairs to try the table on, and short ways to take their steps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest

from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.owners.report import OwnerReport, by_telephone
from patrol.repairs.register import register_report, report_repair
from patrol.repairs.repair import Repair
from patrol.repairs.steps import RepairStepData, take_repair_step
from tests.scenery import scene

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Monday


def at(moment: datetime) -> When:
    return When(at=moment, received_at=moment, captured_at=moment)


@pytest.fixture
@partial(scene, lasts=timedelta(minutes=10))  # then whoever signed in has to give the password again
def readers(people, reader_of) -> SimpleNamespace:
    return SimpleNamespace(**{part: reader_of(person) for part, person in vars(people).items()})


@pytest.fixture
def called(readers, places) -> Callable[..., OwnerReport]:
    """An owner on the telephone, and the desk writes down what he says."""

    def call(moment=NOON, by=None, **told) -> OwnerReport:
        told = {"kind": "water", "words": "厨房漏水", "owner_phone": "138 0000 6021", "owner_flat": "3-2-1201", **told}
        with write():
            return by_telephone(by or readers.desk, at(moment), **told)

    return call


@pytest.fixture
def registered(called, readers, places) -> Callable[..., Repair]:
    def make(moment=NOON, **more) -> Repair:
        report = called(moment)
        told = {"category": "water", "place_id": places.lobby.id, **more}
        with write():
            return register_report(report, by=readers.desk, when=at(moment), version=None, **told)

    return make


@pytest.fixture
def step() -> Callable[..., Repair]:
    def take(by, repair, name, moment=NOON, id=None, scanned=None, **sent) -> Repair:
        data = RepairStepData(order=repair.id, step=name, **sent)
        with write():
            return take_repair_step(data, id=id or uuid7(), by=by, when=at(moment), scanned=scanned)

    return take


WAY = {  # how a state is reached: steps by part, in order
    "registered": (),
    "assigned": ("assign",),
    "visiting": ("assign", "visit"),
    "waiting_parts": ("assign", "visit", "wait_parts"),
    "waiting_owner": ("assign", "visit", "wait_owner"),
    "done": ("assign", "visit", "done"),
    "signed": ("assign", "visit", "done", "sign"),
    "closed": ("assign", "visit", "done", "sign", "archive"),
    "rejected": ("reject",),
}
WHO = {"assign": "engineering", "archive": "desk", "reject": "desk"}


@pytest.fixture
def sent(people) -> Callable[..., dict]:
    """All that a step needs."""

    def make(name: str) -> dict:
        return {
            "assign": {"assignee": people.engineer.id},
            "reassign": {"team": "engineering", "note": "换人"},
            "transfer": {"team": "security", "note": "要保安配合"},
            "return": {"note": "不是水暖的活"},
            "visit": {"photos": [uuid7()], "fee": "0", "fee_note": "保修期内免费"},
            "wait_parts": {"note": "缺 DN20 阀门"},
            "wait_owner": {"note": "家里没人"},
            "done": {"after": [uuid7()], "note": "换了阀门", "materials": "阀门 1 个"},
            "sign": {"signature": [uuid7()]},
            "refuse_sign": {"note": "业主不肯签"},
            "object": {"note": "还在滴水"},
            "archive": {"satisfaction": 5},
            "reopen": {"note": "又漏了"},
            "reject": {"note": "打错电话"},
            "comment": {"note": "业主催过一次"},
        }.get(name, {})

    return make


@pytest.fixture
def in_state(registered, readers, step, sent, places) -> Callable[..., Repair]:
    def make(state: str, moment=NOON, **more) -> Repair:
        if state == "reported":
            with write():
                return report_repair(
                    id=uuid7(), by=readers.guard, when=at(moment), category="water", place_id=places.lobby.id
                )
        repair = registered(moment, **more)
        for minutes, name in enumerate(WAY[state], start=1):
            by = getattr(readers, WHO.get(name, "engineer"))
            step(by, repair, name, moment + timedelta(minutes=minutes), **sent(name))
        assert repair.state == state
        return repair

    return make
