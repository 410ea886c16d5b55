"""What a shift hands over: golden examples of the card, and of what changed since it was signed."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from patrol.briefings.card import card, card_hash
from patrol.briefings.since import changes
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.equipment import Equipment
from patrol.rounds.arrival import RoundNoteData, leave_note
from patrol.rounds.ending import RoundEndData, end_round
from patrol.sites.shift_times import shift_after, shift_times
from tests.briefings.conftest import DAY


@pytest.fixture
def made(world):
    """made("07:30"): the card of the night as the facts stand then."""

    def at(text, team="security"):
        here = (world.site.shifts, world.site.zone, world.site.day_start)
        this = shift_times(DAY, *here)[1]
        return card(world.site, world.site.id, team, this, shift_after(this, *here), world.at(DAY, text))

    return at


def when(world, text):
    at = world.at(DAY, text)
    return When(at, at, at)


def test_a_quiet_night_hands_over_nothing(made, world, night):
    for round_ in night:
        world.walk(round_, ["on_time"] * 4)
    body = made("07:30")
    assert (body["missed"], body["running"], body["hazards"], body["promises"], body["equipment"]) == (
        [],
        [],
        [],
        [],
        [],
    )
    assert body["shift"] == {"day": "2026-03-18", "code": "night", "zh": "夜班", "en": "Night"}


def test_missed_points_stand_with_their_reasons(made, world, night, people, reader_of):
    for number, round_ in enumerate(night):
        world.walk(round_, ["on_time"] * 4 if number != 1 else ["on_time", "on_time", "missed", "missed"])
    by = reader_of(people.guard)
    with write():
        data = RoundEndData(round=night[1].id, reason="ordered", note="去接水管")
        end_round(data, id=uuid7(), by=by, when=when(world, "22:20"))

    body = made("07:30")

    (row,) = body["missed"]
    assert (row["route"], row["ordinal"], row["state"]) == ("北线", 2, "incomplete")
    assert [(point["name"], point["state"]) for point in row["lost"]] == [("3 栋 天台", "missed"), ("东大门", "missed")]
    assert [(end["reason"], end["note"], end["by"]) for end in row["reasons"]] == [("ordered", "去接水管", "张伟")]


def test_a_round_that_is_not_over_is_under_way_and_not_missed(made, world, night):
    for round_ in night[:-1]:
        world.walk(round_, ["on_time"] * 4)
    world.walk(night[-1], ["on_time", "pending", "pending", "pending"])
    body = made("06:30")
    assert body["missed"] == []
    assert [(r["ordinal"], r["visited"], r["points"]) for r in body["running"]] == [(6, 1, 4)]
    assert body["next"] == []


def test_hazards_come_by_risk_and_promises_by_deadline(made, world, night, places):
    slow = world.hazard(places.lobby, world.at(DAY, "21:00"), severity="minor", hours=100)
    soon = world.hazard(places.roof, world.at(DAY, "21:10"), severity="major", hours=14)
    late = world.hazard(places.gate, world.at(DAY, "21:20"), severity="critical", hours=2)
    gone = world.hazard(places.gate, world.at(DAY, "21:30"), severity="critical", hours=2)
    world.step(gone, "rectify", world.at(DAY, "22:00"))
    world.step(gone, "verify", world.at(DAY, "22:10"))

    body = made("07:30")

    assert [h["number"] for h in body["hazards"]] == [late.number, soon.number, slow.number]
    assert [p["number"] for p in body["promises"]] == [late.number, soon.number]
    assert (body["hazard_count"], body["promise_count"]) == (3, 2)


def test_what_is_due_after_the_next_shift_is_not_promised_to_it(made, world, night, places):
    end = world.at(DAY, "20:00") + timedelta(hours=24)  # the day shift of the 19th ends
    at = world.at(DAY, "21:00")
    world.hazard(places.lobby, at, hours=(end - at).total_seconds() / 3600)
    inside = world.hazard(places.roof, at, hours=(end - at).total_seconds() / 3600 - 0.01)
    assert [p["number"] for p in made("07:30")["promises"]] == [inside.number]


def test_equipment_that_is_down_and_words_left(made, world, night, places, people, reader_of):
    pump = world.equipment(1, places.pump, type="fire_pump", name="1 号泵", state="faulty")
    world.equipment(2, places.roof, state="out_for_service")
    world.equipment(3, places.roof)
    by = reader_of(people.guard)
    with write():
        note = RoundNoteData(round=night[0].id, text="东门灯不亮")
        leave_note(note, id=uuid7(), by=by, when=when(world, "20:40"))
    body = made("07:30")
    assert [(e["code"], e["state"]) for e in body["equipment"]] == [
        ("MHQ-0002", "out_for_service"),
        ("MHQ-0001", "faulty"),
    ]
    assert pump.code == "MHQ-0001"
    assert [(n["text"], n["by"], n["route"]) for n in body["notes"]] == [("东门灯不亮", "张伟", "北线")]


def test_the_roster_says_who_hands_over_to_whom(made, world, night, put, people):
    put("night", people.guard)
    put("day", people.guard2, day=date(2026, 3, 19))
    put("night", people.engineer, team="engineering")
    world.walk(night[0], ["on_time"] * 4, by=people.leader)
    body = made("07:30")
    assert [(one["name"], one["roster"]) for one in body["outgoing"]] == [("张伟", True), ("何勇", False)]
    assert [one["name"] for one in body["incoming"]] == ["赵敏"]


def test_each_team_has_its_own_rounds(made, world, night):
    body = made("07:30", team="engineering")
    assert (body["missed"], body["running"]) == ([], [])
    assert len(made("07:30")["missed"]) == 5  # the sixth is open until 07:36


def test_the_night_of_the_last_of_a_month_goes_on_into_the_next(world, places):
    last = date(2026, 2, 28)
    world.route("北线", [places.lobby, places.gate], last)
    world.make_rounds(last, world.at(last, "19:00"))
    here = (world.site.shifts, world.site.zone, world.site.day_start)
    this = shift_times(last, *here)[1]
    body = card(world.site, world.site.id, "security", this, shift_after(this, *here), world.at(last, "07:50"))
    assert [row["starts_at"][:10] for row in body["missed"]] == ["2026-02-28"] * 6
    assert this.ends_at.astimezone(ZoneInfo("Asia/Shanghai")).date() == date(2026, 3, 1)


def test_the_card_says_the_same_until_a_fact_changes(made, world, night, places):
    first = card_hash(made("07:40"))
    assert card_hash(made("07:50")) == first
    world.hazard(places.lobby, world.at(DAY, "07:51"))
    assert card_hash(made("07:55")) != first


def test_the_order_of_its_parts_does_not_change_the_hash():
    assert card_hash({"a": 1, "b": [1, 2]}) == card_hash({"b": [1, 2], "a": 1})
    assert card_hash({"b": [2, 1]}) != card_hash({"b": [1, 2]})


def test_the_card_costs_the_same_however_much_there_is(made, world, night, places, people):
    made("07:30")
    for n in range(80):
        world.hazard(places.lobby, world.at(DAY, "21:00") + timedelta(minutes=n), severity="minor")
    for round_ in night:
        world.walk(round_, ["on_time"] * 4)
    sent = []
    listen = lambda *args: sent.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        body = made("07:30")
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert (len(body["hazards"]), body["hazard_count"]) == (60, 80)
    assert len(sent) <= 12


def test_what_changed_since_is_told_part_by_part(made, world, night, places, people, reader_of):
    closed = world.hazard(places.lobby, world.at(DAY, "21:00"), hours=200)
    passed = world.hazard(places.roof, world.at(DAY, "21:01"), hours=200)
    pump = world.equipment(1, places.pump, state="faulty")
    before = made("07:40")
    world.step(closed, "rectify", world.at(DAY, "07:42"))
    world.step(closed, "verify", world.at(DAY, "07:43"))
    world.step(passed, "assign", world.at(DAY, "07:44"))
    new = world.hazard(places.gate, world.at(DAY, "07:45"), hours=200)
    with write():
        db.session.get_one(Equipment, (world.site.id, pump.id)).state = "in_service"

    found = changes(before, made("07:50"))

    assert [(c.part, c.kind, c.row.get("number") or c.row.get("code")) for c in found] == [
        ("hazards", "new", new.number),
        ("hazards", "other", passed.number),
        ("hazards", "gone", closed.number),
        ("equipment", "gone", "MHQ-0001"),
    ]
    assert changes(before, before) == []
