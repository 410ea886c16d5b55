"""The bell and its pages: what each person sees, taking note, choices, robots, and the log."""

import json
import stat

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, select
from sqlalchemy import text as sql

from patrol.accounts.user import Membership
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.journal.entry import JournalEntry
from patrol.notices import push, robots
from patrol.notices.make import look
from patrol.notices.notice import NoticeAck
from patrol.notices.person import NoticeChoice, PushSubscription
from patrol.notices.rules import KINDS
from patrol.notices.sent import log_sent
from patrol.notices.site_notices import NoticeSite
from patrol.notices.target import NoticeTarget
from tests.notices.conftest import AT_NIGHT, MINUTE
from tests.notices.sinks import BrowserKeys, text

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789-secret"


@pytest.fixture
def critical(told, world, places):
    world.hazard(places.pump, now(), category="gas_leak", severity="critical")
    look(world.site, now())
    return told.one("critical")


@pytest.fixture
def confirmed(as_user):
    """The manager, who gave the password a moment ago (as_user signs in that way)."""
    return lambda person: as_user(person)


def test_a_notice_stands_on_the_page_until_somebody_takes_note(as_user, people, critical):
    leader, manager = as_user(people.leader), as_user(people.manager)
    assert "重大隐患：" in leader.get("/notices").text
    assert "知道了" in manager.get("/notices").text

    reply = leader.post(f"/notices/{critical.id}/acknowledgement", data={})

    assert (reply.status_code, reply.location) == (303, "/notices")
    page = manager.get("/notices").text
    assert f"/notices/{critical.id}/acknowledgement" not in page
    assert people.leader.name in page
    assert [fact.user_id for fact in db.session.query(NoticeAck).all()] == [people.leader.id]


def test_the_bell_shows_the_number_and_needs_no_query_for_it(as_user, people, critical):
    page = as_user(people.leader).get("/me").text
    bell = db.session.scalar(select(Membership.bell).where(Membership.user_id == people.leader.id))

    assert bell > 0
    assert f'data-part="count">{bell}</span>' in page
    assert 'data-part="count" hidden>' in as_user(people.guard).get("/me").text


def test_whom_it_is_not_for_finds_nothing(as_user, people, critical):
    guard = as_user(people.guard)

    assert guard.get(f"/notices/{critical.id}").status_code == 404
    assert guard.post(f"/notices/{critical.id}/acknowledgement", data={}).status_code == 404
    assert as_user(people.stranger).get(f"/notices/{critical.id}").status_code == 404


def test_a_tap_leads_to_the_matter(as_user, people, critical):
    assert as_user(people.leader).get(f"/notices/{critical.id}").location == critical.url


def test_the_bell_and_the_pack_tell_a_phone_of_the_critical_ones(as_user, people, critical):
    leader = as_user(people.leader)

    mine = leader.get("/notices/mine").get_json()
    pack = leader.get("/sync/pack").get_json()

    assert [one["url"] for one in mine["urgent"]] == [f"/notices/{critical.id}"]
    assert pack["notices"] == mine
    assert as_user(people.guard).get("/notices/mine").get_json() == {"count": 0, "urgent": []}


def test_a_phone_tells_how_much_waits_on_it(as_user, people):
    guard = as_user(people.guard)
    said = {"count": 2, "oldest": "2026-03-18T20:00:00+08:00", "sent_at": "2026-03-18T22:00:00+08:00"}

    assert guard.post("/sync/waiting", json=said).status_code == 200
    for wrong in (None, [], {"count": -1, "sent_at": said["sent_at"]}, {"count": 1, "oldest": "2026", "sent_at": "x"}):
        assert guard.post("/sync/waiting", json=wrong).status_code == 400


def test_choices_are_kept_and_critical_cannot_be_muted(as_user, people):
    leader = as_user(people.leader)
    form = {"quiet_from": "22:00", "quiet_to": "06:00", "told": ["missed"], "push": "on", "mail": "he@example.com"}

    assert leader.post("/me/notices", data=form).status_code == 303

    kept = db.session.get(NoticeChoice, people.leader.id)
    assert (kept.quiet_from.hour, kept.quiet_to.hour, kept.push, kept.mail) == (22, 6, True, "he@example.com")
    assert kept.muted == sorted(set(KINDS) - {"missed", "critical"})
    page = leader.get("/me/notices").text
    assert 'value="22:00"' in page and 'value="he@example.com"' in page


@pytest.mark.parametrize(
    "wrong", [{"quiet_from": "22:00"}, {"quiet_from": "26:00", "quiet_to": "06:00"}, {"mail": "a b@c"}, {"mail": "x"}]
)
def test_a_wrong_choice_is_named_and_nothing_is_kept(as_user, people, wrong):
    reply = as_user(people.leader).post("/me/notices", data=wrong)

    assert reply.status_code == 422
    assert "field__error" in reply.text
    assert db.session.query(NoticeChoice).all() == []


