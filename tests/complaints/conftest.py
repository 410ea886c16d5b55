"""Complaints to try the table on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from patrol.complaints.complaint import Complaint
from patrol.complaints.listen import listen
from patrol.complaints.steps import ComplaintStepData, take_complaint_step
from patrol.core.db import write
from patrol.core.keys import uuid7
from tests.repairs.conftest import NOON, at, called, readers

__all__ = ["called", "readers"]

WAY = {
    "reported": (),
    "answered": ("apologise",),
    "investigated": ("apologise", "investigate"),
    "solved": ("apologise", "investigate", "solve"),
    "closed": ("apologise", "investigate", "solve", "callback"),
    "rejected": ("reject",),
}
WHO = {"apologise": "desk", "callback": "desk", "reject": "engineering"}
SENT = {
    "apologise": {"note": "已致歉，今天去看"},
    "assign": {"team": "cleaning"},
    "investigate": {"note": "夜班装修", "promised_at": NOON + timedelta(days=3)},
    "solve": {"note": "已停工并约定时间"},
    "callback": {"satisfaction": 4},
    "again": {"note": "昨晚又吵"},
    "reject": {"note": "业主撤回"},
    "comment": {"note": "已转物业经理"},
}


@pytest.fixture
def heard(called, readers, places) -> Callable[..., Complaint]:
    def make(moment=NOON, subject="noise", **told) -> Complaint:
        report = called(moment, kind="noise", words="楼上夜里施工", **told)
        with write():
            return listen(
                report, by=readers.desk, when=at(moment), version=None, subject=subject, place_id=places.lobby.id
            )

    return make


@pytest.fixture
def step() -> Callable[..., Complaint]:
    def take(by, complaint, name, moment=NOON, **sent) -> Complaint:
        data = ComplaintStepData(order=complaint.id, step=name, **sent)
        with write():
            return take_complaint_step(data, id=uuid7(), by=by, when=at(moment))

    return take


@pytest.fixture
def in_state(heard, readers, step) -> Callable[..., Complaint]:
    """In that state, given to the engineer's team, and solved by the engineering supervisor. Each a home of its own."""
    homes = iter(range(1000))

    def make(state: str) -> Complaint:
        home = next(homes)
        complaint = heard(owner_flat=f"1-{home}", owner_phone=f"1390000{home:04d}")
        complaint_team(complaint)
        for minutes, name in enumerate(WAY[state], start=1):
            by = getattr(readers, WHO.get(name, "engineering"))
            step(by, complaint, name, NOON + timedelta(minutes=minutes), **SENT[name])
        assert complaint.state == state
        return complaint

    return make


def complaint_team(complaint: Complaint) -> None:
    with write():
        complaint.team = "engineering"
