"""Questions about places and live photos: drawn by lot, asked once, judged on the server only."""

import io
import json
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.photos.photo import Photo
from patrol.rounds.arrival_asks import live_place
from patrol.rounds.draw import draw, live_stop, question_for
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.evidence_site import EvidenceSite, evidence_site
from patrol.rounds.presence import PlaceQuestion, PresenceAnswer, add_question, questions_of, retire_question
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.rounds.walk import walk_by_id
from patrol.sites.place import Place
from patrol.sync.pack import pack_facts
from tests.reviews.world import World

DAY = date(2026, 3, 18)
COLOURS = ("红色", "绿色", "蓝色")
PLACES = st.lists(st.uuids(), min_size=1, max_size=20, unique=True)


@given(PLACES, st.uuids(), st.randoms(use_true_random=False))
def test_the_lot_is_the_same_for_the_same_round_in_any_order(places, round_id, dice):
    drawn = live_stop(places, b"secret", round_id)
    assert drawn in places
    assert live_stop(dice.sample(places, len(places)), b"secret", round_id) == drawn


def test_the_lot_is_fair_and_hangs_on_the_secret():
    places = [UUID(int=n) for n in range(1, 9)]
    rounds = [UUID(int=1000 + n) for n in range(4000)]
    counts = Counter(live_stop(places, b"one", round_id) for round_id in rounds)
    assert min(counts.values()) > 400  # 500 each, give or take
    other = [live_stop(places, b"two", round_id) for round_id in rounds]
    same = sum(a == b for a, b in zip(other, (live_stop(places, b"one", one) for one in rounds), strict=True))
    assert same < 700  # an eighth, give or take


def test_no_thing_no_lot():
    assert draw([], b"s", "x") is None
    assert question_for([], b"s", UUID(int=1), UUID(int=2)) is None


@pytest.fixture
def night(sites, people, places, reader_of):
    """One round of three points at 20:00; the secret was there before it opened."""
    world = World(sites.lake, people)
    evidence_site(sites.lake.id, world.at(DAY, "08:30"))
    route = world.route("北线", [places.lobby, places.pump, places.roof], DAY)
    world.make_rounds(DAY, world.at(DAY, "12:00"))
    round_ = world.rounds(DAY, route)[0]
    guard = reader_of(people.guard)
    at = world.at(DAY, "20:10")

    def walk():
        return walk_by_id(sites.lake.id, round_.id, at)

    def scan(key, minutes=0):
        when = at + timedelta(minutes=minutes)
        made = NewScan(uuid7(), ScanData(code=places.codes[key]), When(when, when, when))
        with write(sites.lake.id):
            return scan_label(made, by=guard)

    def judge():
        ensure_evidence(sites.lake.id, world.at(DAY, "22:00"))
        db.session.rollback()
        return {row.id: row for row in db.session.scalars(select(Evidence))}

    live = live_place(walk(), evidence_site(sites.lake.id, at))
    key = next(key for key in ("lobby", "pump", "roof") if getattr(places, key).id == live)
    with time_machine.travel(at, tick=False):
        yield SimpleNamespace(
            world=world, site_id=sites.lake.id, round=round_, scan=scan, judge=judge, live=key, at=at, guard=guard,
            other=next(one for one in ("lobby", "pump", "roof") if one != key),
        )  # fmt: skip


@pytest.fixture
def ask(night, places, people):
    def add(key, text="泵房的门是什么颜色？", options=COLOURS, right=1):
        with write():
            place = db.session.get_one(Place, (night.site_id, getattr(places, key).id))
            return add_question(place, text, options, right, by=people.supervisor.id, at=night.at)

    return add


def settle(client, scan, **data):
    return client.post(f"/visits/{scan.id}/result", data={"result": "normal", **data})


