"""Signing in with a password, and out again."""

import re

import pytest
from sqlalchemy import func, select

from patrol.accounts.attempts import OVER_ALL, PER_PERSON, _bucket
from patrol.accounts.device import Attempt, Device
from patrol.accounts.passwords import password_fits
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.journal.entry import JournalEntry
from patrol.sites.site import Site
from patrol.web.access import safe_next
from tests.accounts.conftest import devices, fresh, is_out, place_of
from tests.conftest import LONG_AGO, PASSWORD

SIGN_IN = {"login": "0217", "password": PASSWORD, "keep": "1"}
WRONG = {"login": "0217", "password": "not this one"}


def test_a_guard_signs_in_with_the_staff_number_and_lands_on_today(as_user, people):
    browser = as_user()

    reply = browser.post("/sign-in", data=SIGN_IN)

    assert reply.status_code == 303
    assert browser.get("/").headers["Location"] == "/today"


@pytest.mark.parametrize("typed", [" 0217 ", "０２１７", "02-17", "13800001111", "+86 138 0000 1111"])
def test_numbers_count_however_they_are_typed(as_user, people, typed):
    with write():
        fresh(people.guard).phone = "13800001111"

    assert as_user().post("/sign-in", data={**SIGN_IN, "login": typed}).status_code == 303


def test_a_wrong_password_is_said_and_the_number_is_kept(as_user, people):
    reply = as_user().post("/sign-in", data=WRONG)

    assert reply.status_code == 422
    assert 'value="0217"' in reply.text
    assert "工号或密码不对" in reply.text


def test_an_unknown_number_gets_the_same_answer_and_costs_the_same_hashing(as_user, people, monkeypatch):
    hashed = []
    monkeypatch.setattr(
        "patrol.accounts.sign_in.password_fits", lambda *seen: hashed.append(seen) or password_fits(*seen)
    )

    known = as_user().post("/sign-in", data=WRONG)
    unknown = as_user().post("/sign-in", data={**WRONG, "login": "7777"})

    def say(page):
        return [line for line in page.text.splitlines() if "field__error" in line]

    assert known.status_code == unknown.status_code == 422
    assert say(known) == say(unknown) != []
    assert len(hashed) == 2


def test_ten_wrong_tries_close_the_door_for_the_person_even_with_the_right_password(as_user, people):
    for number in range(PER_PERSON):
        browser = as_user()
        browser.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        assert browser.post("/sign-in", data=WRONG).status_code == 422

    reply = as_user().post("/sign-in", data=SIGN_IN)

    assert reply.status_code == 429
    assert 0 < int(reply.headers["Retry-After"]) <= 300
    assert "分钟" in reply.text


def test_phone_and_staff_number_share_one_count(as_user, people):
    with write():
        fresh(people.guard).phone = "13800001111"
    for number in range(PER_PERSON):
        browser = as_user()
        browser.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        browser.post("/sign-in", data={**WRONG, "login": "0217" if number % 2 else "13800001111"})

    assert as_user().post("/sign-in", data=SIGN_IN).status_code == 429


def test_an_address_that_tries_many_people_is_stopped_and_success_does_not_reset_it(as_user, people):
    browser = as_user()
    for number in range(9):
        browser.post("/sign-in", data={**WRONG, "login": f"88{number}"})
    assert browser.post("/sign-in", data=SIGN_IN).status_code == 303

    assert as_user().post("/sign-in", data={**WRONG, "login": "889"}).status_code == 422
    assert as_user().post("/sign-in", data={**SIGN_IN, "login": "0218"}).status_code == 429


def test_five_minutes_later_the_door_is_open_again(as_user, people, later):
    for _try in range(PER_PERSON):
        as_user().post("/sign-in", data=WRONG)

    later(minutes=5, seconds=1)

    assert as_user().post("/sign-in", data=SIGN_IN).status_code == 303


