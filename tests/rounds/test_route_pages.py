import re

import pytest
import time_machine

from patrol.core.db import db
from patrol.rounds.route import Route, route_here
from tests.conftest import HX
from tests.rounds.conftest import shanghai


@pytest.fixture
def evening():
    with time_machine.travel(shanghai("2026-03-31 21:30"), tick=True):
        yield


def form_of(page: str) -> dict[str, object]:
    """The editor's own fields as a browser would send them."""
    form = page.partition('id="route-editor"')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = "checked" in tag or not ("checkbox" in tag or "radio" in tag)
        if not name or not ticked:
            continue
        fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = [chosen[1] if chosen else ""]
    fields.pop("csrf_token", None)
    return dict(fields)


def fresh(route: Route) -> Route:
    db.session.expire_all()
    return route_here(route.site_id, route.id)


def test_the_editor_sent_back_as_it_is_changes_nothing(as_user, people, night_route, evening):
    browser = as_user(people.supervisor)
    page = browser.get(f"/routes/{night_route.id}")
    assert "消防泵房" in page.text
    assert "已全部发布" in page.text

    assert browser.post(f"/routes/{night_route.id}/draft", data=form_of(page.text)).status_code == 303
    assert fresh(night_route).draft is None


def test_a_change_is_kept_counted_shown_and_published(as_user, people, night_route, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text)
    form["stops[]"] = list(reversed(form["stops[]"]))
    form["order"] = "strict"

    part = browser.post(f"/routes/{night_route.id}/draft", data=form, headers=HX)
    assert part.status_code == 200
    assert 'hx-swap-oob="true"' in part.text
    assert "3 处改动没发布" in part.text
    assert 'value="2" id="route-version"' in part.text

    shown = browser.get(f"/routes/{night_route.id}/changes").text
    assert "各点改为按顺序巡" in shown
    assert "4 月 1 日 周三 08:00 起生效" in shown
    done = browser.post(f"/routes/{night_route.id}/publication", data={"version": 2})
    assert done.status_code == 303
    assert fresh(night_route).strict_order


def test_a_button_answers_with_the_whole_editor(as_user, people, night_route, places, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text) | {"do": "add", "add[]": str(places.gate.id)}

    part = browser.post(f"/routes/{night_route.id}/draft", data=form, headers=HX)

    assert part.text.lstrip().startswith("<form")
    assert part.text.count("data-stop ") == 4
    assert "4 个点" in part.text


def test_after_a_button_there_is_something_to_publish(as_user, people, night_route, places, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text) | {"do": "add_plan"}
    part = browser.post(f"/routes/{night_route.id}/draft", data=form, headers=HX).text

    state = part.partition('id="route-state"')[2]
    assert state.startswith(' hx-swap-oob="true"')
    assert "1 处改动没发布" in state
    assert f'href="/routes/{night_route.id}/changes"' in state


def test_a_stale_form_and_a_wrong_time_are_refused(as_user, people, night_route, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text)
    url = f"/routes/{night_route.id}/draft"

    assert browser.post(url, data=form | {"version": "7"}).status_code == 409
    key = form["plans[]"][0].replace("-", "")
    wrong = browser.post(url, data=form | {f"plan.{key}.form": "fixed", f"plan.{key}.times": "25:00"})
    assert wrong.status_code == 422
    assert "时间写成 20:00" in wrong.text


def test_days_of_the_month_come_back_as_they_were_typed_and_are_said_before_publishing(
    as_user, people, night_route, evening
):
    browser = as_user(people.supervisor)
    url = f"/routes/{night_route.id}"
    form = form_of(browser.get(url).text)
    key = form["plans[]"][0].replace("-", "")

    wrong = browser.post(f"{url}/draft", data=form | {f"plan.{key}.days_of_month": "1 32"})
    assert (wrong.status_code, "每月的日子请这样写" in wrong.text) == (422, True)
    browser.post(f"{url}/draft", data=form | {f"plan.{key}.days_of_month": "月末 1"})

    assert form_of(browser.get(url).text)[f"plan.{key}.days_of_month"] == ["1 月末"]
    assert "每月1、最后一日" in browser.get(f"{url}/changes").text


def test_a_half_done_plan_is_said_where_it_is_published(as_user, people, night_route, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text)
    key = form["plans[]"][0].replace("-", "")
    browser.post(f"/routes/{night_route.id}/draft", data=form | {f"plan.{key}.every_min": ""})

    answer = browser.post(f"/routes/{night_route.id}/publication", data={"version": 2})

    assert answer.status_code == 422
    assert "隔多少分钟" in answer.text


def test_edits_can_be_thrown_away_and_a_route_ended(as_user, people, night_route, evening):
    browser = as_user(people.supervisor)
    form = form_of(browser.get(f"/routes/{night_route.id}").text) | {"order": "strict"}
    browser.post(f"/routes/{night_route.id}/draft", data=form)

    assert browser.post(f"/routes/{night_route.id}/draft/removal", data={"version": 2}).status_code == 303
    assert fresh(night_route).draft is None
    assert browser.post(f"/routes/{night_route.id}/retirement").status_code == 303
    assert "还没有路线" in browser.get("/routes").text


def test_a_new_route_needs_a_free_name(as_user, people, night_route):
    browser = as_user(people.supervisor)

    taken = browser.post("/routes", data={"name": "北线", "team": "security"})
    assert taken.status_code == 422
    assert "已经有同名的路线" in taken.text
    made = browser.post("/routes", data={"name": "夜巡二线", "team": "security", "note": "楼栋地下"})
    assert made.status_code == 303
    assert "还没有点" in browser.get(made.headers["Location"]).text


def test_a_place_on_a_route_leaves_it_when_retired_with_clear_words(as_user, people, night_route, places, evening):
    browser = as_user(people.supervisor)
    url = f"/places/{places.pump.id}/retirement"

    assert browser.post(url, data={"version": 1}).status_code == 409
    assert browser.post(url, data={"version": 1, "force": "1"}).status_code == 303
    assert "2 个点" in browser.get(f"/routes/{night_route.id}").text


@pytest.mark.parametrize("part", ["guard", "engineer", "leader", "desk"])
def test_plans_are_edited_by_supervisors_only(part, as_user, people, night_route):
    browser = as_user(getattr(people, part))

    assert browser.get("/routes").status_code == 403
    assert browser.post(f"/routes/{night_route.id}/publication").status_code == 403


def test_another_site_finds_no_route_here(as_user, people, night_route):
    browser = as_user(people.stranger)

    assert browser.get(f"/routes/{night_route.id}").status_code == 404
    assert browser.get(f"/routes/{night_route.id}/changes").status_code == 404
    for path in ("draft", "draft/removal", "publication", "retirement"):
        assert browser.post(f"/routes/{night_route.id}/{path}", data={"name": "x"}).status_code == 404


def test_a_new_route_is_empty_and_not_called_published(as_user, people, evening):
    browser = as_user(people.supervisor)
    reply = browser.post("/routes", data={"name": "东线", "note": "", "team": "security"})
    page = browser.get(reply.location).text

    assert "还没有内容" in page
    assert "已全部发布" not in page
