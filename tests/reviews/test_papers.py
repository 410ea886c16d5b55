"""What is printed: rows that fit their page, the month on its pages, and a notice that names nobody."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from patrol.accounts.user import User
from patrol.core.db import db, write
from patrol.reviews.month_paper import missed_rounds, month_paper, under_the_charts
from patrol.reviews.paper import pairs
from patrol.reviews.paper_rows import Fitted, fit, lines_of
from patrol.reviews.period import Period
from patrol.reviews.public_notice import areas_of, groups, open_to_all, public_notice, tips
from patrol.reviews.review import review
from patrol.reviews.round_starts import Begun, habits, habits_of
from patrol.sites.place import Place

DAY = date(2026, 3, 18)
MARCH = Period.parse("month", "2026-03")
PAPERS = ("/reviews/day/2026-03-18/print", "/reviews/week/2026-W12/print", "/reviews/month/2026-03/print")
NOTICE = "/reviews/month/2026-03/notice"


@pytest.fixture
def april(world, north):
    at = world.at(date(2026, 4, 2), "12:00")
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def desk(as_user, people):
    return as_user(people.supervisor)


@given(st.lists(st.integers(1, 4), max_size=20), st.integers(0, 30))
def test_rows_that_fit_are_the_first_ones_and_take_no_more_room_than_there_is(costs, room):
    shown = fit(costs, room, lambda cost: cost)

    assert shown.rows == costs[: len(shown.rows)]
    assert len(shown.rows) + shown.hidden == len(costs)
    assert sum(shown.rows) <= room or len(shown.rows) == 1
    assert shown.rows or not costs
    assert shown.hidden == 0 or sum(costs[: len(shown.rows) + 1]) > room


@pytest.mark.parametrize(
    ("cells", "lines"),
    [((("花盆松动", 8),), 1), ((("花盆松动", 3),), 2), ((("", 8),), 1), ((("Loose flowerpot", 9),), 1), ((), 1)],
)
def test_a_row_takes_the_lines_of_its_longest_cell(cells, lines):
    assert lines_of(*cells) == lines


def test_pairs_come_first_and_no_kind_twice_while_others_wait():
    def hazard(title, severity, after):
        return SimpleNamespace(title=title, severity=severity, before=uuid4(), after=after)

    twice, again = hazard("电动车进楼", "critical", uuid4()), hazard("电动车进楼", "critical", uuid4())
    other, alone = hazard("花盆松动", "minor", uuid4()), hazard("外墙瓷砖", "critical", None)
    unseen = SimpleNamespace(title="积水", severity="critical", before=None, after=uuid4())

    assert pairs([unseen, twice, again, alone, other], 4) == [twice, other, alone, again]


def test_missed_points_stand_by_round_with_the_worst_round_first():
    def point(round_, place, hour):
        return {"round": round_, "place_name": place, "route": "北线", "starts_at": f"2026-03-18T{hour}:00:00+00:00"}

    found = missed_rounds([point("a", "大堂", 12), point("b", "天台", 14), point("b", "泵房", 14)])

    assert [(one.starts_at.hour, one.places) for one in found] == [(14, ["天台", "泵房"]), (12, ["大堂"])]


def begun(*minutes, route="北线", key=uuid4(), ordinal=1):  # noqa: B008  one route for all that do not say
    return [
        Begun(key, route, ordinal, datetime(2026, 3, n + 1, 20, tzinfo=UTC) + timedelta(minutes=m))
        for n, m in enumerate(minutes)
    ]


def test_a_habit_is_the_share_of_rounds_in_their_usual_ten_minutes():
    (habit,) = habits(begun(0, 3, 9, 10))
    assert (habit.usual.n, habit.usual.d, habit.usual.text) == (3, 4, "75.0%")


def test_what_was_walked_twice_has_no_habit_yet():
    assert habits(begun(0, 0)) == []


def test_the_second_round_of_a_day_has_a_habit_of_its_own():
    (habit,) = habits([*begun(0, 1, 2), *begun(50, 51, 52, ordinal=2)])
    assert (habit.usual.n, habit.usual.d) == (6, 6)


@given(st.lists(st.integers(0, 200), min_size=3, max_size=30))
def test_no_route_is_easier_to_foresee_than_always(minutes):
    (habit,) = habits(begun(*minutes[:28]))
    assert 1 <= habit.usual.n <= habit.usual.d == min(28, len(minutes))


def test_habits_are_read_from_the_first_scan_of_planned_rounds(world, north, april):
    for n in range(4):
        day = DAY + timedelta(days=n)
        world.make_rounds(day, april)
        world.walk(world.rounds(day)[0], ["on_time"] * 4)

    (habit,) = habits_of(world.site.id, MARCH.first, MARCH.last, world.site.zone)

    assert (habit.route, habit.usual.n, habit.usual.d) == ("北线", 4, 4)


@pytest.mark.parametrize("area", ["3-2-1201 门口", "1201 室阳台", "2 单元 301户", "3–2–501", "张伟家楼下", "车位 1042"])
def test_an_area_that_tells_a_flat_or_a_person_is_not_named(area):
    assert not open_to_all(area, ["张伟"])


@pytest.mark.parametrize("area", ["3 栋", "地下车库 B2", "东大门", "12 栋", "中央花园"])
def test_buildings_and_grounds_are_named(area):
    assert open_to_all(area, ["张伟", "李强"])


def test_the_area_of_a_place_is_the_topmost_one_even_in_a_ring():
    a, b, c, x, y = (uuid4() for _ in range(5))
    found = areas_of({a: (None, "3 栋"), b: (a, "12 层"), c: (b, "1201 室"), x: (y, "环"), y: (x, "环")}, [])
    assert (found[a], found[b], found[c], found[x]) == ("3 栋", "3 栋", "3 栋", "环")


def test_groups_and_tips_follow_what_was_found():
    rows = [SimpleNamespace(category=code, state=state) for code, state in (
        ("balcony_flowerpot", "closed"), ("balcony_flowerpot", "assigned"), ("no_such_code", "to_verify"),
    )]  # fmt: skip
    assert [tuple(line) for line in groups(rows)] == [("falling", 2, 1), ("management", 1, 1)]
    assert tips(rows)[0] == "falling"
    assert len(tips([])) == 3


@pytest.mark.parametrize("hazards", [0, 1, 60])
def test_papers_hold_none_one_and_sixty_hazards(world, places, april, desk, hazards):
    for n in range(hazards):
        world.hazard(places.roof, world.at(DAY, "09:00") + timedelta(minutes=n))
    for path, most in zip(PAPERS, (10, 24, 17), strict=True):
        html = desk.get(path).get_data(as_text=True)
        shown = len(set(re.findall(r"<td class=\"nowrap\">(YH-260318-\d+)", html)))
        assert min(hazards, 1) <= shown <= most
        assert ("条，见 Excel" in html) == (hazards == 60)
        assert html.index("paper__signs") > html.index("paper__figures")
    pages = 5 if hazards == 60 else 4  # a few hazards share their page with the equipment
    assert f"第 {pages} / {pages} 页" in desk.get(PAPERS[2]).get_data(as_text=True)
    assert f"第 1 / {3 if hazards == 60 else 2} 页" in desk.get(PAPERS[1]).get_data(as_text=True)
    assert "第 1 / 1 页" in desk.get(PAPERS[0]).get_data(as_text=True)  # no photos


def test_the_misses_by_hour_move_to_the_second_page_when_routes_take_the_first():
    eight, nine = Fitted(list(range(8)), 0), Fitted(list(range(8)), 3)  # that there are more is a line, too

    assert [under_the_charts(eight, 7), under_the_charts(nine, 7), under_the_charts(nine, 4)] == [True, False, True]


def test_the_names_under_a_review_stand_on_its_paper(world, april, desk, people, as_user):
    desk.post("/reviews/month/2026-03/signature", data={"hash": "", "note": ""})
    signs = desk.get(PAPERS[2]).get_data(as_text=True).partition("paper__signs")[2]
    assert re.search(r"秩序主管：<b>王芳</b></span><span>4 月 2 日", signs)
    assert re.search(r"项目经理：</span><span>月", signs)


def test_the_notice_names_no_person_no_flat_and_nobodys_words(world, places, april, desk, people):
    with write():
        flat = Place(
            id=uuid4(), site_id=world.site.id, parent_id=places.block3.id, kind="spot", name="1201 室门口",
            full_name="3 栋 1201 室门口", created_at=april,
        )  # fmt: skip
        own = Place(
            id=uuid4(), site_id=world.site.id, kind="area", name="张伟家车位", full_name="张伟家车位", created_at=april
        )
        db.session.add_all([flat, own])
    for place in (flat, own, places.roof):
        world.hazard(place, world.at(DAY, "22:00"), severity="critical", title="1201 陈女士家花盆", note="找陈女士")
    html = desk.get(NOTICE).get_data(as_text=True)
    text = html.partition("<article")[2].partition("</article>")[0]

    assert "花盆松动" in text
    assert "公共区域" in text
    assert "3 栋" in text
    for told in ("1201", "陈女士", "天台", *db.session.scalars(db.select(User.name))):
        assert told not in text, told
    assert "/photos/" not in text
    assert "<a " not in text
    found = review(world.site.id, MARCH, april)
    assert public_notice(found).groups[0].found == 3


@pytest.mark.parametrize("path", [NOTICE, "/reviews/month/2026-03/starts"])
def test_another_site_sees_its_own(world, places, april, as_user, people, path):
    world.hazard(places.roof, world.at(DAY, "22:00"), severity="critical")
    assert "花盆松动" not in as_user(people.stranger).get(path).get_data(as_text=True)
    assert as_user(people.guard).get(path).status_code == 403


def test_a_month_with_many_routes_keeps_its_sums(world, spots, april):
    for n in range(14):
        world.route(f"线 {n:02}", spots[:2], date(2026, 3, 1), every=720)
    for n in range(31):
        world.make_rounds(date(2026, 3, 1) + timedelta(days=n), april)
    found = review(world.site.id, MARCH, april)
    paper = month_paper(found)
    assert (len(paper.lists.routes.rows), paper.lists.routes.hidden, paper.heat_first) == (8, 7, True)
    assert sum(line.total.counts.rounds for line in found.routes) == found.patrol.counts.rounds
