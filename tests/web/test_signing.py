"""A cookie and a token that were proved once stay as strict as on the first day."""

import time

import pytest
from flask import session
from itsdangerous import URLSafeTimedSerializer

from patrol.accounts.sign_in import PHONE_LIFE
from patrol.core.clock import now

HOME = "/sync/session"


def writes(phone, **more) -> int:
    return write_of(phone, **more).status_code


def write_of(phone, **more):
    return phone.post("/sync/waiting", json={"count": 0, "sent_at": now().isoformat()}, **more)


def test_a_phone_that_goes_on_sending_is_given_no_new_cookie(as_user, people):
    phone = as_user(people.guard)

    replies = [write_of(phone) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [200, 200]
    assert [reply.headers.getlist("Set-Cookie") for reply in replies] == [[], []]


def test_the_cookie_lives_longer_than_the_sign_in_it_names(app):
    assert app.permanent_session_lifetime > PHONE_LIFE


def test_a_good_token_does_not_go_with_another_persons_session(as_user, people):
    guard, engineer = as_user(people.guard), as_user(people.engineer)
    with engineer.session_transaction() as other:
        other["csrf_token"] = "another"

    assert writes(guard) == 200
    assert writes(engineer) == 400


FORGED = URLSafeTimedSerializer("another key", "wtf-csrf-token").dumps("known")


@pytest.mark.parametrize("token", ["", "known", "x.y.z", FORGED], ids=["none", "bare", "rubbish", "forged"])
def test_a_token_that_is_none_is_refused_as_often_as_it_comes(as_user, people, token):
    phone = as_user(people.guard)
    assert writes(phone) == 200

    for _ in range(2):
        assert writes(phone, headers={"X-CSRFToken": token}) == 400


def test_a_changed_cookie_says_nothing_though_the_true_one_was_just_read(app, as_user, people):
    phone = as_user(people.guard)
    name = app.config["SESSION_COOKIE_NAME"]
    true = phone.get_cookie(name).value
    assert phone.get(HOME).status_code == 200

    said, signature = true.rsplit(".", 1)
    other = ("A" if signature[0] != "A" else "B") + signature[1:]  # the last letter's last bits say nothing
    for forged in (f"{said}.{other}", "A" + true, said):
        phone.set_cookie(name, forged)
        assert phone.get(HOME).status_code == 401


def test_a_cookie_that_was_read_before_ends_with_its_time(as_user, people, monkeypatch):
    phone = as_user(people.guard)
    assert phone.get(HOME).status_code == 200
    later = time.time() + 32 * 86400

    monkeypatch.setattr(time, "time", lambda: later)

    assert phone.get(HOME).status_code == 401


def test_what_one_request_does_to_its_session_the_next_one_does_not_find(app):
    signer = app.session_interface.get_signing_serializer(app)
    for said in ({"language": "zh"}, {"language": "zh", "_flashes": [("message", "Saved.")]}):
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(said)}"
        for _ in range(2):
            with app.test_request_context("/", headers={"Cookie": cookie}):
                assert dict(session) == said
                session["language"] = "en"
                session.get("_flashes", []).append(("message", "Saved again."))


def test_the_key_before_the_last_opens_old_cookies_until_it_is_taken_away(app, as_user, people, monkeypatch):
    phone = as_user(people.guard)
    assert phone.get(HOME).status_code == 200

    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.secret_key])
    monkeypatch.setitem(app.config, "SECRET_KEY", "the new key")
    assert phone.get(HOME).status_code == 200

    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    assert phone.get(HOME).status_code == 401
