"""Reporting: photos, severity, spot fixes, twins."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.category import categories, search
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.items import hazard_from_item
from patrol.hazards.sightings import open_twin
from patrol.journal.entry import history
from patrol.photos.photo import photos_of
from patrol.workorders.timeline import steps_of
from tests.hazards.conftest import NIGHT, at


def test_a_report_takes_severity_team_and_deadline_from_its_category(report, readers, places):
    hazard = report(readers.guard, "balcony_flowerpot")

    assert (hazard.severity, hazard.team, hazard.state) == ("major", "customer_service", "reported")
    assert hazard.due_at == hazard.first_due_at == NIGHT + timedelta(hours=24)
    assert hazard.number == "YH-260301-01"
    assert hazard.source == "patrol"
    assert [line.verb for line in history(hazard.site_id, "hazard", hazard.id)] == ["order_report"]


def test_numbers_count_by_business_day(report, readers):
    first, second = report(readers.guard), report(readers.guard, "tree_risk")
    before_eight = report(readers.guard, "water_leak", moment=NIGHT + timedelta(hours=8))
    next_day = report(readers.guard, "water_leak", place="gate", moment=NIGHT + timedelta(hours=12))

    assert [h.number[-9:] for h in (first, second, before_eight, next_day)] == [
        "260301-01", "260301-02", "260301-03", "260302-01",
    ]  # fmt: skip


@pytest.mark.parametrize(("severity", "hours"), [("critical", 24), ("minor", 168)])
def test_another_severity_has_its_own_hours(severity, hours, report, readers):
    hazard = report(readers.supervisor, "balcony_flowerpot", severity, note="有护栏")

    assert hazard.due_at == hazard.reported_at + timedelta(hours=hours)


def test_a_guard_may_raise_but_not_lower_the_severity(report, readers):
    assert report(readers.guard, severity="critical").severity == "critical"
    with pytest.raises(Problem) as refusal:
        report(readers.guard, severity="minor", note="不严重")
    assert (refusal.value.code, refusal.value.status) == ("hazard.severity", 403)


def test_a_supervisor_lowers_with_a_reason(report, readers):
    with pytest.raises(Problem) as refusal:
        report(readers.supervisor, severity="minor")
    assert refusal.value.field == "note"
    assert report(readers.supervisor, severity="minor", note="一楼").severity == "minor"


@pytest.mark.parametrize("photos", [[], [uuid7() for _ in range(7)]])
def test_a_report_has_one_to_six_photos(photos, report, readers):
    with pytest.raises(Problem) as refusal:
        report(readers.guard, photos=photos)
    assert refusal.value.field == "photos"


def test_a_category_or_place_that_does_not_exist_is_refused(report, readers, places):
    with pytest.raises(Problem, match=r"hazard\.category"):
        report(readers.guard, "dragon")
    with pytest.raises(Problem) as refusal:
        report(readers.stranger)
    assert refusal.value.status == 404


def test_a_minor_spot_fix_is_closed_at_once(report, readers):
    hazard = report(readers.guard, "parking_violation", spot=True, after=[uuid7()])

    assert (hazard.state, hazard.spot_fixed) == ("closed", True)
    assert hazard.closed_at == hazard.rectified_at == NIGHT
    assert str(hazard.closed_day) == "2026-03-01"
    pictures = photos_of(hazard.site_id, "hazard", [hazard.id])[hazard.id]
    assert sorted(photo.kind for photo in pictures) == ["after", "before"]


def test_a_major_spot_fix_waits_for_somebody_else(report, readers, step):
    hazard = report(readers.supervisor, "fire_lane_blocked", spot=True, after=[uuid7()])

    assert (hazard.state, hazard.spot_fixed) == ("to_verify", True)
    with pytest.raises(Problem, match="own_work"):
        step(readers.supervisor, hazard, "verify")
    assert step(readers.engineering, hazard, "verify").state == "closed"


def test_a_spot_fix_needs_a_photo_after_and_a_kind_that_allows_it(report, readers):
    with pytest.raises(Problem) as refusal:
        report(readers.guard, "parking_violation", spot=True)
    assert refusal.value.field == "after"
    with pytest.raises(Problem) as refusal:
        report(readers.guard, "lift_fault", spot=True, after=[uuid7()])
    assert refusal.value.field == "spot"


def test_a_fix_that_took_over_half_an_hour_is_looked_at(report, readers):
    before, after = uuid7(), uuid7()
    taken = {str(before): {"taken_at": (NIGHT - timedelta(minutes=40)).isoformat()}}
    hazard = report(readers.guard, "parking_violation", spot=True, photos=[before], after=[after], photo_facts=taken)

    assert (hazard.state, hazard.spot_fixed) == ("to_verify", False)


def test_the_same_report_twice_is_one_hazard(report, readers):
    record, photo = uuid7(), uuid7()
    first = report(readers.guard, id=record, photos=[photo])
    again = report(readers.guard, id=record, photos=[photo])

    assert first.id == again.id
    assert db.session.scalar(select(func.count()).select_from(Hazard)) == 1
    assert len(steps_of(first)) == 1


def test_seen_again_adds_a_sighting_and_no_twin(report, readers, places):
    first = report(readers.guard)
    assert open_twin(first.site_id, places.roof.id, "balcony_flowerpot").id == first.id
    record = uuid7()
    for _twice in range(2):
        again = report(
            readers.guard2, seen_again=str(first.id), moment=NIGHT + timedelta(hours=2), id=record, photos=[uuid7()]
        )

    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(Sighting)) == 1
    assert [line.step for line in steps_of(first)] == ["report", "seen"]
    assert first.version == 1


def test_seen_again_after_it_was_closed_is_a_new_hazard_that_recurs(in_state, report, readers):
    closed = in_state("closed")
    again = report(readers.guard, seen_again=str(closed.id), moment=NIGHT + timedelta(days=9))

    assert again.id != closed.id
    assert again.recurs_of_id == closed.id
    assert again.state == "reported"


def test_a_failed_item_opens_one_hazard_while_it_is_open(readers, places, step):
    def fail(moment):
        with write():
            return hazard_from_item(
                category_code="extinguisher_fault", severity=None, place_id=places.lobby.id,
                owner_kind="equipment", owner_id=owner, item="gauge", by=readers.engineer, when=at(moment),
                photos=[uuid7()],
            )  # fmt: skip

    owner = uuid7()
    first, new = fail(NIGHT)
    assert (new, first.source, first.team) == (True, "checklist", "engineering")
    again, new = fail(NIGHT + timedelta(days=30))
    assert (new, again.id) == (False, first.id)
    step(readers.engineer, first, "rectify", note="换新", after=[uuid7()], moment=NIGHT + timedelta(days=31))
    step(readers.engineering, first, "verify", moment=NIGHT + timedelta(days=31))
    third, new = fail(NIGHT + timedelta(days=60))
    assert (new, third.recurs_of_id) == (True, first.id)


def test_every_category_of_the_catalogue_is_known_and_found():
    assert len(categories()) == 69
    assert search("花盆")[0]["code"] == "balcony_flowerpot"
    assert search("burst PIPE")[0]["code"] == "water_leak"
    assert search("  ") == []
