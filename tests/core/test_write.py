"""write() hands its connection on; a savepoint inside it is one all the same."""

import pytest
from sqlalchemy import func, select

from patrol.core.db import connection, db, write
from patrol.core.keys import NIL, uuid7
from patrol.core.prepared import Prepared
from patrol.journal.entry import JournalHead
from tests.core.test_prepared import ADD, head

COUNT = Prepared(select(func.count().label("n")).select_from(JournalHead.__table__))


class Stop(Exception):
    pass


def add_and_stop(**how: bool) -> None:
    ADD.run(connection(**how), head(uuid7(), 2))
    raise Stop


def stored() -> int:
    return COUNT.first(connection(), {}).n


@pytest.mark.parametrize("flush", [True, False])
def test_plain_rows_inside_a_savepoint_go_with_it(app, flush):
    with write():
        ADD.run(connection(), head(uuid7(), 1))
        with pytest.raises(Stop), db.session.begin_nested():
            add_and_stop(flush=flush)
        ADD.run(connection(flush=flush), head(uuid7(), 3))

    assert stored() == 2


def test_a_savepoint_within_another_takes_only_its_own_along(app):
    with write():
        with db.session.begin_nested():
            ADD.run(connection(), head(uuid7(), 1))
            with pytest.raises(Stop), db.session.begin_nested():
                add_and_stop()
            ADD.run(connection(), head(uuid7(), 3))
        with pytest.raises(Stop), db.session.begin_nested():
            add_and_stop()

    assert stored() == 2


def test_plain_rows_go_with_the_transaction_and_the_next_one_has_a_connection_of_its_own(app):
    with pytest.raises(Stop), write():
        add_and_stop()
    assert stored() == 0

    with write():
        ADD.run(connection(), head(uuid7(), 1))
    assert stored() == 1


def test_what_the_session_holds_back_is_written_first_unless_it_may_wait(app):
    with write():
        db.session.add(JournalHead(site_id=NIL, seq=1, hash=""))
        assert COUNT.first(connection(flush=False), {}).n == 0
        assert COUNT.first(connection(), {}).n == 1
