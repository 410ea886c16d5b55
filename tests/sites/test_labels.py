import pytest

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.sites.label import (
    current_label,
    issue_label,
    label_by_code,
    label_url,
    labels_for_sheet,
    labels_of,
    reissue_label,
)
from patrol.sites.label_symbol import LabelSymbol, symbols_for
from patrol.sites.place import PlaceData, add_place, place_here, retire_place
from patrol.sites.symbol import symbol


def reissued(place, reason="被拍照"):
    with write():
        return reissue_label(place_here(place.site_id, place.id), reason, by=None, at=now())


def test_a_new_code_ends_the_old_one_and_keeps_its_history(places):
    old = places.codes["lobby"]

    new = reissued(places.lobby)

    found, state = label_by_code(old)
    assert state == "replaced"
    assert found is not None
    assert found.place_id == places.lobby.id
    assert label_by_code(new.code)[1] == "current"
    assert [label.version for label in labels_of(places.lobby.site_id, places.lobby.id)] == [2, 1]


def test_a_code_is_known_in_any_writing_and_from_its_address(places):
    code = places.codes["lobby"]

    for text in (code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", f"HTTPS://X.CN/C/{code}"):
        assert label_by_code(text)[1] == "current"
    assert label_by_code("0000 0000 0000") == (None, "unknown")
    assert label_by_code("not a code") == (None, "unknown")


def test_a_place_with_a_label_is_not_given_another_by_accident(places):
    with pytest.raises(Problem) as caught, write():
        issue_label(place_here(places.lobby.site_id, places.lobby.id), by=None, at=now())

    assert caught.value.code == "label.exists"


def test_codes_are_never_given_twice(places, sites, monkeypatch):
    given = iter([places.codes["lobby"], places.codes["pump"], "9999AAAA2222"])
    monkeypatch.setattr("patrol.sites.label.new_code", lambda: next(given))
    with write():
        hill = add_place(sites.hill.id, PlaceData(name="大门", kind="spot"), by=None, at=now())
        label = issue_label(hill, by=None, at=now())

    assert label.code == "9999AAAA2222"


def test_a_retired_place_gets_no_label(places):
    with write():
        retire_place(place_here(places.gate.site_id, places.gate.id), by=None, at=now())

    with pytest.raises(Problem):
        reissued(places.gate)


def test_an_address_in_capitals_makes_the_smallest_symbol():
    code = "7K3M9QX2AB01"

    assert label_url(code, "https://xuncha.example.cn/") == f"HTTPS://XUNCHA.EXAMPLE.CN/C/{code}"
    assert label_url(code, "https://xuncha.example.cn", lower_case=True) == "https://xuncha.example.cn/c/7k3m9qx2ab01"
    assert symbol(label_url(code, "https://xuncha.example.cn")).version == 3


def test_a_sheet_holds_each_point_once_in_the_order_asked_for(places, sites):
    asked = [places.roof.id, places.lobby.id, places.roof.id, places.block3.id]

    assert [label.place_id for label in labels_for_sheet(sites.lake.id, asked)] == [places.roof.id, places.lobby.id]
    assert [label.number for label in labels_for_sheet(sites.lake.id)] == [1, 2, 3, 4]
    assert labels_for_sheet(sites.hill.id, asked) == []


def test_a_symbol_is_drawn_once_and_again_only_for_another_address(places, sites, monkeypatch):
    label = current_label(sites.lake.id, places.lobby.id)
    first = symbols_for(sites.lake.id, {label.id: "HTTPS://A.CN/C/7K3M9QX2AB01"})
    drawn = []
    monkeypatch.setattr("patrol.sites.label_symbol.symbol", lambda url: drawn.append(url) or symbol(url))

    again = symbols_for(sites.lake.id, {label.id: "HTTPS://A.CN/C/7K3M9QX2AB01"})
    assert again == first
    assert drawn == []

    symbols_for(sites.lake.id, {label.id: "HTTPS://B.CN/C/7K3M9QX2AB01"})
    assert drawn == ["HTTPS://B.CN/C/7K3M9QX2AB01"]
    assert db.session.get(LabelSymbol, (sites.lake.id, label.id)).url == "HTTPS://B.CN/C/7K3M9QX2AB01"


def test_a_leaked_label_is_remembered_as_such(as_user, people, places):
    client = as_user(people.supervisor)
    client.post(f"/places/{places.lobby.id}/label", data={"reason": "破损"})
    client.post(f"/places/{places.lobby.id}/label", data={"leaked": "被翻拍"})

    told = [(row.version, row.revoked_reason, row.leaked) for row in labels_of(places.lobby.site_id, places.lobby.id)]
    assert told == [(3, "", False), (2, "被翻拍", True), (1, "破损", False)]
    assert "谁再扫旧码会列入异常" in client.get(f"/places/{places.lobby.id}").text
