"""The pages as a browser without JavaScript uses them: due, fill, record, ledger, lists."""

import re
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import current
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.equipment.keeping import set_state
from patrol.equipment.ledger import inspections_between
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo


def jpeg():
    out = BytesIO()
    Image.new("RGB", (64, 48), (180, 60, 50)).save(out, "JPEG")
    return BytesIO(out.getvalue()), "gauge.jpg"


def answers(checklist, **instead):
    """The fields of a form in which all is well but for ``instead``."""
    fields = {}
    for item in checklist.items:
        name = f"findings.{item['code']}"
        if item["kind"] == "choice":
            fields[f"{name}.choice"] = next(choice["code"] for choice in item["choices"] if not choice["fail"])
        else:
            fields[f"{name}.result"] = "pass"
    return fields | instead


@pytest.fixture
def form(ledger, lists):
    checklist = lists["extinguisher_dry_powder"]
    named = {"id": str(uuid7()), "checklist": str(checklist.id), "equipment": str(ledger.powder.id)}
    return named | {"signature": jpeg()} | answers(checklist)


def test_the_engineer_sees_what_is_due_and_opens_the_list(as_user, people, ledger):
    client = as_user(people.engineer)
    page = client.get("/checklists")
    assert page.status_code == 200
    assert "干粉灭火器月检 · 剩 2 具" in page.text
    url = re.search(r'href="(/inspections/new\?equipment=[^"]+extinguisher_dry_powder)"', page.text)[1]
    filled = client.get(url.replace("&amp;", "&"))
    assert 'data-record="inspection"' in filled.text
    assert "findings.gauge.choice" in filled.text


def test_a_list_is_filled_by_a_plain_form_with_its_photo(as_user, people, form):
    client = as_user(people.engineer)
    bad = form | {"findings.gauge.choice": "red", "findings.gauge.photos": jpeg(), "findings.gauge.remark": "压力低"}
    reply = client.post("/inspections", data=bad, content_type="multipart/form-data")

    assert reply.status_code == 303
    row = db.session.scalars(select(Inspection)).one()
    assert reply.location == f"/inspections/{row.id}"
    hazard = db.session.scalars(select(Hazard)).one()
    kinds = {photo.kind: photo.subject_id for photo in db.session.scalars(select(Photo))}
    assert kinds == {"before": hazard.id, "signature": row.id}
    shown = client.get(reply.location)
    assert f"/hazards/{hazard.id}" in shown.text
    assert "thumb.jpg" in shown.text


def test_sending_the_form_twice_leaves_one_inspection(as_user, people, form):
    client = as_user(people.engineer)
    for _try in range(2):
        sent = form | {"signature": jpeg()}
        assert client.post("/inspections", data=sent).location == f"/inspections/{form['id']}"
    assert len(db.session.scalars(select(Inspection)).all()) == 1


def test_what_is_missing_is_said_and_what_was_entered_stays(as_user, people, form):
    del form["findings.seal.result"]
    form["findings.hose.result"] = "na"
    form["findings.hose.remark"] = "此型号无喷管"
    page = as_user(people.engineer).post("/inspections", data=form)

    assert page.status_code == 422
    assert "第 4 项还没填：保险销和铅封完好" in page.text
    assert "此型号无喷管" in page.text
    assert db.session.scalars(select(Finding)).all() == []


def test_a_list_without_a_signature_is_refused_in_words_and_keeps_its_answers(as_user, people, form):
    del form["signature"]
    page = as_user(people.engineer).post("/inspections", data=form)

    assert page.status_code == 422
    assert "还没签名。签好字，再完成这张表。" in page.text
    assert re.search(r'name="findings.hose.result" value="pass" checked', page.text)
    assert db.session.scalars(select(Inspection)).all() == []


def test_a_unit_past_its_date_stands_on_fail_with_the_reason_before_anybody_taps(as_user, people, ledger):
    with write():
        db.session.merge(ledger.powder).scrap_on = date(2026, 1, 1)
    url = f"/inspections/new?equipment={ledger.powder.id}&checklist=extinguisher_dry_powder"
    page = as_user(people.engineer).get(url).text

    row = page.split('data-item="not_scrap"')[1].split('class="finding__why"')[0]
    assert re.search(r'value="pass" disabled', row)
    assert re.search(r'value="fail" checked', row)
    assert "台账显示 2026-01 已到期，这一项不合格" in row
    assert 'data-min="1"' in row
    other = page.split('data-item="service_valid"')[1].split('class="finding__why"')[0]
    assert "checked" not in other