def test_a_browser_subscribes_once_and_ends_it_again(as_user, people):
    leader, keys = as_user(people.leader), BrowserKeys()
    said = {"endpoint": "https://push.example.com/x", "keys": {"p256dh": keys.p256dh, "auth": text(keys.auth)}}

    assert leader.post("/me/push", json=said).status_code == 201
    assert leader.post("/me/push", json=said).status_code == 201
    (kept,) = db.session.query(PushSubscription).all()
    assert (kept.user_id, kept.endpoint) == (people.leader.id, said["endpoint"])
    assert as_user(people.guard).post("/me/push", json=said).status_code == 201  # the phone changed hands
    db.session.rollback()
    (kept,) = db.session.query(PushSubscription).populate_existing().all()
    assert kept.user_id == people.guard.id

    leader.post("/me/push/ending", json=said)
    assert len(db.session.query(PushSubscription).all()) == 1  # not the leader's any more
    as_user(people.guard).post("/me/push/ending", json=said)
    assert db.session.query(PushSubscription).all() == []


@pytest.mark.parametrize(
    "wrong",
    [None, [], {}, {"endpoint": "ftp://x/y", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}},
     {"endpoint": "https://x/" + "y" * 2000, "keys": {"p256dh": "A" * 87, "auth": "A" * 22}},
     {"endpoint": "https://x/y", "keys": {"p256dh": "<script>", "auth": "A" * 22}}, {"endpoint": 1, "keys": 2}],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(as_user, people, wrong):
    assert as_user(people.leader).post("/me/push", json=wrong).status_code == 422


def test_the_key_is_made_once_for_its_owner_only(app, as_user, people):
    first = as_user(people.leader).get("/me/push/key").get_json()["key"]

    assert as_user(people.guard).get("/me/push/key").get_json()["key"] == first
    file = app.config["INSTANCE"] / push.KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first) == 87


def test_the_site_manager_sets_the_pace(as_user, people, sites):
    manager = as_user(people.manager)
    form = {"again_min": "20", "escalate_min": "15", "unsent_min": "60",
            "escalate_to": str(people.supervisor.id), "version": "1"}  # fmt: skip

    assert manager.post("/notices/settings", data=form).status_code == 303
    kept = db.session.get(NoticeSite, sites.lake.id)
    assert (kept.again_min, kept.escalate_to_id, kept.version) == (20, people.supervisor.id, 2)
    assert manager.post("/notices/settings", data=form).status_code == 409  # read before that change
    for wrong in ({"again_min": "0"}, {"unsent_min": "x"}, {"escalate_to": str(people.stranger.id)}):
        assert manager.post("/notices/settings", data={**form, "version": "2", **wrong}).status_code == 422


def robot(**more):
    return {"channel": "wecom", "name": "秩序群", "address": WECOM, "kinds": ["critical", "missed"], **more}


def test_a_robots_key_is_kept_and_never_shown(confirmed, people, app):
    manager = confirmed(people.manager)

    assert manager.post("/notices/targets", data=robot()).status_code == 303

    (kept,) = db.session.query(NoticeTarget).all()
    assert (kept.secret, kept.kinds) == ({"key": "0123456789-secret"}, ["missed", "critical"])
    page = manager.get("/notices/settings").text
    assert "…cret" in page and "0123456789-secret" not in page
    told = json.dumps([entry.detail for entry in db.session.query(JournalEntry).all()])
    assert "0123456789-secret" not in told


MAIL = {"channel": "mail", "host": "smtp.example.com", "port": "465", "sender": "a@example.com", "to": "b@example.com"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"address": "https://evil.example.com/cgi-bin/webhook/send?key=0123456789"}, "address"),
     ({"address": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789"}, "address"),
     ({"address": "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=0123456789"}, "address"),
     ({"address": "https://qyapi.weixin.qq.com@10.0.0.1/cgi-bin/webhook/send?key=0123456789"}, "address"),
     ({"address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a/b"}, "address"),
     ({"address": "https://["}, "address"), ({"name": ""}, "name"),
     ({"channel": "dingtalk", "address": "https://oapi.dingtalk.com/robot/send?access_token=0123456789",
       "sign": "@10.0.0.1/"}, "sign"),
     ({**MAIL, "port": "25"}, "port"), ({**MAIL, "host": "a.b/?x="}, "host"), ({**MAIL, "to": "b"}, "to"),
     ({**MAIL, "sender": "a@x.cn&to=c@x.cn"}, "sender")],
)  # fmt: skip
def test_what_is_no_such_address_is_refused_beside_its_field(confirmed, people, wrong, field):
    reply = confirmed(people.manager).post("/notices/targets", data=robot(**wrong))

    assert reply.status_code == 422
    assert f'id="f-{field}-error"' in reply.text
    assert db.session.query(NoticeTarget).all() == []


