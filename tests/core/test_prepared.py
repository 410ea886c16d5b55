"""Prepared statements mean what execute() would mean."""

from uuid import UUID

import pytest
from sqlalchemy import bindparam, event, insert, select
from sqlalchemy.exc import IntegrityError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import NIL, uuid7
from patrol.core.prepared import Prepared
from patrol.journal.entry import JournalEntry, JournalHead

ADD = Prepared(insert(JournalHead.__table__))
SOME = select(JournalHead.site_id, JournalHead.seq).where(
    JournalHead.site_id.in_(bindparam("sites", expanding=True)),
    JournalHead.seq > bindparam("over"),
    JournalHead.seq < 9,
    JournalHead.seq.not_in([7, 8]),
)
HEADS = Prepared(SOME.order_by(JournalHead.seq))


@pytest.fixture
def sites(app) -> list[UUID]:
    made = [uuid7(), uuid7(), uuid7()]
    with write():
        ADD.run(db.session.connection(), *(head(site, n) for n, site in enumerate(made)))
    return made


def head(site: UUID, n: int) -> dict[str, object]:
    return {"site_id": site, "seq": n, "hash": "…"}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_lists_of_any_length_and_constants_find_their_rows(sites, count):
    asked = {"sites": sites[-count:], "over": 0}
    found = HEADS.all(db.session.connection(), asked)

    wanted = db.session.execute(SOME.order_by(JournalHead.seq), asked)
    assert [(row.site_id, row.seq) for row in found] == [tuple(row) for row in wanted]
    assert len(found) == min(count, 2)


def test_types_come_out_as_they_went_in(app):
    at, detail = now(), {"text": "东阳台", "n": [1, 2]}
    row = {
        "site_id": NIL, "id": uuid7(), "seq": 7001, "at": at, "phone_at": None, "user_id": None, "verb": "test",
        "subject_kind": "test", "subject_id": None, "detail": detail, "prev_hash": "", "hash": "",
    }  # fmt: skip
    columns = JournalEntry.__table__.c
    with write():
        Prepared(insert(JournalEntry.__table__)).run(db.session.connection(), row)
        find = Prepared(select(columns.id, columns.at, columns.phone_at, columns.detail).where(columns.seq == 7001))
        found = find.first(db.session.connection(), {})

    assert tuple(found) == (row["id"], at, None, detail)


def test_a_broken_rule_is_the_error_that_execute_would_raise(sites):
    with pytest.raises(IntegrityError), write():
        ADD.run(db.session.connection(), head(sites[0], 4))


def test_who_counts_statements_sees_these_too(sites):
    asked: list[str] = []

    def listen(*call: object) -> None:
        asked.append(str(call[2]))

    event.listen(db.engine, "before_cursor_execute", listen)
    found = HEADS.first(db.session.connection(), {"sites": sites, "over": 1})
    event.remove(db.engine, "before_cursor_execute", listen)

    assert found.seq == 2
    assert any("journal_head" in sql for sql in asked)
