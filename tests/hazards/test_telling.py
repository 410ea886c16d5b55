"""Who is told what and when, and nobody twice."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from patrol.hazards.telling import calls

AT = datetime(2026, 3, 31, 15, 50, tzinfo=UTC)  # ten minutes before midnight at the lake, on the last of a month
HOUR = timedelta(hours=1)


def hazard(**facts) -> SimpleNamespace:
    plain = {"severity": "major", "state": "reported", "reported_at": AT, "due_at": AT + 72 * HOUR}
    return SimpleNamespace(**{**plain, "acknowledged_at": None, "rectified_at": None, **facts})


def told(one, hours):
    return [(call.what, call.whom, (call.at - AT) / HOUR) for call in calls(one, AT - HOUR, AT + hours * HOUR)]


@pytest.mark.parametrize(
    ("severity", "whom"),
    [("minor", ("team",)), ("major", ("team_head",)), ("critical", ("team_head", "fire_manager", "site_manager"))],
)
def test_at_once_by_severity(severity, whom):
    assert told(hazard(severity=severity), 0) == [("reported", whom, 0)]


def test_a_critical_one_every_half_hour_until_somebody_in_charge_says_he_knows():
    critical = hazard(severity="critical", state="assigned", due_at=AT + 24 * HOUR)
    assert [at for what, _whom, at in told(critical, 2) if what == "unacknowledged"] == [0.5, 1, 1.5, 2]
    critical.acknowledged_at = AT + HOUR
    assert [what for what, _whom, _at in told(critical, 2)] == ["reported"]


def test_unassigned_too_long_goes_to_the_head():
    assert ("unassigned", ("team_head",), 4) in told(hazard(), 4)
    assert not [one for one in told(hazard(state="assigned"), 40) if one[0] == "unassigned"]


def test_the_deadline_is_told_before_at_and_after_it_and_the_manager_a_day_later_and_every_three():
    found = told(hazard(state="assigned"), 72 + 24 + 72)
    assert found[1:] == [
        ("day_before", ("responsible",), 48),
        ("three_quarters", ("responsible",), 54),
        ("due", ("responsible", "team_head"), 72),
        ("to_manager", ("site_manager",), 96),
        ("repeated", ("site_manager",), 168),
    ]


@pytest.mark.parametrize(
    ("severity", "hours", "whom"),
    [("minor", 24, ("shift_leader",)), ("major", 24, ("team_head",)), ("critical", 8, ("team_head", "site_manager"))],
)
def test_a_verification_that_waits_too_long(severity, hours, whom):
    one = hazard(severity=severity, state="to_verify", rectified_at=AT)
    assert told(one, hours)[-1] == ("unverified", whom, hours)
    assert len(told(one, hours - 1)) == 1


def test_nothing_is_told_of_a_closed_one_and_no_call_falls_into_two_spans():
    assert told(hazard(state="closed"), 999) == [("reported", ("team_head",), 0)]
    open_one = hazard(severity="critical", state="assigned", due_at=AT + 24 * HOUR)
    whole = calls(open_one, AT - HOUR, AT + 200 * HOUR)
    parts = [call for n in range(-1, 200) for call in calls(open_one, AT + n * HOUR, AT + (n + 1) * HOUR)]
    assert sorted(parts) == whole
    assert len(set(whole)) == len(whole)
