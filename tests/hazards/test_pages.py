"""The pages: who sees what, and everything works as a plain form."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.items import hazard_from_item
from patrol.photos.photo import PhotoFile, photos_of
from patrol.rounds.scan import Scan
from patrol.sites.label import Label
from tests.hazards.conftest import NIGHT


def jpeg(colour="brown"):
    raw = BytesIO()
    Image.new("RGB", (640, 480), colour).save(raw, "JPEG")
    return BytesIO(raw.getvalue()), "photo.jpg", "image/jpeg"


def only_hazard() -> Hazard:
    return db.session.query(Hazard).one()


@pytest.fixture
def fresh(report, readers):
    """A flowerpot on the roof that the guard reported an hour ago."""
    return report(readers.guard, moment=now() - timedelta(hours=1))


def test_a_guard_reports_by_a_plain_form_and_twice_is_once(as_user, people, places):
    record = str(uuid7())
    client = as_user(people.guard)
    for colour in ("brown", "green"):
        form = {"id": record, "place": str(places.roof.id), "category": "balcony_flowerpot", "severity": "major"}
        reply = client.post("/hazards", data={**form, "note": "风大", "photos": jpeg(colour)})
        assert reply.status_code == 303
        assert reply.location == f"/hazards/{record}"

    hazard = only_hazard()
    assert (hazard.note, hazard.place_id) == ("风大", places.roof.id)
    picture = photos_of(hazard.site_id, "hazard", [hazard.id])[hazard.id][0]
    assert db.session.get(PhotoFile, (hazard.site_id, picture.id)) is not None


def test_a_report_without_a_photo_comes_back_with_what_was_entered(as_user, people, places):
    form = {"place": str(places.roof.id), "category": "tree_risk", "note": "歪了"}
    reply = as_user(people.guard).post("/hazards", data=form)

    assert reply.status_code == 422
    page = reply.text
    assert "请先拍一张照片" in page
    assert "歪了" in page
    assert db.session.query(Hazard).count() == 0


def test_an_after_photo_says_that_it_was_fixed_on_the_spot(as_user, people, places):
    form = {"place": str(places.gate.id), "category": "parking_violation", "severity": "minor"}
    as_user(people.guard).post("/hazards", data={**form, "photos": jpeg(), "after": jpeg("green")})

    assert (only_hazard().state, only_hazard().spot_fixed) == ("closed", True)


def test_the_report_knows_where_the_guard_just_scanned(as_user, people, places):
    with write():
        label = db.session.query(Label).filter_by(place_id=places.pump.id).one()
        at = now() - timedelta(minutes=3)
        scan = Scan(
            id=uuid7(), site_id=label.site_id, place_id=places.pump.id, label_id=label.id, user_id=people.guard.id,
            method="camera", captured_at=at, effective_at=at, received_at=at, business_day=at.date(), flags=[],
        )  # fmt: skip
        db.session.add(scan)
    client = as_user(people.guard)

    assert "消防泵房" in client.get("/hazards/new").text
    assert "消防泵房" not in client.get(f"/hazards/new?place={places.roof.id}").text
    assert str(places.roof.id) in client.get("/hazards/new?place=").text


def test_the_report_offers_what_is_still_open_here(as_user, people, places, fresh):
    page = as_user(people.guard2).get(f"/hazards/new?place={places.roof.id}").text

    assert f"/hazards/new?seen_again={fresh.id}" in page
    reply = as_user(people.guard2).post(
        "/hazards",
        data={"place": str(places.roof.id), "category": fresh.category, "seen_again": str(fresh.id), "photos": jpeg()},
    )
    assert reply.location == f"/hazards/{fresh.id}"
    assert db.session.query(Hazard).count() == 1


def test_the_steps_go_through_plain_forms_to_the_closing(as_user, people, fresh):
    url = f"/hazards/{fresh.id}/steps"

    def send(person, **data):
        return as_user(person).post(url, data=data)

    assert send(people.supervisor, step="assign", team="engineering", interim="拉线").status_code == 303
    assert send(people.engineer, step="rectify", note="固定好了", after=jpeg()).status_code == 303
    assert send(people.supervisor, step="verify").status_code == 303
    db.session.expire_all()
    assert only_hazard().state == "closed"


def test_a_step_that_lacks_something_shows_its_form_again(as_user, people, fresh):
    reply = as_user(people.supervisor).post(f"/hazards/{fresh.id}/steps", data={"step": "reject"})

    assert reply.status_code == 422
    assert "还差：原因。" in reply.text
    assert 'name="step" value="reject"' in reply.text


def test_a_wrong_role_and_a_stale_form_are_refused(as_user, people, fresh):
    url = f"/hazards/{fresh.id}/steps"
    assert as_user(people.guard).post(url, data={"step": "reject", "note": "x"}).status_code == 403
    stale = {"step": "reject", "note": "x", "version": fresh.version + 3}
    assert as_user(people.supervisor).post(url, data=stale).status_code == 409
    db.session.expire_all()
    assert only_hazard().state == "reported"


def test_the_other_site_and_nobody_find_nothing(as_user, people, fresh):
    for method, path in (
        ("get", f"/hazards/{fresh.id}"),
        ("post", f"/hazards/{fresh.id}/steps"),
        ("get", f"/work-orders/{fresh.id}"),
    ):
        assert getattr(as_user(people.stranger), method)(path).status_code == 404
        assert getattr(as_user(), method)(path).status_code in (303, 401)
    assert str(fresh.id) not in as_user(people.stranger).get("/hazards").text


def test_a_wrong_method_is_refused(as_user, people, fresh):
    assert as_user(people.supervisor).get(f"/hazards/{fresh.id}/steps").status_code == 405
    assert as_user(people.supervisor).post(f"/hazards/{fresh.id}").status_code == 405


def test_a_guard_sees_the_own_reports_and_not_those_of_others_elsewhere(as_user, people, fresh):
    """A flowerpot is the service desk's team's: neither assigned to security nor on a route of theirs."""
    assert as_user(people.guard).get(f"/hazards/{fresh.id}").status_code == 200
    assert as_user(people.guard2).get(f"/hazards/{fresh.id}").status_code == 404
    assert str(fresh.id) not in as_user(people.guard2).get("/hazards").text
    assert as_user(people.leader).get(f"/hazards/{fresh.id}").status_code == 200


def test_what_a_hazard_repeats_is_named_and_opens_only_to_who_may_see_it(as_user, people, report, readers, in_state):
    before = in_state("closed")
    again = report(readers.cleaner, seen_again=str(before.id), moment=NIGHT + timedelta(days=9))

    for person, opens in ((people.cleaner, False), (people.supervisor, True)):
        page = as_user(person).get(f"/hazards/{again.id}").text
        assert before.number in page
        assert (f'href="/hazards/{before.id}"' in page) == opens


def test_board_and_list_are_narrowed_by_the_address(as_user, people, places, report, readers):
    pot = report(readers.guard, moment=now() - timedelta(days=3))
    leak = report(readers.guard, "water_leak", "critical", place="gate", moment=now())
    client = as_user(people.supervisor)

    def found(query):
        return {str(h.id) for h in (pot, leak) if str(h.id) in client.get(f"/hazards?{query}").text}

    for view in ("", "view=list&"):
        assert found(view) == {str(pot.id), str(leak.id)}
        assert found(view + "overdue=1") == {str(pot.id)}
        assert found(view + "severity=critical") == {str(leak.id)}
        assert found(view + "category=water_leak") == {str(leak.id)}
        assert found(view + f"building={places.block3.id}") == {str(pot.id)}
        assert found(view + "q=东大门") == {str(leak.id)}
        assert found(view + f"q={pot.number[3:]}") == {str(pot.id)}
        assert found(view + f"person={people.engineer.id}") == set()
        assert found(view + "severity=nonsense&building=x&cursor=%00") == {str(pot.id), str(leak.id)}


def test_a_long_list_goes_page_by_page_and_loses_nobody(as_user, people, report, readers):
    same_moment = now() - timedelta(hours=5)
    made = {str(report(readers.guard, moment=same_moment).id) for _one in range(35)}
    client, url, seen, pages = as_user(people.supervisor), "/hazards?view=list", [], 0
    while url:
        page = client.get(url).text
        seen += [one for one in made if one in page]
        pages += 1
        url = (
            page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in page
            else None
        )

    assert (pages, len(seen), set(seen)) == (2, 35, made)


def test_every_state_has_its_page_in_both_languages(as_user, people, in_state):
    for state in ("reported", "assigned", "to_verify", "closed", "rejected", "merged", "transferred"):
        hazard = in_state(state)
        for part in ("manager", "supervisor", "leader", "desk"):
            client = as_user(getattr(people, part))
            assert client.get(f"/hazards/{hazard.id}").status_code == 200, (state, part)
        with client.session_transaction() as session:
            session["language"] = "en"
        assert client.get(f"/hazards/{hazard.id}").status_code == 200


def test_every_step_can_be_opened_by_its_address(as_user, people, in_state):
    hazard = in_state("assigned")
    client = as_user(people.supervisor)
    for name in ("assign", "rectify", "interim", "reject", "merge", "transfer", "comment"):
        assert f'name="step" value="{name}"' in client.get(f"/hazards/{hazard.id}?step={name}").text
    assert 'value="verify"' not in client.get(f"/hazards/{hazard.id}?step=verify").text


def offered(page: str) -> dict[str, str]:
    """value -> words of the assignment's one choice."""
    form = page.partition('name="who"')[2].partition("</select>")[0]
    return dict(re.findall(r'<option value="([^"]+)"(?: selected)?>([^<]*)</option>', form))


