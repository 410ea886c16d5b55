"""The first start."""

import pytest
from sqlalchemy import func, select

from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.checklist import Checklist
from patrol.sites.place import PlaceData, add_place
from patrol.sites.site import Site
from tests.conftest import PASSWORD

FORM = {
    "site_name": "湖畔苑",
    "company": "翠湖物业",
    "post_phone": "0571-8800 1234",
    "timezone": "Asia/Shanghai",
    "pattern": "three",
    "day_start": "07:00",
    "name": "赵文斌",
    "staff_no": "a001",
    "phone": "",
    "password": "wind in the willows",
    "password_again": "wind in the willows",
}


def test_the_first_manager_makes_a_site_and_is_signed_in_before_what_comes_next(as_user, app, ticket):
    browser = as_user()
    secret = ticket("setup")
    assert browser.get(f"/setup/{secret}").status_code == 200

    reply = browser.post(f"/setup/{secret}", data=FORM)

    assert reply.headers["Location"] == "/setup"
    page = browser.get("/setup").text
    assert all(url in page for url in ("/places", "/routes", "/people"))
    site = db.session.scalars(select(Site)).one()
    assert [(shift["start"], shift["end"]) for shift in site.shifts] == [
        ("07:00", "15:00"),
        ("15:00", "23:00"),
        ("23:00", "07:00"),
    ]
    assert site.post_phone == "0571-8800 1234"  # printed on labels, grouped as it was typed
    assert db.session.scalars(select(User.staff_no)).one() == "A001"
    assert db.session.scalars(select(Membership.role)).one() == "site_manager"
    assert db.session.scalar(select(func.count()).select_from(Checklist)) == len(catalogue_lists())


def test_the_link_works_once(as_user, app, ticket):
    secret = ticket("setup")
    as_user().post(f"/setup/{secret}", data=FORM)

    again = as_user().post(f"/setup/{secret}", data={**FORM, "staff_no": "0002"})

    assert again.status_code == 410
    assert db.session.scalar(select(func.count()).select_from(Site)) == 1


def test_the_link_is_over_after_half_an_hour(as_user, app, ticket, later):
    secret = ticket("setup")
    later(minutes=30, seconds=1)

    assert as_user().get(f"/setup/{secret}").status_code == 410
    assert as_user().post(f"/setup/{secret}", data=FORM).status_code == 410


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"site_name": " "}, "请填项目名称"),
        ({"day_start": "25:00"}, "08:00"),
        ({"timezone": "Mars/Olympus"}, "时区"),
        ({"pattern": "seven"}, "请选班次"),
        ({"name": ""}, "请填姓名"),
        ({"staff_no": "工号"}, "工号由"),
        ({"phone": "12"}, "5 到 15 位"),
        ({"password": "short", "password_again": "short"}, "至少 8 位"),
        ({"password_again": "wind in the pillows"}, "不一样"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made_or_used_up(as_user, app, ticket, change, said):
    secret = ticket("setup")

    reply = as_user().post(f"/setup/{secret}", data={**FORM, **change})

    assert reply.status_code == 422
    assert said in reply.text
    assert "wind in the" not in reply.text
    assert db.session.scalar(select(func.count()).select_from(Site)) == 0
    assert as_user().post(f"/setup/{secret}", data=FORM).status_code == 303


def test_somebody_with_an_account_adds_a_second_site_with_the_own_password(as_user, people, ticket):
    secret = ticket("setup")
    mine = {**FORM, "staff_no": "0001", "password": PASSWORD, "password_again": ""}

    assert as_user().post(f"/setup/{secret}", data={**mine, "password": "guess what"}).status_code == 422
    assert as_user().post(f"/setup/{secret}", data=mine).status_code == 303

    roles = db.session.scalars(select(Membership.role).where(Membership.user_id == people.manager.id)).all()
    assert roles == ["site_manager", "site_manager"]


def test_the_command_prints_a_link_that_works(app, as_user):
    from patrol.accounts.cli import setup_command

    printed = app.test_cli_runner().invoke(setup_command).output.split()[0]

    assert printed.startswith(f"{app.config['PUBLIC_URL']}/setup/")
    assert as_user().get(printed.removeprefix(app.config["PUBLIC_URL"])).status_code == 200


def test_what_comes_next_is_for_who_runs_the_site(as_user, people):
    assert as_user(people.manager).get("/setup").status_code == 200
    assert as_user(people.guard).get("/setup").status_code == 403


def test_a_server_without_a_site_says_at_the_door_how_to_begin(as_user, app, ticket):
    assert "请在服务器上运行 patrol setup" in as_user().get("/sign-in").text

    as_user().post(f"/setup/{ticket('setup')}", data=FORM)

    assert "patrol setup" not in as_user().get("/sign-in").text


def test_the_manager_comes_back_to_the_first_steps_until_there_is_a_place(as_user, app, ticket):
    browser = as_user()
    browser.post(f"/setup/{ticket('setup')}", data=FORM)
    assert browser.get("/").location == "/setup"

    site = db.session.scalars(select(Site)).one()
    with write():
        add_place(site.id, PlaceData(name="南门岗", kind="area"), by=None, at=now())

    assert browser.get("/").location == "/board"