def test_the_page_answers_in_english_too(as_user, people, form):
    client = as_user(people.engineer)
    with client.session_transaction() as session:
        session["language"] = "en"
    del form["findings.seal.result"]
    assert "Item 4 is not answered yet: Safety pin and seal intact." in client.post("/inspections", data=form).text


@pytest.mark.parametrize(("who", "status"), [("guard", 403), ("desk", 403), ("contractor", 403), ("leader", 200)])
def test_who_may_open_the_pump_list(who, status, as_user, people, ledger):
    url = f"/inspections/new?equipment={ledger.pump.id}&checklist=fire_pump"
    assert as_user(getattr(people, who)).get(url).status_code == status


def test_the_other_site_finds_nothing(as_user, people, ledger, fill):
    row = fill("extinguisher_dry_powder", equipment=ledger.powder)
    client = as_user(people.stranger)
    for url in (
        f"/equipment/{ledger.powder.id}",
        f"/equipment/{ledger.powder.id}/edit",
        f"/inspections/{row.id}",
        f"/inspections/new?equipment={ledger.powder.id}&checklist=extinguisher_dry_powder",
    ):
        assert client.get(url).status_code == 404
    assert (
        client.post(f"/equipment/{ledger.powder.id}/events", data={"event": "retired", "why": "x"}).status_code == 404
    )
    assert "3B1-01" not in client.get("/equipment").text


def test_the_ledger_is_searched_and_narrowed(as_user, people, ledger):
    client = as_user(people.engineer)
    assert {"3B1-01", "3-L1"} <= codes(client.get("/equipment"))
    assert codes(client.get("/equipment?q=消防泵房")) == {"3B1-01", "3B1-02", "3B1-P1"}
    assert codes(client.get("/equipment?type=lift")) == {"3-L1"}
    assert codes(client.get("/equipment?state=faulty")) == set()
    assert codes(client.get(f"/equipment?building={ledger.lift.place_id}")) == {
        "3B1-01", "3B1-02", "3B1-P1", "3L-01", "3-L1",
    }  # fmt: skip


def codes(page):
    assert page.status_code == 200
    return set(re.findall(r"(3[BL-][\w-]*)</a>", page.text))


def test_an_item_is_taken_in_corrected_and_retired_by_forms(as_user, people, places, lists):
    client = as_user(people.engineer)
    data = {"code": "P-9", "type": "fire_pump", "place": str(places.pump.id), "made_on": "2024-03", "quantity": "1"}
    url = client.post("/equipment", data=data).location
    data |= {"version": "1", "limits.outlet_pressure.min": "0,6", "limits.outlet_pressure.max": "0.9"}
    assert client.post(url, data=data).status_code == 303
    row = db.session.scalars(select(Equipment)).one()
    db.session.refresh(row)
    assert row.limits == {"outlet_pressure": {"min": 0.6, "max": 0.9}}

    stale = client.post(url, data=data)
    assert stale.status_code == 409
    refused = client.post(f"{url}/events", data={"event": "retired", "version": "2"})
    assert refused.status_code == 422
    assert client.post(f"{url}/events", data={"event": "retired", "version": "2", "why": "换新"}).status_code == 303
    assert "报废停用" in client.get(url).text


def test_a_used_asset_number_is_said_beside_its_field(as_user, people, places, ledger):
    data = {"code": "3B1-01", "type": "fire_pump", "place": str(places.pump.id)}
    page = as_user(people.engineer).post("/equipment", data=data)
    assert page.status_code == 422
    assert "f-code-error" in page.text


def test_an_items_file_shows_its_checks_and_its_hazards(as_user, people, ledger, fill):
    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"gauge": {"choice": "red", "photos": [uuid7()]}},
    )
    page = as_user(people.engineer).get(f"/equipment/{ledger.powder.id}")
    assert f"/inspections/{row.id}" in page.text
    assert f"/hazards/{db.session.scalars(select(Hazard.id)).one()}" in page.text


def test_inspections_of_a_time_are_listed_and_narrowed_to_failures(as_user, people, ledger, fill):
    good = fill("extinguisher_dry_powder", equipment=ledger.powder)
    bad = fill("fire_pump", equipment=ledger.pump, instead={"selector": {"choice": "off", "photos": [uuid7()]}})
    client = as_user(people.leader)
    both = client.get("/inspections?from=2026-03-01&to=2026-03-31").text
    assert str(good.id) in both and str(bad.id) in both
    failed = client.get("/inspections?from=2026-03-01&to=2026-03-31&result=fail").text
    assert str(good.id) not in failed and str(bad.id) in failed
    assert str(good.id) not in client.get("/inspections?from=2026-04-01&to=2026-04-30").text


