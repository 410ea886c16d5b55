"""Visits entered by hand (手工补录) and on paper (纸质巡查单): who, until when, and what makes them count."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from patrol.accounts.roster import Duty
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo
from patrol.rounds.by_hand import ManualData, enter_visit, moment_within
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.excuse import Ask
from patrol.rounds.paper import TypedData, TypedPoint, round_code, type_in
from patrol.rounds.scan import Scan
from patrol.sites.day import SiteDay
from patrol.sites.label import Label, reissue_label
from patrol.sites.place import Place
from patrol.sites.shift_times import shift_at
from patrol.sites.site import Site
from tests.rounds.conftest import NIGHT, shanghai
from tests.rounds.test_excuses import EVENING, MORNING, Story

CLOSED = shanghai("2026-03-31 21:40")


class ByHand(Story):
    def enter(self, key="lobby", stated="20:10", person=None, at=EVENING, **more):
        by = self.reader_of(person or self.people.guard)
        more = {"reason": "phone_failure", "photos": [uuid7()], **more}
        data = ManualData(round=self.round.id, place=getattr(self.places, key).id, stated=stated, **more)
        with write(by.site_id):
            return enter_visit(data, id=uuid7(), by=by, when=When(at, at, at)).id

    def type(self, points=None, walker=None, person=None, at=CLOSED, id=None, photos=()):
        by = self.reader_of(person or self.people.leader)
        told = {getattr(self.places, key).id: TypedPoint(**point) for key, point in (points or {}).items()}
        data = TypedData(
            round=self.round.id, person=(walker or self.people.guard).id, points=told, photos=list(photos)
        )  # fmt: skip
        with write(by.site_id):
            return [ask.id for ask in type_in(data, id=id or uuid7(), by=by, when=When(at, at, at))]

    def roster(self, *people, shift="night"):
        with write():
            for person in people:
                db.session.add(
                    Duty(
                        id=uuid7(), site_id=self.site_id, day=NIGHT, shift=shift, team="security", user_id=person.id
                    )
                )  # fmt: skip

    def stop(self, key="lobby", at=MORNING):
        return next(stop for stop in self.walk(at).stops if stop.place_id == getattr(self.places, key).id)

    def changes(self):
        db.session.expire_all()
        return db.session.get_one(SiteDay, (self.site_id, NIGHT)).changes


@pytest.fixture
def story(sites, people, places, night_route, reader_of):
    return ByHand(sites.lake.id, people, places, reader_of)


@pytest.fixture
def night_shift(story):
    """The code of the shift that is on at 20:20."""
    site = db.session.get_one(Site, story.site_id)
    return shift_at(EVENING, site.shifts, site.zone, site.day_start).code


def test_it_counts_on_approval_only_and_the_days_figures_with_it(story):
    before = story.counts()
    ask = story.enter()
    waiting = story.counts()
    marked = story.changes()
    assert (waiting.planned, waiting.on_time, waiting.missed) == (before.planned, before.on_time, before.missed)
    assert story.state() == "missed" and db.session.scalars(select(Scan)).all() == []

    story.decide(ask)

    after = story.counts()
    assert (after.planned, after.on_time, after.missed) == (before.planned, before.on_time + 1, before.missed - 1)
    assert story.changes() == marked + 1
    scan = db.session.scalars(select(Scan)).one()
    assert (scan.id, scan.method, scan.flags, scan.effective_at) == (
        ask, "manual", ["manual_entry"], shanghai("2026-03-31 20:10"),
    )  # fmt: skip
    assert (scan.user_id, scan.business_day, story.stop().flags) == (story.people.guard.id, NIGHT, ("manual_entry",))


@pytest.mark.parametrize("at", [MORNING, EVENING + timedelta(hours=48)])
def test_refused_or_lapsed_nothing_counts(story, at):
    ask = story.enter()
    if at == MORNING:
        story.decide(ask, approved=False)
    else:
        with pytest.raises(Problem, match=r"excuse\.lapsed"):
            story.decide(ask, at=at)

    assert (story.state(at=at), db.session.scalars(select(Scan)).all()) == ("missed", [])


def test_nobody_approves_what_he_entered_himself(story, people):
    ask = story.enter(person=people.supervisor)
    with pytest.raises(Problem, match=r"excuse\.own"):
        story.decide(ask)
    story.decide(ask, person=people.manager)

    assert story.state() == "on_time"


@pytest.mark.parametrize(
    ("stated", "state"), [("19:36", "on_time"), ("21:04", "on_time"), ("21:05", "late"), ("21:35", "late")]
)
def test_the_stated_time_counts_as_a_scan_at_that_time_would(story, stated, state):
    story.decide(story.enter(stated=stated, at=CLOSED))

    assert story.state() == state


@pytest.mark.parametrize("stated", ["19:35", "21:36", "08:00"])
def test_a_time_outside_the_round_is_no_visit(story, stated):
    with pytest.raises(Problem, match=r"manual\.time"):
        story.enter(stated=stated, at=CLOSED)


def test_a_time_to_come_is_no_visit(story):
    with pytest.raises(Problem, match=r"manual\.to_come"):
        story.enter(stated="20:21")


def test_it_needs_a_photo_and_something_else_needs_words(story):
    with pytest.raises(Problem, match=r"manual\.photo"):
        story.enter(photos=[])
    with pytest.raises(Problem, match=r"manual\.note"):
        story.enter(reason="other")
    story.enter(reason="other", note="标签被挡住")


def test_until_twelve_hours_after_the_close(story):
    with pytest.raises(Problem, match=r"manual\.too_late"):
        story.enter(at=shanghai("2026-04-01 09:36"))
    with pytest.raises(Problem, match=r"manual\.early"):
        story.enter(at=shanghai("2026-03-31 19:30"))
    story.enter(at=shanghai("2026-04-01 09:35"))


def test_only_a_point_that_is_not_reached_and_only_once(story):
    story.scan("pump", "2026-03-31 20:05")
    with pytest.raises(Problem, match=r"excuse\.settled"):
        story.enter("pump")
    story.decide(story.enter(), approved=False)
    story.enter()
    with pytest.raises(Problem, match=r"excuse\.again"):
        story.enter()


def test_only_by_the_rounds_team_and_of_it_by_whom_the_roster_names_or_a_leader(story, people, night_shift):
    with pytest.raises(Problem, match=r"manual\.not_on_shift"):
        story.enter(person=people.engineer)
    story.roster(people.guard2, shift=night_shift)
    with pytest.raises(Problem, match=r"manual\.not_on_shift"):
        story.enter(person=people.guard)
    story.enter(person=people.guard2)
    story.enter("pump", person=people.leader)


def test_another_site_finds_no_round(story, people):
    with pytest.raises(NotHere):
        story.enter(person=people.stranger)
    with pytest.raises(NotHere):
        story.type({"lobby": {"time": "20:05"}}, person=people.stranger)


def test_a_damaged_label_opens_its_hazard_and_the_visit_stands_under_the_latest_label(story, places):
    with write():
        place = db.session.get_one(Place, (story.site_id, places.lobby.id))
        latest = reissue_label(place, "旧牌模糊", by=None, at=EVENING).id
    ask = story.enter(reason="code_damaged")
    story.decide(ask)

    assert db.session.scalars(select(Hazard.category)).one() == "qr_damaged"
    assert db.session.get_one(Scan, (story.site_id, ask)).label_id == latest


def test_a_point_that_never_had_a_label_cannot_be_entered(story, places):
    with write():
        for label in db.session.scalars(select(Label).where(Label.place_id == places.lobby.id)):
            db.session.delete(label)
    with pytest.raises(Problem, match=r"manual\.no_label"):
        story.enter()


def test_a_scan_that_arrived_meanwhile_speaks_for_itself(story):
    ask = story.enter(stated="20:30", at=shanghai("2026-03-31 20:40"))
    story.scan("lobby", "2026-03-31 21:30")
    story.decide(ask)

    assert (story.state(), db.session.scalars(select(Scan.method)).all()) == ("late", ["camera"])


def test_its_evidence_is_weak_and_never_too_fast(story):
    story.scan("pump", "2026-03-31 20:05")
    for key in ("lobby", "roof"):
        story.decide(story.enter(key, stated="20:05"))
    with time_machine.travel(MORNING, tick=False):
        ensure_evidence(story.site_id, MORNING)

    rows = db.session.scalars(select(Evidence).where(Evidence.round_id == story.round.id)).all()
    by_hand = [row for row in rows if row.kind == "visit" and "manual_entry" in row.flags]
    assert [(row.grade, row.flags, row.walked_s) for row in by_hand] == [("B", ["manual_entry"], None)] * 2
    assert all(not {"too_fast", "same_second", "burst", "round_too_fast"} & set(row.flags) for row in rows)


def test_a_sheet_is_typed_in_point_by_point_and_counts_when_another_approved(story, people):
    number, photo = uuid7(), uuid7()
    points = {"lobby": {"time": "20:05", "remark": "灯不亮"}, "pump": {"time": "21:10"}, "roof": {"remark": "没去"}}
    asks = story.type(points, id=number, photos=[photo])
    assert story.type(points, id=number, photos=[photo]) == asks
    assert [one.note for one in story.asked()] == ["灯不亮"]
    assert [ask.kind for ask in db.session.scalars(select(Ask))] == ["paper", "paper"]
    assert db.session.scalars(select(Photo.subject_id)).all() == asks[:1]
    assert story.walk().visited == 0

    with pytest.raises(Problem, match=r"excuse\.own"):
        story.decide(asks[0], person=people.leader)
    for ask in asks:
        story.decide(ask)

    assert [stop.state for stop in story.walk().stops] == ["on_time", "late", "missed"]
    assert (story.stop().flags, story.stop().seen.user_name) == (("paper",), "张伟")
    ensure_evidence(story.site_id, MORNING)
    grades = db.session.execute(select(Evidence.grade, Evidence.flags).where(Evidence.kind == "visit")).all()
    assert [tuple(row) for row in grades] == [("B", ["paper"])] * 2


def test_who_walked_does_not_approve_his_own_sheet(story, people):
    (ask,) = story.type({"lobby": {"time": "20:05"}}, walker=people.supervisor)
    with pytest.raises(Problem, match=r"excuse\.own"):
        story.decide(ask)


@pytest.mark.parametrize(
    ("points", "more", "code"),
    [
        ({}, {}, "paper.empty"),
        ({"lobby": {"remark": "x"}}, {}, "paper.empty"),
        ({"lobby": {"time": "22:00"}}, {}, "manual.time"),
        ({"lobby": {"time": "20:05"}}, {"at": shanghai("2026-04-02 21:36")}, "paper.too_late"),
        ({"lobby": {"time": "20:05"}}, {"at": shanghai("2026-03-31 19:30")}, "paper.early"),
    ],
)
def test_what_a_sheet_cannot_say(story, points, more, code):
    with pytest.raises(Problem) as refused:
        story.type(points, **more)
    assert refused.value.code == code
    assert db.session.scalars(select(Ask)).all() == []


def test_who_walked_is_somebody_of_this_site(story, people):
    with pytest.raises(Problem, match=r"paper\.person"):
        story.type({"lobby": {"time": "20:05"}}, walker=people.stranger)


def test_the_clock_on_the_wall_names_one_moment_of_the_round():
    zone = ZoneInfo("Asia/Shanghai")
    first, last = shanghai("2026-03-31 23:40") + timedelta(seconds=20), shanghai("2026-04-01 00:30")
    assert moment_within(time(23, 40), first, last, zone) == first
    assert moment_within(time(0, 15), first, last, zone) == shanghai("2026-04-01 00:15")
    assert moment_within(time(23, 39), first, last, zone) is None
    assert moment_within(time(0, 30), first, last, zone) is None


def test_a_plain_form_and_a_phone_enter_a_visit_once(story, as_user, people, places):
    number, url = str(uuid7()), f"/rounds/{story.round.id}"
    record = {
        "id": number, "kind": "manual_entry", "captured_at": "2026-03-31T20:20:00+08:00",
        "user": str(people.guard.id),
        "data": {
            "round": str(story.round.id), "place": str(places.lobby.id), "reason": "phone_failure",
            "stated": "20:10", "photos": [str(uuid7())],
        },
    }  # fmt: skip
    body = {"device": str(uuid7()), "sent_at": "2026-03-31T20:20:00+08:00", "records": [record]}
    with time_machine.travel(EVENING, tick=False):
        guard = as_user(people.guard)
        assert "手工补录" in guard.get(url).text
        assert guard.post("/sync/records", json=body).get_json()["results"][0]["url"] == url
        assert guard.post(f"{url}/manual", data={"id": number}).location == url
        assert "张伟 自述 20:10 到过" in guard.get(url).text
        assert guard.post(f"{url}/manual", data={"place": str(places.pump.id)}).status_code == 422
        assert as_user(people.engineer).get(url).text.count("/manual") == 0

    assert [ask.kind for ask in db.session.scalars(select(Ask))] == ["manual"]


def test_a_supervisor_sees_who_says_what_with_the_photo_and_approves(story, as_user, people):
    story.enter()
    story.type({"pump": {"time": "21:10", "remark": "正常"}})
    with time_machine.travel(MORNING, tick=False):
        supervisor = as_user(people.supervisor)
        page = supervisor.get("/excuses").text
        for words in ("手工补录", "纸质巡查单", "张伟 自述", "21:10", "手机故障", "照片"):
            assert words in page, words
        asks = [str(ask) for ask in db.session.scalars(select(Ask.id))]
        supervisor.post(f"/rounds/{story.round.id}/decisions", data={"ask[]": asks, "do": "approve"})

    assert [stop.state for stop in story.walk().stops] == ["on_time", "late", "missed"]


def test_the_sheet_holds_the_points_in_order_with_the_rounds_code(story, as_user, people, night_route):
    with time_machine.travel(EVENING, tick=False):
        guard = as_user(people.guard)
        page = guard.get(f"/rounds/{story.round.id}/sheet").text
        names = [page.index(name) for name in ("大堂", "3 栋 消防泵房", "3 栋 天台")]
        assert names == sorted(names) and round_code(story.round.id) in page
        assert guard.get(f"/routes/{night_route.id}/sheets").status_code == 403

        leader = as_user(people.leader)
        assert leader.get(f"/routes/{night_route.id}/sheets?day={NIGHT}").text.count("<article") == 6
        assert "当天这条路线没有" in leader.get(f"/routes/{night_route.id}/sheets?day={date(2026, 3, 1)}").text
        assert as_user(people.stranger).get(f"/rounds/{story.round.id}/sheet").status_code == 404


def test_a_leader_types_a_sheet_in_and_a_wrong_time_loses_nothing(story, as_user, people, places):
    url = f"/rounds/{story.round.id}/typed"
    lobby, pump = places.lobby.id, places.pump.id
    form = {"id": str(uuid7()), "person": str(people.guard.id), f"points.{lobby}.time": "20:05",
            f"points.{lobby}.remark": "门没关", f"points.{pump}.time": "23:59"}  # fmt: skip
    with time_machine.travel(CLOSED, tick=False):
        assert as_user(people.guard).get(url).status_code == 403
        assert as_user(people.guard).post(url, data=form).status_code == 403
        leader = as_user(people.leader)
        assert round_code(story.round.id) in leader.get(url).text
        refused = leader.post(url, data=form)
        assert refused.status_code == 422
        assert "消防泵房" in refused.text and "门没关" in refused.text and 'value="20:05"' in refused.text
        assert leader.post(url, data={**form, "person": "nobody"}).status_code == 422
        assert leader.post(url, data={**form, f"points.{pump}.time": "21:10"}).status_code == 303

    assert len(db.session.scalars(select(Ask)).all()) == 2
