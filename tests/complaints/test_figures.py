"""The figures of complaints equal a naive recount, and each opens its complaints."""

from datetime import date, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from patrol.complaints.figures import FIGURES, Heard, figures
from patrol.complaints.month import heard as heard_on
from patrol.core.keys import uuid7
from patrol.reviews.orders_section import orders_of
from patrol.reviews.period import Period
from tests.repairs.conftest import NOON

HOUR = timedelta(hours=1)
moments = st.none() | st.integers(0, 200).map(lambda hours: NOON + hours * HOUR)
one = st.builds(
    lambda answered, promised, solved, again, stars: Heard(
        uuid7(), NOON + 24 * HOUR, answered, promised, solved, again, stars
    ),
    moments, moments, moments, st.booleans(), st.none() | st.integers(1, 5),
)  # fmt: skip


@given(st.lists(one, max_size=12), st.integers(0, 250))
def test_each_figure_is_what_one_counts_by_hand(found, passed):
    at = NOON + passed * HOUR
    counted = {name: [0, 0] for name in FIGURES}
    for complaint in found:
        for name, (asked, met) in by_hand(complaint, at).items():
            counted[name][0] += asked and met
            counted[name][1] += asked

    shares = figures(found, at)

    assert {name: [share.n, share.d] for name, share in shares.items()} == counted
    assert all(len(share.ids) == share.n <= share.d for share in shares.values())


def by_hand(complaint, at) -> dict[str, tuple[bool, bool]]:
    """For each figure: is this complaint asked about, and did it come out well."""
    answered, promised, solved = complaint.answered_at, complaint.promised_at, complaint.solved_at
    day_over = at > NOON + 24 * HOUR
    return {
        "heard": (True, True),
        "answered": (answered is not None or day_over, answered is not None and answered - NOON <= 24 * HOUR),
        "kept": (
            promised is not None and (solved is not None or at > promised),
            solved is not None and promised is not None and not solved > promised,
        ),
        "again": (True, complaint.repeated),
        "content": (complaint.satisfaction is not None, complaint.satisfaction in (4, 5)),
    }


def test_the_days_of_a_review_and_the_lists_behind_its_figures(in_state, sites, as_user, people):
    closed, answered = in_state("closed"), in_state("answered")
    in_state("rejected")

    assert {one.id for one in heard_on(sites.lake.id, date(2026, 3, 2), date(2026, 3, 2))} == {closed.id, answered.id}
    assert heard_on(sites.lake.id, date(2026, 3, 3), date(2026, 3, 31)) == []
    assert heard_on(sites.hill.id, date(2026, 3, 2), date(2026, 3, 2)) == []

    review = SimpleNamespace(site=sites.lake, period=Period.around("week", date(2026, 3, 2)), at=NOON + 100 * HOUR)
    shown = {figure.words: figure for figure in orders_of(review)}
    assert (shown["Complaints"].value, shown["Promise kept"].of) == ("2", (1, 1))
    page = as_user(people.manager).get(shown["Promise kept"].url).get_data(as_text=True)
    assert closed.number in page
    assert answered.number not in page


def test_the_week_and_the_month_show_them_and_a_quiet_week_does_not(in_state, as_user, people):
    in_state("closed")
    manager = as_user(people.manager)

    for url in ("/reviews/week/2026-W10", "/reviews/month/2026-03"):
        page = manager.get(url).get_data(as_text=True)
        assert "报修与投诉" in page
        assert "承诺兑现率" in page
    assert "报修与投诉" not in manager.get("/reviews/week/2026-W08").get_data(as_text=True)


def test_midnight_and_the_months_end(heard, sites):
    """Business days begin at eight: heard at 03:00 on 1 April it is March's."""
    night = NOON.replace(month=3, day=31, hour=19)  # 03:00 on 1 April at the lake
    complaint = heard(night)

    assert [one.id for one in heard_on(sites.lake.id, date(2026, 3, 1), date(2026, 3, 31))] == [complaint.id]