def test_a_supervisor_is_offered_own_people_and_other_teams_as_a_whole(as_user, people, fresh):
    choice = offered(as_user(people.supervisor).get(f"/hazards/{fresh.id}?step=assign").text)

    assert choice[str(people.guard.id)] == "张伟 · 秩序维护"
    assert choice["team:engineering"] == "工程维修全组（2 人）"
    assert choice["team:greening"] == "绿化（班组里没有人）"
    assert str(people.engineer.id) not in choice
    assert next(iter(choice)) == "team:security"

    everybody = offered(as_user(people.manager).get(f"/hazards/{fresh.id}?step=assign").text)
    assert everybody[str(people.engineer.id)] == "李强 · 工程维修"
    desk = offered(as_user(people.desk).get(f"/hazards/{fresh.id}?step=assign").text)
    assert all(value.startswith("team:") for value in desk)


def test_the_one_choice_is_a_team_or_a_person(as_user, people, fresh):
    client = as_user(people.manager)

    def assign(who: str) -> int:
        db.session.expire_all()
        form = {"step": "assign", "interim": "拉警戒线", "note": "换人", "version": str(only_hazard().version)}
        return client.post(f"/hazards/{fresh.id}/steps", data={**form, "who": who}).status_code

    assert assign(str(people.engineer.id)) == 303
    assert (only_hazard().team, only_hazard().assignee_id) == ("engineering", people.engineer.id)
    assert assign("team:security") == 303
    db.session.expire_all()
    assert (only_hazard().team, only_hazard().assignee_id) == ("security", None)
    assert assign("team:nobody") == 422


