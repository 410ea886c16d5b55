"""Several people at the same record: each in a thread of its own, all let go at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem


def race(app: Any, verb: Any, attempts: Sequence[tuple[Any, Any]]) -> list[str]:
    """attempts: (reader, data checked by its schema). What became of each: "done", or the problem's code."""
    gate = Barrier(len(attempts))

    def run(by: Any, checked: Any) -> str:
        with app.app_context():
            try:
                gate.wait(10)
                with write(by.site_id):
                    verb(checked, id=uuid7(), by=by, when=When.now())
                return "done"
            except Problem as problem:
                return problem.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return [future.result() for future in [pool.submit(run, *attempt) for attempt in attempts]]
