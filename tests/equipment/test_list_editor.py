"""The editor of lists: order, new items of every kind, what would change, and how it looks before it holds."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.checklist import current
from patrol.equipment.items import ITEM_KINDS, checked_items
from patrol.equipment.list_diff import Shape, differences
from patrol.equipment.list_draft import acted, as_rows, code_from, free_code, placed
from patrol.equipment.list_form import edited_items

LISTS = {row["code"]: row for row in catalogue_lists()}
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def shape(row, **changed):
    names = {code: {"zh": code, "en": code} for code in changed.get("applies_to", row["applies_to"])}
    return Shape(
        changed.get("title", row["title"]),
        changed.get("interval", "Monthly"),
        names,
        changed.get("items", row["items"]),
    )


def kinds(old, new):
    return [(change.kind, change.text) for change in differences(old, new)]


@pytest.mark.parametrize("row", LISTS.values(), ids=LISTS)
def test_a_list_read_back_from_the_editors_form_is_the_same_list(row):
    """Also as the beginning of a new one, where nothing is known of its items."""
    rows = as_rows(row["items"])
    for known in (row["items"], []):
        assert checked_items(edited_items(known, placed({"items": rows}))) == list(row["items"])
    assert differences(shape(row), shape(row, items=checked_items(edited_items([], rows)))) == []


def test_every_change_is_said_once_and_in_words():
    row = LISTS["power_room_daily"]
    items = copy.deepcopy(list(row["items"]))
    taken = items.pop(1)
    items[0]["max"] = 38
    items[1] |= {"text": {"zh": "新", "en": "New"}, "required": not items[1]["required"]}
    items.append({**taken, "code": "again", "photo_on_fail": False})
    new = shape(row, items=items, interval="Weekly", applies_to=["power_room", "generator"])
    assert kinds(shape(row), new) == [
        ("changed", "How often: %(new_words)s, before %(old_words)s"),
        ("added", "Also for: %(name)s"),
        ("removed", "Item taken out: %(item)s"),
        ("added", "New item %(at)s: %(item)s"),
        ("changed", "%(item)s: good from %(new)s, before %(old)s"),
        ("changed", "Reworded: %(item)s, before “%(old)s”"),
        ("changed", "%(item)s may stay empty"),
    ]


def test_one_item_carried_far_is_one_move_not_ten():
    row = LISTS["extinguisher_dry_powder"]
    items = [*row["items"][1:], row["items"][0]]
    [moved] = differences(shape(row), shape(row, items=items))
    assert (moved.kind, moved.facts["at"]) == ("moved", len(items))


ROWS = as_rows(LISTS["fire_door"]["items"])


@given(
    st.lists(st.tuples(st.sampled_from(["up", "down", "drop", "add", "odd"]), st.sampled_from([*ROWS, *ITEM_KINDS])))
)
def test_whatever_is_pressed_the_rows_stay_rows_in_one_order(acts):
    rows = placed({"items": copy.deepcopy(ROWS), "order": list(ROWS)})
    for what, key in acts:
        before = list(rows)
        rows = acted(rows, f"{what}:{key}")
        assert abs(len(rows) - len(before)) <= 1
        assert list(rows) == sorted(rows, key=lambda one: int(rows[one].get("position", 0)))
    codes = [item["code"] for item in edited_items([], rows, empty=True)]
    assert codes == list(rows)


def test_codes_make_themselves():
    assert free_code("item", ["item_1", "seal"]) == "item_2"
    assert code_from("Swimming pool, daily", ["pool"]) == "swimming_pool_daily"
    assert code_from("Swimming pool, daily", ["swimming_pool_daily"]) == "swimming_pool_daily_1"
    assert code_from("泳池", []) == "list_1"


def fields_of(page):
    """What a browser would send of the editor's form, as a list so that equal names stay."""
    form = re.search(r'<form[^>]*id="list-editor".*?</form>', page, re.S)[0]
    found = []
    for tag in re.findall(r"<input [^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if said.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in said:
            found.append((said["name"], said.get("value", "")))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found.append((name, re.search(r'value="([^"]*)" selected', body)[1]))
    return found


def send(client, url, fields, **more):
    body = {}
    for name, value in fields:
        body.setdefault(name, []).append(value)
    return client.post(url, data=body | more)


def test_a_look_shows_the_phone_and_the_changes_and_stores_nothing(as_user, people, lists):
    client = as_user(people.engineering)
    fields = fields_of(client.get("/lists/fire_shutter").text)
    first = lists["fire_shutter"].items[0]["code"]
    edited = [(name, "卷帘下没有东西" if name == f"items.{first}.zh" else value) for name, value in fields]
    body = {}
    for name, value in edited:
        body.setdefault(name, []).append(value)
    look = client.post("/lists/fire_shutter/look", data=body, headers=FRAGMENT)
    assert look.status_code == 200
    assert look.text.count("卷帘下没有东西") >= 2  # in the phone and among the changes
    assert "1 处改动" in look.text and "<html" not in look.text and "data-record" not in look.text
    assert current(lists["fire_shutter"].site_id, "fire_shutter").version == 1
    whole = client.post("/lists/fire_shutter/look", data=body)
    assert whole.status_code == 200 and "卷帘下没有东西" in whole.text and "list-editor" in whole.text


def test_items_are_moved_by_button_and_by_the_order_of_the_page(as_user, people, lists):
    client = as_user(people.engineering)
    fields = fields_of(client.get("/lists/fire_shutter").text)
    codes = [value for name, value in fields if name == "order[]"]
    assert codes == [item["code"] for item in lists["fire_shutter"].items]
    moved = send(client, "/lists/fire_shutter/look", fields, do=f"down:{codes[0]}")
    assert [value for name, value in fields_of(moved.text) if name == "order[]"] == [codes[1], codes[0], *codes[2:]]

    dragged = [(name, value) for name, value in fields if name != "order[]"]
    dragged += [("order[]", code) for code in [*codes[1:], codes[0]]]
    assert send(client, "/lists/fire_shutter", dragged).status_code == 303
    made = current(lists["fire_shutter"].site_id, "fire_shutter")
    assert (made.version, [item["code"] for item in made.items]) == (2, [*codes[1:], codes[0]])


@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_an_item_of_every_kind_is_added_without_thinking_of_a_code(kind, as_user, people, lists):
    client = as_user(people.engineering)
    fields = fields_of(client.get("/lists/fire_shutter").text)
    page = send(client, "/lists/fire_shutter/look", fields, do=f"add:{kind}").text
    fresh = [(name, value) for name, value in fields_of(page) if not name.startswith("items.item_1.")]
    words = {f"items.item_1.{name}": text for name, text in (("zh", "新的一项"), ("en", "A new one"))}
    words |= {"items.item_1.code": "item_1", "items.item_1.kind": kind, "items.item_1.required": "1"}
    words |= {"items.item_1.severity": "minor", "items.item_1.category": "other"}
    if kind == "choice":
        words |= {"items.item_1.choices.a1.zh": "好", "items.item_1.choices.a1.en": "Good"}
        words |= {
            f"items.item_1.choices.a2.{name}": text for name, text in (("zh", "坏"), ("en", "Bad"), ("fail", "1"))
        }
    assert send(client, "/lists/fire_shutter", [*fresh, *words.items()]).status_code == 303
    made = current(lists["fire_shutter"].site_id, "fire_shutter").items[-1]
    assert (made["code"], made["kind"], made["text"]["zh"]) == ("item_1", kind, "新的一项")
    assert "新的一项" in client.get("/lists/fire_shutter/preview").text


def test_a_new_list_begins_as_a_copy_of_the_trades_own(as_user, people, lists):
    client = as_user(people.engineering)
    assert 'value="power_room_daily"' in client.get("/lists/new").text
    fields = fields_of(client.get("/lists/new?from=power_room_daily").text)
    named = [(name, "Second power room" if name == "title_en" else value) for name, value in fields]
    assert send(client, "/lists", named).location == "/lists/second_power_room"
    made = current(lists["fire_door"].site_id, "second_power_room")
    assert made.items == lists["power_room_daily"].items
    assert (made.interval_days, made.applies_to) == (1, ["power_room"])


def test_a_spoilt_list_takes_the_trades_text_again(as_user, people, lists):
    client = as_user(people.engineering)
    fields = fields_of(client.get("/lists/fire_shutter").text)
    codes = [value for name, value in fields if name == "order[]"]
    fewer = [pair for pair in fields if not pair[0].startswith(f"items.{codes[0]}.") and pair[1] != codes[0]]
    assert send(client, "/lists/fire_shutter", fewer).status_code == 303
    assert len(current(lists["fire_shutter"].site_id, "fire_shutter").items) == len(codes) - 1
    again = client.get("/lists/fire_shutter?from=catalogue").text
    assert "新增第 1 项" in again
    assert send(client, "/lists/fire_shutter", fields_of(again)).status_code == 303
    assert current(lists["fire_shutter"].site_id, "fire_shutter").items == lists["fire_shutter"].items


def test_what_is_wrong_is_said_while_looking(as_user, people, lists):
    client = as_user(people.engineering)
    fields = fields_of(client.get("/lists/power_room_daily").text)
    bad = [(name, "99" if name == "items.room_temp.min" else value) for name, value in fields]
    body = {}
    for name, value in bad:
        body.setdefault(name, []).append(value)
    look = client.post("/lists/power_room_daily/look", data=body, headers=FRAGMENT)
    assert "第 1 项的下限高于上限" in look.text
    assert "phone__screen" not in look.text


@pytest.mark.parametrize(
    "odd",
    [
        {"items": "x", "order[]": "y"},
        {"items.gap.category.deep": "1", "items.gap.zh": "甲", "items.gap.en": "a", "items.gap.severity": "minor"},
        {"items.gap.choices": "1", "items.gap.kind": "choice", "items.gap.zh.more": "1", "order[]": ["gap", "gap"]},
        {"items.gap.kind": "poem", "items.gap.zh": "甲", "interval_days": "9" * 40, "applies_to[]": "moon"},
        {"do": "up:"}, {"do": "add:poem"}, {"do": "drop:nothing"},
    ],
)  # fmt: skip
def test_a_form_made_by_hand_is_answered_in_words(odd, as_user, people, lists):
    client = as_user(people.engineering)
    for url in ("/lists/look", "/lists/fire_shutter/look"):
        assert client.post(url, data=odd, headers=FRAGMENT).status_code == 200
        assert client.post(url, data=odd).status_code == 200
    sent = client.post("/lists/fire_shutter", data=odd | {"version": "1"})
    assert sent.status_code == 422


def test_a_code_that_would_hide_a_page_is_refused(as_user, people, lists):
    client = as_user(people.engineering)
    fields = [pair for pair in fields_of(client.get("/lists/new?from=fire_door").text) if pair[0] != "code"]
    assert send(client, "/lists", [*fields, ("code", "look")]).status_code == 422
