from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.web import charts
from patrol.web.charts.names import fitted

EVENING = datetime(2026, 3, 18, 19, tzinfo=UTC)
TWELVE = ["done"] * 5 + ["late", "done", "done", "next", "todo", "todo", "todo"]


def test_a_string_of_twelve_shows_every_stop_from_edge_to_edge():
    string = charts.beads(TWELVE)

    assert [bead.state for bead in string.beads] == TWELVE
    assert (string.beads[0].x, string.beads[-1].x) == (12.0, 284.0)
    assert (string.before, string.after) == (0, 0)


def test_the_solid_line_ends_at_the_next_stop_and_the_dotted_one_goes_on():
    string = charts.beads(TWELVE)

    assert string.x0 == string.beads[0].x
    assert string.x1 == string.beads[8].x
    assert string.x2 == string.beads[-1].x


def test_counts_and_next_are_of_the_whole_route_even_when_a_part_is_shown():
    string = charts.beads(["done"] * 15 + ["late", "next"] + ["todo"] * 9)

    assert string.counts == {"done": 15, "late": 1, "missed": 0, "next": 1, "todo": 9}
    assert string.next_number == 17
    assert string.before + len(string.beads) + string.after == 26
    assert 17 in [bead.number for bead in string.beads]


def test_the_next_stop_can_be_named_by_its_number():
    string = charts.beads([{"state": "done", "number": 3}, {"state": "todo", "number": 8, "name": "Pump"}], 8)

    assert [bead.state for bead in string.beads] == ["done", "next"]
    assert (string.next_number, string.next_name) == (8, "Pump")


def test_a_finished_route_has_no_dotted_line():
    string = charts.beads(["done"] * 12)

    assert string.x1 == string.x2
    assert string.next_number is None


def test_one_stop_and_no_stop_are_drawn_too():
    assert [bead.x for bead in charts.beads(["next"]).beads] == [12.0]
    assert charts.beads([]).beads == []


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="not 'gone'"):
        charts.beads(["gone"])


@pytest.mark.parametrize(
    ("count", "at", "shown"),
    [(14, 3, (0, 14)), (15, 0, (0, 10)), (15, 14, (5, 15)), (40, 20, (14, 24)), (40, None, (30, 40))],
)
def test_the_window_holds_ten_stops_around_the_next(count, at, shown):
    assert charts.window(count, at) == shown


def test_bands_have_their_edges_where_the_key_says():
    assert [charts.band(value) for value in (99.0, 98.9, 97.0, 96.9)] == ["ok", "late", "late", "miss"]


def test_a_good_month_keeps_the_axis_at_ninety_four_and_a_bad_day_lowers_it():
    good = charts.line([("1", 99.2), ("2", 95.0)])
    bad = charts.line([("1", 99.2), ("2", 41.0)])

    assert [tick.text for tick in good.ticks_y] == ["94", "96", "98", "100"]
    assert [tick.text for tick in bad.ticks_y] == ["40", "60", "80", "100"]
    assert good.lowest is not None
    assert good.lowest.label == "2"


def test_the_lowest_number_stands_above_its_dot_where_the_next_days_are_as_low():
    alone = charts.line([("1", 99.2), ("2", 95.0), ("3", 99.2)])
    row = charts.line([("1", 0), ("2", 0), ("3", 0)])

    assert (alone.crowded, row.crowded) == (False, False)
    assert charts.line([(str(day), 0) for day in range(1, 31)]).crowded


def test_a_day_without_rounds_breaks_the_line():
    drawn = charts.line([("1", 100), ("2", 99), ("3", None), ("4", 98), ("5", 100)])

    assert len(drawn.runs) == 2
    assert [dot.label for dot in drawn.dots] == ["1", "2", "4", "5"]
    assert drawn.table[2] == ["3", None]


def test_a_month_is_labelled_every_fifth_day():
    drawn = charts.line([(str(day), 100) for day in range(1, 32)])

    assert [tick.text for tick in drawn.ticks_x] == ["1", "5", "10", "15", "20", "25", "30"]


def test_no_points_make_an_empty_picture():
    assert charts.line([]).dots == []


def test_bars_start_at_zero_and_keep_their_proportion():
    drawn = charts.bars([("10", 22, 11), ("11", 0, 22)])

    first, second = drawn.groups
    assert first.a.height == pytest.approx(first.b.height * 2, abs=0.2)
    assert second.a.height == 0
    assert all(bar.y + bar.height == drawn.base for group in drawn.groups for bar in (group.a, group.b))


