"""What an owner sees of each kind of order, from its timeline alone."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from patrol.owners.follow import stages, waiting

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def lines(text):
    return [SimpleNamespace(step=name, at=AT + timedelta(hours=n)) for n, name in enumerate(text.split())]


@pytest.mark.parametrize(
    ("kind", "text", "states"),
    [
        ("repair", "report", "next todo todo todo"),
        ("repair", "report register", "done next todo todo"),
        ("repair", "report register assign", "done done next todo"),
        ("repair", "report register claim visit", "done done done next"),
        ("repair", "report register assign visit wait_parts visit done", "done done done done"),
        ("repair", "report register assign visit done reopen", "done next todo todo"),
        ("repair", "report register assign return", "done next todo todo"),
        ("hazard", "report", "done next todo todo"),
        ("hazard", "report assign rectify", "done done done done"),
        ("hazard", "report assign rectify refuse", "done next todo todo"),
        ("complaint", "listen", "done next todo todo"),
        ("complaint", "listen apologise investigate", "done done done next"),
        ("complaint", "listen apologise investigate solve again", "done done next todo"),
    ],
)
def test_stages(kind, text, states):
    assert [stage.state for stage in stages(kind, lines(text))] == states.split()


def test_each_stage_has_the_time_it_was_first_reached():
    found = stages("repair", lines("report register assign visit wait_parts visit done"))
    assert [stage.at - AT for stage in found] == [timedelta(hours=n) for n in (1, 2, 3, 6)]


def test_a_report_nobody_has_looked_at():
    assert [stage.state for stage in waiting()] == ["next", "todo", "todo", "todo"]
