"""One-time links: sign-in codes and password links."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from patrol.accounts.device import Ticket
from patrol.accounts.tickets import live_ticket, use_ticket
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from tests.accounts.conftest import devices, fresh, is_out
from tests.conftest import PASSWORD

NEW = {"password": "rain on the lake", "password_again": "rain on the lake", "keep": "1"}


def test_looking_at_a_code_does_not_use_it_up(as_user, people, ticket):
    secret = ticket("signin", people.guard)

    for _look in range(2):
        page = as_user().get(f"/enter/{secret}")
        assert page.status_code == 200
        assert "张伟" in page.text
    assert devices(people.guard) == []


def test_a_scanned_code_signs_the_phone_in_under_its_name(as_user, people, ticket):
    browser = as_user()

    reply = browser.post(f"/enter/{ticket('signin', people.guard)}", data={"name": "张伟的红米"})

    assert reply.status_code == 303
    assert not is_out(browser)
    assert [device.name for device in devices(people.guard)] == ["张伟的红米"]
    assert devices(people.guard)[0].password_at is None


def test_a_code_works_once(as_user, people, ticket):
    secret = ticket("signin", people.guard)
    as_user().post(f"/enter/{secret}")

    assert as_user().post(f"/enter/{secret}").status_code == 410
    assert as_user().get(f"/enter/{secret}").status_code == 410
    assert len(devices(people.guard)) == 1


def test_of_two_phones_that_scan_at_once_one_is_signed_in(app, people, ticket):
    secret = ticket("signin", people.guard)
    start = Barrier(2)

    def grab(_phone: int) -> bool:
        with app.app_context():
            found = live_ticket("signin", secret, now())
            start.wait()
            try:
                with write(found.site_id):
                    use_ticket(found, now())
            except Problem:
                return False
            return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(grab, range(2))) == [False, True]


def test_a_code_is_over_after_ten_minutes_and_a_link_after_a_day(as_user, people, ticket, later):
    code, link = ticket("signin", people.guard), ticket("password", people.guard)

    later(minutes=10, seconds=1)
    assert as_user().get(f"/enter/{code}").status_code == 410
    assert as_user().get(f"/password/{link}").status_code == 200

    later(hours=24)
    assert as_user().get(f"/password/{link}").status_code == 410


def test_a_second_code_ends_the_first(as_user, people, ticket):
    first, second = ticket("signin", people.guard), ticket("signin", people.guard)

    assert as_user().get(f"/enter/{first}").status_code == 410
    assert as_user().get(f"/enter/{second}").status_code == 200


def test_a_secret_is_good_for_its_own_kind_only(as_user, people, ticket):
    secret = ticket("signin", people.guard)

    assert as_user().get(f"/password/{secret}").status_code == 410
    assert as_user().get(f"/setup/{secret}").status_code == 410
    assert as_user().get("/enter/guessed").status_code == 410


def test_a_locked_person_gets_in_by_no_link(as_user, people, ticket):
    secret = ticket("signin", people.guard)
    with write():
        fresh(people.guard).disabled_at = now()

    assert as_user().get(f"/enter/{secret}").status_code == 410
    assert as_user().post(f"/enter/{secret}").status_code == 410


def test_who_was_signed_in_on_the_phone_is_signed_out_first(as_user, people, ticket):
    browser = as_user(people.guard2)

    assert "赵敏" in browser.get(f"/enter/{ticket('signin', people.guard)}").text
    secret = ticket("signin", people.guard)
    browser.post(f"/enter/{secret}")

    assert devices(people.guard2) == []
    assert "张伟" in browser.get("/me").text


def test_a_password_link_sets_the_password_and_ends_every_other_phone(as_user, people, ticket):
    lost, browser = as_user(people.guard), as_user()

    assert browser.post(f"/password/{ticket('password', people.guard)}", data=NEW).status_code == 303

    assert is_out(lost)
    assert not is_out(browser)
    assert as_user().post("/sign-in", data={"login": "0217", "password": PASSWORD}).status_code == 422
    assert as_user().post("/sign-in", data={"login": "0217", "password": NEW["password"]}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "short", "password_again": "short"}, "至少 8 位"),
        ({"password": "12345678", "password_again": "12345678"}, "太好猜"),
        ({"password": "x" * 129, "password_again": "x" * 129}, "最多 128 位"),
        ({"password": "rain on the lake", "password_again": "rain on a lake"}, "不一样"),
    ],
)
def test_a_bad_password_is_explained_and_leaves_the_link_good(as_user, people, ticket, typed, said):
    secret = ticket("password", people.guard)

    reply = as_user().post(f"/password/{secret}", data=typed)

    assert reply.status_code == 422
    assert said in reply.text
    assert as_user().post(f"/password/{secret}", data=NEW).status_code == 303


def test_only_the_hash_of_a_secret_is_kept(people, ticket):
    secret = ticket("signin", people.guard)

    assert db.session.scalar(select(Ticket.token_hash)) != secret
    assert len(secret) >= 32


def test_links_carry_the_public_address_whatever_host_was_asked(as_user, people, app):
    page = as_user(people.supervisor).post(
        f"/people/{people.guard.id}/password-link", headers={"Host": "localhost:1234"}
    )

    assert f"{app.config['PUBLIC_URL']}/password/" in page.text
    assert "localhost:1234" not in page.text


def test_the_access_log_holds_no_secret(as_user, people, ticket, caplog):
    secret = ticket("signin", people.guard)
    with caplog.at_level("INFO", logger="patrol.access"):
        as_user().get(f"/enter/{secret}")

    assert caplog.messages
    assert all(secret not in line for line in caplog.messages)
