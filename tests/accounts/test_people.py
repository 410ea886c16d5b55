"""Who may change whom, and what follows from it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from patrol.accounts.authority import POSTS, may_act_for, may_change, posts_to_give
from patrol.accounts.change_people import change_person, leave_site, lock_person
from patrol.accounts.person_fields import PersonFields
from patrol.accounts.roles import ROLES, TEAMS
from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.journal.entry import history
from tests.accounts.conftest import devices, forget_confirmation, fresh, hidden, is_out, person_form, place_of
from tests.conftest import PASSWORD, make_person

SUPERVISORS = {
    "security_supervisor": "security",
    "engineering_supervisor": "engineering",
    "service_supervisor": "customer_service",
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("post", POSTS)
def test_the_whole_table_of_who_changes_whom(role, post):
    their_role, their_team = POSTS[post]
    own_team = ROLES[role][1]

    in_charge = role == "site_manager" or (SUPERVISORS.get(role) == their_team)
    equal = their_role in SUPERVISORS

    assert may_change(role, own_team, their_role, their_team) == in_charge
    assert may_act_for(role, own_team, their_role, their_team) == (in_charge and not (equal and role in SUPERVISORS))


def test_a_supervisor_gives_roles_of_the_own_team_only():
    assert posts_to_give("security_supervisor", "security") == ["guard", "shift_leader", "security_supervisor"]
    assert posts_to_give("guard", "security") == []
    assert set(posts_to_give("site_manager", "management")) == set(POSTS)
    assert all(team in TEAMS for _role, team in POSTS.values())


def test_the_list_shows_everybody_of_the_site_and_nobody_else(as_user, people):
    page = as_user(people.supervisor).get("/people").text

    assert "张伟" in page and "李强" in page
    assert "陈晨" not in page


def test_searching_looks_in_name_and_numbers(as_user, people):
    browser = as_user(people.supervisor)

    assert "李强" not in browser.get("/people?q=张").text
    assert "张伟" in browser.get("/people?q=0217").text
    assert "没找到人" in browser.get("/people?q=%25").text


@pytest.mark.parametrize("part", ["guard", "engineer", "leader", "desk", "contractor", "cleaner"])
def test_people_without_charge_see_no_people_pages(as_user, people, part):
    browser = as_user(getattr(people, part))

    assert browser.get("/people").status_code == 403
    assert browser.get(f"/people/{people.guard.id}").status_code == 403
    assert browser.post("/people", data={"name": "新人"}).status_code == 403


POSTS_TO = ("", "/leaving", "/return", "/lock", "/unlock", "/sign-in-code", "/password-link")


@pytest.mark.parametrize("path", POSTS_TO)
def test_somebody_of_another_site_is_not_here(as_user, people, path):
    assert as_user(people.manager).post(f"/people/{people.stranger.id}{path}", data={}).status_code == 404
    assert as_user(people.manager).get(f"/people/{people.stranger.id}").status_code == 404


@pytest.mark.parametrize("path", ["/leaving", "/lock", "/sign-in-code", "/password-link"])
@pytest.mark.parametrize("part", ["engineer", "engineering", "manager", "cleaner"])
def test_a_supervisor_reaches_into_no_other_team_and_nobody_above(as_user, people, part, path):
    person = getattr(people, part)

    assert as_user(people.supervisor).post(f"/people/{person.id}{path}").status_code == 403
    assert fresh(person).disabled_at is None
    assert place_of(person).ended_at is None


def test_a_supervisor_sees_somebody_of_another_team_without_a_form(as_user, people):
    page = as_user(people.supervisor).get(f"/people/{people.engineer.id}")

    assert page.status_code == 200
    assert 'name="staff_no"' not in page.text
    assert "sign-in-code" not in page.text


def test_a_new_guard_is_added_without_a_password_and_shown_a_code(as_user, people):
    browser = as_user(people.supervisor)

    typed = {"name": "新来的", "staff_no": "0230", "phone": "138 0000 1111", "post": "guard"}
    reply = browser.post("/people", data=typed)

    user = db.session.scalars(select(User).where(User.staff_no == "0230")).one()
    assert reply.headers["Location"] == f"/people/{user.id}"
    assert (user.password_hash, user.phone) == (None, "13800001111")
    assert (place_of(user).role, place_of(user).team) == ("guard", "security")
    assert "/enter/" not in browser.get(f"/people/{user.id}").text
    assert "<path" in browser.post(f"/people/{user.id}/sign-in-code").text


@pytest.mark.parametrize("post", ["site_manager", "engineer", "engineering_supervisor", "cleaner"])
def test_a_supervisor_cannot_give_what_is_above_or_elsewhere(as_user, people, post):
    browser = as_user(people.supervisor)

    made = browser.post("/people", data={"name": "新来的", "staff_no": "0230", "post": post})
    changed = browser.post(f"/people/{people.guard.id}", data=person_form(people.guard, post=post))

    assert (made.status_code, changed.status_code) == (403, 403)
    assert place_of(people.guard).role == "guard"
    assert db.session.scalar(select(User.id).where(User.staff_no == "0230")) is None


def test_fields_that_are_not_in_the_form_change_nothing(as_user, people):
    data = person_form(people.guard, team="management", role="site_manager", password_hash="x", disabled_at="1", id="1")

    as_user(people.supervisor).post(f"/people/{people.guard.id}", data=data)

    user, place = fresh(people.guard), place_of(people.guard)
    assert (place.role, place.team, user.disabled_at) == ("guard", "security", None)
    assert user.password_hash != "x"


@pytest.mark.parametrize("field", ["staff_no", "phone"])
def test_one_number_is_one_person_over_both_kinds_of_number(as_user, people, field):
    with write():
        colleague = fresh(people.guard2)
        colleague.staff_no, colleague.phone = "20218", "13800002222"
    browser = as_user(people.supervisor)

    for taken in ("20218", "13800002222"):
        reply = browser.post(f"/people/{people.guard.id}", data=person_form(people.guard, **{field: taken}))
        assert reply.status_code == 422
        assert "已经有人用了" in reply.text
        assert f'value="{taken}"' in reply.text


def test_a_form_older_than_the_last_change_is_refused_and_shows_the_new_state(as_user, people):
    old = person_form(people.guard, name="张三")
    as_user(people.manager).post(f"/people/{people.guard.id}", data=person_form(people.guard, name="张伟民"))

    reply = as_user(people.supervisor).post(f"/people/{people.guard.id}", data=old)

    assert reply.status_code == 409
    assert "张伟民" in reply.text and "张三" not in reply.text
    assert as_user(people.supervisor).post(f"/people/{people.guard.id}", data={**old, "version": ""}).status_code == 409


def test_a_change_stands_in_the_journal_with_before_and_after(as_user, people, sites):
    as_user(people.supervisor).post(f"/people/{people.guard.id}", data=person_form(people.guard, post="shift_leader"))

    last = history(sites.lake.id, "user", people.guard.id)[-1]
    assert (last.verb, last.user_id) == ("person_changed", people.supervisor.id)
    assert last.detail["changes"]["role"] == ["guard/security", "shift_leader/security"]


def test_a_guard_made_shift_leader_is_signed_in_for_twelve_hours_at_most(as_user, people, later):
    phone = as_user(people.guard)
    as_user(people.supervisor).post(f"/people/{people.guard.id}", data=person_form(people.guard, post="shift_leader"))
    assert not is_out(phone)

    later(hours=12, seconds=5)

    assert is_out(phone)


def test_nobody_demotes_locks_or_removes_himself(as_user, people):
    browser, me = as_user(people.manager), people.manager

    assert browser.post(f"/people/{me.id}", data=person_form(me, post="guard")).status_code == 303
    assert browser.post(f"/people/{me.id}/lock").status_code == 403
    assert browser.post(f"/people/{me.id}/leaving").status_code == 403
    assert browser.post(f"/people/{me.id}/sign-in-code").status_code == 403
    assert (place_of(me).role, fresh(me).disabled_at) == ("site_manager", None)


def test_the_rule_against_demoting_oneself_is_in_the_verb_too(people, reader_of):
    by = reader_of(people.manager)
    fields = PersonFields("赵文斌", "0001", None, "guard", None)

    with pytest.raises(Problem) as refused, write():
        change_person(people.manager.id, fields, user_version=1, version=1, by=by, at=now())

    assert refused.value.code == "person.oneself"


def test_one_manager_may_step_down_for_another_but_the_last_one_stays(people, reader_of, password_hash, sites):
    with write():
        second = make_person("副经理", "0002", "site_manager", sites.lake.id, password_hash)
    by_second = reader_of(second)
    with write():
        leave_site(people.manager.id, by=by_second, at=now())
    assert place_of(people.manager).ended_at is not None

    by_first = reader_of(people.supervisor)
    for verb in (leave_site, lock_person):
        with pytest.raises(Problem), write():
            verb(second.id, by=by_first, at=now())
    assert place_of(second).ended_at is None


def test_the_last_manager_cannot_go_even_by_another_managers_hand(people, reader_of, sites, password_hash):
    """Two managers, one locked: the other is the last."""
    with write():
        second = make_person("副经理", "0002", "site_manager", sites.lake.id, password_hash)
        second.disabled_at = now()
    outsider = replace(reader_of(people.manager), user_id=second.id)

    with pytest.raises(Problem) as refused, write():
        leave_site(people.manager.id, by=outsider, at=now())

    assert refused.value.code == "person.last_manager"


def test_a_locked_person_is_out_at_once_everywhere_and_comes_back_only_by_signing_in(as_user, people):
    phone = as_user(people.guard)
    browser = as_user(people.supervisor)
    assert not is_out(phone)

    browser.post(f"/people/{people.guard.id}/lock")
    assert is_out(phone)
    assert as_user().post("/sign-in", data={"login": "0217", "password": PASSWORD}).status_code == 422
    assert browser.post(f"/people/{people.guard.id}/sign-in-code").status_code == 409

    browser.post(f"/people/{people.guard.id}/unlock")
    assert is_out(phone)
    assert as_user().post("/sign-in", data={"login": "0217", "password": PASSWORD}).status_code == 303


def test_who_left_is_out_and_can_be_taken_back(as_user, people):
    phone, browser = as_user(people.guard), as_user(people.supervisor)

    browser.post(f"/people/{people.guard.id}/leaving")
    assert is_out(phone)
    assert "0217" not in browser.get("/people").text
    assert "0217" in browser.get("/people?show=former").text
    assert browser.post(f"/people/{people.guard.id}", data=person_form(people.guard)).status_code == 409

    browser.post(f"/people/{people.guard.id}/return")
    assert "0217" in browser.get("/people?q=张伟").text
    assert place_of(people.guard).ended_at is None


def test_a_lost_phone_is_ended_and_the_others_stay(as_user, people):
    lost, kept = as_user(people.guard), as_user(people.guard)
    with lost.session_transaction() as session:
        device_id = session["_user_id"].partition(".")[0]

    as_user(people.supervisor).post(f"/people/{people.guard.id}/devices/{device_id}/ending")

    assert is_out(lost)
    assert not is_out(kept)


def test_a_device_is_ended_only_under_its_own_person(as_user, people):
    as_user(people.manager)
    as_user(people.guard2)
    browser = as_user(people.supervisor)

    for other in (people.manager, people.guard2):
        device = devices(other)[0]
        assert browser.post(f"/people/{people.guard.id}/devices/{device.id}/ending").status_code == 404
        assert fresh(device).ended_at is None


def test_a_manager_of_one_site_gets_no_hold_on_an_account_that_reaches_further(as_user, people, also_at_hill):
    also_at_hill(people.guard, "guard", "security")
    browser = as_user(people.manager)

    for path in ("/sign-in-code", "/password-link", "/lock"):
        assert browser.post(f"/people/{people.guard.id}{path}").status_code == 403
    renamed = browser.post(f"/people/{people.guard.id}", data=person_form(people.guard, name="别人"))
    assert renamed.status_code == 403
    assert browser.post(f"/people/{people.guard.id}/leaving").status_code == 303

    assert fresh(people.guard).name == "张伟"


def test_who_manages_both_sites_brings_a_person_over(as_user, people, sites, also_at_hill):
    assert as_user(people.manager).post("/people/known", data={"staff_no": "9101", "post": "guard"}).status_code == 422

    also_at_hill(people.manager, "site_manager", "management")
    browser = as_user(people.manager)
    hint = browser.post("/people", data={"name": "陈晨", "staff_no": "9101", "post": "guard"})
    assert "另一个项目" in hint.text
    assert browser.post("/people/known", data={"staff_no": "9101", "post": "engineer"}).status_code == 303

    roles = {place.site_id: place.role for place in db.session.scalars(
        select(Membership).where(Membership.user_id == people.stranger.id))}  # fmt: skip
    assert roles == {sites.hill.id: "site_manager", sites.lake.id: "engineer"}


def test_a_supervisor_brings_nobody_over(as_user, people, also_at_hill):
    also_at_hill(people.supervisor, "site_manager", "management")

    reply = as_user(people.supervisor).post("/people/known", data={"staff_no": "9101", "post": "guard"})

    assert reply.status_code == 422


def test_half_an_hour_later_the_password_is_asked_again_and_nothing_typed_is_lost(as_user, people):
    browser = as_user(people.supervisor)
    forget_confirmation(people.supervisor)
    url = f"/people/{people.guard.id}"

    asked = browser.post(url, data=person_form(people.guard, name="张伟民"))
    assert asked.status_code == 403
    assert hidden(asked.text, "name") == "张伟民"
    kept = {"confirm_next": url, "confirm_again": "1", **person_form(people.guard, name="张伟民")}

    wrong = browser.post("/confirm", data={**kept, "confirm_password": "no idea"})
    assert wrong.status_code == 422
    assert hidden(wrong.text, "name") == "张伟民"

    right = browser.post("/confirm", data={**kept, "confirm_password": PASSWORD})
    assert (right.status_code, right.headers["Location"]) == (307, url)
    assert browser.post(url, data={**kept, "confirm_password": PASSWORD}).status_code == 303
    assert fresh(people.guard).name == "张伟民"


def test_the_confirmation_lasts_thirty_minutes(as_user, people, later):
    browser = as_user(people.supervisor)

    later(minutes=29)
    assert browser.post(f"/people/{people.guard.id}/lock").status_code == 303

    later(minutes=2)
    assert browser.post(f"/people/{people.guard.id}/unlock").status_code == 403
    assert fresh(people.guard).disabled_at is not None


def test_tries_at_the_confirmation_are_counted(as_user, people):
    browser = as_user(people.supervisor)

    answers = [browser.post("/confirm", data={"confirm_password": f"guess {n}"}).status_code for n in range(11)]

    assert answers == [422] * 10 + [429]