def test_the_question_is_asked_on_arrival_without_a_hint_of_the_answer(as_user, people, night, ask):
    question = ask(night.other)
    scan = night.scan(night.other)

    page = as_user(people.guard).get(f"/visits/{scan.id}").text

    assert question.text in page and all(colour in page for colour in COLOURS)
    assert "right" not in page.split('class="chips"')[1].split("</fieldset>")[0]


@pytest.mark.parametrize(("choice", "good", "flags", "grade"), [(1, True, [], "A"), (0, False, ["wrong_answer"], "C")])
def test_an_answer_is_kept_judged_and_not_told(as_user, people, night, ask, choice, good, flags, grade):
    question = ask(night.other)
    scan = night.scan(night.other)
    client = as_user(people.guard)

    reply = settle(client, scan, question=str(question.id), choice=str(choice))

    assert reply.status_code == 303
    kept = db.session.scalars(select(PresenceAnswer)).one()
    assert (kept.choice, kept.good, kept.user_id) == (choice, good, people.guard.id)
    assert question.text not in client.get(f"/visits/{scan.id}").text  # asked once
    row = night.judge()[scan.id]
    assert (row.flags, row.grade) == (flags, grade)


def test_no_answer_is_no_accusation(as_user, people, night, ask):
    question = ask(night.other)
    scan = night.scan(night.other)
    settle(as_user(people.guard), scan, question=str(question.id))
    assert night.judge()[scan.id].flags == []


def test_both_answers_and_a_repeat_of_the_record_keep_the_first(as_user, people, night, ask):
    question = ask(night.other)
    scan = night.scan(night.other)
    client = as_user(people.guard)
    settle(client, scan, question=str(question.id), choice="0")
    settle(client, scan, question=str(question.id), choice="1")
    assert [row.choice for row in db.session.scalars(select(PresenceAnswer))] == [0]


@pytest.mark.parametrize("choice", ["3", "-1", "10", "x"])
def test_only_what_was_offered_can_be_answered(as_user, people, night, ask, choice):
    question = ask(night.other)
    scan = night.scan(night.other)
    assert settle(as_user(people.guard), scan, question=str(question.id), choice=choice).status_code == 422


def test_another_places_question_is_not_here(as_user, people, night, ask):
    question, scan = ask(night.live), night.scan(night.other)
    assert settle(as_user(people.guard), scan, question=str(question.id), choice="1").status_code == 404


def test_a_wrong_answer_after_the_judgement_is_a_row_of_its_own(as_user, people, night, ask):
    question, scan = ask(night.other), night.scan(night.other)
    night.judge()
    with time_machine.travel(night.world.at(DAY, "23:00"), tick=False):
        settle(as_user(people.guard), scan, question=str(question.id), choice="0")
        ensure_evidence(night.site_id, night.world.at(DAY, "23:30"))
    db.session.rollback()
    late = db.session.scalars(select(Evidence).where(Evidence.kind == "addition")).one()
    assert (late.scan_id, late.flags, late.grade) == (scan.id, ["wrong_answer"], "C")


def test_one_point_a_round_asks_for_a_live_photo(as_user, people, night):
    client = as_user(people.guard)
    asked = {key: "这一点请拍一张实时照片" in client.get(f"/visits/{night.scan(key, n).id}").text
             for n, key in enumerate(("lobby", "pump", "roof"))}  # fmt: skip
    assert asked == {key: key == night.live for key in asked}


def test_nobody_else_is_asked_for_somebodys_scan(as_user, people, night, ask):
    question = ask(night.live)
    page = as_user(people.supervisor).get(f"/visits/{night.scan(night.live).id}").text
    assert question.text not in page and "这一点请拍一张实时照片" not in page


def jpeg() -> bytes:
    raw = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(raw, "JPEG")
    return raw.getvalue()


