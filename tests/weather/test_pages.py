"""The pages of a storm: who may open and press what, and that a second tap is the first one."""

from datetime import timedelta

from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.weather.declare import DeclareData, declare
from patrol.weather.event import WeatherEvent, WeatherTurn, event_on, events
from tests.conftest import read_as


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def declared(client, level: str = "orange", id=None):
    return client.post("/weather", data={"id": str(id or uuid7()), "level": level, "note": "台风梅花"})


def test_a_supervisor_declares_raises_and_ends_an_event_and_everybody_sees_it(as_user, people, places, sites):
    boss = as_user(people.supervisor)

    reply = declared(boss, "yellow")

    event = event_on(sites.lake.id)
    assert (reply.status_code, reply.location) == (303, f"/weather/{event.id}")
    assert "恶劣天气：黄色预警" in as_user(people.guard).get("/today").text
    assert "台风梅花" in boss.get(f"/weather/{event.id}").text
    boss.post(f"/weather/{event.id}/turns", data={"id": str(uuid7()), "step": "level", "level": "red"})
    assert f'href="/weather/{event.id}"' in boss.get("/board").text
    assert "室外点暂停" in as_user(people.guard).get("/today").text
    boss.post(f"/weather/{event.id}/turns", data={"id": str(uuid7()), "step": "all_clear"})
    assert event_on(sites.lake.id) is None
    assert "恶劣天气：红色预警" not in as_user(people.guard).get("/today").text
    assert f"/weather/{event.id}" in boss.get("/weather").text


def test_a_second_tap_declares_nothing_and_another_form_is_told_that_one_is_on(as_user, people, places):
    boss, id = as_user(people.manager), uuid7()

    first, again = declared(boss, id=id), declared(boss, id=id)
    other = declared(as_user(people.supervisor))

    assert (first.location, first.status_code, again.location) == (again.location, 303, f"/weather/{id}")
    assert other.status_code == 409 and "已经有一次恶劣天气在进行" in other.text
    assert count(WeatherEvent) == 1


def test_a_second_tap_turns_once_and_what_makes_no_sense_is_refused_with_words(as_user, people, places):
    boss, id, turn_id = as_user(people.manager), uuid7(), str(uuid7())
    declared(boss, "blue", id)
    url = f"/weather/{id}/turns"

    for _ in range(2):
        assert boss.post(url, data={"id": turn_id, "step": "level", "level": "red"}).status_code == 303
    same = boss.post(url, data={"id": str(uuid7()), "step": "level", "level": "red"})
    none = boss.post(url, data={"id": str(uuid7()), "step": "level"})
    unknown = boss.post(url, data={"id": str(uuid7()), "step": "level", "level": "purple"})

    assert count(WeatherTurn) == 1
    assert same.status_code == 409 and "现在已经是这个级别" in same.text
    assert none.status_code == 422 and unknown.status_code == 422
    assert declared(as_user(people.manager), "purple").status_code == 422


def test_who_leads_without_declaring_looks_and_a_guard_does_not_even_look(as_user, people, places):
    declared(as_user(people.manager))

    leader, guard = as_user(people.leader), as_user(people.guard)

    page = leader.get("/weather").text
    assert "/weather/" in page and "<form" not in page.split("<main", 1)[1].split("</main>")[0]
    assert declared(leader).status_code == 403
    assert guard.get("/weather").status_code == 403


def test_another_site_sees_nothing_of_it(as_user, people, places, sites):
    id = uuid7()
    declared(as_user(people.manager), id=id)
    stranger = as_user(people.stranger)

    assert stranger.get(f"/weather/{id}").status_code == 404
    assert stranger.get(f"/weather/{id}/print").status_code == 404
    assert stranger.post(f"/weather/{id}/turns", data={"step": "all_clear"}).status_code == 404
    assert events(sites.hill.id) == [] and str(id) not in stranger.get("/weather").text


def test_wrong_methods_are_told(as_user, people, places):
    assert as_user(people.manager).put("/weather").status_code == 405


