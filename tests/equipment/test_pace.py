"""Filled faster than one can read, or never a fault: a flag and a photo by lot, never a refusal."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.asks import asked_by_lot
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.inspection import Inspection, findings_of
from patrol.equipment.pace import always_pass, item_to_show, least_seconds, too_fast
from patrol.photos.photo import Photo
from tests.equipment.conftest import at

POWDER = "extinguisher_dry_powder"
LISTS = {row["code"]: row["items"] for row in catalogue_lists()}


def seconds(items, lang="zh"):
    return least_seconds(items, {item["code"] for item in items}, lang)


def test_an_extinguisher_takes_a_good_reader_more_than_ten_seconds_and_an_honest_one_is_never_hurried():
    assert 10 < seconds(LISTS[POWDER]) < 20
    assert all(seconds(items) < 45 for items in LISTS.values())


def test_just_long_enough_is_long_enough_and_an_unknown_time_is_no_reproach():
    items = LISTS[POWDER]
    codes, least = {item["code"]: 1 for item in items}, timedelta(seconds=seconds(items))
    assert not too_fast(items, codes, least, "zh")
    assert too_fast(items, codes, least - timedelta(milliseconds=1), "zh")
    assert not too_fast(items, codes, None, "zh")
    assert not too_fast(items, {}, timedelta(0), "zh")


@given(st.sampled_from(sorted(LISTS)), st.data())
def test_every_further_answer_takes_its_time(code, data):
    items = LISTS[code]
    some = data.draw(st.sets(st.sampled_from([item["code"] for item in items])))
    assert least_seconds(items, dict.fromkeys(some), "zh") <= seconds(items)
    assert bool(some) == (least_seconds(items, dict.fromkeys(some), "en") > 0)


@pytest.mark.parametrize(
    ("streak", "failed", "total", "odd"),
    [
        (20, 20, 100, True),  # others find one in five
        (20, 3, 100, False),  # nine in ten would have twenty good ones in a row
        (60, 10, 100, True),
        (19, 50, 100, False),
        (21, 50, 100, False),  # said at 20, looked at again at 30
        (30, 50, 100, True),
        (200, 0, 100, False),  # nobody finds any: it is a good site
        (200, 5, 10, False),  # too few others to compare with
    ],
)
def test_a_streak_is_odd_only_where_chance_hardly_explains_it(streak, failed, total, odd):
    assert always_pass(streak, failed, total) is odd


@given(st.uuids())
def test_the_lot_falls_on_something_that_must_be_answered_and_can_be_photographed(draw):
    for items in LISTS.values():
        chosen = next(item for item in items if item["code"] == item_to_show(items, draw))
        assert chosen["required"] and chosen["kind"] in ("pass_fail", "choice", "number")


@pytest.fixture
def taps(fill, ledger):
    """Fill the bottle's list in so many seconds; every call is a minute later."""
    minute = count()

    def go(took, when="2026-03-03 09:00", **more):
        moment = at(when)
        done = moment.at + timedelta(minutes=next(minute))
        told = type(moment)(at=done, received_at=done, captured_at=done)
        return fill(POWDER, equipment=ledger.powder, when=told, started_at=done - timedelta(seconds=took), **more)

    return go


@pytest.fixture
def engineer(people, reader_of):
    return reader_of(people.engineer)


def wanted(by, day="2026-03-03"):
    return asked_by_lot(by, {POWDER: LISTS[POWDER]}, at(day).at.date()).get(POWDER)


def test_too_fast_is_stored_flagged_and_asks_for_one_photo_the_next_time(taps, engineer):
    assert taps(60).flags is None
    assert wanted(engineer) is None

    fast = taps(3)
    assert (fast.complete, fast.flags) == (True, ["too_fast"])
    item = wanted(engineer)
    assert item == item_to_show(LISTS[POWDER], fast.id)

    photo = uuid7()
    shown = taps(60, asked=item, asked_photos=[photo])
    assert (shown.flags, shown.asked_item) == (None, item)
    found = findings_of(shown.site_id, shown.id)[item]
    assert (found.result, found.photo_ids) == ("pass", [str(photo)])
    assert db.session.get(Photo, (shown.site_id, photo)).kind == "inspection"
    assert wanted(engineer) is None


