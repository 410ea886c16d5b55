"""What a guard meets at the points of a round: lists and photos of a storm, and what is still open there."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.answers import InspectionData
from patrol.equipment.checklist import bring_in_catalogue, current
from patrol.equipment.complete import complete_inspection
from patrol.hazards.hazard import Hazard
from patrol.hazards.looks import looks_at
from patrol.hazards.report import HazardData, report_hazard
from patrol.photos.intake import store_photo
from patrol.photos.photo import Photo
from patrol.photos.storage import limits, shelf
from patrol.rounds.arrival import VisitData, settle_visit
from patrol.rounds.round import Round
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.sync.pack import pack_facts
from patrol.weather.declare import DeclareData, TurnData, declare, turn
from patrol.weather.event import event_here
from patrol.weather.rounds import PHASES, WeatherRound
from patrol.weather.summary import summary
from tests.conftest import LONG_AGO, read_as
from tests.equipment.conftest import all_good


@pytest.fixture
def blow(app, sites, people, places) -> SimpleNamespace:
    """A storm declared just now; the guard at the lobby, which is what stands for block 3."""
    with write():
        bring_in_catalogue(sites.lake.id, LONG_AGO, None)
    guard, manager = read_as(people.guard), read_as(people.manager)
    with write(sites.lake.id):
        event = declare(DeclareData(level="yellow"), id=uuid7(), by=manager, at=now())

    def arrive(by=guard) -> str:
        scan = NewScan(uuid7(), ScanData(code=places.codes["lobby"]), When.now())
        with write(by.site_id):
            scan_label(scan, by=by)
        return scan.id

    def picture(by=guard):
        raw, photo_id = io.BytesIO(), uuid7()
        Image.new("RGB", (640, 480), (90, 90, 200)).save(raw, "JPEG")
        store_photo(raw.getvalue(), photo_id, by=by, at=now(), shelf=shelf(app), limits=limits(app))
        return photo_id

    return SimpleNamespace(event=event, guard=guard, manager=manager, arrive=arrive, picture=picture)


def looked(blow, by) -> Photo:
    """Arrive at the lobby, photograph it, all is normal."""
    scan_id, photo_id = blow.arrive(by), blow.picture(by)
    with write(by.site_id):
        settle_visit(VisitData(scan=scan_id, photos=[photo_id]), id=uuid7(), by=by, when=When.now())
    return db.session.get_one(Photo, (by.site_id, photo_id))


def test_at_a_point_of_the_round_before_its_list_and_a_photo_are_asked_for(blow, as_user, people, places):
    page = as_user(people.guard).get(f"/visits/{blow.arrive()}").text

    assert f"/inspections/new?place={places.lobby.id}&amp;checklist=weather_before" in page
    assert "拍一张灾前的样子" in page


def test_a_list_filled_at_the_point_is_asked_for_no_more_and_what_it_finds_is_the_weathers(
    blow, as_user, people, places
):
    scan_id, checklist = blow.arrive(), current(blow.guard.site_id, "weather_before")
    findings = all_good(checklist)
    bad = next(item["code"] for item in checklist.items if item.get("hazard_category_on_fail"))
    findings[bad] = {"result": "fail", "remark": "花盆没收", "photos": [blow.picture()]}
    data = InspectionData(checklist="weather_before", place=places.lobby.id, findings=findings, signature=[uuid7()])
    with write(blow.guard.site_id):
        complete_inspection(data, id=uuid7(), by=blow.guard, when=When.now())

    assert "checklist=weather_before" not in as_user(people.guard).get(f"/visits/{scan_id}").text
    assert [hazard.source for hazard in db.session.scalars(select(Hazard))] == ["weather"]
    assert len(summary(blow.event, now()).hazards) == 1


def test_the_phone_takes_the_lists_the_parts_and_the_pictures_along(blow, app, people, places):
    with app.test_request_context():
        before = pack_facts(blow.guard, now())
    round_ = next(one for one in before["rounds"] if one.get("phase") == "before")
    due = [one for one in before["due"] if one["list"] == "weather_before"]

    assert [stop["place"] for stop in round_["stops"]] == [str(places.lobby.id)]
    assert [(one["place"], one["others"]) for one in due] == [(str(places.lobby.id), True)]
    assert ("/kept/checklist/weather_before", "checklist") in before["pages"]


def test_the_picture_after_is_held_against_the_one_before_and_both_stand_side_by_side(
    blow, app, as_user, people, places, monkeypatch
):
    first = looked(blow, blow.guard)
    assert (first.kind, first.subject_kind) == ("visit", "storm")
    monkeypatch.setattr("patrol.weather.rounds.daylight", lambda at, _zone: (at, at + timedelta(hours=4)))
    with write(blow.guard.site_id):
        turn(blow.event.id, TurnData(step="all_clear"), id=uuid7(), by=blow.manager, at=now())
    other = read_as(people.guard2)
    with write(blow.guard.site_id):  # the round before was walked: whoever scans now walks the one after
        before = select(WeatherRound.round_id).where(WeatherRound.phase == "before")
        db.session.get_one(Round, (blow.guard.site_id, db.session.scalar(before))).closes_at = now()

    page = as_user(people.guard2).get(f"/visits/{blow.arrive(other)}").text
    assert f'data-ghost="/photos/{first.id}/thumb.jpg"' in page and "拍一张灾后的样子" in page
    assert as_user(people.guard2).get(f"/photos/{first.id}/thumb.jpg").status_code == 200
    with app.test_request_context():
        pack = pack_facts(other, now())
    after = next(one for one in pack["rounds"] if one.get("phase") == "after")
    assert after["stops"][0]["before"] == f"/photos/{first.id}/thumb.jpg"


def test_open_hazards_are_extra_looks_on_the_arrival_in_the_round_and_on_the_phone(blow, app, as_user, people, places):
    photo_id = blow.picture()
    data = HazardData(place=places.lobby.id, category="window_sash", photos=[photo_id])
    with write(blow.guard.site_id):
        hazard = report_hazard(data, id=uuid7(), by=blow.guard, when=When.now())
    scan_id = blow.arrive()
    client = as_user(people.guard)

    arrived = client.get(f"/visits/{scan_id}").text
    again = f"/hazards/new?seen_again={hazard.id}&amp;scan={scan_id}"
    assert again in arrived and f"/photos/{photo_id}/thumb.jpg" in arrived
    form = client.get(again.replace("&amp;", "&")).text
    assert f'data-ghost="/photos/{photo_id}/thumb.jpg"' in form and "看起来好了" in form
    with app.test_request_context():
        pack = pack_facts(blow.guard, now())
    assert [one["photo"] for one in pack["hazards"]] == [f"/photos/{photo_id}/thumb.jpg"]
    (round_,) = (one for one in pack["rounds"] if one.get("phase") == "before")
    assert again in client.get(f"/rounds/{round_['id']}").text
    assert looks_at(blow.guard.site_id, []) == {}


def test_how_it_looks_is_said_in_the_timeline_and_settles_nothing(blow, as_user, people, places):
    data = HazardData(place=places.lobby.id, category="window_sash", photos=[blow.picture()])
    with write(blow.guard.site_id):
        hazard = report_hazard(data, id=uuid7(), by=blow.guard, when=When.now())
    seen = HazardData(
        place=places.lobby.id, category="window_sash", photos=[blow.picture()], seen_again=hazard.id, looks="fixed"
    )
    with write(blow.guard.site_id):
        report_hazard(seen, id=uuid7(), by=blow.guard, when=When.now())

    assert "看起来好了" in as_user(people.supervisor).get(f"/hazards/{hazard.id}").text
    assert db.session.get_one(Hazard, (blow.guard.site_id, hazard.id)).state == "reported"


def test_the_summary_counts_rounds_and_pairs_photos(blow, as_user, people):
    first = looked(blow, blow.guard)

    found = summary(event_here(blow.guard.site_id, blow.event.id), now())

    assert [part.phase for part in found.parts] == list(PHASES)
    assert (found.parts[0].done, found.parts[0].due) == (1, 1)
    assert [(pair.place, pair.before.id, pair.after) for pair in found.pairs] == [("3 栋 大堂", first.id, None)]
    assert f"/photos/{first.id}/thumb.jpg" in as_user(people.manager).get(f"/weather/{blow.event.id}").text