def test_the_notice_names_level_site_and_phone_in_both_languages_and_the_paper_is_there_to_sign(
    as_user, people, places, sites
):
    boss, id = as_user(people.manager), uuid7()
    declared(boss, "red", id)

    page, paper = boss.get(f"/weather/{id}").text, boss.get(f"/weather/{id}/print").text

    assert "翠湖花园】大风红色预警温馨提示" in page and "Strong wind, red warning" in page
    assert "6 小时内平均风力可达 12 级以上，或阵风 14 级以上" in page
    assert "恶劣天气处置报告" in paper and "paper__signs" in paper


def test_the_day_review_has_a_line_with_the_event(as_user, people, places, sites):
    boss, id = as_user(people.manager), uuid7()
    declared(boss, "red", id)
    day = db.session.scalars(select(WeatherEvent.business_day)).one()

    assert f'href="/weather/{id}"' in boss.get(f"/reviews/day/{day}").text
    assert "恶劣天气：红色" in boss.get(f"/reviews/day/{day}/print").text
    assert now() > event_on(sites.lake.id).at


def withdrawn(client, event_id, note: str = "误触", **data):
    form = {"id": str(uuid7()), "step": "withdraw", "note": note, **data}
    return client.post(f"/weather/{event_id}/turns", data=form)


def test_a_withdrawn_storm_says_so_wherever_it_stands(as_user, people, places, sites):
    boss, id = as_user(people.manager), uuid7()
    declared(boss, "red", id)
    assert "撤回发布" in boss.get(f"/weather/{id}").text

    assert withdrawn(boss, id).location == f"/weather/{id}"

    day = db.session.scalars(select(WeatherEvent.business_day)).one()
    addresses = [
        "/weather",
        f"/weather/{id}",
        f"/weather/{id}/print",
        f"/reviews/day/{day}",
        f"/reviews/day/{day}/print",
    ]
    for address in [*addresses, "/board"]:
        assert "误发布，已撤回" in boss.get(address).text, address
    assert "误触" in boss.get(f"/weather/{id}").text
    assert "此前发布的大风预警提示系误发" in boss.get(f"/weather/{id}/print").text
    assert "解除 " not in boss.get("/weather").text.split("<main", 1)[1]
    assert "误发布，已撤回" in as_user(people.guard).get("/today").text


def test_a_withdrawal_is_refused_with_words_without_a_reason_too_late_or_by_another(as_user, people, places, sites):
    boss, id = as_user(people.manager), uuid7()
    declared(boss, "yellow", id)

    without = withdrawn(boss, id, note=" ")
    other = withdrawn(as_user(people.supervisor), id)

    assert without.status_code == 422 and "请写明撤回原因" in without.text
    assert other.status_code == 403 and "只有发布人或项目经理" in other.text
    assert event_on(sites.lake.id) is not None
    assert withdrawn(boss, id).status_code == 303
    again = withdrawn(boss, id)
    assert again.status_code == 409 and "这次发布已撤回" in again.text


def test_after_two_hours_no_storm_is_withdrawn_any_more(as_user, people, places, sites):
    boss, id = as_user(people.manager), uuid7()
    by, at = read_as(people.manager), now() - timedelta(hours=2, minutes=1)
    with write(sites.lake.id):
        declare(DeclareData(level="red"), id=id, by=by, at=at)

    assert "撤回发布" not in boss.get(f"/weather/{id}").text
    late = withdrawn(boss, id)

    assert late.status_code == 403 and "两小时内" in late.text
    assert event_on(sites.lake.id) is not None


def test_a_withdrawal_asks_for_the_right_role_site_and_method(as_user, people, places, sites):
    id = uuid7()
    declared(as_user(people.manager), id=id)

    assert withdrawn(as_user(people.guard), id).status_code == 403
    assert withdrawn(as_user(people.leader), id).status_code == 403
    assert withdrawn(as_user(people.stranger), id).status_code == 404
    assert as_user(people.manager).get(f"/weather/{id}/turns").status_code == 405
    assert event_on(sites.lake.id) is not None
