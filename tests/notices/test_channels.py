"""Show 5: each of the six reaches a real sink of each channel once; what a sink does badly delays nobody."""

import threading
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from patrol.accounts.device import Device
from patrol.accounts.reader import reader_by_token
from patrol.accounts.sign_in import end_device
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.queue import LEASE, MOST_ATTEMPTS, claim
from patrol.notices import guarded as guard
from patrol.notices.make import JOBS, try_target
from patrol.notices.notice import acknowledge
from patrol.notices.person import PushSubscription, choose, subscribe
from patrol.notices.rules import KINDS
from patrol.notices.send import Post, run_job, send_due
from patrol.notices.sent import NoticeSent
from patrol.notices.target import NoticeTarget
from patrol.sync.waiting import tell_waiting
from tests.conftest import LONG_AGO, read_as, token_of
from tests.notices.conftest import MINUTE, Watch
from tests.notices.sinks import BrowserKeys, http_sink, letter, mail_sink, text

SIX = {"not_started", "missed", "critical", "overdue", "unsigned", "unsent"}  # those of patrols, hazards and reviews

ROBOTS = {
    "wecom": (NotifyWeComBot, "/wecom?key={key}", {"key": "wecomkey0123"}),
    "dingtalk": (NotifyDingTalk, "/dingtalk?access_token={token}", {"key": "dingkey01234", "sign": "SEC0123456789"}),
    "feishu": (NotifyFeishu, "/feishu/{token}/", {"key": "feishukey012"}),
}


