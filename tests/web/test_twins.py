"""What is reckoned twice, here and on the phone, is held to the same cases: tests/js/walk.test.js asks them there."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

from patrol.rounds.schedule import RoundTimes
from patrol.rounds.today import due_by
from patrol.rounds.visits import Candidate, Visit, VisitState, match_round, round_state, visit_state
from patrol.rounds.walk import Stop, Walk
from tests import node

JS = Path(__file__).parents[1] / "js"
CASES = json.loads((JS / "walk_cases.json").read_text("utf-8"))
BEADS = json.loads((JS / "bead_cases.json").read_text("utf-8"))
OVERLAPPING = {
    "early": {"opens": "20:00", "starts": "20:00", "ends": "20:30", "closes": "22:00", "tolerance_min": 0},
    "late": {"opens": "20:30", "starts": "21:30", "ends": "22:00", "closes": "23:00", "tolerance_min": 0},
}


def at(time: str | None) -> datetime:
    assert time is not None
    return datetime.fromisoformat(f"2026-03-31T{time}:00+08:00").astimezone(UTC)


def times(told: dict) -> RoundTimes:
    four = (at(told[name]) for name in ("opens", "starts", "ends", "closes"))
    return RoundTimes(*four, timedelta(minutes=told["tolerance_min"]))


ROUNDS = {name: times(told) for name, told in CASES["rounds"].items()}


def by_why(name: str):
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["why"])


@by_why("visits")
def test_a_visit_is_judged_as_on_the_phone(case):
    scans = [at(scan) for scan in case["scans"]]
    excused = case.get("excused", False)
    found = visit_state(ROUNDS[case["round"]], scans, at(case["now"]), excused, window=window(case))

    assert (found.state, found.scan_at) == (case["state"], at(case["at"]) if case["at"] else None)


def window(case: dict) -> tuple[datetime, datetime] | None:
    told = case.get("window")
    return (at(told[0]), at(told[1])) if told else None


@by_why("due")
def test_a_point_is_due_by_the_same_time_as_on_the_phone(case):
    stop = Stop(None, "", 1, 1, True, 2, Visit(VisitState.PENDING), (), (), window(case))
    walk = Walk(None, None, "", "", None, 1, ROUNDS[case["round"]], False, (stop,), "planned")

    assert due_by(walk, at(case["now"]), stop) == at(case["by"])


@by_why("matches")
def test_a_scan_finds_the_same_round_as_on_the_phone(case):
    candidates = [Candidate(name, round_, name in case["walking"]) for name, round_ in ROUNDS.items()]

    assert match_round(candidates, at(case["at"])) == case["round"]


@by_why("overlapping")
def test_of_two_open_rounds_the_same_one_is_chosen_as_on_the_phone(case):
    candidates = [Candidate(name, times(told), name in case["walking"]) for name, told in OVERLAPPING.items()]

    assert match_round(candidates, at(case["at"])) == case["round"]


@by_why("made_up")
def test_a_make_up_round_takes_the_same_scans_as_on_the_phone(case):
    starts = at(case["made_up"])
    hour = RoundTimes(starts, starts, starts, starts + timedelta(hours=1), timedelta(0))
    candidates = [Candidate(name, round_, name in case["walking"]) for name, round_ in ROUNDS.items()]
    made_up = Candidate("made_up", hour, "made_up" in case["walking"], True, case["reached"])

    assert match_round([made_up, *candidates], at(case["at"])) == case["round"]


@by_why("states")
def test_a_round_is_in_the_same_state_as_on_the_phone(case):
    visits = [Visit(VisitState(state)) for state in case["visits"]]

    assert round_state(visits, at(case["now"]), ROUNDS["twenty"].closes_at, case["any"], False) == case["state"]


@by_why("next")
def test_the_same_point_is_next_as_on_the_phone(case):
    stops = tuple(
        Stop(None, "", n, n, True, 2, Visit(VisitState(state), at(time) if time else None), (), ())
        for n, (state, time) in enumerate(case["stops"], 1)
    )
    walk = Walk(None, None, "", "", None, 1, ROUNDS["twenty"], False, stops, "in_progress")

    assert (walk.next_stop.number if walk.next_stop else None) == case["next"]


@pytest.mark.parametrize("states", BEADS, ids=lambda states: f"{len(states)} beads")
def test_the_phone_draws_the_beads_the_server_draws(app: Flask, states):
    stops = [SimpleNamespace(state=state, number=n) for n, state in enumerate(states, 1)]
    with app.test_request_context():
        ours = render_template_string('{% from "shared/ui.html" import beads %}{{ beads(stops) }}', stops=stops)

    assert pieces(ours) == pieces(drawn_on_the_phone(states))


def drawn_on_the_phone(states: list[str]) -> str:
    """The shapes of static/js/offline/beads.js, written down by node."""
    program = """
    import { shapes } from "./static/js/offline/beads.js"
    const said = (attributes) => Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join("")
    const inner = (children) => children.map((child) => (Array.isArray(child) ? write(child) : child)).join("")
    const write = ([tag, attributes, ...children]) => `<${tag}${said(attributes)}>${inner(children)}</${tag}>`
    const states = JSON.parse(process.argv[1])
    console.log(shapes(states.map((state, i) => ({ state, number: i + 1 }))).map(write).join(""))
    """
    command = [node.ensure(), "--input-type=module", "-e", program, json.dumps(states)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=JS.parents[1]).stdout


def pieces(svg: str) -> list[tuple[str, dict[str, str], str]]:
    """(tag, attributes, text) of every shape in a bead string; numbers as numbers, so that 12 is 12.0."""
    found = re.findall(r"<(path|circle|text|g)\b([^>]*?)/?>([^<]*)", svg)
    return [(tag, attributes(told), text.strip()) for tag, told, text in found]


def attributes(told: str) -> dict[str, str]:
    return {
        name: re.sub(r"-?\d*\.?\d+", lambda number: f"{float(number[0]):g}", value)
        for name, value in re.findall(r'([a-z]+)="([^"]*)"', told)
    }
