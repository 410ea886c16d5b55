"""An item that is signed by finger: the contractor who serviced, the shift that took over."""

import pytest

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.checklist import new_version
from patrol.equipment.inspection import findings_of
from patrol.photos.photo import Photo, may_see_photo
from tests.equipment.conftest import all_good, at

WITNESS = {
    "code": "witness", "text": {"zh": "维保人员签名", "en": "Signed by the contractor"}, "kind": "signature",
    "required": True, "photo_on_fail": False, "severity_on_fail": None, "hazard_category_on_fail": None,
}  # fmt: skip


@pytest.fixture
def witnessed(lists, people):
    old = lists["fire_door"]
    with write():
        return new_version(
            old.site_id, old.code, title=old.title, interval_days=30, applies_to=["lift"],
            items=[*old.items, WITNESS], version=1, by=people.engineering.id, at=at("2026-03-01").at,
        )  # fmt: skip


def test_the_mark_of_an_item_is_kept_apart_from_that_of_whoever_filled_the_list(
    witnessed, fill, ledger, lists, people, reader_of
):
    theirs, own = uuid7(), uuid7()
    findings = all_good(lists["fire_door"]) | {"witness": {"photos": [theirs]}}
    row = fill("fire_door", equipment=ledger.lift, findings=findings, signature=[own])

    found = findings_of(row.site_id, row.id)["witness"]
    assert (found.result, found.photo_ids) == ("pass", [str(theirs)])
    marks = {photo: db.session.get(Photo, (row.site_id, photo)) for photo in (theirs, own)}
    assert {mark.kind for mark in marks.values()} == {"signature"}
    assert (marks[theirs].detail_id, marks[own].detail_id) == (found.id, None)
    assert not may_see_photo(marks[theirs], reader_of(people.guard))  # a signature is a person's name


def test_without_the_mark_the_list_is_refused_and_without_a_contractor_it_does_not_apply(
    witnessed, fill, ledger, lists
):
    with pytest.raises(Problem) as refused:
        fill("fire_door", equipment=ledger.lift, findings=all_good(lists["fire_door"]))
    assert (refused.value.code, refused.value.field) == ("inspection.signature_missing", "findings.witness")

    absent = {"witness": {"result": "na", "remark": "维保人员未到"}}
    row = fill("fire_door", equipment=ledger.lift, findings=all_good(lists["fire_door"]) | absent)
    assert findings_of(row.site_id, row.id)["witness"].result == "na"


def test_its_pad_stands_on_the_form_beside_the_lists_own(witnessed, as_user, people, ledger):
    page = as_user(people.engineer).get(f"/inspections/new?equipment={ledger.lift.id}&checklist=fire_door").text
    assert 'data-name="findings.witness.photos"' in page
    assert 'data-name="signature" data-min="1"' in page