@pytest.fixture
def sinks(monkeypatch, told):
    """A sink for every channel; the robots' own hosts stand at this machine, all else is as it is."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(http_sink()) for name in (*ROBOTS, "push")}
        found["mail"] = stack.enter_context(mail_sink())
        for name, (plugin, path, _secret) in ROBOTS.items():
            monkeypatch.setattr(plugin, "notify_url", found[name].url + path)
        yield SimpleNamespace(**found)


@pytest.fixture
def post(app):
    return Post(app.config["INSTANCE"], "https://patrol.example.com", local=True)


def target(site_id, channel, secret, kinds=tuple(KINDS), name=""):
    row = NoticeTarget(
        site_id=site_id, id=uuid7(), channel=channel, name=name or channel, secret=secret, kinds=list(kinds),
        language="zh", created_at=LONG_AGO,
    )  # fmt: skip
    with write():
        db.session.add(row)
    return row


def all_targets(site_id, sinks):
    made = [target(site_id, name, secret) for name, (_plugin, _path, secret) in ROBOTS.items()]
    return [*made, target(site_id, "mail", mail_to(sinks))]


def mail_to(sinks):
    sender = {"user": "", "password": "", "sender": "patrol@example.com", "to": "team@example.com"}
    return {"host": "127.0.0.1", "port": int(sinks.mail.url), **sender}


def browser(person, sinks, name="one"):
    keys, by = BrowserKeys(), read_as(person)
    with write():
        subscribe(f"{sinks.push.url}/push/{name}", keys.p256dh, text(keys.auth), by=by, at=now())
    return keys


@pytest.fixture
def six(told, north, world, places, people):
    """All six matters stand at this hour: the night of a day on which nothing was done. Returns the hour."""
    phone = reader_by_token(token_of(people.guard), now())
    at = told.at("22:30")  # the round of 20:00 is missed, that of 22:00 has not begun
    sent_at = at.isoformat()
    tell_waiting(phone, {"count": 2, "oldest": (at - 300 * MINUTE).isoformat(), "sent_at": sent_at}, at)
    world.hazard(places.pump, at - MINUTE, category="gas_leak", severity="critical", hours=48)
    world.hazard(places.roof, at - 600 * MINUTE, hours=1)
    return at


def send(app, post, at):
    return send_due(app.app_context, post, clock=lambda: at)


def logged():
    db.session.rollback()
    return [(row.channel, row.result, row.reason) for row in db.session.query(NoticeSent).all()]


def test_each_of_the_six_reaches_each_channel_once(app, told, six, sinks, post, people):
    all_targets(told.site.id, sinks)
    keys = browser(people.supervisor, sinks)

    told.look(six)
    told.look(six)
    send(app, post, six)
    send(app, post, six)

    standing = told.notices()
    six_kinds = {"not_started", "missed", "critical", "overdue", "unsigned", "unsent"}
    assert {one.kind for one in standing if one.stands} == six_kinds <= set(KINDS)
    links = {f"https://patrol.example.com/notices/{one.id}": one.kind for one in standing}

    def kinds(texts):
        return Counter(links[word] for text in texts for word in text.split() if word in links)

    everything = Counter(one.kind for one in standing)
    assert kinds(said["text"]["content"] for said in sinks.wecom.said()) == everything
    assert kinds(said["text"]["content"] for said in sinks.dingtalk.said()) == everything
    assert kinds(said["content"]["text"] for said in sinks.feishu.said()) == everything
    assert kinds(letter(sinks.mail, n)[2] for n in range(len(sinks.mail.got))) == everything
    mine = [one for one in standing if people.supervisor.id in told.for_whom(one)]
    opened = [keys.open(body) for _path, _headers, body in sinks.push.got]
    assert Counter(said["tag"] for said in opened) == Counter(str(one.id) for one in mine)
    assert {row[1] for row in logged()} == {"sent"}


def test_a_push_can_be_read_by_its_browser_only_and_says_no_more_than_needed(app, told, six, sinks, post, people):
    keys = browser(people.supervisor, sinks)
    told.look(six)

    send(app, post, six)

    opened = [keys.open(body) for _path, _headers, body in sinks.push.got]
    assert {frozenset(said) for said in opened} == {frozenset(("title", "body", "url", "tag", "critical", "lang"))}
    waiting = next(said for said in opened if "积压" in said["title"])
    assert people.guard.name not in str(waiting)
    _path, sent, body = sinks.push.got[0]
    headers = {name.lower(): value for name, value in sent.items()}
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid t=")
    assert "北线".encode() not in body
    with pytest.raises(Exception, match=r".+"):
        BrowserKeys().open(body)


def test_dingtalk_is_signed_and_mail_goes_to_whom_it_should(app, told, six, sinks, post):
    all_targets(told.site.id, sinks)
    told.look(six)

    send(app, post, six)

    assert all("sign=" in path and "timestamp=" in path for path, _headers, _body in sinks.dingtalk.got)
    to, subject, text = letter(sinks.mail)
    assert to == "team@example.com"
    assert subject and "https://patrol.example.com/notices/" in text


def test_the_address_of_a_person_gets_mail_through_the_sites_server(app, told, six, sinks, post, people):
    target(told.site.id, "mail", mail_to(sinks), kinds=("critical",))
    with write():
        choose(people.manager.id, quiet=(None, None), muted=[], push=True, mail="zhao@example.com")
    told.look(six)

    send(app, post, six)

    assert Counter(to for to, _headers, _raw in sinks.mail.got)["zhao@example.com"] >= 1


@pytest.mark.parametrize(
    ("mood", "result", "reason"),
    [("hang", "later", "timeout"), (500, "later", "status 500"), ("drip", "later", "timeout"),
     ("redirect", "refused", "redirect"), (404, "refused", "status 404")],
)  # fmt: skip
def test_a_bad_sink_delays_nobody_and_is_tried_again_or_refused(
    app, told, six, sinks, post, monkeypatch, mood, result, reason
):  # fmt: skip
    monkeypatch.setattr(guard, "SECONDS", 1.0)
    sinks.wecom.mood = mood
    all_targets(told.site.id, sinks)
    told.look(six)

    send(app, post, six)

    rows = logged()
    count = len(told.notices())
    assert Counter(row for row in rows if row[0] == "wecom")[("wecom", result, reason)] >= 1
    assert len(sinks.feishu.got) == len(sinks.dingtalk.got) == len(sinks.mail.got) == count
    sinks.wecom.mood = "ok"
    before = len(sinks.wecom.got)
    send(app, post, six + timedelta(minutes=2))
    again = [row for row in logged() if row[:2] == ("wecom", "sent")]
    assert (len(again) == count) is (result == "later")
    assert len(sinks.wecom.got) - before == (count if result == "later" else 0)
    assert len(sinks.feishu.got) == count


def test_a_robots_no_in_the_body_is_a_no(app, told, six, sinks, post):
    sinks.wecom.body = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    sinks.feishu.body = b'{"code": 11232, "msg": "frequency limited"}'
    all_targets(told.site.id, sinks)
    told.look(six)

    send(app, post, six)

    assert {row for row in logged() if row[0] == "wecom"} == {("wecom", "refused", "code 93000")}
    assert {row for row in logged() if row[0] == "feishu"} == {("feishu", "later", "code 11232")}


def test_after_the_last_attempt_it_is_given_up_and_said_so(app, told, six, sinks, post):
    sinks.wecom.mood = 500
    target(told.site.id, "wecom", ROBOTS["wecom"][2], kinds=("critical",))
    told.look(six)
    at = six
    for _attempt in range(MOST_ATTEMPTS + 2):
        send(app, post, at)
        at += timedelta(hours=1)

    assert Counter(row[1] for row in logged()) == {"later": MOST_ATTEMPTS - 1, "gave_up": 1}
    assert len(sinks.wecom.got) == MOST_ATTEMPTS


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(app, told, six, sinks, post, people, status):
    browser(people.supervisor, sinks)
    sinks.push.mood = status
    told.look(six)

    send(app, post, six)

    assert db.session.query(PushSubscription).all() == []
    assert ("push", "gone", f"status {status}") in logged()
    assert len(sinks.push.got) == 1


def test_without_the_switch_nothing_goes_to_this_machine(app, told, six, sinks, people):
    all_targets(told.site.id, sinks)
    browser(people.supervisor, sinks)
    told.look(six)

    send(app, Post(app.config["INSTANCE"], "https://patrol.example.com"), six)

    assert [sink.got for sink in vars(sinks).values()] == [[]] * 5
    assert {row[1:] for row in logged()} == {("refused", "not_https"), ("refused", "private_address")}


def test_two_ticks_at_once_send_each_once(app, told, six, sinks, post, people):
    all_targets(told.site.id, sinks)
    browser(people.supervisor, sinks)

    def whole_tick():
        with app.app_context():
            Watch(told.world).look(six)
            send(app, post, six)

    threads = [threading.Thread(target=whole_tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    count = len(told.notices())
    assert len({one.key for one in told.notices()}) == count
    assert [len(getattr(sinks, name).got) for name in (*ROBOTS, "mail")] == [count] * 4
    assert len(logged()) == count * 4 + len(sinks.push.got)


def test_a_tick_that_dies_in_the_middle_loses_nothing(app, told, six, sinks, post):
    """It had done one job and begun another."""
    target(told.site.id, "wecom", ROBOTS["wecom"][2])
    told.look(six)
    count = len(told.notices())
    assert run_job(claim(six, kinds=JOBS), post, lambda: six) == "sent"
    claim(six, kinds=JOBS)

    send(app, post, six + LEASE / 2)
    assert len(sinks.wecom.got) == 1  # of one lane one at a time, and the dead tick holds it
    send(app, post, six + LEASE)

    assert len(sinks.wecom.got) == count
    assert len({said["text"]["content"] for said in sinks.wecom.said()}) == count


def test_what_is_over_before_it_went_out_is_not_sent(app, told, six, sinks, post, people):
    target(told.site.id, "wecom", ROBOTS["wecom"][2], kinds=("critical",))
    told.look(six)
    notice, leader = told.one("critical"), read_as(people.leader)
    with write():
        acknowledge(notice.id, by=leader, at=six)

    send(app, post, six)

    assert sinks.wecom.got == []
    assert {job.outcome for job in told.jobs("target")} == {"dropped"}


def test_a_critical_hazard_is_told_again_every_half_hour_until_somebody_takes_note(
    app, told, six, sinks, post, people
):  # fmt: skip
    target(told.site.id, "wecom", ROBOTS["wecom"][2], kinds=("critical",))
    told.look(six)
    send(app, post, six)
    for minutes in (10, 29, 30, 31, 59, 60):
        told.look(six + minutes * MINUTE)
        send(app, post, six + minutes * MINUTE)
    assert len(sinks.wecom.got) == 3

    told.look(six + 300 * MINUTE)  # the tick was down for hours: told once, not eight times
    send(app, post, six + 300 * MINUTE)
    assert len(sinks.wecom.got) == 4
    notice, leader = told.one("critical"), read_as(people.leader)
    with write():
        acknowledge(notice.id, by=leader, at=six + 301 * MINUTE)
    told.look(six + 330 * MINUTE)
    send(app, post, six + 330 * MINUTE)
    assert len(sinks.wecom.got) == 4


def test_quiet_hours_hold_back_all_but_the_critical_until_they_end(app, told, six, sinks, post, people):
    keys = browser(people.leader, sinks)
    start = six.astimezone(told.site.zone)
    quiet = ((start - timedelta(hours=1)).time(), (start + timedelta(hours=1)).time())
    with write():
        choose(people.leader.id, quiet=quiet, muted=[], push=True, mail="")
    told.look(six)

    send(app, post, six)
    assert {keys.open(body)["critical"] for _path, _headers, body in sinks.push.got} == {True}

    send(app, post, six + timedelta(hours=1))
    mine = [one for one in told.notices() if people.leader.id in told.for_whom(one)]
    assert len(sinks.push.got) == len(mine) > 1


def test_what_a_person_does_not_want_is_not_pushed_and_stands_under_the_bell_all_the_same(
    app, told, six, sinks, post, people
):  # fmt: skip
    keys = browser(people.leader, sinks)
    with write():
        choose(people.leader.id, quiet=(None, None), muted=["missed", "critical"], push=True, mail="")
    told.look(six)

    send(app, post, six)

    tags = {keys.open(body)["tag"] for _path, _headers, body in sinks.push.got}
    missed = told.notices("missed")
    assert not tags & {str(one.id) for one in missed}
    assert str(told.one("critical").id) in tags
    assert all(people.leader.id in told.for_whom(one) for one in missed)


def test_an_ended_sign_in_is_pushed_to_no_more(app, told, six, sinks, post, people):
    browser(people.supervisor, sinks)
    told.look(six)
    with write():
        (one,) = db.session.query(PushSubscription).all()
        end_device(db.session.get(Device, one.device_id), by=people.manager.id, at=six, site_id=told.site.id)

    send(app, post, six)

    assert sinks.push.got == []


def test_a_trial_says_that_it_is_one(app, told, sinks, post, six):
    robot = target(told.site.id, "feishu", ROBOTS["feishu"][2])
    with write():
        try_target(robot, six)

    send(app, post, six)

    assert "试发" in sinks.feishu.said()[0]["content"]["text"]
    assert logged() == [("feishu", "sent", "")]


def test_the_log_holds_no_secret(app, told, six, sinks, post, people):
    all_targets(told.site.id, sinks)
    told.look(six)
    send(app, post, six)

    rows = str([vars(row) for row in db.session.query(NoticeSent).all()])

    assert [key for _p, _u, secret in ROBOTS.values() for key in secret.values() if key in rows] == []