def test_without_a_kind_or_a_channel_nothing_is_added(confirmed, people):
    for wrong in ({"kinds": []}, {"channel": "telegram"}):
        assert confirmed(people.manager).post("/notices/targets", data=robot(**wrong)).status_code == 422


def test_a_removed_robot_forgets_its_key(confirmed, people):
    manager = confirmed(people.manager)
    manager.post("/notices/targets", data=robot())
    (kept,) = db.session.query(NoticeTarget).all()

    assert manager.post(f"/notices/targets/{kept.id}/trial", data={}).status_code == 303
    assert manager.post(f"/notices/targets/{kept.id}/ending", data={}).status_code == 303

    db.session.rollback()
    (kept,) = db.session.query(NoticeTarget).populate_existing().all()
    assert kept.ended_at is not None and "0123456789-secret" not in str(kept.secret)
    assert manager.post(f"/notices/targets/{kept.id}/trial", data={}).status_code == 404


def test_the_log_tells_what_came_of_each_attempt(as_user, people, critical, sites):
    with write():
        log_sent(
            sites.lake.id, notice_id=critical.id, channel="push", user_id=people.leader.id, target_id=None, attempt=2,
            at=AT_NIGHT + MINUTE, result="later", reason="status 503",
        )  # fmt: skip

    page = as_user(people.manager).get("/notices/log").text

    assert people.leader.name in page and "status 503" in page and "第 2 次" in page


def test_without_the_extras_the_pages_say_so(as_user, people, monkeypatch):
    monkeypatch.setattr(push, "installed", lambda: False)
    monkeypatch.setattr(robots, "installed", lambda: False)

    assert "未安装推送" in as_user(people.leader).get("/me/notices").text
    assert "未安装机器人" in as_user(people.manager).get("/notices/settings").text


def test_a_review_is_signed_by_whom_it_concerns_once_its_time_is_over(as_user, people, world):
    """The days of the demo clock are long past: any of them may be signed."""
    supervisor = as_user(people.supervisor)
    assert "/reviews/day/2026-03-18/signature" in supervisor.get("/reviews/day/2026-03-18").text

    assert supervisor.post("/reviews/day/2026-03-18/signature", data={}).status_code == 303

    page = supervisor.get("/reviews/day/2026-03-18").text
    assert people.supervisor.name in page and "/signature" not in page
    assert as_user(people.leader).post("/reviews/week/2026-W11/signature", data={}).status_code == 403
    assert supervisor.post("/reviews/week/2099-W11/signature", data={}).status_code == 404


def test_a_robot_told_of_everything_is_told_of_new_kinds_and_one_with_a_choice_keeps_to_it(confirmed, people, app):
    manager = confirmed(people.manager)
    for name, kinds in (("全部", list(KINDS)), ("两种", ["critical", "missed"])):
        assert manager.post("/notices/targets", data=robot(name=name, kinds=kinds)).status_code == 303

    everything, some = (db.session.query(NoticeTarget).filter_by(name=name).one() for name in ("全部", "两种"))
    assert everything.wants("a kind of a later version") and all(map(everything.wants, KINDS))
    assert [kind for kind in [*KINDS, "a kind of a later version"] if some.wants(kind)] == ["missed", "critical"]
    assert "全部通知，含以后新增的种类" in manager.get("/notices/settings").text


def test_after_an_upgrade_a_robot_that_had_all_ticked_is_told_of_everything():
    from importlib import import_module

    step = import_module("patrol.migrations.versions.0025_robots_told_of_all")
    engine = create_engine("sqlite://")
    first = ["not_started", "missed", "critical", "overdue", "unsigned", "unsent"]
    with engine.begin() as here, Operations.context(MigrationContext.configure(here)):
        here.execute(sql("CREATE TABLE notice_target (id CHAR(32), kinds JSON)"))
        here.execute(sql("CREATE TABLE weather_turn (id CHAR(32))"))
        for number, kinds in enumerate((first, [*first, "dates"], first[1:], [])):
            values = {"id": f"{number:032x}", "kinds": json.dumps(kinds)}
            here.execute(sql("INSERT INTO notice_target VALUES (:id, :kinds)"), values)
        step.upgrade()
        assert here.execute(sql('SELECT "every" FROM notice_target ORDER BY id')).scalars().all() == [1, 1, 0, 0]
