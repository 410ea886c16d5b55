"""Every form of a plan from the editor's form through publication to the rounds it makes."""

from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.rounds.ensure import make_rounds
from patrol.rounds.publish import retire_route
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Plan, add_route, draft_of, plans_of
from patrol.rounds.route_draft import PlanDraft, StopDraft
from tests.conftest import HX
from tests.rounds.conftest import NIGHT, shanghai
from tests.rounds.test_publish import EVENING, TOMORROW, again, edited, published_at, rounds_of, stops_on
from tests.rounds.test_route_pages import form_of

NEXT_NIGHT = shanghai("2026-04-01 21:30")


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def second_route(night_route, places):
    """A route of one point that is walked only in turn with the north route."""
    with write():
        route = add_route(night_route.site_id, "南线", by=None, at=EVENING)
    edited(route, lambda draft: draft.stops.append(StopDraft(place=places.gate.id)))
    published_at(route)
    return route


def only(plan: PlanDraft):
    return lambda draft: setattr(draft, "plans", [plan])


def made(route, day=TOMORROW):
    with write():
        make_rounds(route.site_id, day, EVENING)


def clocks(rounds: list[Round]) -> list[str]:
    from zoneinfo import ZoneInfo

    return [f"{r.starts_at.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" for r in rounds]


def test_three_rounds_a_shift_each_fill_their_part_of_it(night_route):
    edited(night_route, only(PlanDraft(form="per_shift", band_start="20:00", band_end="08:00", per_shift=3)))
    published_at(night_route)
    made(night_route)

    rounds = rounds_of(night_route, TOMORROW)
    assert clocks(rounds) == ["20:00", "00:00", "04:00"]
    assert all((r.opens_at, r.ends_at, r.tolerance_s) == (r.starts_at, r.closes_at, 0) for r in rounds)
    assert [a.closes_at for a in rounds[:-1]] == [b.opens_at for b in rounds[1:]]
    assert rounds[-1].closes_at == shanghai("2026-04-02 08:00")


def test_a_plan_on_demand_is_published_and_makes_nothing_by_itself(night_route):
    edited(night_route, only(PlanDraft(form="on_demand", expected_min=45, weekdays=0)))
    published_at(night_route)
    made(night_route, TOMORROW + timedelta(days=3))

    assert plans_of(again(night_route), TOMORROW)[0].form == "on_demand"
    assert rounds_of(night_route, TOMORROW) == []


def test_rounds_in_turn_walk_this_route_and_the_other_with_its_name_and_stops(night_route, second_route, places):
    plan = PlanDraft(
        form="every", band_start="20:00", band_end="08:00", every_min=150, expected_min=40,
        other_route=second_route.id,
    )  # fmt: skip
    edited(night_route, only(plan))
    published_at(night_route)
    made(night_route, TOMORROW + timedelta(days=1))

    mine, others = rounds_of(night_route, TOMORROW), rounds_of(second_route, TOMORROW)
    assert (clocks(mine), clocks(others)) == (["20:00", "01:00", "06:00"], ["22:30", "03:30"])
    assert {(r.route_name, r.plan_id) for r in others} == {("南线", mine[0].plan_id)}
    assert [r.ordinal for r in others] == [1, 2]
    assert stops_on(second_route, TOMORROW) == {"东大门"}
    following = TOMORROW + timedelta(days=1)
    assert clocks(rounds_of(second_route, following)) == ["20:00", "01:00", "06:00"]  # the turns go on


def test_the_other_route_once_ended_leaves_its_turns_to_this_one(night_route, second_route):
    edited(night_route, only(PlanDraft(times=["20:00", "23:00"], expected_min=40, other_route=second_route.id)))
    published_at(night_route)
    with write():
        retire_route(again(second_route), by=None, at=EVENING)
    made(night_route)

    assert clocks(rounds_of(night_route, TOMORROW)) == ["20:00", "23:00"]
    assert rounds_of(second_route, TOMORROW) == []


