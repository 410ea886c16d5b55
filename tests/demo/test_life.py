"""What happens around the demo's rounds: points asked for, walked again, rounds for two, signs, questions, a storm."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from patrol.briefings.handover import HandoverSign
from patrol.complaints.complaint import Complaint
from patrol.core.db import db
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from patrol.owners.report import OwnerReport, waiting_reports
from patrol.photos.photo import Photo, PhotoFile
from patrol.repairs.repair import Repair
from patrol.rounds.evidence import Evidence, EvidenceWord, ScanVoid
from patrol.rounds.excuse import settled, waiting
from patrol.rounds.make_up import MakeUp, make_ups_of
from patrol.rounds.presence import PlaceQuestion, PresenceAnswer
from patrol.rounds.round import Round
from patrol.rounds.walk import walk_by_id
from patrol.sites.site import Site
from patrol.weather.event import events
from patrol.weather.summary import summary
from tests.demo.conftest import NIGHT


@pytest.fixture
def here(night):
    with night.app.app_context():
        yield db.session.scalars(select(Site)).one()
        db.session.remove()


@pytest.fixture(scope="module")
def stormy(make) -> SimpleNamespace:
    """Seventeen days, so that the storm is in them."""
    return make(days=17)


def test_points_not_reached_were_asked_for_approved_refused_and_one_waits(here):
    assert [ask.reason for ask in waiting(here.id, NIGHT)] == ["no_access"]
    told = {ask.reason: ask for ask in settled(here.id, NIGHT, 50)}
    assert {reason: ask.state for reason, ask in told.items()} == {
        "emergency": "approved", "construction": "approved", "ordered": "refused",
    }  # fmt: skip
    assert all(ask.decided_by == "李敏" for ask in told.values())
    assert told["ordered"].decision_note


def test_one_missed_point_was_walked_again_on_a_make_up_round(here):
    made = db.session.scalars(select(MakeUp)).one()
    missed = walk_by_id(here.id, made.of_id, NIGHT)
    assert missed is not None
    (again,) = make_ups_of(here.id, made.of_id, NIGHT)
    assert again.state == "completed"
    assert [stop.name for stop in again.stops] == [stop.name for stop in missed.required if stop.state == "missed"]


def test_of_the_rounds_for_two_one_was_walked_alone(here):
    query = select(Round).where(Round.crew_size == 2, Round.closes_at <= NIGHT).order_by(Round.starts_at)
    over = [walk_by_id(here.id, row.id, NIGHT) for row in db.session.scalars(query)]
    people = [len(walk.people) for walk in over if walk]
    assert (people.count(1), people[-2:]) == (1, [1, 2])


def test_the_chair_and_the_four_at_once_are_among_the_exceptions_and_three_were_judged(here):
    words = db.session.execute(
        select(EvidenceWord.act, Evidence.flags, EvidenceWord.text)
        .join(Evidence, Evidence.id == EvidenceWord.evidence_id)
        .order_by(EvidenceWord.act)
    ).all()
    assert [word.act for word in words] == ["confirmed", "explained", "voided"]
    assert all("burst" in word.flags and word.text for word in words)
    assert {"far_away", "position_odd"} & set(words[2].flags)
    assert db.session.scalar(select(func.count()).select_from(ScanVoid)) == 1


def test_questions_hang_at_three_places_and_only_the_guesser_was_wrong(here):
    assert db.session.scalar(select(func.count()).select_from(PlaceQuestion)) == 3
    answers = db.session.scalars(select(PresenceAnswer)).all()
    wrong = [one for one in answers if not one.good]
    assert len(answers) > 30
    assert wrong
    assert len({one.user_id for one in wrong}) == 1


def test_the_shift_before_was_handed_over_and_taken_over_by_two(here):
    signs = db.session.scalars(select(HandoverSign).order_by(HandoverSign.at)).all()
    assert [(sign.side, sign.on_roster) for sign in signs] == [("out", True), ("in", True)]
    assert len({sign.user_id for sign in signs}) == 2
    assert len({sign.card_id for sign in signs}) == 1


def test_a_short_history_has_no_storm(here):
    assert events(here.id) == []


def test_a_storm_two_weeks_ago_was_raised_ended_and_its_rounds_walked(stormy):
    with stormy.app.app_context():
        site = db.session.scalars(select(Site)).one()
        (event,) = events(site.id)
        assert [turn.level for turn in event.turns] == ["yellow", "orange", None]
        assert timedelta(days=14) < NIGHT - event.at < timedelta(days=18)
        told = summary(event, NIGHT)
        assert [part.phase for part in told.parts] == ["before", "during", "after"]
        for part in told.parts:
            assert part.walks
            assert part.done > part.due * 0.8, part.phase
        assert len(told.hazards) == 3
        assert told.rested
        assert any(pair.before and pair.after for pair in told.pairs)
        db.session.remove()


def test_the_journal_of_a_stormy_history_is_whole_and_in_order_of_time(stormy):
    with stormy.app.app_context():
        for head in db.session.scalars(select(JournalHead)).all():
            query = select(JournalEntry).where(JournalEntry.site_id == head.site_id).order_by(JournalEntry.seq)
            entries = db.session.scalars(query).all()
            assert verify_chain(entries, head) is None
            # a repair begins when its owner called, and is written down when the desk registers it
            told = ("repair", "order_report")
            phone = [entry.phone_at or entry.at for entry in entries if (entry.subject_kind, entry.verb) != told]
            assert phone == sorted(phone)
        db.session.remove()


def test_owners_repairs_stand_in_every_state_and_what_is_archived_has_been_the_whole_way(stormy):
    with stormy.app.app_context():
        repairs = db.session.scalars(select(Repair)).all()
        states = {repair.state for repair in repairs}
        done = [repair for repair in repairs if repair.state == "closed"]
        words = db.session.scalars(select(OwnerReport.words).where(OwnerReport.state == "taken")).all()
        files = set(db.session.scalars(select(PhotoFile.id)))
        pictures = db.session.scalars(select(Photo).where(Photo.subject_kind == "repair")).all()
        db.session.remove()

    assert states >= {
        "registered", "assigned", "visiting", "waiting_parts", "waiting_owner", "done", "signed", "closed",
    }  # fmt: skip
    for repair in done:
        assert repair.satisfaction and repair.fee_fen is not None and repair.signed_how
        assert repair.rectified_by_id != repair.called_back_by_id
    assert any(repair.reopen_count and repair.state == "closed" for repair in repairs)
    assert any(repair.fee_fen and repair.materials for repair in done)
    assert {picture.kind for picture in pictures} >= {"before", "after", "signature"}
    assert {picture.id for picture in pictures} <= files
    assert all(words)


def test_complaints_have_a_late_one_and_one_of_the_same_home_that_is_the_managers(stormy):
    with stormy.app.app_context():
        complaints = db.session.scalars(select(Complaint)).all()
        site = db.session.scalars(select(Site)).one()
        waiting_words = waiting_reports(site.id)
        db.session.remove()

    assert {one.state for one in complaints} >= {"reported", "investigated", "solved", "closed"}
    assert any(one.state == "reported" and one.due_at and one.due_at < NIGHT for one in complaints)
    (repeated,) = [one for one in complaints if one.repeat_of_id]
    assert (repeated.severity, repeated.team) == ("major", "management")
    assert len(waiting_words) == 3