def test_the_next_page_of_inspections_begins_where_the_first_ended(ledger, fill):
    rows = [fill("extinguisher_dry_powder", equipment=ledger.powder) for _turn in range(3)]
    march = (rows[0].site_id, date(2026, 3, 1), date(2026, 3, 31))
    first, cursor = inspections_between(*march, limit=2)
    second, end = inspections_between(*march, limit=2, cursor=cursor)

    assert {row.id for row in [*first, *second]} == {row.id for row in rows}
    assert (len(first), len(second), end) == (2, 1, None)


def test_a_supervisor_edits_a_list_into_a_new_version_and_looks_at_it(as_user, people, lists):
    client = as_user(people.engineering)
    row = lists["fire_shutter"]
    page = client.get("/lists/fire_shutter")
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page.text))
    fields = {name: value for name, value in fields.items() if not name.endswith((".remove", ".fail"))}
    first = row.items[0]["code"]
    fields["order[]"] = [item["code"] for item in row.items]
    for item in row.items:
        fields[f"items.{item['code']}.severity"] = item["severity_on_fail"] or "minor"
        fields[f"items.{item['code']}.category"] = item["hazard_category_on_fail"] or "other"
    fields |= {f"items.{first}.zh": "卷帘下方没有东西", "interval_days": "7", "applies_to[]": "fire_shutter"}
    assert client.post("/lists/fire_shutter", data=fields).status_code == 303

    made = current(row.site_id, "fire_shutter")
    assert (made.version, made.interval_days, made.items[0]["text"]["zh"]) == (2, 7, "卷帘下方没有东西")
    preview = client.get("/lists/fire_shutter/preview")
    assert "卷帘下方没有东西" in preview.text and "data-record" not in preview.text
    assert "卷帘下方没有东西" not in client.get("/lists/fire_shutter/preview?version=1").text
    assert client.post("/lists/fire_shutter", data=fields).status_code == 409


def test_a_new_list_is_made_and_given_up(as_user, people, lists):
    client = as_user(people.engineering)
    fields = {
        "code": "pool", "title_zh": "泳池日查", "title_en": "Pool, daily", "interval_days": "1",
        "applies_to[]": "fitness_area", "items.new1.code": "clear", "items.new1.kind": "pass_fail",
        "items.new1.zh": "水清", "items.new1.en": "Water clear", "items.new1.severity": "minor",
        "items.new1.category": "other",
    }  # fmt: skip
    without = client.post("/lists", data=fields | {"items.new1.en": ""})
    assert without.status_code == 422
    assert "泳池日查" in without.text
    assert client.post("/lists", data=fields).location == "/lists/pool"
    assert client.post("/lists/pool/end", data={"version": "1"}).status_code == 303
    assert client.get("/lists/pool").status_code == 404


@pytest.mark.parametrize("url", ["/lists", "/lists/new", "/lists/fire_door", "/lists/fire_door/preview"])
def test_lists_are_edited_by_supervisors_only(url, as_user, people, lists):
    assert as_user(people.engineer).get(url).status_code == 403
    assert as_user(people.manager).get(url).status_code == 200


def test_all_46_lists_open_as_a_form(as_user, people, lists):
    client = as_user(people.manager)
    for code in lists:
        page = client.get(f"/lists/{code}/preview")
        assert page.status_code == 200, code
        assert page.text.count("data-item=") == len(lists[code].items)


def test_many_duties_are_folded_by_building(as_user, people, places, ledger, monkeypatch):
    monkeypatch.setattr("patrol.equipment.views.due.MANY", 1)
    client = as_user(people.engineer)
    page = client.get("/checklists").text
    assert f"/checklists?building={places.block3.id}" in page
    assert "/inspections/new?equipment" not in page
    assert "/inspections/new?equipment" in client.get(f"/checklists?building={places.block3.id}").text


def test_the_days_since_a_lifts_service_are_filled_in(as_user, people, ledger, fill):
    with write():
        db.session.merge(ledger.lift)
    fill("lift_half_month", equipment=ledger.lift)
    page = as_user(people.engineer).get(f"/inspections/new?equipment={ledger.lift.id}&checklist=lift_half_month").text
    assert re.search(r'name="findings.days_since.value" value="\d+"', page)


def test_what_is_away_is_not_offered_to_be_checked(as_user, people, ledger, reader_of):
    client, url = as_user(people.engineer), f"/equipment/{ledger.powder.id}"
    assert "/inspections/new?equipment=" in client.get(url).text
    by = reader_of(people.engineering)
    with write():
        row = find_equipment(by.site_id, ledger.powder.id)
        set_state(row, "out_for_service", by=by, at=now(), why="送检")

    assert "/inspections/new?equipment=" not in client.get(url).text
