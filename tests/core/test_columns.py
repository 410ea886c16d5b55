"""The columns' quick ways there and back: the same values and the same text as SQLAlchemy's own, slower ones."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime, Uuid
from sqlalchemy.dialects import postgresql, sqlite

from patrol.core.columns import Id, UtcDateTime, of_json, to_json

LITE, POST = sqlite.dialect(), postgresql.dialect()
PLAIN = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.uuids())
def test_an_id_comes_back_as_the_same_id(id: UUID):
    text = Id().bind_processor(LITE)(id)
    back = Id().result_processor(LITE, None)(text)

    assert text == Uuid().bind_processor(LITE)(id)
    assert (back, hash(back), str(back), repr(back)) == (id, hash(id), str(id), repr(id))
    assert pickle.loads(pickle.dumps(back)) == id
    with pytest.raises(TypeError):
        back.int = 1


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9.5))])))
def test_a_time_comes_back_in_utc_and_stands_as_sqlalchemy_writes_it(at: datetime):
    try:
        utc = at.astimezone(UTC)
    except OverflowError:  # within hours of the first or last moment Python knows
        return
    text = UtcDateTime().bind_processor(LITE)(at)
    back = UtcDateTime().result_processor(LITE, None)(text)

    assert text == DateTime().dialect_impl(LITE).bind_processor(LITE)(utc.replace(tzinfo=None))
    assert (back, back.tzinfo) == (utc, UTC)


def test_nothing_stays_nothing_and_a_naive_time_is_refused():
    for kind in (Id(), UtcDateTime()):
        assert kind.bind_processor(LITE)(None) is None
        assert kind.result_processor(LITE, None)(None) is None
    for dialect in (LITE, POST):
        with pytest.raises(ValueError):
            UtcDateTime().dialect_impl(dialect).bind_processor(dialect)(datetime(2026, 3, 1))


@given(JSON)
def test_json_is_what_the_library_makes_of_it_with_chinese_readable(value):
    assert to_json(value) == json.dumps(value, ensure_ascii=False)
    assert of_json(to_json(value)) == value


def test_an_empty_list_read_twice_is_two_lists():
    assert of_json("[]") is not of_json("[]")
