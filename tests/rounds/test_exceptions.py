"""The exceptions page: what waits for an eye, what was made of it, and a scan that does not count any more."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.reviews.facts_of_day import facts_of_day
from patrol.reviews.tally import tally_day
from patrol.rounds.evidence import Evidence, EvidenceWord, ScanVoid
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.evidence_site import evidence_site
from patrol.rounds.exceptions_list import PAGE, WAITING, count_open
from patrol.rounds.round import Round
from patrol.rounds.walk import walk_by_id
from patrol.sync.pack import pack_facts
from tests.conftest import HX
from tests.reviews.world import World

DAY = date(2026, 3, 18)


@pytest.fixture
def world(sites, people):
    return World(sites.lake, people)


@pytest.fixture
def hurried(world, places, people):
    """张伟 at 20:05 in the lobby and five seconds later in the pump room; looked at at 22:00."""
    route = world.route("北线", [places.lobby, places.pump, places.roof], DAY)
    world.make_rounds(DAY, world.at(DAY, "12:00"))
    round_ = world.rounds(DAY, route)[0]
    first = world.at(DAY, "20:05")
    world.scans(
        [(places.lobby.id, first, round_, ["late_sync"]), (places.pump.id, first + timedelta(seconds=5), round_, ())]
    )
    with time_machine.travel(world.at(DAY, "22:00"), tick=False):
        ensure_evidence(world.site.id, world.at(DAY, "22:00"))
        yield db.session.scalars(select(Evidence).where(Evidence.grade == "C", Evidence.kind == "visit")).one()


def say(client, evidence, act, text="", **more):
    return client.post(f"/exceptions/{evidence.id}/words", data={"act": act, "text": text, **more})


def test_the_page_shows_what_was_seen_and_what_it_may_be(as_user, people, hurried):
    page = as_user(people.supervisor).get("/exceptions").text

    assert "3 栋 消防泵房" in page and "间隔过短" in page
    assert "距上一点 5.0 秒，至少应为 20.0 秒" in page
    assert "两点可能离得很近" in page
    assert f"/visits/{hurried.scan_id}" in page


def test_weak_signs_are_shown_when_asked_for(as_user, people, hurried):
    client = as_user(people.supervisor)
    assert "3 栋 大堂" not in client.get("/exceptions").text
    assert "3 栋 大堂" in client.get("/exceptions?grade=B").text


def test_a_phone_without_a_position_is_no_exception(as_user, people, world, places):
    world.scans([(places.gate.id, world.at(DAY, "21:00"), None, ())])
    with time_machine.travel(world.at(DAY, "22:00"), tick=False):
        page = as_user(people.supervisor).get("/exceptions?grade=B&state=all").text
        assert db.session.scalars(select(Evidence.grade)).one() == "B"
    assert "没有待处理的异常" not in page and "东大门" not in page


@pytest.mark.parametrize("query", ["route=01a212d6-b958-76e7-b2f1-2909a84b6488", "from=2026-03-10&to=2026-03-17"])
def test_the_filters_narrow_it(as_user, people, hurried, query):
    assert "没有待处理的异常" in as_user(people.supervisor).get(f"/exceptions?{query}").text


def test_the_person_filter(as_user, people, hurried):
    client = as_user(people.supervisor)
    assert "3 栋 消防泵房" in client.get(f"/exceptions?person={people.guard.id}").text
    assert "3 栋 消防泵房" not in client.get(f"/exceptions?person={people.guard2.id}").text


def test_an_explanation_settles_it_and_changes_no_figure(as_user, people, hurried):
    client = as_user(people.supervisor)

    reply = say(client, hurried, "explained", "泵房就在大堂隔壁")

    assert (reply.status_code, reply.location) == (303, "/exceptions")
    assert "3 栋 消防泵房" not in client.get("/exceptions").text
    assert "泵房就在大堂隔壁" in client.get("/exceptions?state=done").text
    since = (hurried.made_at - WAITING).date()
    asked = {"site_id": hurried.site_id, "exceptions_since": since}
    assert db.session.scalar(count_open(), asked) == 0
    assert db.session.scalar(select(ScanVoid)) is None


def test_a_void_scan_is_missed_shown_struck_out_and_told_to_whoever_made_it(as_user, people, hurried, world, reader_of):
    before = tally_day(facts_of_day(world.site, DAY, world.at(DAY, "22:00")))
    say(as_user(people.supervisor), hurried, "voided", "当时人在大堂")
    db.session.rollback()

    walk = walk_by_id(world.site.id, hurried.round_id, world.at(DAY, "22:00"))
    pump = walk.stops[1]
    assert (pump.state, pump.seen, [scan.id for scan in pump.voided]) == ("missed", None, [hurried.scan_id])
    after = tally_day(facts_of_day(world.site, DAY, world.at(DAY, "22:00")))
    assert sum(person["scans"] for person in before["persons"].values()) == 2
    assert sum(person["scans"] for person in after["persons"].values()) == 1

    guard = as_user(people.guard)
    visit = guard.get(f"/visits/{hurried.scan_id}").text
    assert "这条扫码已作废，不计入" in visit and "当时人在大堂" in visit and "王芳" in visit
    assert 'class="struck"' in guard.get(f"/rounds/{hurried.round_id}").text
    with time_machine.travel(world.at(DAY, "21:00"), tick=False):  # while the round is open
        packed = pack_facts(reader_of(people.guard), world.at(DAY, "21:00"))
    stop = next(one for one in packed["rounds"][0]["stops"] if one["place"] == str(pump.place_id))
    assert (stop.get("scans"), stop["void"]) == (None, [str(hurried.scan_id)])


def test_the_days_figures_are_counted_anew_after_a_void(as_user, people, hurried, world):
    from patrol.reviews.fresh import tallies
    from patrol.reviews.tally import patrol_totals

    at = world.at(DAY, "22:00")
    before = patrol_totals(tallies(world.site.id, DAY, DAY, at)[DAY])
    say(as_user(people.supervisor), hurried, "voided", "当时人在大堂")
    db.session.rollback()
    after = patrol_totals(tallies(world.site.id, DAY, DAY, at)[DAY])
    assert (before.on_time, after.on_time) == (2, 1)


def test_a_scan_is_void_once(as_user, people, hurried):
    client = as_user(people.supervisor)
    say(client, hurried, "voided", "当时人在大堂")
    assert say(client, hurried, "voided", "再来一次").status_code == 409


@pytest.mark.parametrize(("act", "text"), [("voided", " "), ("explained", ""), ("thrown away", "x"), ("", "x")])
def test_words_are_needed(as_user, people, hurried, act, text):
    assert say(as_user(people.supervisor), hurried, act, text).status_code == 422
    assert db.session.scalar(select(EvidenceWord)) is None


def test_nobody_judges_his_own_scans(as_user, people, world, places):
    route = world.route("北线", [places.lobby, places.pump], DAY)
    world.make_rounds(DAY, world.at(DAY, "12:00"))
    round_, first = world.rounds(DAY, route)[0], world.at(DAY, "20:05")
    rows = [(places.lobby.id, first, round_, ()), (places.pump.id, first + timedelta(seconds=5), round_, ())]
    world.scans(rows, by=people.supervisor)
    with time_machine.travel(world.at(DAY, "22:00"), tick=False):
        ensure_evidence(world.site.id, world.at(DAY, "22:00"))
        found = {row.kind: row for row in db.session.scalars(select(Evidence).where(Evidence.round_id == round_.id))}
        client = as_user(people.supervisor)

        answers = [say(client, found[kind], "explained", "我走得快", headers=HX) for kind in ("visit", "round")]

        assert [reply.status_code for reply in answers] == [403, 403]
        assert say(as_user(people.manager), found["visit"], "explained", "问过了").status_code == 303


def test_a_guard_and_a_shift_leader_may_not_settle(as_user, people, hurried):
    assert as_user(people.guard).get("/exceptions").status_code == 403
    assert as_user(people.leader).get("/exceptions").status_code == 200
    assert "/words" not in as_user(people.leader).get("/exceptions").text
    assert say(as_user(people.leader), hurried, "explained", "x").status_code == 403


def test_another_site_does_not_see_it(as_user, people, hurried):
    client = as_user(people.stranger)
    assert "消防泵房" not in client.get("/exceptions").text
    assert say(client, hurried, "explained", "x").status_code == 404


def test_after_a_word_one_goes_back_where_one_was_and_nowhere_else(as_user, people, hurried):
    client = as_user(people.supervisor)
    assert say(client, hurried, "confirmed", next="/exceptions?grade=B").location == "/exceptions?grade=B"
    assert say(client, hurried, "confirmed", next="//evil.example").location == "/exceptions"


def test_forty_routes_and_two_thousand_visits_take_ten_queries(app, as_user, people, world, places):
    spots = [places.lobby, places.pump, places.roof, places.gate]
    routes = [world.route(f"线路 {n}", spots, DAY) for n in range(40)]
    world.make_rounds(DAY, world.at(DAY, "12:00"))
    rows = []
    for round_ in db.session.scalars(select(Round).where(Round.business_day == DAY)):
        rows += [(s.id, round_.starts_at + timedelta(seconds=9 * n), round_, ()) for n, s in enumerate(spots)]
        rows += [
            (s.id, round_.starts_at + timedelta(minutes=5, seconds=9 * n), round_, ()) for n, s in enumerate(spots)
        ]
    world.scans(rows)
    assert len(routes) == 40 and len(rows) >= 1900
    at = world.at(DAY + timedelta(days=1), "12:00")
    sent: list[str] = []

    def listen(_connection, _cursor, statement, *_more):
        sent.append(statement)

    with time_machine.travel(at, tick=False):
        client = as_user(people.supervisor)
        first = client.get("/exceptions")  # makes what is due
        event.listen(db.engine, "before_cursor_execute", listen)
        page = client.get("/exceptions").text
        event.remove(db.engine, "before_cursor_execute", listen)

    assert first.status_code == 200
    assert len([one for one in sent if one.startswith("SELECT")]) <= 10, "\n".join(sent)
    assert page.count('class="exception"') == PAGE
    older = page.split('rel="prev"')[-1]
    assert "cursor=" in older


def test_pages_follow_each_other_without_a_gap(as_user, people, world, sites):
    with write():
        evidence_rows = [
            Evidence(
                id=uuid7(), site_id=sites.lake.id, kind="extra", business_day=DAY - timedelta(days=n % 3),
                at=world.at(DAY, "09:00") + timedelta(minutes=n // 2), made_at=world.at(DAY, "10:00"), grade="C",
                flags=["too_fast"], measured={}, user_id=people.guard.id,
            )
            for n in range(150)
        ]  # fmt: skip
        db.session.add_all(evidence_rows)
    seen: list[str] = []
    with time_machine.travel(world.at(DAY, "22:00"), tick=False):
        client, url = as_user(people.supervisor), "/exceptions"
        while url:
            page = client.get(url).text
            seen += [part.split('"')[0] for part in page.split('id="e-')[1:]]
            links = [part.split('"')[0] for part in page.split('href="')[1:]]
            older = [link for link in links if "cursor=" in link]
            url = older[0].replace("&amp;", "&") if older else ""
    assert (len(seen), len(set(seen))) == (150, 150)


def test_the_sites_secret_is_made_once(world, sites):
    at = world.at(DAY, "12:00")
    assert evidence_site(sites.lake.id, at).secret == evidence_site(sites.lake.id, at).secret
    assert evidence_site(sites.hill.id, at).secret != evidence_site(sites.lake.id, at).secret
