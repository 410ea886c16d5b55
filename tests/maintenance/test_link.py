"""A contractor's link: one order, for a while, for whoever has it; and nothing else for anybody."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.inspection import Inspection, findings_of
from patrol.hazards.hazard import Hazard
from patrol.maintenance.link import WRONG_PER_HOUR, ContractorLink, send_link
from patrol.maintenance.order import MaintenanceOrder
from patrol.photos.photo import Photo
from tests.conftest import CAST
from tests.repairs.conftest import at


def picture() -> tuple[io.BytesIO, str]:
    raw = io.BytesIO()
    Image.effect_noise((320, 240), 80).convert("RGB").save(raw, "JPEG")
    raw.seek(0)
    return raw, "photo.jpg"


@pytest.fixture
def lift_order(lift_plan, made) -> MaintenanceOrder:
    lift_plan(now(), days_ahead=0)
    return made(now())[0]


@pytest.fixture
def sent_to(readers):
    """A link for an order; answers its path."""

    def send(order, days=7, moment=None) -> str:
        with write():
            by, when = readers.desk, at(moment or now())
            sent = send_link(order.id, "恒通电梯维保", days, version=None, id=uuid7(), by=by, when=when)
        return f"/job/{sent.secret}"

    return send


def filled(answers, **instead) -> dict[str, object]:
    """The form as a browser without JavaScript sends it."""
    form: dict[str, object] = {"step": "hand_in", "technician": "马师傅", "after": picture(), "signature": picture()}
    for code, said in answers(**instead).items():
        for name, value in said.items():
            form[f"findings.{code}.{name}"] = picture() if name == "photos" else str(value)
    return form


def test_taken_done_and_signed_without_javascript_then_witnessed(lift_order, sent_to, as_user, people, answers):
    link, stranger = sent_to(lift_order), as_user(None)

    page = stranger.get(link).text
    assert "3-L1" in page and "恒通电梯维保" in page
    assert not [name for name, _staff_no, _role in CAST.values() if name in page]
    assert stranger.post(link, data={"step": "accept", "technician": "马师傅"}).status_code == 303
    assert stranger.post(link, data={"step": "come"}).status_code == 303
    assert stranger.post(link, data=filled(answers)).status_code == 303

    order = db.session.get_one(MaintenanceOrder, (lift_order.site_id, lift_order.id))
    assert (order.state, order.technician, order.company) == ("done", "马师傅", "恒通电梯维保")
    assert db.session.scalars(select(Inspection)).all() == []
    assert "已提交" in stranger.get(link).text

    engineer = as_user(people.engineer)
    url = f"/orders/maintenance/{order.id}"
    held = order.handed_in["findings"]["sheet"]["photos"][0]
    assert engineer.get(f"{url}/held/{held}.jpg").status_code == 200
    assert engineer.post(f"{url}/steps", data={"step": "witness", "signature": picture()}).status_code == 303

    row = db.session.scalars(select(Inspection)).one()
    db.session.refresh(order)
    assert (row.user_id, row.completed_at, row.id) == (people.engineer.id, order.rectified_at, order.inspection_id)
    assert engineer.get(f"{url}/held/{held}.jpg").status_code == 404  # it stands in the inspection now
    assert str(held) in findings_of(row.site_id, row.id)["sheet"].photo_ids


def test_what_failed_gives_the_order_its_severity_and_the_witness_opens_the_hazard(
    lift_order, sent_to, as_user, people, answers
):
    link, stranger = sent_to(lift_order), as_user(None)
    stranger.post(link, data={"step": "accept", "technician": "马师傅"})
    bad = {"result": "fail", "remark": "间隙过大", "photos": [uuid7()]}
    assert stranger.post(link, data=filled(answers, brake=bad)).status_code == 303

    order = db.session.get_one(MaintenanceOrder, (lift_order.site_id, lift_order.id))
    assert order.severity == "critical"
    as_user(people.engineer).post(
        f"/orders/maintenance/{order.id}/steps", data={"step": "witness", "signature": picture()}
    )
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.category, hazard.severity) == ("lift_fault", "critical")


def test_a_list_that_is_not_whole_is_refused_and_its_photos_are_kept(lift_order, sent_to, as_user, answers):
    link, stranger = sent_to(lift_order), as_user(None)
    stranger.post(link, data={"step": "accept", "technician": "马师傅"})
    form = filled(answers)
    del form["findings.brake.result"]

    refused = stranger.post(link, data=form)

    assert refused.status_code == 422
    assert "第 3 项" in refused.text
    hidden = [
        name for name in ("findings.sheet.photos[]", "after[]", "signature[]") if f'name="{name}"' in refused.text
    ]
    assert len(hidden) == 3
    again = {name: value for name, value in form.items() if name not in ("after", "signature", "findings.sheet.photos")}
    for name in hidden:
        again[name] = refused.text.split(f'name="{name}" value="')[1].split('"')[0]
    assert stranger.post(link, data={**again, "findings.brake.result": "pass"}).status_code == 303
    assert sorted(db.session.scalars(select(Photo.kind))) == ["after", "signature"]


def test_it_ends_is_withdrawn_and_is_replaced(lift_order, sent_to, as_user, people):
    stranger, desk = as_user(None), as_user(people.desk)
    old = sent_to(lift_order, days=1, moment=now() - timedelta(days=1, seconds=1))
    first, second = sent_to(lift_order), sent_to(lift_order)
    answers = [stranger.get(link) for link in (old, first, "/job/never-was")]

    assert [one.status_code for one in answers] == [410, 410, 410]
    assert len({one.text.split("csrf")[0] for one in answers}) == 1  # one answer for all
    assert stranger.get(second).status_code == 200
    assert stranger.get(second).headers["Cache-Control"] == "no-store"
    assert desk.post(f"/orders/maintenance/{lift_order.id}/links/end").status_code == 303
    assert stranger.get(second).status_code == 410
    assert stranger.post(second, data={"step": "accept", "technician": "马师傅"}).status_code == 410


def test_the_secret_is_shown_once_and_kept_nowhere(lift_order, as_user, people, app):
    shown = as_user(people.desk).post(
        f"/orders/maintenance/{lift_order.id}/links", data={"company": "恒通电梯维保", "days": "3"}
    )
    secret = shown.text.split("/job/")[1].split("<")[0].split('"')[0].strip()

    assert shown.status_code == 200
    link = db.session.scalars(select(ContractorLink)).one()
    assert link.expires_at - link.made_at == timedelta(days=3)
    connection = db.session.connection()
    for table in db.metadata.sorted_tables:
        assert secret not in str(connection.execute(table.select()).all()), table.name
    assert secret not in as_user(people.desk).get(f"/orders/maintenance/{lift_order.id}").text


def test_who_guesses_is_told_nothing_more_for_a_while(lift_order, sent_to, as_user):
    link, stranger = sent_to(lift_order), as_user(None)

    codes = [stranger.get(f"/job/guess-{n}").status_code for n in range(WRONG_PER_HOUR + 2)]

    assert codes == [410] * WRONG_PER_HOUR + [429] * 2
    assert stranger.get(link).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert stranger.get(link, environ_base=elsewhere).status_code == 200


@pytest.mark.parametrize("step", ["close", "witness", "miss", "assign", "done", "cancel", "nothing"])
def test_a_link_takes_none_of_our_own_steps(lift_order, sent_to, as_user, step):
    link = sent_to(lift_order)

    as_user(None).post(link, data={"step": step, "note": "x", "team": "security"})

    order = db.session.get_one(MaintenanceOrder, (lift_order.site_id, lift_order.id))
    db.session.refresh(order)
    assert (order.state, order.team) == ("assigned", "engineering")


def test_a_link_opens_its_own_order_only(lift_order, planned, made, sent_to, as_user):
    planned(now(), days_ahead=0)
    other = next(one for one in made(now()) if one.id != lift_order.id)
    link = sent_to(lift_order)

    as_user(None).post(link, data={"step": "accept", "technician": "马师傅", "order": str(other.id)})

    db.session.refresh(other)
    assert other.state == "planned"
    assert db.session.get_one(MaintenanceOrder, (lift_order.site_id, lift_order.id)).state == "taken"


def test_markup_in_a_technicians_name_stays_text(lift_order, sent_to, as_user, people):
    link = sent_to(lift_order)
    as_user(None).post(link, data={"step": "accept", "technician": "<script>alert(1)</script>"})

    page = as_user(people.engineering).get(f"/orders/maintenance/{lift_order.id}").text

    assert "<script>alert" not in page


def test_in_english_too(lift_order, sent_to, as_user):
    link, stranger = sent_to(lift_order), as_user(None)

    answer = stranger.post("/language", data={"language": "en", "next": link})

    assert answer.location.endswith(link)
    assert "Take it on" in stranger.get(link).text
