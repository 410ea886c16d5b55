"""The trade's own table of steps, copied by hand, against the table the code uses: neither has a row too many."""

import pytest

from patrol.accounts.roles import ROLES, may
from patrol.hazards.flow import ALWAYS, FLOW
from patrol.workorders.flow import Step

# | from | to | who | needs |, as the trade wrote it down; "who" by severity in roles, "needs" as fields of a record.
SUPERVISORS = "security_supervisor engineering_supervisor service_supervisor site_manager"
DOMAIN = """
reported           | assigned    | {sup} service_desk; minor: shift_leader | team due_at interim(major,critical)
reported, assigned | to_verify   | assigned shift_leader {sup}             | after note
to_verify          | closed      | verifier                                | photos(critical)
to_verify          | assigned    | verifier                                | note
closed             | assigned    | {sup}                                   | note
reported, assigned | rejected    | {sup}                                   | note
reported, assigned | merged      | {sup}                                   | target
reported, assigned | transferred | {sup}                                   | transferred_to reference
""".replace("{sup}", SUPERVISORS)
VERIFIERS = {
    "minor": f"shift_leader {SUPERVISORS}",
    "major": SUPERVISORS,
    "critical": "site_manager",
}
# Steps that leave the state as it is: who may take them is told in test_table.py and test_extension.py.
STAYING = "reassign take set_out arrive extend grant decline acknowledge sample interim look comment".split()
ROWS = [tuple(part.strip() for part in line.split("|")) for line in DOMAIN.strip().splitlines()]


def moves() -> dict[tuple[str, str], Step]:
    """Every (from, to) that the code's table leads along."""
    return {
        (source, step.to): step
        for name, step in FLOW.items()
        if step.to is not None and name not in STAYING
        for source in step.sources
    }


def test_the_code_knows_the_trades_moves_and_no_other():
    wanted = {(source, to) for sources, to, _who, _needs in ROWS for source in sources.split(", ")}

    assert set(moves()) == wanted


def test_every_other_step_leaves_the_state_as_it_is():
    for name in STAYING:
        assert FLOW[name].to in (None, *FLOW[name].sources), name
    assert set(FLOW) == set(STAYING) | {step.name for step in moves().values()}


def test_nothing_leads_out_of_a_settled_state_but_the_reopening():
    ended = {"closed", "rejected", "merged", "transferred"}
    assert {pair for pair in moves() if pair[0] in ended} == {("closed", "assigned")}
    assert set(ALWAYS) == {source for source, _to in moves()} | ended


class Someone:
    """A reader of one role, of a team of its own; nobody's name is on the order."""

    def __init__(self, role: str):
        self.role, self.team, self.user_id = role, ROLES[role][1], object()

    def may(self, verb: str) -> bool:
        return may(self.role, verb)


class Pot:
    def __init__(self, severity: str, state: str):
        self.severity, self.state = severity, state
        self.team, self.assignee_id, self.rectified_by_id, self.closed_at = "nobody", None, None, None


CELLS = [
    pytest.param(source, to, who, severity, id=f"{source}-{to}-{severity}")
    for sources, to, who, _needs in ROWS
    for source in sources.split(", ")
    for severity in ("minor", "major", "critical")
]


@pytest.mark.parametrize(("source", "to", "who", "severity"), CELLS)
def test_each_move_is_open_to_its_roles_and_to_no_other(source, to, who, severity):
    wanted = roles(who, severity) if to != "assigned" or source != "to_verify" else refusers(severity)

    step = moves()[source, to]
    found = {role for role in ROLES if step.who(Pot(severity, source), Someone(role), None) is None}

    assert found == wanted


def roles(who: str, severity: str) -> set[str]:
    always, _, more = who.partition(";")
    named = always.split()
    if "verifier" in named:
        return set(VERIFIERS[severity].split())
    if more and severity == "minor":
        named += more.removeprefix(" minor:").split()
    return {role for role in named if role != "assigned"}


def refusers(severity: str) -> set[str]:
    """Who looks at a critical one first may send it back as well as who has the last word."""
    return set(VERIFIERS["minor" if severity == "minor" else "major"].split())


def test_each_move_asks_for_the_trades_evidence():
    for sources, to, _who, needs in ROWS:
        for source in sources.split(", "):
            found = {need.field for need in moves()[source, to].needs}
            assert found == {need.partition("(")[0] for need in needs.split()}, (source, to)
