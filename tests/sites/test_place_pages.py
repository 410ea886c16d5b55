from io import BytesIO

import pytest
from PIL import Image

from patrol.core.db import db
from patrol.sites.label import current_label
from patrol.sites.place import Place
from tests.conftest import HX


def form_of(place: Place, **changes) -> dict:
    return {
        "name": place.name, "kind": place.kind, "parent_id": place.parent_id or "", "number": place.number or "",
        "radius_m": place.radius_m, "version": place.version,
    } | changes  # fmt: skip


def test_the_tree_shows_places_and_a_search_only_what_fits(as_user, people, places):
    browser = as_user(people.supervisor)

    page = browser.get("/places")
    assert "消防泵房" in page.text
    assert "5 个位置" in page.text

    found = browser.get("/places?q=泵房", headers=HX)
    assert "消防泵房" in found.text
    assert "东大门" not in found.text
    assert "<html" not in found.text


def test_a_new_place_gets_its_label_with_it(as_user, people, places, sites):
    answer = as_user(people.supervisor).post(
        "/places",
        data={
            "name": "后门", "kind": "spot", "parent_id": places.block3.id, "radius_m": "60", "label": "1",
            "look_for.0.icon": "door", "look_for.0.what": "门锁", "look_for.0.good": "锁好", "look_for.1.what": "",
        },
    )  # fmt: skip

    place = db.session.query(Place).filter_by(name="后门").one()
    assert answer.headers["Location"] == f"/places/{place.id}"
    assert place.full_name == "3 栋 后门"
    assert place.look_for == [{"icon": "door", "what": "门锁", "good": "锁好"}]
    assert current_label(sites.lake.id, place.id) is not None


def test_a_refused_form_keeps_what_was_typed_and_says_where_it_is_wrong(as_user, people, places):
    answer = as_user(people.supervisor).post(
        f"/places/{places.lobby.id}", data=form_of(places.lobby, name="消防泵房", note="左手边")
    )

    assert answer.status_code == 422
    assert "左手边" in answer.text
    assert "这里已经有同名的位置" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_form_read_too_early_is_refused(as_user, people, places):
    browser = as_user(people.supervisor)
    first = browser.post(f"/places/{places.lobby.id}", data=form_of(places.lobby, note="一"))
    second = browser.post(f"/places/{places.lobby.id}", data=form_of(places.lobby, note="二", version=1))

    assert (first.status_code, second.status_code) == (303, 409)
    db.session.expire_all()
    assert db.session.get(Place, (places.lobby.site_id, places.lobby.id)).note == "一"


def test_a_new_code_is_two_taps_and_the_old_one_stays_in_the_history(as_user, people, places):
    browser = as_user(people.supervisor)
    browser.post(f"/places/{places.lobby.id}/label", data={"reason": "损坏了"})

    page = browser.get(f"/places/{places.lobby.id}")

    assert "第 2 版" in page.text
    assert "损坏了" in page.text
    assert "7K3M-9QX2-AB01" in page.text


def test_a_place_leaves_use_and_comes_back(as_user, people, places):
    browser = as_user(people.supervisor)
    browser.post(f"/places/{places.gate.id}/retirement", data={"version": 1})
    assert "东大门" not in browser.get("/places").text
    assert "东大门" in browser.get("/places?retired=1").text

    browser.post(f"/places/{places.gate.id}/return", data={"version": 2})
    assert "东大门" in browser.get("/places").text


def test_the_photo_of_the_way_is_shown(as_user, people, places):
    raw = BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 80)).save(raw, "JPEG")
    browser = as_user(people.supervisor)

    answer = browser.post(
        f"/places/{places.pump.id}/way-photo",
        data={"photo": (BytesIO(raw.getvalue()), "way.jpg")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303
    assert "/thumb.jpg" in browser.get(f"/places/{places.pump.id}").text


@pytest.mark.parametrize("part", ["guard", "engineer", "leader", "desk", "contractor"])
def test_places_are_edited_by_supervisors_only(part, as_user, people, places):
    browser = as_user(getattr(people, part))

    assert browser.get("/places").status_code == 403
    assert browser.post(f"/places/{places.lobby.id}", data=form_of(places.lobby)).status_code == 403
    assert browser.post(f"/places/{places.lobby.id}/label", data={"reason": "x"}).status_code == 403
    assert browser.get("/labels/sheet").status_code == 403


def test_another_site_finds_nothing_here(as_user, people, places):
    browser = as_user(people.stranger)

    for path in (f"/places/{places.lobby.id}", f"/labels/single/{places.lobby.id}"):
        assert browser.get(path).status_code == 404
    for path in ("", "/label", "/retirement", "/return", "/way-photo"):
        assert browser.post(f"/places/{places.lobby.id}{path}", data=form_of(places.lobby)).status_code == 404
    assert browser.get(f"/labels/sheet?places={places.lobby.id}").status_code == 404
