"""The demo is believable: its facts fit together, and it stands as a working night does."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from patrol.accounts.passwords import password_fits
from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roles import ROLES
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.demo.cast import reader
from patrol.equipment.duty import due_here
from patrol.equipment.inspection import Finding, Inspection
from patrol.hazards.hazard import Hazard, Sighting
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.day_tally import DayTally
from patrol.rounds.round import Round
from patrol.rounds.scan import Scan, VisitResult
from patrol.rounds.today import today_of
from patrol.rounds.walk import rounds_between, walks
from patrol.sites.day import SiteDay
from patrol.sites.label import Label
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder
from tests.demo.conftest import NIGHT, PASSWORD

SECRETS = {"password_hash", "token_hash", "secret", "follow"}


def digest() -> dict[str, str]:
    """A hash of each table's rows, without what must differ."""
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name not in SECRETS]
        rows = db.session.execute(select(*columns).order_by(*table.primary_key.columns)).all()
        found[table.name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return found


def guard(staff_no: str = "0217") -> Reader:
    user = db.session.scalars(select(User).where(User.staff_no == staff_no)).one()
    place = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
    return reader(db.session.get_one(Site, place.site_id), user.id, user.name, staff_no, place.role)


@pytest.fixture
def here(night):
    with night.app.app_context():
        yield night
        db.session.remove()


def test_the_same_seed_at_the_same_moment_tells_the_same_story_twice(make):
    first, second, other = make(days=2), make(days=2, anew=True), make(days=2, seed=7)
    digests = []
    for made in (first, second, other):
        with made.app.app_context():
            digests.append(digest())
    assert digests[0] == digests[1]
    assert digests[0]["scan"] != digests[2]["scan"]


def test_every_role_can_sign_in_with_the_password_shown(here):
    assert {row.role for row in here.sign_ins} == set(ROLES)
    for row in here.sign_ins[:3]:
        user = db.session.scalars(select(User).where(User.staff_no == row.staff_no)).one()
        assert password_fits(user.password_hash, row.password)
    assert {row.password for row in here.sign_ins} == {PASSWORD}


def test_the_guard_stands_at_eight_of_twelve_with_one_late(here):
    walk = today_of(guard(), NIGHT).current

    assert (walk.visited, len(walk.required)) == (8, 12)
    assert walk.count("late") == 1
    assert walk.next_stop.position == 9
    assert walk.people == ((guard().user_id, guard().name),)
    assert due_here(guard(), walk.next_stop.place_id, NIGHT), "something is to be checked at the next stop"


def test_two_points_are_missed_tonight(here):
    site_id = guard().site_id
    today = business_day_of(guard(), NIGHT)
    found = walks(site_id, rounds_between(site_id, today, today), NIGHT)
    missed = [stop.name for walk in found for stop in walk.stops if stop.state == "missed"]
    assert sorted(missed) == ["B2 充电区", "西围墙"]


@pytest.mark.parametrize("hour", [0, 8, 13, 20])
def test_at_any_hour_the_guard_is_on_a_round_and_another_is_near(make, hour):
    at = datetime(2026, 3, 18, hour, 7, tzinfo=UTC) - timedelta(hours=8)
    made = make(at=at, days=1)
    with made.app.app_context():
        today = today_of(guard(), at)
        assert (today.current.visited, today.current.count("late")) == (8, 1)
        assert today.others or today.upcoming.opens_at < at + timedelta(minutes=30)


def test_hazards_stand_in_every_state(here):
    assert set(db.session.scalars(select(Hazard.state).distinct())) == {
        "reported",
        "assigned",
        "to_verify",
        "closed",
        "rejected",
        "merged",
        "transferred",
    }
    assert db.session.scalar(select(func.count()).where(WorkOrder.state == "assigned", WorkOrder.due_at < NIGHT)) >= 2
    assert db.session.scalar(select(func.count()).where(WorkOrder.reopen_count > 0))
    assert db.session.scalar(select(func.count()).where(Hazard.spot_fixed))
    assert db.session.scalar(select(func.count()).select_from(Sighting))
    mine = select(func.count()).where(WorkOrder.reported_by_id == guard().user_id)
    assert db.session.scalar(mine) >= 4


def test_every_failure_has_a_photo_and_a_hazard(here):
    failures = db.session.scalars(select(Finding).where(Finding.result == "fail")).all()
    assert failures
    for finding in failures:
        hazard = db.session.get(Hazard, (finding.site_id, finding.hazard_id))
        shown = db.session.scalar(select(func.count()).where(Photo.subject_id == hazard.id))
        assert shown >= 1


def test_no_hazard_lacks_its_photos(here):
    kinds: dict = {}
    for subject, kind in db.session.execute(select(Photo.subject_id, Photo.kind).where(Photo.subject_kind == "hazard")):
        kinds.setdefault(subject, set()).add(kind)
    for order in db.session.scalars(select(Hazard)):
        assert "before" in kinds[order.id]
        assert order.rectified_at is None or "after" in kinds[order.id]


def test_every_photo_has_its_file_and_no_two_uploads_are_alike(here):
    photos = set(db.session.scalars(select(Photo.id)))
    files = set(db.session.scalars(select(PhotoFile.id)))
    assert photos == files
    assert all(here.store.exists(photo_id) for photo_id in files)
    assert db.session.scalar(select(func.count(func.distinct(PhotoFile.sha256)))) == len(files)


def test_a_scan_lies_in_its_rounds_window_or_says_why_not(here):
    query = select(Scan, Round).join(Round, (Round.site_id == Scan.site_id) & (Round.id == Scan.round_id))
    pairs = db.session.execute(query).all()
    assert pairs
    for scan, round_ in pairs:
        inside = round_.opens_at <= scan.effective_at < round_.closes_at
        assert inside or "after_close" in scan.flags
        assert scan.business_day == round_.business_day


def test_nothing_happens_later_than_now_or_arrives_before_it_happened(here):
    for model, happened in ((Scan, Scan.effective_at), (Inspection, Inspection.completed_at), (Photo, Photo.taken_at)):
        assert db.session.scalar(select(func.max(happened))) <= NIGHT
        assert db.session.scalar(select(func.max(model.received_at))) <= NIGHT
        assert not db.session.scalar(select(func.count()).where(model.received_at < happened))
    assert not db.session.scalar(
        select(func.count()).select_from(VisitResult).join(Scan, Scan.id == VisitResult.scan_id)
        .where(VisitResult.at < Scan.effective_at)
    )  # fmt: skip


def test_phones_were_offline_slow_and_a_day_late(here):
    flags = {flag for found in db.session.scalars(select(Scan.flags)) for flag in found}
    assert {"late_sync", "clock_skew", "repeat"} <= flags
    waited = select(func.count()).where(Scan.received_at > Scan.effective_at, Scan.flags == [])
    assert db.session.scalar(waited)


def test_the_journal_is_whole_and_in_order_of_time(here):
    for head in db.session.scalars(select(JournalHead)).all():
        entries = db.session.scalars(
            select(JournalEntry).where(JournalEntry.site_id == head.site_id).order_by(JournalEntry.seq)
        ).all()
        assert verify_chain(entries, head) is None
        # a repair begins when its owner called, and is written down when the desk registers it
        told = ("repair", "order_report")
        phone = [entry.phone_at or entry.at for entry in entries if (entry.subject_kind, entry.verb) != told]
        assert phone == sorted(phone)


def test_every_day_with_facts_is_marked(here):
    marked = set(db.session.scalars(select(SiteDay.day)))
    for column in (Scan.business_day, Inspection.business_day, WorkOrder.business_day, Round.business_day):
        assert set(db.session.scalars(select(column).distinct())) <= marked


def test_the_days_are_counted_already(here):
    tallies = db.session.scalars(select(DayTally)).all()
    marks = {(row.site_id, row.day): row.changes for row in db.session.scalars(select(SiteDay))}
    assert len(tallies) >= 6
    assert all(row.changes == marks.get((row.site_id, row.day), 0) for row in tallies)


def test_an_english_site_has_no_chinese_names_and_notes(make):
    made = make(lang="en", days=3)
    with made.app.app_context():
        words = [*db.session.scalars(select(User.name)), *db.session.scalars(select(Site.name))]
        words += [*db.session.scalars(select(WorkOrder.title)), *db.session.scalars(select(Round.route_name))]
        words += db.session.scalars(select(WorkOrder.note))
        assert words
        assert not [word for word in words if any("\u4e00" <= letter <= "\u9fff" for letter in word)]


def test_further_sites_have_own_people_and_one_manager(make):
    made = make(sites=2, days=1)
    with made.app.app_context():
        sites = db.session.scalars(select(Site).order_by(Site.name)).all()
        assert len(sites) == 2
        managers = db.session.scalars(select(Membership.user_id).where(Membership.role == "site_manager")).all()
        assert len(managers) == 2
        assert len(set(managers)) == 1
        codes = db.session.scalars(select(Label.code)).all()
        assert len(codes) == len(set(codes))
        numbers = [row.staff_no for row in made.sign_ins]
        assert len(numbers) == len(set(numbers))
    make.add(made.app, days=1)
    with made.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Site)) == 3
