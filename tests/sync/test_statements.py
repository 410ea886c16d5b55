"""What a scan and a shift's outbox cost the database, counted in statements: they say it on any machine."""

from datetime import timedelta

import pytest

from patrol.core.clock import now
from patrol.core.keys import uuid7
from tests.sync.conftest import statuses


@pytest.fixture
def asked_for(as_user, people, send, count_queries):
    """The statements that one request with these records takes, the second of its kind."""
    phone = as_user(people.guard)

    def count(make) -> list[str]:
        assert set(statuses(send(phone, make()))) == {"stored"}
        batch = make()
        with count_queries() as queries:
            reply = send(phone, batch)
        assert statuses(reply) == ["stored"] * len(batch)
        return [sql for sql in queries if "pg_advisory" not in sql]  # PostgreSQL's queue of writers

    return count


@pytest.fixture
def scans(record, places):
    def make(count: int):
        at, codes = now() - timedelta(hours=5), [places.codes[name] for name in ("lobby", "pump", "roof")]
        return [
            record(data={"code": codes[n % 3], "method": "camera"}, at=at + timedelta(minutes=3 * n))
            for n in range(count)
        ]

    return make


@pytest.fixture
def hazards(record, places):
    def make(count: int):
        data = {"place": str(places.lobby.id), "category": "water_leak", "note": "漏水"}
        return [record("hazard", {**data, "photos": [str(uuid7())]}) for _ in range(count)]

    return make


def test_one_scan_takes_thirteen_statements(asked_for, scans):
    queries = asked_for(lambda: scans(1))

    assert len(queries) == 13, "\n".join(queries)


def test_a_shift_of_scans_takes_as_many_as_one(asked_for, scans):
    assert len(asked_for(lambda: scans(90))) == len(asked_for(lambda: scans(1)))


def test_each_hazard_adds_seventeen(asked_for, hazards):
    one, four = asked_for(lambda: hazards(1)), asked_for(lambda: hazards(4))

    assert len(four) - len(one) == 3 * 17, "\n".join(four)
