"""Due, done and missed of a month: by example, and against a recount by hand."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from patrol.maintenance.figures import Told, outcome, plan_months

START = datetime(2026, 3, 1, tzinfo=UTC)
LIFT, PUMP = UUID(int=1), UUID(int=2)


def order(n: int, plan: UUID, last: date, done: datetime | None = None, due: timedelta = timedelta()) -> Told:
    ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)
    return Told(UUID(int=100 + n), plan, str(plan.int), last, ends, ends - due, done)


def test_a_month_of_two_plans():
    at = datetime(2026, 3, 20, tzinfo=UTC)
    orders = [
        order(1, LIFT, date(2026, 3, 15), datetime(2026, 3, 10, tzinfo=UTC)),
        order(2, LIFT, date(2026, 3, 15)),
        order(3, LIFT, date(2026, 3, 31)),
        order(4, LIFT, date(2026, 3, 15), datetime(2026, 3, 14, tzinfo=UTC), due=timedelta(days=3)),
        order(5, PUMP, date(2026, 3, 31), datetime(2026, 3, 19, tzinfo=UTC)),
        order(6, PUMP, date(2026, 2, 28)),
    ]

    lift, pump = plan_months(orders, date(2026, 3, 1), date(2026, 3, 31), at)

    assert {name: lift.count(name) for name in lift.ids} == {"due": 4, "done": 2, "late": 1, "missed": 1, "open": 1}
    assert lift.ids["missed"] == [UUID(int=102)]
    assert {name: pump.count(name) for name in pump.ids} == {"due": 1, "done": 1, "late": 0, "missed": 0, "open": 0}


def test_done_after_its_period_is_missed_all_the_same():
    late = order(1, LIFT, date(2026, 3, 15), datetime(2026, 3, 16, tzinfo=UTC))

    assert outcome(late, datetime(2026, 3, 20, tzinfo=UTC)) == "missed"
    assert outcome(order(2, LIFT, date(2026, 3, 15)), late.ends_at - timedelta(seconds=1)) == "open"
    assert outcome(order(2, LIFT, date(2026, 3, 15)), late.ends_at) == "missed"


ORDERS = st.lists(
    st.tuples(
        st.sampled_from([LIFT, PUMP]), st.integers(0, 60), st.none() | st.integers(0, 60 * 24), st.integers(0, 10)
    ),
    max_size=30,
)


@given(told=ORDERS, hour=st.integers(0, 60 * 24))
def test_the_figures_add_up_and_two_months_are_both(told, hour):
    at = START + timedelta(hours=hour)
    orders = [
        order(n, plan, START.date() + timedelta(days=days), START + timedelta(hours=done) if done is not None else None,
              timedelta(days=gap))
        for n, (plan, days, done, gap) in enumerate(told)
    ]  # fmt: skip
    march = plan_months(orders, date(2026, 3, 1), date(2026, 3, 31), at)
    april = plan_months(orders, date(2026, 4, 1), date(2026, 4, 30), at)
    both = plan_months(orders, date(2026, 3, 1), date(2026, 4, 30), at)

    for month in (*march, *april, *both):
        assert month.count("due") == month.count("done") + month.count("missed") + month.count("open")
        assert set(month.ids["late"]) <= set(month.ids["done"])
    for plan in (LIFT, PUMP):
        parts = [one for one in (*march, *april) if one.plan_id == plan]
        whole = [one for one in both if one.plan_id == plan]
        for name in ("due", "done", "late", "missed", "open"):
            assert sum(one.count(name) for one in parts) == sum(one.count(name) for one in whole)
    assert sum(one.count("due") for one in both) == sum(days <= 60 for _plan, days, _done, _gap in told)
