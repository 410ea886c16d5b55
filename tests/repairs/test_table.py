"""The seven steps, cell by cell, as the trade wrote them down (copied by hand, not from the code).

DOMAIN §8: report 业主报修 -> register 受理登记 -> dispatch 派单 -> visit 上门 (on-site scan or photo, states fee
before work) -> done 完工 (materials, photos) -> owner signs 业主签字 (finger, or link confirm, or refusal with
reason) -> archive 归档 (desk checks, call-back result 1-5). Not done in one visit: waiting for parts 待料, waiting
for owner 待约; reopened within 7 days counts as rework.
"""

from datetime import timedelta

import pytest

from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.owners.visitor import visitor_of
from patrol.repairs import flow
from tests.repairs.conftest import NOON

STATES = (
    "reported", "registered", "assigned", "visiting", "waiting_parts", "waiting_owner", "done", "signed", "closed",
    "rejected",
)  # fmt: skip
DESK = "supervisor engineering manager desk"
HEADS = "supervisor engineering manager"

# | step | from | to | who (it is engineer 李强's) | needs |
TABLE = f"""
register    | reported                                          | registered    | {DESK}           |
assign      | registered                                        | assigned      | {DESK}           | team
reassign    | assigned visiting waiting_parts waiting_owner     | assigned      | {DESK}           | team note
claim       | registered assigned                               | assigned      | engineer engineering |
transfer    | assigned visiting waiting_parts waiting_owner     | assigned      | engineer {HEADS} | team note
return      | assigned visiting waiting_parts waiting_owner     | registered    | engineer {HEADS} | note
visit       | assigned waiting_parts waiting_owner              | visiting      | engineer {HEADS} | photos fee
wait_parts  | visiting                                          | waiting_parts | engineer {HEADS} | note
wait_owner  | assigned visiting waiting_parts                   | waiting_owner | engineer {HEADS} | note
done        | visiting                                          | done          | engineer {HEADS} | after note
sign        | done                                              | signed        | engineer {HEADS} | signature
confirm     | done                                              | signed        | owner            |
refuse_sign | done                                              | signed        | engineer {HEADS} | note
object      | done                                              | signed        | owner            | note
archive     | signed                                            | closed        | {DESK}           | satisfaction
reopen      | done signed closed                                | registered    | {DESK}           | note
reject      | reported registered                               | rejected      | {DESK}           | note
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]
EVERYBODY = "guard guard2 engineer leader supervisor engineering manager desk contractor cleaner owner".split()


@pytest.fixture
def cast(readers, sites):
    """Everybody, and the owner at the end of his link."""
    return {**vars(readers), "owner": visitor_of(sites.lake)}


def sent_by(sent, name, part):
    """The desk assigns to teams, heads of other teams too: the person in the sample is an engineer."""
    given = sent(name)
    return {"team": "engineering"} if name == "assign" and part in ("desk", "supervisor") else given


def taker(name):
    """Somebody who may take the step from any state it starts from."""
    return {"claim": "engineer", "confirm": "owner", "object": "owner"}.get(name, "engineering")


CELLS = [
    pytest.param(name, state, to if state in sources.split() else None, id=f"{name}-from-{state}")
    for name, sources, to, _who, _needs in ROWS
    for state in STATES
]


def test_the_copy_names_every_state_and_step_there_is():
    assert set(STATES) == set(flow.STATES)
    assert {row[0] for row in ROWS} | {"comment"} == set(flow.FLOW)


@pytest.mark.parametrize(("name", "state", "to"), CELLS)
def test_each_step_leads_from_its_states_and_from_no_other(name, state, to, in_state, cast, step, sent):
    repair, by = in_state(state), cast[taker(name)]

    if to is not None:
        assert step(by, repair, name, **sent_by(sent, name, taker(name))).state == to
        return
    with pytest.raises(Problem) as refusal:
        step(by, repair, name, **sent_by(sent, name, taker(name)))
    assert refusal.value.status in (403, 409)
    assert repair.state == state


@pytest.mark.parametrize(("name", "sources", "to", "who", "_needs"), ROWS, ids=[row[0] for row in ROWS])
def test_each_step_is_taken_by_its_people_and_by_no_other(name, sources, to, who, _needs, in_state, cast, step, sent):
    for part in EVERYBODY:
        repair = in_state(sources.split()[0])
        if part in who.split():
            assert step(cast[part], repair, name, **sent_by(sent, name, part)).state == to, part
            continue
        with pytest.raises(Problem) as refusal:
            step(cast[part], repair, name, **sent_by(sent, name, part))
        assert refusal.value.status == 403, part


LACKS = [(row[0], row[1].split()[0], need) for row in ROWS for need in row[4].split()]
FIELDS = {"team": ("team", "assignee"), "fee": ("fee", "fee_note")}


@pytest.mark.parametrize(("name", "state", "need"), LACKS)
def test_each_step_names_the_evidence_that_is_missing(name, state, need, in_state, cast, step, sent):
    repair = in_state(state)
    given = {key: value for key, value in sent(name).items() if key not in FIELDS.get(need, (need,))}

    with pytest.raises(Problem) as refusal:
        step(cast[taker(name)], repair, name, **given)

    assert (refusal.value.code, refusal.value.status, refusal.value.field) == ("order.missing", 422, need)
    assert repair.state == state


def test_a_scan_of_the_places_label_stands_for_the_photo_and_another_places_does_not(in_state, readers, step, places):
    repair = in_state("assigned")
    with pytest.raises(Problem) as refusal:
        step(readers.engineer, repair, "visit", fee="30", scanned=places.pump.id, scan=uuid7())
    assert refusal.value.field == "photos"

    assert step(readers.engineer, repair, "visit", fee="30", scanned=places.lobby.id, scan=uuid7()).fee_fen == 3000


def test_the_fee_once_said_holds_for_the_second_visit(in_state, readers, step):
    repair = in_state("waiting_parts")

    assert step(readers.engineer, repair, "visit", photos=[uuid7()]).state == "visiting"
    assert (repair.visits, repair.fee_fen) == (2, 0)


def test_nobody_answered_the_call_is_a_result_when_it_is_said(in_state, readers, step):
    repair = in_state("signed")
    with pytest.raises(Problem, match=r"order\.missing"):
        step(readers.desk, repair, "archive", unreached=True)

    assert step(readers.desk, repair, "archive", unreached=True, note="三次无人接听").satisfaction is None


def test_whoever_did_the_work_does_not_call_back(in_state, readers, step, sent):
    repair = in_state("visiting")
    step(readers.engineering, repair, "done", **sent("done"))
    step(readers.engineering, repair, "sign", **sent("sign"))

    with pytest.raises(Problem) as refusal:
        step(readers.engineering, repair, "archive", satisfaction=5)

    assert refusal.value.code == "repair.own_work"


@pytest.mark.parametrize(("days", "allowed"), [(6, True), (7, True), (8, False)])
def test_it_is_opened_again_within_seven_days_of_the_archive(days, allowed, in_state, readers, step):
    repair = in_state("closed")
    later = repair.closed_at + timedelta(days=days)

    if allowed:
        assert step(readers.desk, repair, "reopen", later, note="又漏了").reopen_count == 1
        assert (repair.closed_at, repair.satisfaction, repair.assignee_id) == (None, None, None)
    else:
        with pytest.raises(Problem, match="reopen_late"):
            step(readers.desk, repair, "reopen", later, note="又漏了")


def test_the_desk_gives_to_a_team_and_never_to_a_person(in_state, readers, step, people):
    repair = in_state("registered")
    with pytest.raises(Problem) as refusal:
        step(readers.desk, repair, "assign", assignee=people.engineer.id)
    assert refusal.value.status == 403

    assert step(readers.desk, repair, "assign", team="engineering").assignee_id is None


def test_two_who_take_the_same_repair_at_once_one_has_it(in_state, readers, step):
    repair = in_state("registered")
    version = repair.version
    step(readers.engineering, repair, "claim", version=version)

    with pytest.raises(Problem) as refusal:
        step(readers.engineer, repair, "claim", version=version)

    assert refusal.value.status == 409
    assert repair.assignee_id == readers.engineering.user_id


def test_the_same_record_twice_is_one_step(in_state, readers, step, sent):
    repair, record = in_state("assigned"), uuid7()
    given = sent("visit")
    step(readers.engineer, repair, "visit", id=record, **given)
    step(readers.engineer, repair, "visit", NOON + timedelta(hours=1), id=record, **given)

    assert repair.visits == 1


def test_somebody_of_the_other_site_finds_nothing(in_state, readers, step):
    with pytest.raises(Problem) as refusal:
        step(readers.stranger, in_state("registered"), "comment", note="?")
    assert refusal.value.status == 404
