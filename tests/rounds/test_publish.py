"""Edits of a route are a draft; publishing changes future days only."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.journal.entry import history
from patrol.rounds.ensure import make_rounds
from patrol.rounds.publish import publish, retire_route, take_off_routes
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import (
    Plan,
    Route,
    add_route,
    draft_of,
    plans_of,
    published,
    route_here,
    routes_with,
    save_draft,
    stops_of,
)
from patrol.rounds.route_diff import differences
from patrol.rounds.route_draft import PlanDraft, RouteDraft, StopDraft, new_plan, shift_stop
from patrol.rounds.route_form import edit, read_route, times_of
from tests.rounds.conftest import NIGHT, shanghai

EVENING = shanghai("2026-03-31 21:30")
TOMORROW = NIGHT + timedelta(days=1)


def again(route: Route) -> Route:
    return route_here(route.site_id, route.id)


def edited(route: Route, change) -> Route:
    """The draft after ``change`` had its way with it."""
    with write():
        fresh = again(route)
        draft = draft_of(fresh, TOMORROW)
        change(draft)
        save_draft(fresh, draft, version=fresh.version, on=TOMORROW)
    return fresh


def published_at(route: Route, at=EVENING):
    with write():
        return publish(again(route), by=None, at=at)


def rounds_of(route: Route, day: date) -> list[Round]:
    query = select(Round).where(Round.route_id == route.id, Round.business_day == day)
    return list(db.session.scalars(query.order_by(Round.starts_at)))


def stops_on(route: Route, day: date) -> set[str]:
    rounds = [round_.id for round_ in rounds_of(route, day)]
    return set(db.session.scalars(select(RoundStop.place_name).where(RoundStop.round_id.in_(rounds))))


def test_a_draft_changes_nothing_until_it_is_published(night_route, places):
    edited(night_route, lambda draft: draft.stops.append(StopDraft(place=places.gate.id)))

    assert len(stops_of(again(night_route))) == 3
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)
    assert "东大门" not in stops_on(night_route, TOMORROW)


def test_tonight_is_walked_by_the_old_plan_and_tomorrow_by_the_new(night_route, places):
    def change(draft):
        draft.stops.append(StopDraft(place=places.gate.id))
        draft.plans[0].every_min = 180

    edited(night_route, change)
    first, changes = published_at(night_route)

    assert first == TOMORROW
    assert len(changes) == 2
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)
    assert len(rounds_of(night_route, NIGHT)) == 6
    assert "东大门" not in stops_on(night_route, NIGHT)
    assert len(rounds_of(night_route, TOMORROW)) == 4
    assert "东大门" in stops_on(night_route, TOMORROW)


def test_a_changed_plan_ends_and_another_begins_and_an_unchanged_one_stays(night_route):
    edited(night_route, lambda draft: draft.plans.append(PlanDraft(name="大风加巡", times=["18:00"])))
    published_at(night_route)
    old, extra = plans_of(again(night_route), TOMORROW)
    assert (old.valid_from, old.valid_to) == (NIGHT, None)
    assert (extra.valid_from, extra.times) == (TOMORROW, ["18:00"])

    edited(night_route, lambda draft: setattr(draft.plans[0], "expected_min", 50))
    published_at(night_route, shanghai("2026-04-02 10:00"))

    rows = list(db.session.scalars(select(Plan).where(Plan.route_id == night_route.id)))
    spans = sorted((row.expected_min, row.valid_from, row.valid_to) for row in rows)
    assert spans == [
        (40, NIGHT, date(2026, 4, 2)),
        (50, date(2026, 4, 3), None),
        (60, TOMORROW, None),
    ]


def test_a_plan_taken_out_makes_no_more_rounds(night_route):
    edited(night_route, lambda draft: draft.plans.clear())
    published_at(night_route)
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)

    assert len(rounds_of(night_route, NIGHT)) == 6
    assert rounds_of(night_route, TOMORROW) == []


def test_after_midnight_the_business_day_is_still_yesterdays(night_route):
    edited(night_route, lambda draft: setattr(draft, "name", "北线二"))

    first, _changes = published_at(night_route, shanghai("2026-04-01 03:00"))

    assert first == TOMORROW


def test_days_that_were_made_ahead_keep_their_rounds(night_route):
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)
    edited(night_route, lambda draft: setattr(draft.plans[0], "every_min", 180))

    first, _changes = published_at(night_route)

    assert first == TOMORROW + timedelta(days=1)
    assert len(rounds_of(night_route, TOMORROW)) == 6


def test_publishing_leaves_no_draft_and_stands_in_the_journal(night_route):
    edited(night_route, lambda draft: setattr(draft, "strict_order", True))
    published_at(night_route)

    route = again(night_route)
    assert route.draft is None
    assert route.strict_order
    assert [entry.verb for entry in history(route.site_id, "route", route.id)] == ["route.published"]
    with pytest.raises(Problem) as caught:
        published_at(night_route)
    assert caught.value.code == "route.nothing_new"


def test_a_draft_that_says_what_holds_is_no_draft(night_route):
    edited(night_route, lambda draft: setattr(draft, "name", "北线二"))
    edited(night_route, lambda draft: setattr(draft, "name", "北线"))

    assert again(night_route).draft is None


def test_two_people_editing_one_route_do_not_overwrite_each_other(night_route):
    edited(night_route, lambda draft: setattr(draft, "note", "一"))

    draft = draft_of(again(night_route), TOMORROW)
    with pytest.raises(Problem) as caught, write():
        save_draft(again(night_route), draft, version=1, on=TOMORROW)
    assert caught.value.code == "stale"
    with pytest.raises(Problem) as caught, write():
        publish(again(night_route), by=None, at=EVENING, version=1)
    assert caught.value.code == "stale"


BROKEN = {
    "plan.no_times": PlanDraft(times=[]),
    "plan.no_band": PlanDraft(form="every"),
    "plan.too_long": PlanDraft(form="every", band_start="20:00", band_end="08:00", every_min=30, expected_min=40),
    "plan.no_days": PlanDraft(times=["20:00"], weekdays=0),
    "plan.ends_first": PlanDraft(times=["20:00"], valid_from="2026-05-02", valid_to="2026-05-01"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_half_done_plan_can_be_kept_but_not_published(code, night_route):
    edited(night_route, lambda draft: draft.plans.append(BROKEN[code]))

    with pytest.raises(Problem) as caught:
        published_at(night_route)

    assert caught.value.code == code
    assert again(night_route).draft is not None


def test_a_route_without_points_cannot_be_walked(sites):
    with write():
        route = add_route(sites.lake.id, "新线", by=None, at=EVENING)
    edited(route, lambda draft: draft.plans.append(PlanDraft(times=["20:00"])))

    with pytest.raises(Problem) as caught:
        published_at(route)
    assert caught.value.code == "route.no_stops"


def test_a_new_route_walks_from_its_first_free_day(night_route, sites, places):
    with write():
        route = add_route(sites.lake.id, "白班线", team="cleaning", by=None, at=EVENING)

    def change(draft):
        draft.stops = [StopDraft(place=places.gate.id), StopDraft(place=places.lobby.id, required=False)]
        draft.plans = [PlanDraft(times=["09:00", "14:00"], expected_min=30, crew_size=2)]

    edited(route, change)
    published_at(route)
    with write():
        make_rounds(sites.lake.id, TOMORROW, EVENING)

    assert rounds_of(route, NIGHT) == []
    assert [(one.ordinal, one.team, one.crew_size) for one in rounds_of(route, TOMORROW)] == [
        (1, "cleaning", 2), (2, "cleaning", 2),
    ]  # fmt: skip


def test_a_retired_route_ends_with_the_business_day(night_route):
    with write():
        first = retire_route(again(night_route), by=None, at=EVENING)
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)

    assert first == TOMORROW
    assert len(rounds_of(night_route, NIGHT)) == 6
    assert rounds_of(night_route, TOMORROW) == []


def test_a_place_taken_off_leaves_the_route_and_its_draft_but_not_tonight(night_route, places):
    edited(night_route, lambda draft: setattr(draft, "note", "一"))
    with write():
        take_off_routes(night_route.site_id, places.pump.id, by=None, at=EVENING)
    with write():
        make_rounds(night_route.site_id, TOMORROW, EVENING)

    assert routes_with(night_route.site_id, places.pump.id) == []
    assert "3 栋 消防泵房" in stops_on(night_route, NIGHT)
    assert "3 栋 消防泵房" not in stops_on(night_route, TOMORROW)
    assert len(draft_of(again(night_route), TOMORROW).stops) == 2


def test_the_differences_are_few_and_named(night_route, places):
    old = published(again(night_route), TOMORROW)
    new = old.model_copy(deep=True)
    new.name, new.team = "北线二", "engineering"
    new.stops = [new.stops[1], new.stops[2], new.stops[0], StopDraft(place=places.gate.id)]
    new.stops[0].stay_min, new.stops[1].required = 9, False
    new.plans[0].weekdays = 31
    names = {place.id: place.full_name for place in (places.lobby, places.pump, places.roof, places.gate)}

    told = [(change.kind, change.text % change.facts) for change in differences(old, new, names.__getitem__)]

    assert [line for line in told if line[0] != "changed"] == [
        ("added", "Point added: 东大门, as number 4."),
        ("moved", "Order: 3 栋 大堂 is now number 3."),
    ]
    assert ("changed", "The route is now called “北线二”, before “北线”.") in told
    assert ("changed", "Walked by: Engineering.") in told
    assert ("changed", "3 栋 消防泵房: stay 9 min, before 1.") in told
    assert ("changed", "3 栋 天台 may be left out.") in told
    assert sum(text.startswith("1: ") for _kind, text in told) == 1
    assert differences(old, old, names.__getitem__) == []


def test_the_form_is_read_in_the_order_of_the_page(places):
    old = RouteDraft(name="北线", plans=[PlanDraft(times=["20:00"], tolerance_min=7)])
    key, stop = old.plans[0].key, places.pump.id
    form = {
        "name": "北线", "team": "security", "order": "strict", "tolerance": "mixed",
        "stops": [str(stop), str(places.lobby.id)], "stop": {stop.hex: {"stay": "4", "walk": "3", "optional": "1"}},
        "plans": [str(key)],
        "plan": {key.hex: {"form": "fixed", "times": "22：00、8:30 22:00", "days": ["0", "6"], "expected_min": "45"}},
    }  # fmt: skip

    draft = read_route(form, old)

    assert [one.place for one in draft.stops] == [stop, places.lobby.id]
    assert (draft.stops[0].stay_min, draft.stops[0].required, draft.strict_order) == (4, False, True)
    plan = draft.plans[0]
    assert (plan.times, plan.weekdays, plan.tolerance_min, plan.expected_min) == (["08:30", "22:00"], 65, 7, 45)
    assert read_route(form | {"tolerance": "15"}, old).plans[0].tolerance_min == 15
    assert read_route(form | {"tolerance": ""}, old).plans[0].tolerance_min is None


def test_a_plan_by_calendar_is_walked_on_its_days_and_on_the_last_of_the_month(night_route):
    def by_calendar(draft):
        draft.plans = [PlanDraft(name="月检", times=["09:00"], days_of_month=[-1, 15, 15])]

    edited(night_route, by_calendar)
    _first, changes = published_at(night_route)
    with write():
        made = make_rounds(night_route.site_id, date(2026, 6, 1), EVENING)

    days = list(db.session.scalars(select(Round.business_day).where(Round.business_day > NIGHT).order_by("starts_at")))
    assert days == [date(2026, 4, 15), date(2026, 4, 30), date(2026, 5, 15), date(2026, 5, 31)]
    assert made == len(days)
    assert plans_of(again(night_route), TOMORROW)[0].days_of_month == [15, -1]
    assert len(changes) == 2


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1 15 last", [1, 15, -1]), ("月末、1日，15号", [1, 15, -1]), ("最后一日", [-1]), ("Last 31 31", [31, -1]),
        ("", []),
    ],
)  # fmt: skip
def test_days_of_the_month_are_read_as_people_write_them(typed, days):
    key = "0" * 32
    form = {"name": "x", "team": "security", "plans": [key], "plan": {key: {"times": "9:00", "days_of_month": typed}}}

    assert read_route(form, RouteDraft(name="x")).plans[0].days_of_month == days


@pytest.mark.parametrize("typed", ["0", "32", "-2", "1.5", "the last", "月"])
def test_what_is_no_day_of_a_month_is_said(typed):
    key = "0" * 32
    form = {"name": "x", "team": "security", "plans": [key], "plan": {key: {"times": "9:00", "days_of_month": typed}}}
    with pytest.raises(Problem) as caught:
        read_route(form, RouteDraft(name="x"))
    assert caught.value.code == "plan.month_days"


@pytest.mark.parametrize("times", ["25:00", "20.00", "eight", "20:60"])
def test_what_is_no_time_is_said(times):
    key = "0" * 32
    with pytest.raises(Problem) as caught:
        read_route(
            {"name": "x", "team": "security", "plans": [key], "plan": {key: {"times": times}}}, RouteDraft(name="x")
        )
    assert caught.value.code == "plan.times"


def test_buttons_move_add_and_take_off(places):
    draft = RouteDraft(name="x", stops=[StopDraft(place=places.lobby.id), StopDraft(place=places.pump.id)])

    moved = edit(draft, f"up:{places.pump.id}", [])
    assert [stop.place for stop in moved.stops] == [places.pump.id, places.lobby.id]
    assert shift_stop(draft.stops, places.lobby.id, -1) == draft.stops
    more = edit(draft, "add", [str(places.roof.id), str(places.lobby.id), "nonsense"])
    assert [stop.place for stop in more.stops] == [places.lobby.id, places.pump.id, places.roof.id]
    assert len(edit(draft, f"drop:{places.lobby.id}", []).stops) == 1
    planned = edit(edit(draft, "add_plan", []), "add_plan", [])
    assert [plan.times for plan in planned.plans] == [["20:00"], ["22:00"]]
    assert edit(planned, f"drop_plan:{planned.plans[0].key}", []).plans == planned.plans[1:]
    assert new_plan([PlanDraft(times=["23:00"])]).times == ["01:00"]
    assert times_of(" 9:05,22:00；22:00 ") == ["09:05", "22:00"]


def test_plan_columns_hold_only_what_the_form_uses():
    every = PlanDraft(form="every", band_start="20:00", band_end="08:00", every_min=120, times=["09:00"])

    assert every.columns()["times"] == []
    assert every.columns()["band_start"] == time(20)
    assert PlanDraft(times=["09:00"], band_start="20:00").columns()["band_start"] is None
