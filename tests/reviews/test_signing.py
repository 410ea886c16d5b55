"""Who signs a review and by when; what was signed stays, what came later stands beside it and can be signed anew."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select, text

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.signature import ReviewEdition, ReviewSignature
from patrol.reviews.signers import Signed, complete, due_at, ready_to_countersign, seats
from patrol.reviews.signing import amend, sign, signing_of
from patrol.reviews.snapshot import changes, hash_of
from patrol.reviews.unsigned import SiteAsked, late_reviews
from patrol.verify import findings
from tests.scenery import scene

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 18)
PERIOD = Period.parse("day", "2026-03-18")
ALL = {"shift_leader", "security_supervisor", "engineering_supervisor", "service_supervisor", "site_manager"}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
@scene
def walked(world, north):
    """18 March: the first round walked whole, the second but one point, the rest not at all."""
    world.make_rounds(DAY, world.at(DAY, "20:00"))
    first, second = world.rounds(DAY, north)[:2]
    world.walk(first, ["on_time"] * 4)
    world.walk(second, ["on_time", "late", "on_time"])
    return world


@pytest.fixture
def morning(world):
    return world.at(date(2026, 3, 19), "09:00")


def put_name(world, by, at, **more):
    found = review(world.site.id, PERIOD, at)
    with write(world.site.id):
        return sign(found, by=by, at=at, **more)


def paper(reply) -> bytes:
    """The sheet of a page, without the frame around it (which carries each reader's own token)."""
    return reply.data[reply.data.index(b"<article") : reply.data.index(b"</article>")]


def signed_hash(world) -> str:
    return db.session.scalars(select(ReviewEdition).order_by(ReviewEdition.number.desc())).first().hash


@pytest.mark.parametrize(
    ("period", "when"),
    [
        (Period.parse("day", "2026-03-31"), "2026-04-01 10:00"),
        (Period.parse("week", "2026-W14"), "2026-04-06 12:00"),
        (Period.parse("month", "2026-02"), "2026-03-06 00:00"),
        (Period.parse("month", "2025-12"), "2026-01-06 00:00"),
    ],
)
def test_a_day_is_due_at_ten_a_week_on_monday_noon_a_month_by_the_fifth(period, when):
    assert due_at(period, SHANGHAI) == local(when)


def test_only_seats_that_somebody_holds_are_wanted():
    assert [(s.role, s.act) for s in seats("day", ALL, [])] == [
        ("shift_leader", "sign"), ("security_supervisor", "sign"),
    ]  # fmt: skip
    assert [s.role for s in seats("day", {"security_supervisor", "site_manager"}, [])] == ["security_supervisor"]
    assert [(s.role, s.act) for s in seats("week", {"site_manager"}, [])] == [("site_manager", "sign")]
    month = seats("month", ALL, [])
    assert [s.act for s in month] == ["sign", "sign", "sign", "countersign"]
    assert not complete(month)
    assert not ready_to_countersign(month)


def test_a_seat_whose_holder_left_keeps_the_name_and_is_not_asked_again():
    gone = Signed(1, "何勇", "shift_leader", "sign", local("2026-03-19 08:10"))
    lines = seats("day", {"security_supervisor"}, [gone])
    assert [(s.role, bool(s.signed)) for s in lines] == [("shift_leader", True), ("security_supervisor", False)]


def test_two_names_make_a_day_and_the_same_name_does_not_count_twice(walked, people, reader_of, morning):
    put_name(walked, reader_of(people.leader), morning)
    stands = signing_of(review(walked.site.id, PERIOD, morning))
    assert [bool(seat.signed) for seat in stands.seats] == [True, False]
    with pytest.raises(Problem, match=r"review\.signed_already"):
        put_name(walked, reader_of(people.leader), morning, hash=signed_hash(walked))

    put_name(walked, reader_of(people.supervisor), morning, hash=signed_hash(walked))

    stands = signing_of(review(walked.site.id, PERIOD, morning))
    assert stands.complete
    assert stands.edition.snapshot["figures"]["missed"] == 4 * 6 - 4 - 3
    assert not stands.changed


def test_a_day_that_lasts_still_is_not_signed(walked, people, reader_of):
    with pytest.raises(Problem, match=r"review\.not_over"):
        put_name(walked, reader_of(people.supervisor), walked.at(DAY, "23:00"))


def test_who_looked_at_another_text_is_told(walked, people, reader_of, morning):
    put_name(walked, reader_of(people.leader), morning)
    with pytest.raises(Problem, match=r"review\.signed_meanwhile"):
        put_name(walked, reader_of(people.supervisor), morning)


def test_late_scans_leave_the_signed_day_alone_and_can_be_signed_as_an_amendment(
    walked, north, people, reader_of, morning, as_user
):
    supervisor = reader_of(people.supervisor)
    put_name(walked, supervisor, morning)
    url = "/reviews/day/2026-03-18/signed/1"
    with time_machine.travel(morning, tick=False):
        before = paper(as_user(people.supervisor).get(url))
    third = walked.rounds(DAY, north)[2]
    walked.walk(third, ["on_time"] * 4)

    later = morning + timedelta(hours=1)
    stands = signing_of(review(walked.site.id, PERIOD, later))
    assert [(c.figure, c.was, c.now) for c in stands.changed if c.figure in ("missed", "completion")] == [
        ("completion", [7, 24], [11, 24]), ("missed", 17, 13),
    ]  # fmt: skip
    with time_machine.travel(later, tick=False):
        assert paper(as_user(people.supervisor).get(url)) == before

    found, hash = review(walked.site.id, PERIOD, later), signed_hash(walked)
    with pytest.raises(Problem, match=r"review\.why"), write():
        amend(found, by=supervisor, at=later, why=" ", hash=hash)
    with write():
        amend(found, by=supervisor, at=later, why="车库没信号，早上才上传", hash=hash)
    stands = signing_of(review(walked.site.id, PERIOD, later))
    assert (stands.edition.number, stands.edition.why, stands.changed) == (2, "车库没信号，早上才上传", [])
    assert [one.snapshot["figures"]["missed"] for one in stands.editions] == [17, 13]
    with pytest.raises(Problem, match=r"review\.nothing_to_amend"), write():
        amend(found, by=supervisor, at=later, why="again", hash=signed_hash(walked))


def test_a_month_is_countersigned_after_its_supervisors(world, north, people, reader_of):
    period, at = Period.parse("month", "2026-03"), world.at(date(2026, 4, 2), "12:00")

    def name(by, hash=None):
        found, reader = review(world.site.id, period, at), reader_of(by)
        with write():
            return sign(found, by=reader, at=at, hash=hash)

    with pytest.raises(Problem, match=r"review\.supervisors_first"):
        name(people.manager)
    name(people.supervisor)
    name(people.engineering, signed_hash(world))
    assert name(people.manager, signed_hash(world)).act == "countersign"
    assert signing_of(review(world.site.id, period, at)).complete


def test_a_review_lacks_a_name_until_all_that_belong_under_it_are_there(walked, people, reader_of, morning):
    site = walked.site
    asked, noon = SiteAsked(site.id, site.zone, site.day_start, DAY - timedelta(days=1)), morning + timedelta(hours=3)

    def late(at=noon):
        return [period.slug for period in late_reviews([asked], at)[site.id]]

    assert late(morning) == ["2026-03-17"]  # the 18th may still be signed until ten
    assert late() == ["2026-03-17", "2026-03-18"]
    put_name(walked, reader_of(people.leader), morning)
    assert late() == ["2026-03-17", "2026-03-18"]
    put_name(walked, reader_of(people.supervisor), morning, hash=signed_hash(walked))
    assert late() == ["2026-03-17"]
    assert late_reviews([], noon) == {}


def test_the_board_names_what_is_not_signed_in_time_to_whoever_signs(walked, people, as_user, morning):
    with time_machine.travel(morning + timedelta(hours=3), tick=False):
        page = as_user(people.manager).get("/board").get_data(as_text=True)
        assert 'href="/reviews/day/2026-03-18#signing"' in page
        assert "#signing" not in as_user(people.leader).get("/board").get_data(as_text=True)


def test_a_figure_only_one_side_knows_is_no_change():
    assert changes({"rounds": 4, "old": 1}, {"rounds": 4, "missed": 2}) == []
    assert [c.figure for c in changes({"rounds": 4}, {"rounds": 5})] == ["rounds"]


@pytest.mark.parametrize("forged", [False, True])
def test_what_was_signed_and_rewritten_behind_the_program_is_found(walked, people, reader_of, morning, forged):
    put_name(walked, reader_of(people.supervisor), morning)
    edition = db.session.scalars(select(ReviewEdition)).one()
    assert [line for line in findings() if "signed" in line] == []
    better = {**edition.snapshot, "figures": {**edition.snapshot["figures"], "missed": 0}}
    drop = "DROP TRIGGER review_edition_no_update" if db.engine.dialect.name == "sqlite" else (
        "DROP TRIGGER review_edition_stays ON review_edition"
    )  # fmt: skip
    with write():
        db.session.execute(text(drop))
        row = db.session.get_one(ReviewEdition, (edition.site_id, edition.id))
        row.snapshot = better
        if forged:
            row.hash = hash_of(better)
        db.session.flush()
        found = [line for line in findings() if "signed" in line]
        assert found
        assert all("2026-03-18" in line for line in found)
        db.session.rollback()


def test_names_are_put_by_who_may_and_seen_by_who_reads(walked, people, as_user, morning):
    url = "/reviews/day/2026-03-18"
    with time_machine.travel(morning, tick=False):
        page = as_user(people.supervisor).get(url).get_data(as_text=True)
        assert f'action="{url}/signature"' in page
        assert as_user(people.guard).post(f"{url}/signature").status_code == 403
        assert as_user(people.supervisor).post(f"{url}/signature", data={"note": "已核对"}).status_code == 303
        assert as_user(people.supervisor).post(f"{url}/signature").status_code == 409
        page = as_user(people.leader).get(url).get_data(as_text=True)
        assert "已核对" in page
        assert as_user(people.stranger).get(f"{url}/signed/1").status_code == 404
        assert as_user(people.leader).get(f"{url}/signed/2").status_code == 404
        assert as_user(people.leader).get(f"{url}/signed/1").status_code == 200
    assert len(db.session.scalars(select(ReviewSignature)).all()) == 1
