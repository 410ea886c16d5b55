"""The steps of planned maintenance, cell by cell, as they were agreed (copied by hand, not from the code).

planned/assigned -> taken -> on site -> done -> checked/closed; missed; cancelled with reason. A contractor accepts,
comes and hands in by a link, without a sign-in; our own people witness it.
"""

from datetime import timedelta

import pytest

from patrol.core.problems import Problem
from patrol.maintenance import flow
from tests.maintenance.conftest import NOON

STATES = ("planned", "assigned", "taken", "on_site", "done", "closed", "missed", "cancelled")
BEFORE = "planned assigned taken on_site"
HEADS = "supervisor engineering manager"

# | step | from | to | who (it is the engineers' team's, nobody's in person; 李强 did it) | needs |
TABLE = f"""
assign  | {BEFORE}             | assigned  | {HEADS} desk              | team
send    | {BEFORE}             | assigned  | {HEADS} desk              | company
take    | planned assigned     | taken     | engineer engineering      |
accept  | planned assigned     | taken     | nobody                    | technician
arrive  | planned assigned taken | on_site | engineer engineering      |
come    | taken                | on_site   | nobody                    |
done    | {BEFORE} missed      | done      | engineer {HEADS}          | note
hand_in | taken on_site missed | done      | nobody                    | technician note after signature
witness | done                 |           | engineer {HEADS}          | signature
close   | done                 | closed    | {HEADS}                   |
refuse  | done                 | assigned  | {HEADS}                   | note
miss    | {BEFORE}             | missed    | nobody                    |
cancel  | {BEFORE}             | cancelled | {HEADS}                   | note
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]
EVERYBODY = "guard guard2 engineer leader supervisor engineering manager desk contractor cleaner nobody".split()
CELLS = [
    pytest.param(name, state, (to or state) if state in sources.split() else None, who.split()[0], id=f"{name}-{state}")
    for name, sources, to, who, _needs in ROWS
    for state in STATES
]
OF_A_LINK = ("witness",)  # only what a contractor handed in can be witnessed


@pytest.fixture
def cast(readers, nobody):
    return lambda part: nobody if part == "nobody" else getattr(readers, part)


def test_the_copy_names_every_state_and_step_there_is():
    assert set(STATES) == set(flow.STATES)
    assert {row[0] for row in ROWS} | {"comment"} == set(flow.FLOW)
    assert set(flow.FLOW) | {"plan"} == set(flow.STEPS)


@pytest.mark.parametrize(("name", "state", "to", "who"), CELLS)
def test_each_step_leads_from_its_states_and_from_no_other(name, state, to, who, in_state, cast, step, sent):
    order = in_state(state, handed=name in OF_A_LINK and state == "done")
    if name in OF_A_LINK and state != "done":
        who = "manager"

    if to is not None:
        assert step(cast(who), order, name, NOON + timedelta(hours=1), **sent(name)).state == to
        return
    with pytest.raises(Problem) as refusal:
        step(cast(who), order, name, NOON + timedelta(hours=1), **sent(name))
    assert refusal.value.status in (403, 409)
    assert order.state == state


@pytest.mark.parametrize(("name", "sources", "to", "who", "_needs"), ROWS, ids=[row[0] for row in ROWS])
def test_each_step_is_taken_by_its_people_and_by_no_other(name, sources, to, who, _needs, in_state, cast, step, sent):
    for part in EVERYBODY:
        order = in_state(sources.split()[0], handed=name in OF_A_LINK)
        before = order.state
        if part in who.split():
            assert step(cast(part), order, name, **sent(name)).state == (to or before), part
            continue
        with pytest.raises(Problem) as refusal:
            step(cast(part), order, name, **sent(name))
        assert refusal.value.status == 403, part


LACKS = [(row[0], row[1].split()[0], row[3].split()[0], need) for row in ROWS for need in row[4].split()]


@pytest.mark.parametrize(("name", "state", "who", "need"), LACKS)
def test_each_step_names_what_is_missing(name, state, who, need, in_state, cast, step, sent):
    order = in_state(state, handed=name in OF_A_LINK)

    with pytest.raises(Problem) as refusal:
        step(cast(who), order, name, **{key: value for key, value in sent(name).items() if key != need})

    assert (refusal.value.code, refusal.value.status, refusal.value.field) == ("order.missing", 422, need)
    assert order.state == state


def test_four_eyes(in_state, readers, step):
    order = in_state("on_site")
    step(readers.engineering, order, "done", note="自己做的")

    for name, told in (("close", {}), ("refuse", {"note": "x"})):
        with pytest.raises(Problem) as refusal:
            step(readers.engineering, order, name, **told)
        assert refusal.value.code == "maintenance.own_work"
    assert step(readers.supervisor, order, "close").state == "closed"


def test_what_a_contractor_did_is_witnessed_before_it_is_closed(in_state, readers, step, sent):
    order = in_state("done", handed=True)

    with pytest.raises(Problem) as refusal:
        step(readers.engineering, order, "close")
    assert refusal.value.code == "maintenance.not_witnessed"

    step(readers.engineer, order, "witness", **sent("witness"))
    assert (order.state, order.witnessed_by_id) == ("done", readers.engineer.user_id)
    with pytest.raises(Problem) as twice:
        step(readers.engineer, order, "witness", **sent("witness"))
    assert twice.value.code == "maintenance.nothing_to_witness"
    assert step(readers.engineering, order, "close").state == "closed"


def test_sent_back_it_is_done_and_witnessed_anew(in_state, readers, nobody, step, sent):
    order = in_state("done", handed=True)
    step(readers.engineering, order, "refuse", note="照片看不清")
    assert (order.state, order.reopen_count, order.handed_in, order.rectified_at) == ("assigned", 1, {}, None)

    step(nobody, order, "accept", **sent("accept"))
    step(nobody, order, "hand_in", **sent("hand_in"))
    assert order.state == "done"
    assert order.witnessed_at is None


def test_the_same_step_again_changes_nothing(in_state, readers, step, nobody):
    order, id = in_state("planned"), readers.guard.user_id
    for _n in range(2):
        step(readers.engineer, order, "take", id=id)
    assert order.state == "taken"
    with pytest.raises(Problem) as refusal:
        step(readers.engineer, order, "arrive", id=id)
    assert refusal.value.code == "id_reused"