def test_a_share_is_whole_only_when_it_is_all():
    assert charts.share(118, 125) == 94.4
    assert charts.share(9999, 10000) == 99.9
    assert charts.share(10000, 10000) == 100.0
    assert charts.share(0, 0) == 100.0


def test_a_heat_level_is_the_count_up_to_five():
    assert [charts.level(count, 3) for count in range(4)] == [0, 1, 2, 3]
    assert charts.level(20, 20) == 5
    assert charts.level(1, 20) == 1


def test_a_heat_row_must_have_a_count_for_every_column():
    with pytest.raises(ValueError, match="Gate: 1 counts for 2 columns"):
        charts.heat(["21", "22"], [("Gate", [1])])


def test_few_cells_are_no_wider_than_many_need_and_long_numbers_stand_smaller():
    few = charts.heat(["21", "22"], [("Gate", [1, 9])])
    assert few.cell_width <= 44
    assert not few.tight
    assert charts.heat([f"{hour:02}" for hour in range(24)], [("Gate", [131] * 24)]).tight


def test_names_beside_a_heat_map_are_whole_where_they_fit_and_never_alike():
    east, west = "3 栋 12 层东侧 公共走廊尽头的大阳台", "5 栋 12 层西侧 公共走廊尽头的大阳台"
    map_ = charts.heat(["21"], [("西围墙", [1]), (east, [2]), (west, [3])])

    short, first, second = (row.text for row in map_.rows)
    assert short == "西围墙"
    assert first != second
    assert first.endswith("阳台")
    assert [row.name for row in map_.rows][1:] == [east, west]
    assert map_.rows[0].cells[0].x < map_.width / 3 + 2
    assert charts.heat(["21"], [("西围墙", [1])]).rows[0].cells[0].x < 70


@given(st.lists(st.text("东西 栋层ABcd 12", min_size=1, max_size=40), max_size=9, unique=True))
def test_no_two_names_are_ever_shown_alike(names):
    shown = fitted(names, 60)

    assert len(set(shown)) == len(names)


def test_the_night_puts_rounds_where_their_hours_are():
    night = charts.timeline(
        [
            {
                "name": "Route 1",
                "note": "",
                "rounds": [
                    {"start": EVENING, "end": EVENING + timedelta(hours=1), "stops": ["done", "missed"]},
                    {"start": EVENING - timedelta(hours=3), "end": EVENING - timedelta(hours=2)},
                ],
            }
        ],
        EVENING,
        EVENING + timedelta(hours=6),
        EVENING + timedelta(hours=3, minutes=43),
    )

    (shown,) = night.tracks[0].rounds
    assert shown.x == night.hours[0].at
    assert shown.x + shown.width == pytest.approx(night.hours[1].at, abs=0.1)
    assert [tick.text for tick in night.hours] == [
        "19:00",
        "20:00",
        "21:00",
        "22:00",
        "23:00",
        "00:00",
        "01:00",
    ]
    assert night.now_text == "22:43"
    assert night.table == [["Route 1", "19:00", "20:00", "1 / 2", "1"]]


def test_now_outside_the_night_is_not_drawn():
    night = charts.timeline([], EVENING, EVENING + timedelta(hours=6), EVENING - timedelta(hours=1))

    assert night.now_x is None


def test_a_whole_day_does_not_crowd_its_hours():
    day = charts.timeline([], EVENING, EVENING + timedelta(hours=24))

    assert len(day.hours) <= 10


def test_a_label_sheet_has_a_cross_at_every_corner_and_a_ruler_of_twenty_millimetres():
    marks = charts.cut_marks()

    assert len(marks.crosses) == 18
    assert "h20" in marks.ruler
    assert marks.cuts[0] == "M10 15V280"


def test_figures_have_no_needless_zeros():
    assert [charts.number(value) for value in (100.0, 98.55, float("nan"))] == ["100", "98.5", "–"]


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(0, 99), st.integers(0, 99)), max_size=9))
def test_bars_of_shares_stay_inside_their_row_and_never_round_up_to_all(given_rows):
    rows = [(name, part, part + rest) for name, part, rest in given_rows]
    drawn = charts.shares(rows, warn=60)

    assert len(drawn.rows) == len(drawn.table) == len(rows)
    for row, (_name, part, whole) in zip(drawn.rows, rows, strict=True):
        assert 0 <= row.length <= drawn.right - drawn.left
        assert (row.percent == "100.0%") == (0 < whole == part)
        assert (row.percent == "—") == (whole == 0)
        assert row.high == (whole > 0 and part * 1000 // whole >= 600)