@pytest.mark.parametrize("which", ["itself", "another team's"])
def test_a_plan_alternates_only_with_another_route_of_its_team(which, night_route, second_route):
    if which == "another team's":
        edited(second_route, lambda draft: setattr(draft, "team", "cleaning"))
        published_at(second_route)
    other = night_route if which == "itself" else second_route
    edited(night_route, only(PlanDraft(times=["20:00"], other_route=other.id)))

    with pytest.raises(Problem) as caught:
        published_at(night_route)
    assert caught.value.code == "plan.other_route"


def test_chance_is_the_same_wherever_rounds_are_made_and_stays_when_the_plan_stays(night_route):
    edited(night_route, lambda draft: setattr(draft.plans[0], "random_min", 30))
    published_at(night_route)
    key = plans_of(again(night_route), TOMORROW)[0].random_key
    made(night_route, TOMORROW)
    starts = [r.starts_at for r in rounds_of(night_route, TOMORROW)]

    assert len(key) == 32
    nominal = [shanghai(f"2026-04-01 {hour}:00") for hour in (20, 22)] + [
        shanghai(f"2026-04-02 0{hour}:00") for hour in (0, 2, 4, 6)
    ]
    late = [start - at for start, at in zip(starts, nominal, strict=True)]
    assert all(timedelta(0) <= one <= timedelta(minutes=30) for one in late)
    assert len(set(late)) > 1
    edited(night_route, lambda draft: setattr(draft, "note", "换一句"))
    published_at(night_route, NEXT_NIGHT)
    assert plans_of(again(night_route), TOMORROW)[0].random_key == key
    for row in rounds_of(night_route, TOMORROW):
        assert row.opens_at <= row.starts_at <= row.ends_at <= row.closes_at


def test_a_plan_without_chance_has_no_key(night_route):
    assert db.session.scalars(select(Plan.random_key)).all() == [""]


def test_pairs_that_both_scan_are_copied_into_the_round(night_route):
    edited(night_route, only(PlanDraft(times=["20:00"], crew_size=2, both_scan=True)))
    published_at(night_route)
    made(night_route)

    assert [(r.crew_size, r.both_scan) for r in rounds_of(night_route, TOMORROW)] == [(2, True)]


def test_a_points_own_time_is_published_and_can_be_taken_off_again(night_route, places):
    def own(first, last):
        def change(draft):
            stop = next(one for one in draft.stops if one.place == places.pump.id)
            stop.window_from, stop.window_to = first, last

        return change

    edited(night_route, own("22:10", "23:00"))
    _first, changes = published_at(night_route)
    assert [change.text % change.facts for change in changes] == ["3 栋 消防泵房: only 22:10–23:00."]
    made(night_route)
    kept = db.session.execute(
        select(RoundStop.window_from, RoundStop.window_to).where(RoundStop.window_from.is_not(None))
    ).all()
    assert kept == [(shanghai("2026-04-01 22:10"), shanghai("2026-04-01 23:00"))]
    assert draft_of(again(night_route), TOMORROW).stops[1].window == (time(22, 10), time(23))

    edited(night_route, own(None, None))
    _first, changes = published_at(night_route, NEXT_NIGHT)
    assert [change.text % change.facts for change in changes] == ["3 栋 消防泵房: no time of its own any more."]


BROKEN = {
    "plan.no_shift": PlanDraft(form="per_shift", per_shift=3),
    "plan.short_windows": PlanDraft(form="per_shift", band_start="20:00", band_end="20:30", per_shift=4),
    "plan.too_long": PlanDraft(times=["20:00", "20:30"], expected_min=40),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_half_done_plan_of_any_form_is_kept_and_not_published(code, night_route):
    edited(night_route, only(BROKEN[code]))
    with pytest.raises(Problem) as caught:
        published_at(night_route)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("first", "last", "code"), [("22:00", None, "stop.half_window"), ("22:00", "22:00", "stop.no_window")]
)
def test_half_an_own_time_is_kept_and_not_published(first, last, code, night_route):
    def change(draft):
        draft.stops[0].window_from, draft.stops[0].window_to = first, last

    edited(night_route, change)
    with pytest.raises(Problem) as caught:
        published_at(night_route)
    assert caught.value.code == code


