"""A group (detectors, lights): a failure says how many of its units, and which (DOMAIN §5). Never a refusal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.answers import FindingData
from patrol.equipment.asks import asked_by_lot
from patrol.equipment.inspection import findings_of
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.units import Failed, failed_in_words, failed_of
from patrol.hazards.hazard import Hazard
from patrol.reviews.period import Period
from patrol.reviews.review import review
from tests.equipment.conftest import at, bad_answer

LIST, ITEM = "smoke_detector", "led"
TWO = {"units": 2, "which": "B2-17、B2-18"}


@pytest.fixture
def group(people, places, reader_of, lists):
    """Twenty-four detectors of the garage as one item."""
    data = EquipmentData(
        code="B2-YG", type="smoke_detector", place=places.pump.id, quantity=24, in_service_from=date(2025, 1, 1)
    )
    by = reader_of(people.engineering)
    with write():
        return take_in(data, by=by, at=at("2025-01-01").at)


@pytest.fixture
def failed(fill, group, lists):
    item = next(row for row in lists[LIST].items if row["kind"] == "pass_fail" and row["severity_on_fail"] == "major")

    def go(said=TWO, when="2026-03-03", **more):
        row = fill(LIST, equipment=group, when=at(when), instead={item["code"]: bad_answer(item) | said}, **more)
        return row, findings_of(row.site_id, row.id)[item["code"]]

    return go


def test_how_many_and_which_stay_with_the_answer_and_stand_in_the_hazard(failed, as_user, people, group):
    row, finding = failed()

    assert (finding.failed_units, finding.failed_which, row.flags) == (2, "B2-17、B2-18", None)
    hazard = db.session.get(Hazard, (row.site_id, finding.hazard_id))
    assert "24 个中 2 个 (B2-17、B2-18)" in hazard.note
    client = as_user(people.supervisor)
    for page in (f"/equipment/{group.id}", f"/inspections/{row.id}"):
        text = client.get(page).text
        assert "其中 2 个不合格" in text
        assert "B2-17、B2-18" in text


def test_left_out_it_is_flagged_and_asks_for_no_photo_the_next_time(failed, lists, reader_of, people):
    row, finding = failed({})

    assert (finding.failed_units, finding.failed_which, row.flags) == (None, None, ["no_unit"])
    ask = asked_by_lot(reader_of(people.engineer), {LIST: lists[LIST].items}, date(2026, 4, 1))
    assert ask == {}  # it was not done in haste


@pytest.mark.parametrize(
    "said",
    [
        {"units": 25, "which": "全部"},
        {"units": "二", "which": "B2-17"},
        {"units": 3},
        {"units": [1], "which": {"a": 1}},
    ],
)
def test_what_makes_no_sense_is_flagged_and_never_refused(failed, said):
    row, _finding = failed(said)

    assert row.flags == ["no_unit"]


def test_far_too_much_said_is_cut_and_kept(failed):
    row, finding = failed({"units": 1, "which": "B2-" * 500})

    assert (row.flags, len(finding.failed_which)) == (None, 200)


def test_a_single_unit_is_asked_nothing(fill, ledger, lists):
    gauge = {"choice": "yellow", "photos": [uuid7()], **TWO}
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, instead={"gauge": gauge})

    found = findings_of(row.site_id, row.id)["gauge"]
    assert (found.failed_units, found.failed_which, row.flags) == (None, None, None)


def test_the_month_counts_the_group_as_one_item(failed, sites, group):
    """DOMAIN §7: E counts items; one with an open major hazard is not usable, covered it is."""
    failed(when="2026-03-03")
    found = review(sites.lake.id, Period.around("month", date(2026, 3, 1)), at("2026-03-31 20:00").at).equipment

    assert tuple(found.coverage.ratio) == (1, 1)
    assert tuple(found.usable) == (0, 1)


def test_the_page_asks_a_group_and_the_phone_is_told_how_many(as_user, people, group, ledger, places):
    client = as_user(people.engineer)
    page = client.get(f"/inspections/new?equipment={group.id}&checklist={LIST}").text
    assert 'data-count data-max="24"' in page
    alone = client.get(f"/inspections/new?equipment={ledger.powder.id}&checklist=extinguisher_dry_powder").text
    assert "data-units" not in alone
    due = client.get("/sync/pack").json["due"]
    assert {one.get("code"): one.get("group") for one in due if one.get("equipment")} == {
        "B2-YG": 24, "3B1-01": None, "3B1-02": None, "3L-01": None, "3B1-P1": None, "3-L1": None,
    }  # fmt: skip


@given(st.integers(-5, 200_000), st.one_of(st.none(), st.integers(-5, 200_000)), st.text(max_size=8))
def test_what_is_kept_is_always_a_share_of_the_group(quantity, units, which):
    found = failed_of(quantity, units, which)

    assert (found is None) == (quantity <= 1)
    if found is not None:
        assert found.units is None or 1 <= found.units <= quantity
        assert found.told == (found.units is not None and bool(which.strip()))


@given(st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(), st.lists(st.integers())))
def test_whatever_a_phone_sends_for_the_number_is_read_or_left_out(value):
    assert FindingData.model_validate({"units": value}).units is None or FindingData(units=value).units >= 0


def test_its_words_in_both_languages():
    assert failed_in_words(Failed(2, "B2-17"), 24, "en") == "2 of 24 (B2-17)"
    assert failed_in_words(Failed(2, ""), 24, "zh") == "24 个中 2 个"
    assert failed_in_words(Failed(None, "B2-17"), 24, "zh") == "B2-17"
    assert failed_in_words(Failed(None, ""), 24, "zh") == failed_in_words(None, 1, "zh") == ""
