"""我的: what everybody sets for himself."""

import pytest

from patrol.accounts.device import Device
from patrol.core.db import db, write
from tests.accounts.conftest import devices, fresh, is_out
from tests.conftest import PASSWORD

CHANGE = {"old_password": PASSWORD, "password": "rain on the lake", "password_again": "rain on the lake"}


@pytest.mark.parametrize("part", ["guard", "engineer", "supervisor", "manager", "desk", "contractor", "cleaner"])
def test_everybody_has_the_own_page(as_user, people, part):
    person = getattr(people, part)

    page = as_user(person).get("/me")

    assert page.status_code == 200
    assert person.name in page.text
    assert 'data-behaviour="about-phone"' in page.text


def test_signed_out_nobody_has(as_user, people):
    assert as_user().get("/me").headers["Location"] == "/sign-in?next=/me"
    assert as_user().post("/me/settings").status_code == 401


def test_language_and_theme_hold_on_every_device(as_user, people):
    phone, desk = as_user(people.guard), as_user(people.guard)

    phone.post("/me/settings", data={"language": "en", "theme": "dark"})

    page = desk.get("/me").text
    assert '<html lang="en" data-theme="dark"' in page


def test_other_values_change_nothing(as_user, people):
    as_user(people.guard).post("/me/settings", data={"theme": "purple"})

    assert (fresh(people.guard).theme, fresh(people.guard).language) == ("auto", None)


def test_a_device_of_mine_is_ended_and_nobody_elses(as_user, people):
    old, browser = as_user(people.guard), as_user(people.guard)
    other = as_user(people.guard2)
    mine, theirs = devices(people.guard)[0], devices(people.guard2)[0]

    assert browser.post(f"/me/devices/{mine.id}/ending").status_code == 303
    assert browser.post(f"/me/devices/{theirs.id}/ending").status_code == 404

    assert is_out(old)
    assert not is_out(other)


def test_a_new_password_needs_the_old_one_and_ends_the_other_devices(as_user, people):
    lost, browser = as_user(people.guard), as_user(people.guard)

    refused = browser.post("/me/password", data={**CHANGE, "old_password": "no idea"})
    assert refused.status_code == 422
    assert "原密码不对" in refused.text
    assert not is_out(lost)

    assert browser.post("/me/password", data=CHANGE).headers["Location"] == "/me"
    assert is_out(lost)
    assert not is_out(browser)
    assert as_user().post("/sign-in", data={"login": "0217", "password": CHANGE["password"]}).status_code == 303


def test_tries_at_the_old_password_are_counted(as_user, people):
    browser = as_user(people.guard)

    answers = [browser.post("/me/password", data={**CHANGE, "old_password": "no"}).status_code for _try in range(11)]

    assert answers == [422] * 10 + [429]


def test_who_only_ever_scanned_a_code_is_sent_to_the_supervisor(as_user, people):
    with write():
        fresh(people.guard).password_hash = None
    browser = as_user(people.guard)

    assert "您还没有密码" in browser.get("/me/password").text
    assert browser.post("/me/password", data={**CHANGE, "old_password": ""}).status_code == 422
    assert fresh(people.guard).password_hash is None


def test_people_of_two_sites_choose_where_they_are_on_each_device(as_user, people, sites, also_at_hill):
    also_at_hill(people.guard, "shift_leader", "security")
    phone, other = as_user(people.guard), as_user(people.guard)

    assert phone.post("/site/current", data={"site": str(sites.hill.id)}).status_code == 303

    chosen = {device.id: device.site_id for device in devices(people.guard)}
    assert set(chosen.values()) == {sites.lake.id, sites.hill.id}
    assert "<small>当班班长</small>" in phone.get("/me").text
    assert "<small>秩序维护员</small>" in other.get("/me").text


def test_a_site_one_does_not_belong_to_is_not_here(as_user, people, sites):
    browser = as_user(people.guard)

    for wish in (str(sites.hill.id), "x", ""):
        assert browser.post("/site/current", data={"site": wish}).status_code == 404
    assert {db.session.get(Device, device.id).site_id for device in devices(people.guard)} == {sites.lake.id}