def sent(browser, route, **fields: str):
    """The editor's form with these fields of its first plan (or of a stop, by its whole name) changed."""
    url = f"/routes/{route.id}"
    form = form_of(browser.get(url).text)
    key = form["plans[]"][0].replace("-", "")
    for name, value in fields.items():
        form[name if "." in name else f"plan.{key}.{name}"] = [value] if value else []
    answer = browser.post(f"{url}/draft", data=form, headers=HX)
    db.session.expire_all()
    return answer


PLANS = {
    "per_shift": (
        {"form": "per_shift", "shift": "20:00-08:00", "per_shift": "4"}, ["20:00–08:00", "4\u00a0轮"]
    ),
    "own shift": (
        {"form": "per_shift", "shift": "own", "own_start": "21:00", "own_end": "06:00", "per_shift": "3"},
        ["21:00–06:00", "3\u00a0轮"],
    ),
    "on_demand": ({"form": "on_demand", "expected_min": "25"}, ["按需"]),
    "by chance": ({"random": "15"}, ["随机推迟最多 15 分钟"]),
    "pairs": ({"pair": "1", "both": "1"}, ["双人，两人都扫码"]),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANS)
def test_the_editor_keeps_what_was_chosen_shows_it_again_and_says_it_before_publishing(
    what, as_user, people, night_route, evening
):
    fields, words = PLANS[what]
    browser = as_user(people.supervisor)

    assert sent(browser, night_route, **fields).status_code == 200
    before = draft_of(again(night_route), TOMORROW)
    assert sent(browser, night_route).status_code == 200
    assert draft_of(again(night_route), TOMORROW) == before
    told = browser.get(f"/routes/{night_route.id}/changes").text
    assert all(word in told for word in words)
    assert browser.post(f"/routes/{night_route.id}/publication").status_code == 303
    assert "已全部发布" in browser.get(f"/routes/{night_route.id}").text


def test_both_scan_belongs_to_pairs(as_user, people, night_route, evening):
    sent(as_user(people.supervisor), night_route, both="1")

    assert again(night_route).draft is None


def test_the_preview_says_whose_turn_it_is_and_how_far_chance_goes(as_user, people, night_route, second_route, evening):
    answer = sent(as_user(people.supervisor), night_route, other=str(second_route.id), random="20")

    assert "第 2、4、6 轮：轮到南线" in answer.text.replace("，", "、")
    assert "每轮随机推迟最多 20 分钟开始" in answer.text
    assert answer.text.count("tl__round--other") == 3


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("22:10", "23:00", "3 栋 消防泵房：6 轮中有 5 轮与它的专属时段不重合"),
        ("10:00", "11:00", "3 栋 消防泵房：当天没有一轮与它的专属时段重合"),
        ("20:00", "08:00", None),
    ],
)
def test_the_editor_warns_of_rounds_that_a_points_own_time_misses(
    first, last, said, as_user, people, night_route, places, evening
):
    hex_ = places.pump.id.hex
    answer = sent(as_user(people.supervisor), night_route, **{f"stop.{hex_}.from": first, f"stop.{hex_}.to": last})

    assert f"仅限 {first}–{last}" in answer.text
    assert (said in answer.text) if said else ("专属时段" not in answer.text)
    assert ("preview__warning" in answer.text) == (first == "10:00")  # only where none of the day's rounds is open then


@pytest.mark.parametrize("fields", [{"form": "per_shift", "per_shift": "0"}, {"random": "500"}, {"random": "x"}])
def test_what_cannot_be_right_is_said_by_its_name(fields, as_user, people, night_route, evening):
    answer = sent(as_user(people.supervisor), night_route, **fields)

    assert answer.status_code == 422
    assert "每班几轮" in answer.text or "随机推迟（分钟）" in answer.text


def test_a_round_of_the_day_keeps_its_times_when_its_plan_changes_form(night_route):
    before = [(r.id, r.starts_at, r.closes_at) for r in rounds_of(night_route, NIGHT)]
    edited(night_route, only(PlanDraft(form="per_shift", band_start="20:00", band_end="08:00", per_shift=2)))
    published_at(night_route)
    made(night_route)

    assert [(r.id, r.starts_at, r.closes_at) for r in rounds_of(night_route, NIGHT)] == before
    assert len(rounds_of(night_route, TOMORROW)) == 2
