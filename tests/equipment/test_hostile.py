"""What a hostile or clumsy form sends to the ledger is answered, never a crash."""

import pytest

from patrol.core.keys import uuid7
from patrol.equipment.equipment import find_equipment


@pytest.mark.parametrize(
    "data",
    [
        {"attributes": "x"},
        {"attributes.load_kg": "1e999"},
        {"attributes.load_kg.deep": "1"},
        {"attributes[]": ["1", "2"]},
        {"limits": "x"},
        {"limits.a.min": "much"},
        {"quantity": "0"},
        {"made_on": "never"},
        {"spare_for": str(uuid7())},
    ],
)
def test_the_form_of_an_item_is_answered(as_user, people, ledger, data):
    row = ledger.lift
    sent = {"code": row.code, "type": "lift", "place": str(row.place_id), "version": "1"} | data
    reply = as_user(people.engineer).post(f"/equipment/{row.id}", data=sent)
    assert reply.status_code in (303, 422)
    kept = find_equipment(row.site_id, row.id)
    assert all(isinstance(value, str | int | float) for value in kept.attributes.values())


@pytest.mark.parametrize(
    "data",
    [
        {"items": "x"},
        {"items[]": ["x", ":", "not-a-uuid:1"]},
        {"all": "1", "query": "due=abc&place=1&type=%00&cursor=" + "x" * 90},
        {"items[]": [f"{uuid7()}:1"], "step": "keep"},
    ],
)
def test_the_form_for_many_is_answered(as_user, people, ledger, data):
    reply = as_user(people.engineer).post("/equipment/together", data=data)
    assert reply.status_code in (200, 404, 422)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "gone"},
        {"made_on": "never"},
        {"place": "nowhere"},
        {"place": str(uuid7())},
        {"limits.a.min": "much"},
        {"limits": "x", "contractor": "甲"},
        {"contractor": "x" * 300},
    ],
)
def test_a_change_that_cannot_be_is_answered_and_changes_nothing(as_user, people, ledger, change):
    sent = {"items[]": [f"{ledger.lift.id}:1"], "step": "look"} | change
    reply = as_user(people.engineer).post("/equipment/together", data=sent)
    assert reply.status_code in (200, 404, 422)
    assert find_equipment(ledger.lift.site_id, ledger.lift.id).version == 1


@pytest.mark.parametrize("event", ["out", "back", "fault", "photo", "retired", "moved", "serviced", "nonsense", ""])
def test_an_event_without_what_it_needs_is_answered(as_user, people, ledger, event):
    url = f"/equipment/{ledger.powder.id}/events"
    reply = as_user(people.engineer).post(url, data={"event": event, "version": "1", "photos[]": "not-a-uuid"})
    assert reply.status_code in (303, 422)


def test_an_unknown_part_or_cursor_of_a_file_shows_all(as_user, people, ledger):
    client = as_user(people.engineer)
    for query in ("part=secret", "cursor=x", "part=checks&cursor=WyJ4Il0"):
        assert client.get(f"/equipment/{ledger.powder.id}?{query}").status_code == 200