def test_a_flood_over_many_people_and_addresses_closes_the_door(as_user, people):
    as_user().post("/sign-in", data={**WRONG, "login": "7777"})
    with write():
        everybody = _bucket("all", "")
        assert db.session.scalar(select(func.count()).where(Attempt.bucket == everybody)) == 1
        db.session.add_all(Attempt(id=uuid7(), bucket=everybody, at=now()) for _one in range(OVER_ALL - 1))
    browser = as_user()
    browser.environ_base["REMOTE_ADDR"] = "10.9.9.9"

    assert browser.post("/sign-in", data=SIGN_IN).status_code == 429


def test_neither_names_nor_addresses_are_kept_with_the_tries(as_user, people):
    as_user().post("/sign-in", data=WRONG)

    kept = set(db.session.scalars(select(Attempt.bucket)))

    assert len(kept) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", bucket) for bucket in kept)


def test_signing_in_leaves_nothing_of_the_session_before(as_user, people):
    browser = as_user()
    with browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]

    browser.post("/sign-in", data=SIGN_IN)

    with browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before
        assert session["language"] == "zh"


def test_two_sign_ins_never_share_a_secret_and_the_database_holds_only_hashes(as_user, people):
    tokens = []
    for _time in range(2):
        browser = as_user()
        browser.post("/sign-in", data=SIGN_IN)
        with browser.session_transaction() as session:
            tokens.append(session["_user_id"].partition(".")[2])

    assert len(set(tokens)) == 2
    assert all(len(token) >= 43 for token in tokens)
    assert not set(tokens) & {device.token_hash for device in devices(people.guard)}


def test_a_guard_stays_for_thirty_days_and_a_supervisor_for_twelve_hours(as_user, people, later):
    guard, supervisor = as_user(), as_user()
    guard.post("/sign-in", data=SIGN_IN)
    supervisor.post("/sign-in", data={**SIGN_IN, "login": "0101"})

    later(hours=13)
    assert not is_out(guard)
    assert is_out(supervisor)

    later(days=30)
    assert is_out(guard)


def test_without_the_tick_the_cookie_ends_with_the_browser(as_user, people):
    kept = as_user().post("/sign-in", data=SIGN_IN).headers["Set-Cookie"]
    brief = as_user().post("/sign-in", data={"login": "0217", "password": PASSWORD}).headers["Set-Cookie"]

    assert "Expires" in kept
    assert "Expires" not in brief
    assert "HttpOnly" in kept and "SameSite=Lax" in kept


def test_an_ended_device_is_out_on_its_next_request(as_user, people):
    browser = as_user(people.guard)
    assert browser.get("/").status_code == 303

    browser.post("/sign-out")

    assert browser.get("/").headers["Location"].startswith("/sign-in")


def test_a_copied_cookie_is_out_too_after_signing_out(as_user, people, app):
    browser, copy = as_user(people.guard), app.test_client()
    with browser.session_transaction() as session, copy.session_transaction() as other:
        other.update(session)
    assert not is_out(copy)

    browser.post("/sign-out")

    assert is_out(copy)


def test_signing_out_clears_the_phone_only_when_it_says_that_nothing_waits(as_user, people):
    assert "Clear-Site-Data" not in as_user(people.guard).post("/sign-out").headers
    assert "Clear-Site-Data" not in as_user(people.guard).post("/sign-out", data={"outbox": "3"}).headers
    assert "Clear-Site-Data" not in as_user(people.guard).post("/sign-out", data={"outbox": ""}).headers

    emptied = as_user(people.guard).post("/sign-out", data={"outbox": "0"})

    assert emptied.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert emptied.headers["Location"] == "/sign-in?out=1"


def test_signed_out_people_read_so_and_keep_their_language(as_user, people):
    browser = as_user(people.guard)
    browser.post("/language", data={"language": "en"})
    browser.post("/sign-out")

    assert "You are signed out." in browser.get("/sign-in?out=1").text


def test_a_page_opened_signed_out_comes_back_after_signing_in(as_user, people):
    browser = as_user()
    asked = browser.get("/hazards?state=open")
    assert asked.headers["Location"] == "/sign-in?next=/hazards%3Fstate%3Dopen"

    reply = browser.post("/sign-in", data={**SIGN_IN, "next": "/hazards?state=open"})

    assert reply.headers["Location"] == "/hazards?state=open"


