"""A handover is signed by two, each with the own login, and what they signed stays."""

import io
import json
from datetime import date

import pytest
import time_machine
from PIL import Image
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from patrol.briefings.handover import HandoverCard, HandoverSign
from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.journal.entry import JournalEntry
from patrol.photos.photo import Photo
from patrol.sync.envelope import Batch
from patrol.sync.take_in import take_in
from tests.briefings.conftest import DAY, NIGHT


@pytest.fixture(autouse=True)
def rounds(night):
    """Every test is about that night."""
    return night


def picture() -> tuple[io.BytesIO, str]:
    raw = io.BytesIO()
    Image.new("RGB", (280, 110), (250, 250, 250)).save(raw, "JPEG")
    raw.seek(0)
    return raw, "signature.jpg"


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the form to sign."""
    body = page.split('data-record="handover_sign"')[1].split("</form>")[0]
    fields = [part.split(">")[0] for part in body.split("<input ")[1:] if 'type="hidden"' in part.split(">")[0]]
    return {f.split('name="')[1].split('"')[0]: f.split('value="')[1].split('"')[0] for f in fields if "value=" in f}


def sign(client, url=f"/handover?{NIGHT}", side=None):
    sent = form_of(client.get(url).text)
    sent.pop("csrf_token", None)
    return client.post("/handover", data={**sent, **({"side": side} if side else {}), "signature": picture()})


def signs() -> list[tuple[str, str, bool | None]]:
    db.session.rollback()
    names = select(HandoverSign).order_by(HandoverSign.side.desc())
    return [(one.side, str(one.user_id), one.on_roster) for one in db.session.scalars(names)]


def test_the_card_writes_itself_and_two_sign_it(as_user, clock, put, people, world, places):
    put("night", people.guard)
    put("day", people.guard2, day=date(2026, 3, 19))
    world.hazard(places.gate, world.at(DAY, "22:00"), severity="critical", hours=200)
    with clock("07:40"):
        page = as_user(people.guard).get("/handover").text
        assert "花盆松动" in page
        assert "整轮漏巡" in page
        first = sign(as_user(people.guard))
    assert (first.status_code, first.location) == (303, f"/handover?{NIGHT}")
    with time_machine.travel(world.at(date(2026, 3, 19), "08:02"), tick=True):
        second = sign(as_user(people.guard2), url="/handover")
        page = as_user(people.guard2).get(f"/handover?{NIGHT}").text
    assert second.status_code == 303
    assert signs() == [("out", str(people.guard.id), True), ("in", str(people.guard2.id), True)]
    assert page.count("已签") == 2
    assert "data-record" not in page
    assert len({one.card_id for one in db.session.scalars(select(HandoverSign))}) == 1


def test_signing_stands_in_the_journal_with_the_hash(as_user, clock, people):
    with clock("07:40"):
        sign(as_user(people.guard), side="out")
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.verb == "handover.signed")).one()
    card = db.session.scalars(select(HandoverCard)).one()
    assert (entry.subject_id, entry.detail["hash"], entry.detail["side"]) == (card.id, card.hash, "out")
    photo = db.session.scalars(select(Photo)).one()
    assert (photo.kind, photo.subject_kind) == ("signature", "handover")


def test_without_a_roster_anyone_of_the_team_chooses_the_side(as_user, clock, people):
    with clock("07:40"):
        page = as_user(people.guard).get("/handover").text
        assert 'type="radio" name="side" value="out"' in page
        assert sign(as_user(people.guard), side="in").status_code == 303
        assert form_of(as_user(people.guard2).get("/handover").text)["side"] == "out"
    assert signs() == [("in", str(people.guard.id), None)]


def test_whoever_is_not_on_the_roster_signs_and_is_marked(as_user, clock, put, people):
    put("night", people.guard)
    with clock("07:40"):
        assert sign(as_user(people.guard2), side="out").status_code == 303
        assert "非本班人员" in as_user(people.guard).get(f"/handover?{NIGHT}").text
    assert signs() == [("out", str(people.guard2.id), False)]


def test_what_was_signed_stays_though_the_facts_go_on(as_user, clock, people, world, places):
    with clock("07:40"):
        sign(as_user(people.guard), side="out")
    world.hazard(places.gate, world.at(DAY, "07:45"), severity="critical", hours=200)
    with clock("07:50"):
        page = as_user(people.guard2).get(f"/handover?{NIGHT}").text
        assert "签字后的变化" in page
        assert "新增" in page
        assert "没有未关闭隐患" in page
        assert sign(as_user(people.guard2)).status_code == 303
    assert len(signs()) == 2


def test_both_sign_the_same_card_or_the_second_is_told(as_user, clock, people, world, places, rounds):
    with clock("07:40"):
        old = form_of(as_user(people.guard2).get("/handover").text)
    world.hazard(places.gate, world.at(DAY, "07:42"), severity="critical", hours=200)
    with clock("07:45"):
        sign(as_user(people.guard), side="out")
        reply = as_user(people.guard2).post("/handover", data={**old, "side": "in", "signature": picture()})
    assert reply.status_code == 409
    assert "张伟签的是另一份交接单" in reply.text
    assert len(signs()) == 1


def test_nobody_hands_over_to_himself(as_user, clock, people):
    with clock("07:40"):
        client = as_user(people.guard)
        form = form_of(client.get("/handover").text)
        assert sign(client, side="out").status_code == 303
        assert 'data-record="handover_sign"' not in client.get(f"/handover?{NIGHT}").text
        reply = client.post("/handover", data={**form, "id": str(uuid7()), "side": "in", "signature": picture()})
    assert reply.status_code == 403
    assert len(signs()) == 1


def test_a_side_is_signed_once(as_user, clock, people):
    with clock("07:40"):
        form = form_of(as_user(people.guard2).get("/handover").text)
        sign(as_user(people.guard), side="out")
        reply = as_user(people.guard2).post("/handover", data={**form, "side": "out", "signature": picture()})
    assert reply.status_code == 409
    assert "张伟已经签过" in reply.text


def test_sending_the_same_form_twice_signs_once(as_user, clock, people):
    with clock("07:40"):
        client = as_user(people.guard)
        form = {**form_of(client.get("/handover").text), "side": "out"}
        for _twice in range(2):
            assert client.post("/handover", data={**form, "signature": picture()}).status_code == 303
    assert len(signs()) == 1


def test_a_form_without_a_signature_or_side_comes_back(as_user, clock, people):
    with clock("07:40"):
        client = as_user(people.guard)
        form = form_of(client.get("/handover").text)
        bare = client.post("/handover", data={**form, "side": "out"})
        sideless = client.post("/handover", data={**form, "signature": picture()})
    assert (bare.status_code, sideless.status_code) == (422, 422)
    assert "还没签名" in bare.text
    assert signs() == []


def test_another_team_does_not_sign(as_user, clock, people):
    with clock("07:40"):
        form = form_of(as_user(people.guard).get("/handover").text)
        assert 'data-record="handover_sign"' not in as_user(people.manager).get(f"/handover?{NIGHT}").text
        reply = as_user(people.engineer).post("/handover", data={**form, "side": "out", "signature": picture()})
    assert reply.status_code == 403
    assert signs() == []


def test_the_other_site_sees_its_own_card_only(as_user, clock, people, world, places):
    world.hazard(places.gate, world.at(DAY, "22:00"), severity="critical", hours=200)
    with clock("07:40"):
        form = form_of(as_user(people.guard).get("/handover").text)
        stranger = as_user(people.stranger)
        assert "花盆松动" not in stranger.get(f"/handover?{NIGHT}").text
        reply = stranger.post("/handover", data={**form, "side": "out", "signature": picture()})
    assert reply.status_code == 404
    assert signs() == []


def test_who_neither_patrols_nor_leads_has_no_handover(as_user, people):
    desk = as_user(people.desk)
    assert (desk.get("/handover").status_code, desk.post("/handover").status_code) == (403, 403)
    assert as_user(people.guard).put("/handover").status_code == 405


@pytest.mark.parametrize(
    "query",
    ["day=2026-03-18&shift=dusk", "day=someday&shift=night", "day=2026-03-18", "day=2027-01-01&shift=day", "team=x"],
)
def test_a_shift_that_is_none_is_not_here(as_user, clock, people, query):
    with clock("07:40"):
        assert as_user(people.guard).get(f"/handover?{query}").status_code == 404


def test_it_cannot_be_signed_in_the_middle_of_the_shift(as_user, clock, people):
    with clock("23:00"):
        page = as_user(people.guard).get("/handover").text
        assert "07:00 起可以签字" in page
        assert 'data-record="handover_sign"' not in page
    assert db.session.scalars(select(HandoverCard)).all() == []


@pytest.mark.parametrize(
    ("moment", "shown"),
    [("19:00", "白班"), ("20:30", "白班"), ("22:01", "夜班"), ("07:59", "夜班")],
)
def test_the_shift_that_waits_for_its_handover_stands_first(as_user, clock, people, moment, shown):
    with clock(moment):
        page = as_user(people.guard).get("/handover").text
    assert f"· {shown} " in page.split("page-head__sub")[1].split("</p>")[0]


def test_a_shift_signed_by_both_makes_way_for_the_next(as_user, clock, people):
    with clock("20:10"):
        for client in (as_user(people.guard), as_user(people.guard2)):
            form = form_of(client.get("/handover").text)
            side = form.get("side") or "out"
            assert client.post("/handover", data={**form, "side": side, "signature": picture()}).status_code == 303
        page = as_user(people.guard).get("/handover").text
    assert "· 夜班 " in page.split("page-head__sub")[1].split("</p>")[0]


def test_an_old_card_is_shown_as_it_was_signed(as_user, clock, people, world, places):
    with clock("07:40"):
        sign(as_user(people.guard), side="out")
    world.hazard(places.gate, world.at(date(2026, 3, 20), "10:00"), severity="critical")
    with time_machine.travel(world.at(date(2026, 3, 21), "10:00"), tick=True):
        page = as_user(people.guard).get(f"/handover?{NIGHT}").text
    assert "花盆松动" not in page
    assert "签字后的变化" not in page
    assert "核对码" in page


def test_the_printed_card_names_both(as_user, clock, people):
    with clock("07:40"):
        sign(as_user(people.guard), side="out")
        page = as_user(people.supervisor).get(f"/handover/print?{NIGHT}")
    assert page.status_code == 200
    assert "张伟" in page.text
    assert '<article class="paper' in page.text


def test_looking_keeps_one_card_for_each_state(as_user, clock, people, world, places):
    with clock("07:40"):
        for _twice in range(2):
            as_user(people.guard).get("/handover")
        world.hazard(places.gate, world.at(DAY, "07:40"))
        as_user(people.guard).get("/handover")
        as_user(people.manager).get(f"/handover?{NIGHT}")
    assert len(db.session.scalars(select(HandoverCard)).all()) == 2


@pytest.mark.parametrize("table", ["handover_card", "handover_sign"])
@pytest.mark.parametrize("act", ["UPDATE {} SET team = 'x'", "DELETE FROM {}"])
def test_the_database_keeps_what_was_signed(as_user, clock, people, table, act):
    with clock("07:40"):
        sign(as_user(people.guard), side="out")
    engine = create_engine(db.engine.url)
    with pytest.raises(DatabaseError, match="never changed"), engine.begin() as connection:
        connection.execute(text(act.format(table)))
    engine.dispose()


def record(card_id, by, side="out", photo=None, **more):
    return {
        "id": str(uuid7()), "kind": "handover_sign", "captured_at": now().isoformat(), "user": str(by.id),
        "photos": [str(photo or uuid7())], "data": {"card": str(card_id), "side": side, **more},
    }  # fmt: skip


def test_a_phone_signs_by_its_outbox(as_user, clock, people, reader_of, world):
    with clock("07:40"):
        card_id = form_of(as_user(people.guard).get("/handover").text)["card"]
    with time_machine.travel(world.at(date(2026, 3, 19), "08:20"), tick=True):
        photo = str(uuid7())
        sent = record(card_id, people.guard, photo=photo, signature=[photo])
        batch = Batch(sent_at=now(), records=[sent])
        first, again = (take_in(batch, by=reader_of(people.guard), at=now())[0] for _ in range(2))
    assert (first.status, first.url) == ("stored", f"/handover?{NIGHT}")
    assert again.status == "known"
    assert [one[0] for one in signs()] == ["out"]


def test_a_phone_without_a_signature_is_refused_and_kept_on_the_shelf(as_user, clock, people, reader_of):
    with clock("07:40"):
        card_id = form_of(as_user(people.guard).get("/handover").text)["card"]
        batch = Batch(sent_at=now(), records=[record(card_id, people.guard)])
        (result,) = take_in(batch, by=reader_of(people.guard), at=now())
    assert (result.status, result.problem.code) == ("refused", "handover.signature")


def test_the_card_goes_along_in_the_pack(as_user, clock, people):
    with clock("07:40"):
        reply = as_user(people.guard).get("/sync/pack/pages", headers={"Accept": "application/json"})
    page = json.loads(reply.data)["pages"]["/handover"]
    assert "漏巡和漏点" in page
    assert 'data-record="handover_sign"' in page
    assert "csrf_token" not in page


def test_the_card_is_a_link_away_from_today_me_and_the_board(as_user, clock, people):
    with clock("07:40"):
        assert 'href="/handover"' in as_user(people.guard).get("/today").text
        assert 'href="/handover"' in as_user(people.guard).get("/me").text
        assert 'href="/handover"' in as_user(people.supervisor).get("/board").text


def test_a_kept_page_that_is_signed_twice_signs_once(as_user, clock, people, reader_of):
    with clock("07:40"):
        card_id = form_of(as_user(people.guard).get("/handover").text)["card"]
        by = reader_of(people.guard)
        for _twice in range(2):
            photo = str(uuid7())
            sent = record(card_id, people.guard, photo=photo, signature=[photo])
            (result,) = take_in(Batch(sent_at=now(), records=[sent]), by=by, at=now())
            assert result.status == "stored"
    assert len(signs()) == 1
