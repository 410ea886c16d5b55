"""Owners report without a sign-in, from a label or by the site's link, and follow what becomes of it."""

import re

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.photos.photo import Photo
from patrol.repairs import views_public
from patrol.repairs.repair import Repair
from tests.owners.conftest import picture, reports
from tests.repairs.conftest import NOON

LINK = "/report/lake-link-for-owners"


def test_it_is_off_by_default_and_answers_like_nothing(as_user, places, sites):
    client = as_user(None)

    assert client.get(LINK).status_code == 404
    assert client.get(f"/report/{places.codes['lobby']}").status_code == 404
    assert client.get(f"/c/{places.codes['lobby']}").location == f"/sign-in?next=/c/{places.codes['lobby']}"


def test_a_label_leads_somebody_without_a_sign_in_to_the_report_with_its_place(as_user, open_lake, places):
    client = as_user(None)

    assert client.get(f"/c/{places.codes['lobby']}").location == f"/report/{places.codes['lobby']}"
    page = client.get(f"/report/{places.codes['lobby']}").get_data(as_text=True)

    assert "3 栋 大堂" in page
    assert 'href="tel:119"' in page
    assert 'href="tel:057188001234"' in page
    assert page.index("tel:119") < page.index("<form class")  # emergencies first
    assert "消防泵房" not in page  # no list of what lies where


def test_staff_with_a_sign_in_still_get_their_own_page(as_user, open_lake, places, people):
    assert as_user(people.guard).get(f"/c/{places.codes['lobby']}").status_code == 200


def test_a_label_of_a_site_without_reports_is_no_way_in(as_user, open_lake, places):
    with write():
        open_lake.public_reports = False
    assert as_user(None).get(f"/report/{places.codes['lobby']}").status_code == 404


def test_a_report_keeps_words_photos_and_place(send, places):
    reply = send(code=places.codes["lobby"], photos=[picture(1), picture(2), picture(3)], owner_phone="138-0000-6021")

    report = reports()[0]
    assert reply.location == f"/follow/{report.follow}?new=1"
    assert (report.state, report.place_id, report.owner_phone) == ("new", places.lobby.id, "138-0000-6021")
    assert re.fullmatch(r"BS-\d{6}-01", report.number)
    assert len(db.session.scalars(select(Photo).where(Photo.subject_id == report.id)).all()) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "nonsense"}, "请选择是哪方面的问题"),
        ({"words": "  "}, "写几个字说明问题"),
        ({"place": "018f0000-0000-7000-8000-000000000000"}, "请从列表里选位置"),
        ({"photos": [picture(n) for n in range(4)]}, "最多 3 张照片"),
        ({"photos": [b"GIF89a nothing"]}, "拍照"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(wrong, said, send):
    reply = send(**{"words": "厨房漏水", "place_words": "橱柜下面", **wrong})

    assert reply.status_code in (415, 422)
    page = reply.get_data(as_text=True)
    assert said in page
    assert "橱柜下面" in page
    assert reports() == []


def test_both_languages(as_user, open_lake):
    client = as_user(None)
    client.post("/language", data={"language": "en", "next": LINK})

    assert "Water leak" in client.get(LINK).get_data(as_text=True)


def test_the_page_works_without_any_script(as_user, open_lake):
    page = as_user(None).get(LINK).get_data(as_text=True)

    form = page[page.index('id="report"') : page.index("</form>", page.index('id="report"'))]
    assert 'action="/report/lake-link-for-owners"' in page
    assert 'enctype="multipart/form-data"' in form
    assert 'name="csrf_token"' in form


def test_the_owner_sees_each_step_and_no_name_and_no_flat(
    as_user, open_lake, in_state, step, sent, readers, people, monkeypatch
):
    repair = in_state("registered")
    follow = f"/follow/{reports()[0].follow}"
    owner, seen = as_user(None), []
    hidden = [user.name for user in vars(people).values()] + ["3-2-1201", "6021"]

    monkeypatch.setattr(views_public, "now", lambda: NOON)
    for name, by in (
        (None, None), ("assign", "engineering"), ("visit", "engineer"), ("done", "engineer"), ("sign", "engineer"),
        ("archive", "desk"),
    ):  # fmt: skip
        if name:
            step(getattr(readers, by), repair, name, **sent(name))
        page = owner.get(follow).get_data(as_text=True)
        assert not [word for word in hidden if word in page]
        seen.append(page.count("step--done"))

    assert seen == [1, 2, 3, 4, 4, 4]


def test_the_owner_confirms_by_the_link_or_says_what_is_wrong(as_user, open_lake, in_state):
    in_state("done")
    follow = f"/follow/{reports()[0].follow}"
    owner = as_user(None)

    assert "修好了，我确认" in owner.get(follow).get_data(as_text=True)
    assert owner.post(follow, data={"answer": "no"}).status_code == 422
    assert owner.post(follow, data={"answer": "no", "note": "还在滴水"}).status_code == 303
    repair = db.session.scalars(select(Repair)).one()
    assert (repair.state, repair.signed_how) == ("signed", "refused")
    assert owner.post(follow, data={"answer": "yes"}).status_code == 409


def test_nothing_can_be_confirmed_that_is_no_finished_repair(as_user, send):
    send()
    assert as_user(None).post(f"/follow/{reports()[0].follow}", data={"answer": "yes"}).status_code == 409


def test_a_follow_page_nobody_has_is_not_here(as_user, open_lake):
    assert as_user(None).get("/follow/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_a_form_larger_than_three_photos_is_not_read(send):
    assert send(photos=[b"x" * (41 * 1024 * 1024)]).status_code == 413
