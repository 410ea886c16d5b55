"""Excuses (免巡): asked for, decided, refused, lapsed; whose word counts, and what it does to the count."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.hazards.hazard import Hazard, Sighting
from patrol.journal.entry import JournalEntry
from patrol.photos.photo import Photo
from patrol.reviews.facts_of_day import facts_of_day
from patrol.reviews.tally import patrol_totals, tally_day
from patrol.rounds.asking import ExcuseData, ask_excuse
from patrol.rounds.deciding import decide
from patrol.rounds.ending import RoundEndData, end_round
from patrol.rounds.excuse import Ask, Decision, asks_of, count_waiting
from patrol.rounds.reasons import DECIDE_WITHIN, EXCUSABLE, NEVER, PROVED, ask_state
from patrol.rounds.round import Round
from patrol.rounds.scanning import NewScan, ScanData, take_scans
from patrol.rounds.walk import walk_by_id
from patrol.sites.day import SiteDay
from patrol.sites.site import Site
from tests.rounds.conftest import NIGHT, shanghai

EVENING = shanghai("2026-03-31 20:20")
MORNING = shanghai("2026-04-01 09:00")


class Story:
    """The first round of the night and the people about it; every act opens its own ``write()``."""

    def __init__(self, site_id, people, places, reader_of):
        self.site_id, self.people, self.places, self.reader_of = site_id, people, places, reader_of
        self.round = db.session.scalars(select(Round).order_by(Round.starts_at)).first()

    def ask(self, key="lobby", reason="weather", person=None, at=EVENING, **more):
        by = self.reader_of(person or self.people.guard)
        if reason in PROVED:
            more.setdefault("photos", [uuid7()])
        if reason == "other":
            more.setdefault("note", "肚子疼")
        data = ExcuseData(round=self.round.id, place=getattr(self.places, key).id, reason=reason, **more)
        with write(by.site_id):
            return ask_excuse(data, id=uuid7(), by=by, when=When(at, at, at)).id

    def decide(self, ask_id, approved=True, person=None, at=MORNING, note="已核实"):
        by = self.reader_of(person or self.people.supervisor)
        with write(by.site_id):
            decide(ask_id, approved, by=by, at=at, note=note)

    def scan(self, key, at, person=None):
        by, moment = self.reader_of(person or self.people.guard), shanghai(at)
        scan = NewScan(uuid7(), ScanData(code=self.places.codes[key]), When(moment, moment, moment))
        with write(by.site_id):
            assert take_scans([scan], by=by)[scan.id] is None

    def walk(self, at=MORNING):
        return walk_by_id(self.site_id, self.round.id, at)

    def state(self, key="lobby", at=MORNING):
        return next(stop.state for stop in self.walk(at).stops if stop.place_id == getattr(self.places, key).id)

    def asked(self, key="lobby", at=MORNING):
        return asks_of(self.site_id, [self.round.id], at)[self.round.id][getattr(self.places, key).id]

    def counts(self, at=MORNING):
        site = db.session.get_one(Site, self.site_id)
        return patrol_totals(tally_day(facts_of_day(site, NIGHT, at)))


@pytest.fixture
def story(sites, people, places, night_route, reader_of):
    return Story(sites.lake.id, people, places, reader_of)


@pytest.mark.parametrize(
    ("reason", "approved", "hours", "state"),
    [
        ("weather", None, 0, "waiting"),
        ("weather", None, 47.99, "waiting"),
        ("weather", None, 48, "lapsed"),
        ("weather", True, 100, "approved"),
        ("weather", False, 1, "refused"),
        ("forgot", None, 1, "kept"),
        ("forgot", None, 100, "kept"),
    ],
)
def test_what_becomes_of_an_ask(reason, approved, hours, state):
    assert ask_state("excuse", reason, EVENING, approved, EVENING + timedelta(hours=hours)) == state


def test_the_reasons_are_those_of_the_trade():
    assert {
        "weather", "emergency", "no_access", "code_damaged", "phone_failure", "construction", "ordered",
    } == EXCUSABLE  # fmt: skip
    assert {"short_staff", "forgot", "other"} == NEVER
    assert {"no_access", "code_damaged"} == PROVED


@pytest.mark.parametrize("reason", sorted(EXCUSABLE))
def test_while_it_waits_it_is_missed_and_approved_it_leaves_the_count(story, reason):
    ask = story.ask(reason=reason)
    before = story.counts()
    assert story.state() == "missed"

    story.decide(ask)

    after = story.counts()
    assert story.state() == "excused"
    assert (before.planned, before.excused) == (after.planned + 1, 0)
    assert (after.excused, after.missed) == (1, before.missed - 1)


@pytest.mark.parametrize("reason", sorted(NEVER))
def test_some_reasons_are_kept_and_never_excused(story, reason):
    ask = story.ask(reason=reason)

    with pytest.raises(Problem, match=r"excuse\.never"):
        story.decide(ask)

    assert [one.state for one in story.asked()] == ["kept"]
    asked = {"site_id": story.site_id, "asks_since": MORNING - DECIDE_WITHIN}
    assert (story.state(), db.session.scalar(count_waiting(), asked)) == ("missed", 0)


@pytest.mark.parametrize("reason", sorted(PROVED))
def test_a_locked_door_and_a_broken_label_need_a_photo(story, reason):
    with pytest.raises(Problem, match=r"excuse\.photo"):
        story.ask(reason=reason, photos=[])


def test_something_else_needs_words(story):
    with pytest.raises(Problem, match=r"excuse\.note"):
        story.ask(reason="other", note="")


def test_refused_it_stays_missed_with_its_history(story):
    ask = story.ask()
    with pytest.raises(Problem, match=r"excuse\.refusal"):
        story.decide(ask, approved=False, note=" ")

    story.decide(ask, approved=False, note="门开着")

    (asked,) = story.asked()
    assert (story.state(), asked.state, asked.decision_note, asked.decided_by) == (
        "missed",
        "refused",
        "门开着",
        "王芳",
    )


def test_after_a_refusal_it_may_be_asked_again_with_better_reasons(story):
    story.decide(story.ask(), approved=False)
    story.decide(story.ask(reason="no_access"))

    assert [one.state for one in story.asked()] == ["refused", "approved"]
    assert story.state() == "excused"


def test_after_48_hours_nobody_can_decide_any_more(story):
    ask = story.ask()
    story_over = EVENING + timedelta(hours=48)

    with pytest.raises(Problem, match=r"excuse\.lapsed"):
        story.decide(ask, at=story_over)

    assert (story.state(at=story_over), story.asked(at=story_over)[0].state) == ("missed", "lapsed")
    assert story.asked(at=story_over - timedelta(minutes=1))[0].hours_left(story_over - timedelta(minutes=90)) == 1


def test_the_48_hours_run_from_the_moment_it_arrived(story, people, reader_of):
    by = reader_of(people.guard)
    arrived = EVENING + timedelta(hours=30)
    data = ExcuseData(round=story.round.id, place=story.places.lobby.id, reason="phone_failure")
    with write(by.site_id):
        ask = ask_excuse(data, id=uuid7(), by=by, when=When(EVENING, arrived, EVENING)).id

    story.decide(ask, at=EVENING + timedelta(hours=60))

    assert story.state(at=EVENING + timedelta(hours=61)) == "excused"


def test_nobody_decides_for_himself(story, people):
    own = story.ask(person=people.supervisor)
    with pytest.raises(Problem, match=r"excuse\.own"):
        story.decide(own)
    story.decide(own, person=people.manager)

    walked = story.ask("pump")
    story.scan("roof", "2026-03-31 20:30", person=people.supervisor)
    with pytest.raises(Problem, match=r"excuse\.own"):
        story.decide(walked)
    assert story.state("pump") == "missed"


def test_another_site_finds_nothing(story, people):
    ask = story.ask()
    with pytest.raises(NotHere):
        story.decide(ask, person=people.stranger)
    with pytest.raises(NotHere):
        story.ask(person=people.stranger)


def test_one_ask_and_one_decision_for_a_point(story, people):
    ask = story.ask()
    with pytest.raises(Problem, match=r"excuse\.again"):
        story.ask(reason="ordered", person=people.guard2)
    story.decide(ask)
    with pytest.raises(Problem, match=r"excuse\.decided"):
        story.decide(ask, approved=False, person=people.manager)
    with pytest.raises(Problem, match=r"excuse\.settled"):
        story.ask()


def test_a_scan_in_time_outweighs_an_approved_excuse(story):
    story.decide(story.ask(), at=EVENING)
    story.scan("lobby", "2026-03-31 20:35")

    assert story.state() == "on_time"
    assert story.counts().excused == 0


def test_a_scan_after_the_close_stays_missed_until_a_supervisor_excuses_it(
    sites, people, places, night_route, reader_of
):
    story = Story(sites.lake.id, people, places, reader_of)
    story.round = db.session.scalars(select(Round).order_by(Round.starts_at.desc())).first()
    story.scan("lobby", "2026-04-01 07:40")  # the last round closed at 07:36
    assert story.state() == "missed"

    story.decide(story.ask(reason="phone_failure", at=MORNING))

    stop = next(stop for stop in story.walk().stops if stop.place_id == places.lobby.id)
    assert (stop.state, stop.flags) == ("excused", ("after_close",))


def test_a_round_is_complete_when_every_point_is_reached_or_excused(story):
    story.scan("pump", "2026-03-31 20:10")
    story.scan("roof", "2026-03-31 20:12")
    ask = story.ask()
    assert story.walk().state == "incomplete"

    story.decide(ask)

    assert story.walk().state == "completed"


def test_a_round_not_begun_or_long_closed_cannot_be_asked_for(story):
    with pytest.raises(Problem, match=r"excuse\.early"):
        story.ask(at=shanghai("2026-03-31 19:30"))
    with pytest.raises(Problem, match=r"excuse\.too_late"):
        story.ask(at=shanghai("2026-04-02 21:36"))
    story.ask(at=shanghai("2026-04-02 21:35"))


def test_a_damaged_label_opens_one_hazard_that_is_only_seen_again_afterwards(story, places):
    ask = story.ask(reason="code_damaged")
    story.decide(ask, approved=False, at=EVENING)
    story.ask(reason="code_damaged", at=EVENING + timedelta(minutes=5))
    story.round = db.session.scalars(select(Round).order_by(Round.starts_at).offset(1)).first()
    story.ask(reason="code_damaged", at=shanghai("2026-03-31 22:20"))

    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.category, hazard.place_id, hazard.source) == ("qr_damaged", places.lobby.id, "patrol")
    assert db.session.get_one(Ask, (story.site_id, ask)).hazard_id == hazard.id
    assert len(db.session.scalars(select(Sighting)).all()) == 1
    assert {photo.subject_kind for photo in db.session.scalars(select(Photo))} == {
        "hazard",
        "ask",
    }


@pytest.mark.parametrize(("reason", "asked"), [("weather", 2), ("ordered", 2), ("short_staff", 0), ("forgot", 0)])
def test_ending_a_round_asks_for_what_was_not_reached_if_the_reason_can_be_excused(
    story, people, reader_of, reason, asked
):
    story.scan("lobby", "2026-03-31 20:10")
    by = reader_of(people.guard)
    with write(by.site_id):
        end_round(
            RoundEndData(round=story.round.id, reason=reason), id=uuid7(), by=by,
            when=When(EVENING, EVENING, EVENING),
        )  # fmt: skip

    asks = list(db.session.scalars(select(Ask)))
    assert ([ask.reason for ask in asks], story.state("pump")) == ([reason] * asked, "missed")
    for ask in asks:
        story.decide(ask.id)
    assert story.walk().state == ("completed" if asked else "incomplete")


def test_a_decision_marks_the_day_and_is_in_the_journal_and_cannot_be_changed(story):
    ask = story.ask()
    key = (story.site_id, NIGHT)
    before = db.session.get_one(SiteDay, key).changes
    story.decide(ask)
    db.session.expire_all()

    assert db.session.get_one(SiteDay, key).changes == before + 1
    verbs = db.session.scalars(select(JournalEntry.verb)).all()
    assert {"visit.excuse_asked", "visit.excuse_approved"} <= set(verbs)
    for act in ("UPDATE visit_decision SET approved = false", "DELETE FROM visit_ask"):
        with pytest.raises(DatabaseError, match="never changed"), write():
            db.session.execute(text(act))


def test_the_page_shows_what_waits_and_approves_several_at_once(story, as_user, people):
    asks = [story.ask(key) for key in ("lobby", "pump")]
    with time_machine.travel(MORNING, tick=False):
        supervisor = as_user(people.supervisor)
        page = supervisor.get("/excuses").text
        assert "还剩 35 小时" in page
        assert all(str(ask) in page for ask in asks)
        reply = supervisor.post(
            f"/rounds/{story.round.id}/decisions", data={"ask[]": [str(ask) for ask in asks], "do": "approve"}
        )
        assert (reply.status_code, reply.location) == (303, "/excuses?decided=1")
        assert "已同意" in supervisor.get("/excuses").text
        assert "免巡点位" in supervisor.get("/reviews/day/2026-03-31").text

    assert {decision.ask_id for decision in db.session.scalars(select(Decision))} == set(asks)


def test_several_are_decided_together_or_not_at_all(story, as_user, people):
    mine, other = story.ask("lobby", person=people.supervisor), story.ask("pump")
    with time_machine.travel(MORNING, tick=False):
        reply = as_user(people.supervisor).post(
            f"/rounds/{story.round.id}/decisions", data={"ask[]": [str(other), str(mine)], "do": "approve"}
        )
    assert reply.status_code == 403
    assert db.session.scalars(select(Decision)).all() == []


def test_a_plain_form_asks_once(story, as_user, people, places):
    number = str(uuid7())
    with time_machine.travel(EVENING, tick=False):
        guard = as_user(people.guard)
        assert "申请免巡" in guard.get(f"/rounds/{story.round.id}").text
        for _ in range(2):
            reply = guard.post(
                f"/rounds/{story.round.id}/excuses",
                data={"id": number, "place": str(places.lobby.id), "reason": "construction"},
            )
            assert (reply.status_code, reply.location) == (303, f"/rounds/{story.round.id}")
        assert "申请免巡：施工挡住了" in guard.get(f"/rounds/{story.round.id}").text

    assert [ask.reason for ask in db.session.scalars(select(Ask))] == ["construction"]


def test_a_phone_asks_with_a_record(story, as_user, people, places):
    record = {
        "id": str(uuid7()), "kind": "excuse", "captured_at": "2026-03-31T20:20:00+08:00",
        "user": str(people.guard.id),
        "data": {"round": str(story.round.id), "place": str(places.pump.id), "reason": "ordered"},
    }  # fmt: skip
    body = {"device": str(uuid7()), "sent_at": "2026-03-31T20:20:00+08:00", "records": [record]}
    with time_machine.travel(EVENING, tick=False):
        result = as_user(people.guard).post("/sync/records", json=body).get_json()["results"][0]

    assert (result["status"], result["url"]) == ("stored", f"/rounds/{story.round.id}")
    assert story.asked("pump")[0].asked_by == "张伟"