def test_a_live_photo_is_proof_that_helps_the_grade(as_user, people, night):
    scan = night.scan(night.live)
    client = as_user(people.guard)

    settle(client, scan, photos=(io.BytesIO(jpeg()), "live.jpg"))

    shown = db.session.scalars(select(Photo)).one()
    assert (shown.subject_kind, shown.subject_id, shown.kind, shown.round_id) == (
        "scan",
        scan.id,
        "visit",
        night.round.id,
    )
    assert "这一点请拍一张实时照片" not in client.get(f"/visits/{scan.id}").text
    row = night.judge()[scan.id]
    assert (row.flags, row.grade) == ([], "A")


def test_no_live_photo_is_weak(night):
    scans = {key: night.scan(key, 5 * n) for n, key in enumerate(("lobby", "pump", "roof"))}
    made = night.judge()
    assert {key: made[scan.id].flags for key, scan in scans.items()} == {
        key: ["no_live_photo"] if key == night.live else [] for key in scans
    }
    assert made[scans[night.live].id].grade == "B"


def test_a_round_from_before_there_was_a_secret_asked_for_nothing(sites, people, places, night):
    with write():
        known = evidence_site_row(night.site_id)
        known.made_at = night.world.at(DAY, "20:30")
    scan = night.scan(night.live)
    assert night.judge()[scan.id].flags == []


def evidence_site_row(site_id):
    return db.session.get_one(EvidenceSite, site_id)


def test_the_pack_holds_questions_and_options_and_never_an_answer(night, ask):
    question = ask(night.other)
    packed = pack_facts(night.guard, night.at)
    stops = packed["rounds"][0]["stops"]
    assert [stop["ask"] for stop in stops if "ask" in stop] == [[str(question.id), question.text, list(COLOURS)]]
    assert [stop.get("live", False) for stop in stops].count(True) == 1
    said = json.dumps(packed, ensure_ascii=False)
    assert "right" not in said and "good" not in said
    assert evidence_site_row(night.site_id).secret not in said


def test_a_question_is_retired_and_its_answers_stay(as_user, people, night, ask):
    question, scan = ask(night.other), night.scan(night.other)
    settle(as_user(people.guard), scan, question=str(question.id), choice="0")

    reply = as_user(people.supervisor).post(f"/questions/{question.id}/retirement")

    assert reply.status_code == 303
    assert questions_of(night.site_id, question.place_id) == []
    assert db.session.scalars(select(PresenceAnswer)).one().question_id == question.id


def test_a_supervisor_writes_a_question_on_the_places_page(as_user, people, night, places):
    client, url = as_user(people.supervisor), f"/places/{places.pump.id}"

    reply = client.post(
        f"{url}/questions", data={"text": "门是什么颜色？", "options[]": ["红", "", "绿", ""], "right": "2"}
    )

    assert (reply.status_code, reply.location) == (303, f"{url}#questions")
    made = db.session.scalars(select(PlaceQuestion)).one()
    assert (made.options, made.right, made.made_by_id) == (["红", "绿"], 1, people.supervisor.id)
    page = client.get(url).text
    assert "门是什么颜色？" in page and "新增现场题" in page


@pytest.mark.parametrize(
    ("text", "options", "right", "code"),
    [
        (" ", ["红", "绿"], 0, "question.text"),
        ("门？", ["红"], 0, "question.options"),
        ("门？", ["红", "红"], 0, "question.options"),
        ("门？", ["红", "绿"], 2, "question.right"),
        ("门？", ["红", "绿", ""], 2, "question.right"),
        ("门？", ["红", "绿"], -1, "question.right"),
    ],
)
def test_a_question_needs_words_answers_and_a_right_one(night, ask, text, options, right, code):
    with pytest.raises(Problem) as problem:
        ask("pump", text, options, right)
    assert problem.value.code == code


def test_a_question_of_another_site_is_not_here(night, ask, sites, people):
    question = ask("pump")
    with pytest.raises(Problem) as problem, write():
        retire_question(sites.hill.id, question.id, by=people.stranger.id, at=night.at)
    assert problem.value.status == 404