def test_a_hazard_of_a_team_without_people_says_so_and_another_team_is_proposed(as_user, people, readers, report):
    tree = report(readers.guard, "tree_risk", moment=now() - timedelta(hours=1))
    client = as_user(people.supervisor)

    page = client.get(f"/hazards/{tree.id}?step=assign").text
    assert "本项目绿化还没有人，先建议派给另一个班组" in page
    assert 'value="team:security" selected' in page
    assert "不在任何人的工单里" in client.get(f"/hazards/{tree.id}?step=comment").text
    for address in ("/hazards", "/hazards?view=list"):
        assert "绿化（班组里没有人）" in client.get(address).text

    form = {"step": "assign", "who": "team:security", "interim": "拉警戒线", "version": str(tree.version)}
    client.post(f"/hazards/{tree.id}/steps", data=form)
    for address in ("/hazards", "/hazards?view=list", f"/hazards/{tree.id}"):
        assert "班组里没有人" not in client.get(address).text.replace("绿化（班组里没有人）</option>", "")


def test_the_form_of_an_assignment_asks_for_the_measure_only_where_it_is_needed(as_user, people, readers, report):
    client = as_user(people.manager)
    for severity, asked in (("major", True), ("minor", False)):
        by = readers.supervisor if severity == "minor" else readers.guard
        hazard = report(by, "balcony_flowerpot", severity, note="小花盆", moment=now() - timedelta(hours=1))
        page = client.get(f"/hazards/{hazard.id}?step=assign").text
        area = re.search(r"<textarea[^>]*name=\"interim\"[^>]*>", page)
        assert area is not None
        assert ("required" in area[0]) is asked


def test_what_the_ledger_found_needs_no_photo_and_says_so(as_user, people, readers, places):
    with write():
        hazard, _new = hazard_from_item(
            category_code="extinguisher_expired", severity="major", place_id=places.lobby.id, owner_kind="place",
            owner_id=places.lobby.id, item="extinguisher.not_scrap", by=readers.engineer, when=When.now(),
        )  # fmt: skip
    assert "台账日期已过，不用照片" in as_user(people.manager).get(f"/hazards/{hazard.id}").text


def test_an_engineer_can_report_from_his_work_orders(as_user, people):
    assert 'href="/hazards/new"' in as_user(people.engineer).get("/work-orders").text
