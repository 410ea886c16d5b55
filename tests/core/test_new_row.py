"""A row put in at once is like one that was added and flushed."""

import pytest
from sqlalchemy import inspect, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.new_row import put
from patrol.hazards.hazard import Hazard
from patrol.workorders.order import WorkOrder


def pot(site_id, place_id, number="YH-251201-01") -> Hazard:
    at = now()
    return Hazard(
        id=uuid7(), site_id=site_id, number=number, title="花盆", place_id=place_id, category="balcony_flowerpot",
        severity="minor", state="reported", source="patrol", team="security", reported_at=at, received_at=at,
        business_day=at.date(),
    )  # fmt: skip


def told(row) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}


def test_it_reads_back_as_what_a_flush_would_have_stored(sites, places):
    one, other = pot(sites.lake.id, places.lobby.id), pot(sites.lake.id, places.lobby.id, "YH-251201-02")
    with write():
        put(one)
        db.session.add(other)
    db.session.expire_all()

    differ = {name for name, value in told(one).items() if value != told(other)[name]}
    assert differ == {"id", "number", "reported_at", "received_at"}
    assert (one.kind, one.version, one.spot_fixed, one.closed_at) == ("hazard", 1, False, None)


def test_it_says_of_itself_what_is_stored_without_asking(sites, places, count_queries):
    lake = sites.lake.id
    one = pot(lake, places.lobby.id)
    with write():
        put(one)
        with count_queries() as queries:
            said = told(one)
            assert db.session.get(Hazard, (lake, one.id)) is one
    assert queries == []
    db.session.expire(one)
    assert told(one) == said


def test_what_is_changed_afterwards_is_written(sites, places):
    one = pot(sites.lake.id, places.lobby.id)
    with write():
        put(one)
        one.state, one.category = "closed", "water_leak"

    rows = select(WorkOrder.__table__.c.state, Hazard.__table__.c.category).join_from(
        WorkOrder.__table__, Hazard.__table__
    )
    assert db.session.execute(rows).all() == [("closed", "water_leak")]


@pytest.mark.parametrize("nested", [True, False])
def test_a_rollback_takes_it_out_again(sites, places, nested):
    key = (sites.lake.id, uuid7())

    class Stop(Exception):
        pass

    def put_and_stop() -> Hazard:
        one = pot(sites.lake.id, places.lobby.id)
        one.id = key[1]
        put(one)
        raise Stop

    if nested:
        with write():
            with pytest.raises(Stop), db.session.begin_nested():
                put_and_stop()
            assert db.session.get(Hazard, key) is None
    else:
        with pytest.raises(Stop), write():
            put_and_stop()
    assert db.session.get(Hazard, key) is None
