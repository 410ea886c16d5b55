"""The transition table, cell by cell, as the trade wrote it down (copied by hand, not from the code)."""

import pytest

from patrol.core.keys import uuid7
from patrol.core.problems import Problem

STATES = ("reported", "assigned", "to_verify", "closed", "rejected", "merged", "transferred")

# | from | to | who | needs |
TABLE = """
assign   | reported           | assigned    | supervisor engineering manager desk | team due_at interim
rectify  | reported, assigned | to_verify   | engineer leader supervisor engineering manager | after note
verify   | to_verify          | closed      | supervisor engineering manager |
refuse   | to_verify          | assigned    | supervisor engineering manager | note
reopen   | closed             | assigned    | supervisor engineering manager | note
reject   | reported, assigned | rejected    | supervisor engineering manager | note
merge    | reported, assigned | merged      | supervisor engineering manager | target
transfer | reported, assigned | transferred | supervisor engineering manager | transferred_to reference
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]
EVERYBODY = ("guard guard2 engineer leader supervisor engineering manager desk contractor cleaner").split()
EVIDENCE = {
    "assign": {"team": "engineering", "interim": "楼下拉警戒线"},
    "rectify": {"after": 1, "note": "已固定"},
    "verify": {},
    "refuse": {"note": "还会晃"},
    "reopen": {"note": "又松了"},
    "reject": {"note": "不是隐患"},
    "merge": {"target": "other"},
    "transfer": {"transferred_to": "城管", "reference": "2026-17"},
}


@pytest.fixture
def evidence(report, readers):
    """Everything a step needs: photos new, the other hazard in the world."""

    def make(step: str, without: str | None = None) -> dict:
        sent = {key: value for key, value in EVIDENCE[step].items() if key != without}
        if sent.get("target"):
            sent["target"] = str(report(readers.guard2, "tree_risk").id)
        if sent.get("after"):
            sent["after"] = [uuid7()]
        return sent

    return make


CELLS = [
    pytest.param(step, state, to if state in sources.split(", ") else None, id=f"{step}-from-{state}")
    for step, sources, to, _who, _needs in ROWS
    for state in STATES
    if not (step == "assign" and state == "assigned")  # handing on: test_assign.py
]


@pytest.mark.parametrize(("name", "state", "to"), CELLS)
def test_each_step_leads_from_its_states_and_from_no_other(name, state, to, in_state, readers, step, evidence):
    hazard = in_state(state)

    if to is None:
        with pytest.raises(Problem) as refusal:
            step(readers.manager, hazard, name, **evidence(name))
        assert (refusal.value.code, refusal.value.status) == ("order.state", 409)
        assert hazard.state == state
    else:
        assert step(readers.manager, hazard, name, **evidence(name)).state == to


@pytest.mark.parametrize(("name", "sources", "to", "who", "_needs"), ROWS, ids=[row[0] for row in ROWS])
def test_each_step_is_taken_by_its_people_and_by_no_other(
    name, sources, to, who, _needs, in_state, readers, step, evidence
):
    for part in EVERYBODY:
        hazard = in_state("assigned" if name == "rectify" else sources.split(", ")[0])
        if part in who.split():
            assert step(getattr(readers, part), hazard, name, **evidence(name)).state == to, part
        else:
            with pytest.raises(Problem) as refusal:
                step(getattr(readers, part), hazard, name, **evidence(name))
            assert refusal.value.status == 403, part


LACKS = [(row[0], row[1].split(", ")[0], need) for row in ROWS for need in row[4].split() if need != "due_at"]


@pytest.mark.parametrize(("name", "state", "need"), LACKS)
def test_each_step_names_the_evidence_that_is_missing(name, state, need, in_state, readers, step, evidence):
    hazard = in_state(state)

    with pytest.raises(Problem) as refusal:
        step(readers.manager, hazard, name, **evidence(name, without=need))

    assert (refusal.value.code, refusal.value.status, refusal.value.field) == ("order.missing", 422, need)
    assert hazard.state == state


VERIFIERS = {
    "minor": "leader supervisor engineering manager",
    "major": "supervisor engineering manager",
}


@pytest.mark.parametrize("severity", VERIFIERS)
def test_a_leader_verifies_minor_ones_and_a_supervisor_major_ones(severity, in_state, readers, step):
    for part in EVERYBODY:
        hazard = in_state("to_verify", severity)
        if part in VERIFIERS[severity].split():
            assert step(getattr(readers, part), hazard, "verify").state == "closed"
        else:
            with pytest.raises(Problem) as refusal:
                step(getattr(readers, part), hazard, "verify")
            assert refusal.value.status == 403


def test_a_critical_one_is_looked_at_by_a_supervisor_and_closed_by_the_manager(in_state, readers, step):
    hazard = in_state("to_verify", "critical")

    with pytest.raises(Problem, match="supervisor_first"):
        step(readers.manager, hazard, "verify", photos=[uuid7()])
    with pytest.raises(Problem, match=r"order\.missing"):
        step(readers.supervisor, hazard, "verify")
    assert step(readers.supervisor, hazard, "verify", photos=[uuid7()]).state == "to_verify"
    with pytest.raises(Problem, match="manager_closes"):
        step(readers.engineering, hazard, "verify", photos=[uuid7()])
    with pytest.raises(Problem, match=r"order\.missing"):
        step(readers.manager, hazard, "verify")
    assert step(readers.manager, hazard, "verify", photos=[uuid7()]).state == "closed"


def test_a_refused_critical_one_needs_both_looks_again(in_state, readers, step):
    hazard = in_state("to_verify", "critical")
    step(readers.supervisor, hazard, "verify", photos=[uuid7()])
    step(readers.manager, hazard, "refuse", note="没看见警示牌")
    step(readers.engineer, hazard, "rectify", note="补上", after=[uuid7(), uuid7()])

    with pytest.raises(Problem, match="supervisor_first"):
        step(readers.manager, hazard, "verify", photos=[uuid7()])


def test_a_critical_one_is_rectified_with_two_angles(in_state, readers, step):
    hazard = in_state("assigned", "critical")

    with pytest.raises(Problem) as refusal:
        step(readers.engineer, hazard, "rectify", note="好了", after=[uuid7()])

    assert refusal.value.field == "after"


def test_nobody_passes_or_refuses_their_own_repair(in_state, readers, step):
    for name, sent in (("verify", {}), ("refuse", {"note": "不行"})):
        hazard = in_state("assigned")
        step(readers.supervisor, hazard, "rectify", note="自己修的", after=[uuid7()])

        with pytest.raises(Problem) as refusal:
            step(readers.supervisor, hazard, name, **sent)

        assert (refusal.value.code, refusal.value.status) == ("hazard.own_work", 403)
        assert hazard.state == "to_verify"


def test_a_comment_needs_words_only(in_state, readers, step):
    for state in STATES:
        hazard = in_state(state)
        version = hazard.version
        assert step(readers.guard, hazard, "comment", note="已告知住户").state == state
        assert hazard.version == version
    with pytest.raises(Problem, match=r"order\.missing"):
        step(readers.guard, hazard, "comment")


def test_somebody_of_the_other_site_finds_nothing(in_state, readers, step):
    hazard = in_state("reported")

    with pytest.raises(Problem) as refusal:
        step(readers.stranger, hazard, "comment", note="?")

    assert refusal.value.status == 404