def test_one_photo_a_day_is_enough_and_the_next_day_asks_again(taps, engineer):
    taps(3)
    taps(3, asked=wanted(engineer), asked_photos=[uuid7()])
    taps(3)
    assert wanted(engineer) is None
    assert wanted(engineer, "2026-03-04") is not None


def test_without_the_photo_the_list_is_taken_all_the_same_and_the_photo_still_asked_for(taps, engineer):
    taps(3)
    item = wanted(engineer)
    bare = taps(60, asked=item)
    assert (bare.complete, bare.flags, bare.asked_item) == (True, ["no_photo"], None)
    assert wanted(engineer) is not None


def test_an_old_phone_that_knows_of_no_asks_is_not_refused_and_the_photo_stays_owed(taps, engineer):
    taps(3)
    assert taps(60).flags is None
    assert wanted(engineer) is not None


def test_a_photo_asked_for_of_an_item_that_fails_belongs_to_the_hazard(taps):
    first, second = uuid7(), uuid7()
    row = taps(
        60, asked="gauge", asked_photos=[second], instead={"gauge": {"choice": "red", "photos": [first]}}
    )  # fmt: skip
    assert findings_of(row.site_id, row.id)["gauge"].photo_ids == [str(first), str(second)]
    assert db.session.get(Photo, (row.site_id, second)).subject_kind == "hazard"


def test_others_are_asked_nothing_and_another_list_neither(taps, engineer, reader_of, people):
    taps(3)
    assert wanted(reader_of(people.engineering)) is None
    assert asked_by_lot(engineer, {"fire_pump": LISTS["fire_pump"]}, at("2026-03-03").at.date()) == {}
    assert asked_by_lot(reader_of(people.stranger), {POWDER: LISTS[POWDER]}, at("2026-03-03").at.date()) == {}


def _many(like, user, failed, number, day):
    """Rows as ``like`` by somebody else, without their findings."""
    columns = {column.name: getattr(like, column.name) for column in Inspection.__table__.columns}
    for n in range(number):
        done = at(day).at + timedelta(minutes=n)
        row = columns | {"id": uuid7(), "user_id": user.id, "failed_count": int(n < failed), "flags": None}
        db.session.add(Inspection(**row | {"completed_at": done, "business_day": done.date()}))


def test_who_never_finds_what_others_find_is_said_once_in_twenty(taps, people):
    first = taps(60, when="2026-03-01")
    with write():
        _many(first, people.engineering, 8, 40, "2026-02-10")
        _many(first, people.engineer, 0, 18, "2026-02-20")
    assert taps(60).flags == ["always_pass"]  # the twentieth
    assert taps(60).flags is None


def test_a_fault_found_ends_the_streak(taps, people):
    first = taps(60, when="2026-03-01")
    with write():
        _many(first, people.engineering, 8, 40, "2026-02-10")
        _many(first, people.engineer, 1, 18, "2026-02-20")
    assert taps(60).flags is None


def test_the_form_asks_in_words_and_the_supervisor_alone_sees_why(taps, as_user, people, ledger):
    row = taps(3)
    url = f"/inspections/new?equipment={ledger.powder.id}&checklist={POWDER}"
    assert 'name="asked"' not in as_user(people.leader).get(url).text
    page = as_user(people.supervisor).get(f"/inspections/{row.id}").text
    assert "填得比读得还快" in page
    assert "填得比读得还快" not in as_user(people.engineer).get(f"/inspections/{row.id}").text
    listed = as_user(people.supervisor).get("/inspections?from=2026-03-01&to=2026-03-31&odd=1").text
    assert f"/inspections/{row.id}" in listed
    assert "填写异常" not in as_user(people.engineer).get("/inspections?from=2026-03-01&to=2026-03-31").text


def test_the_lot_is_the_same_for_the_same_filling():
    draw = UUID(int=7)
    assert item_to_show(LISTS[POWDER], draw) == item_to_show(LISTS[POWDER], draw)
    assert item_to_show([], draw) is None