NEXTS = [
    ("/today", "/today"),
    ("/hazards?state=open&page=2", "/hazards?state=open&page=2"),
    ("/c/7K3M9QX2ABCD#top", "/c/7K3M9QX2ABCD#top"),
    ("/", "/"),
    ("", "/"),
    ("today", "/"),
    ("//evil.example", "/"),
    ("///evil.example", "/"),
    ("/\\evil.example", "/"),
    ("\\\\evil.example", "/"),
    ("/today\\..\\x", "/"),
    ("https://evil.example/", "/"),
    ("javascript:alert(1)", "/"),
    ("/\t/evil.example", "/"),
    ("/\n/evil.example", "/"),
    ("/today\r\nSet-Cookie: a=b", "/"),
    ("/\x00today", "/"),
    ("/\x85/evil.example", "/"),
    ("/" + "x" * 600, "/"),
]


@pytest.mark.parametrize(("wish", "goes_to"), NEXTS)
def test_going_on_never_leads_off_the_site(as_user, people, wish, goes_to):
    assert safe_next(wish) == goes_to

    reply = as_user().post("/sign-in", data={**SIGN_IN, "next": wish})

    assert reply.headers["Location"] == safe_next(wish.replace("\0", ""))  # a form comes without it


def test_somebody_signed_in_already_is_sent_on(as_user, people):
    assert as_user(people.guard).get("/sign-in?next=/me").headers["Location"] == "/me"


def test_the_post_can_be_called_when_there_is_one_site(as_user, app):
    with write():
        db.session.add(Site(id=uuid7(), name="翠湖花园", company="翠湖物业", post_phone="057188", created_at=LONG_AGO))

    page = as_user().get("/sign-in").text

    assert "翠湖花园 · 翠湖物业" in page
    assert 'href="tel:057188"' in page


def test_with_several_sites_the_page_names_none(as_user, sites):
    assert "翠湖" not in as_user().get("/sign-in").text


def test_anybody_chooses_a_language_before_signing_in(as_user, people):
    browser = as_user()

    assert browser.post("/language", data={"language": "en", "next": "/sign-in"}).headers["Location"] == "/sign-in"
    assert "Staff or phone number" in browser.get("/sign-in").text
    browser.post("/language", data={"language": "xx"})
    assert "Staff or phone number" in browser.get("/sign-in").text


def test_who_belongs_to_no_site_is_told_so(as_user, people):
    with write():
        place_of(people.guard).ended_at = now()

    reply = as_user().post("/sign-in", data=SIGN_IN)

    assert reply.status_code == 403
    assert "不在任何项目" in reply.text


def test_being_here_is_remembered_every_five_minutes_and_not_more_often(as_user, people, later):
    browser = as_user(people.guard)
    browser.get("/me")
    (first,) = {device.last_seen_at for device in devices(people.guard)}

    later(minutes=4)
    browser.get("/me")
    assert {device.last_seen_at for device in devices(people.guard)} == {first}

    later(minutes=2)
    browser.get("/me")
    assert next(device.last_seen_at for device in devices(people.guard)) > first


def test_a_page_is_answered_even_when_the_moment_cannot_be_written(as_user, people, later, monkeypatch):
    browser = as_user(people.guard)
    later(minutes=6)

    def full(*_seen):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("patrol.accounts.views.signing_in.touch_device", full)

    assert browser.get("/me").status_code == 200


def test_signing_in_and_out_stand_in_the_journal(as_user, people, sites):
    as_user().post("/sign-in", data=SIGN_IN)
    with_open_page = as_user(people.guard)
    with_open_page.post("/sign-out")

    told = [row.verb for row in db.session.scalars(select(JournalEntry).where(JournalEntry.site_id == sites.lake.id))]
    assert told == ["sign_in", "sign_in", "device_ended"]
    assert db.session.scalar(select(func.count()).select_from(Device)) == 2
