"""Each job is done by one runner at a time, tried again after a fall, and never lost. On SQLite and PostgreSQL."""

import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from patrol.core import queue
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.queue import LEASE, MOST_ATTEMPTS, Job, again, claim, enqueue, finish, prune, stuck, wait_after

AT = datetime(2026, 3, 18, 12, tzinfo=UTC)
SITE = uuid7()
ROOT = Path(__file__).parents[2]

RUNNER = """
import sys
from datetime import datetime
from patrol.app import create_app
from patrol.core.db import write
from patrol.core.queue import claim, finish
app = create_app({"INSTANCE": sys.argv[1], "DATABASE_URL": sys.argv[2], "LOG_LEVEL": "ERROR"})
at = datetime.fromisoformat(sys.argv[3])
with app.app_context():
    while (job := claim(at)) is not None:
        with write():
            finish(job, at)
        print(job.key, flush=True)
"""


def add(*keys: str, run_at: datetime = AT, lane: str = "") -> None:
    with write():
        for key in keys:
            enqueue(SITE, "try", key, {"n": key}, run_at=run_at, lane=lane)


def kept(key: str) -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.key == key).execution_options(populate_existing=True)).one()


def test_a_key_is_a_job_only_once(app):
    add("a", "a")
    add("a")

    assert [job.key for job in db.session.scalars(select(Job))] == ["a"]


def test_what_has_waited_longest_comes_first_and_nothing_before_its_time(app):
    add("late", run_at=AT + timedelta(seconds=1))
    add("second", run_at=AT)
    add("first", run_at=AT - timedelta(minutes=1))

    found = [claim(AT), claim(AT), claim(AT)]

    assert [job.key if job else None for job in found] == ["first", "second", None]
    assert (found[0].payload, found[0].attempts) == ({"n": "first"}, 1)


def test_only_the_kinds_asked_for_are_handed_out(app):
    add("a")

    assert claim(AT, kinds=("other",)) is None
    assert claim(AT, kinds=("try", "other")).key == "a"


def test_of_one_lane_one_job_runs_at_a_time(app):
    add("one", "two", lane="robot")
    add("elsewhere", lane="mail")

    first, other = claim(AT), claim(AT)
    assert first.key in ("one", "two")  # put in within one millisecond: either may be the first
    assert (other.key, claim(AT)) == ("elsewhere", None)
    with write():
        finish(first, AT)
    assert {first.key, claim(AT).key} == {"one", "two"}


def test_a_done_job_is_never_handed_out_again(app):
    add("a")
    job = claim(AT)
    with write():
        assert finish(job, AT) is True

    assert claim(AT + timedelta(days=400)) is None
    assert (kept("a").done_at, kept("a").outcome) == (AT, "done")


def test_a_runner_that_died_leaves_a_lease_that_runs_out_and_what_it_says_later_counts_for_nothing(app):
    add("a")
    dead = claim(AT)

    assert claim(AT + LEASE - timedelta(seconds=1)) is None
    taken = claim(AT + LEASE)
    assert (taken.key, taken.attempts) == ("a", 2)
    with write():
        assert finish(dead, AT + LEASE) is False
        assert again(dead, AT + LEASE) is False
        assert finish(taken, AT + LEASE) is True


def test_a_failed_job_waits_longer_each_time_and_is_given_up_after_the_last_attempt(app):
    add("a")
    at, waits = AT, []
    for _attempt in range(MOST_ATTEMPTS):
        job = claim(at)
        with write():
            again(job, at)
        waits.append(kept("a").run_at - at)
        at = max(at, kept("a").run_at)

    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[:-1] == sorted(waits[:-1])
    assert claim(at + timedelta(days=1)) is None
    assert kept("a").outcome == "gave_up"


def test_waiting_never_exceeds_an_hour():
    assert wait_after(1) == timedelta(seconds=30)
    assert wait_after(40) == timedelta(hours=1)


def test_a_job_that_kills_its_runner_every_time_ends_too(app):
    add("poison")
    add("good", run_at=AT + timedelta(hours=1))
    at = AT
    for attempt in range(MOST_ATTEMPTS):
        assert claim(at).attempts == attempt + 1
        at += LEASE

    assert claim(at) is None
    assert kept("poison").outcome == "gave_up"
    assert claim(AT + timedelta(hours=2)).key == "good"


def test_four_threads_take_each_of_two_hundred_jobs_once(app):
    add(*(f"job {n}" for n in range(200)))
    done: list[str] = []

    def run() -> None:
        with app.app_context():
            while (job := claim(AT)) is not None:
                with write():
                    finish(job, AT)
                done.append(job.key)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(done) == {f"job {n}": 1 for n in range(200)}


def test_two_processes_take_each_job_once(app):
    add(*(f"job {n}" for n in range(60)))
    url = db.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", RUNNER, str(app.config["INSTANCE"]), url, AT.isoformat()]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    done = [line for process in running for line in process.communicate(timeout=60)[0].splitlines()]

    assert Counter(done) == {f"job {n}": 1 for n in range(60)}
    db.session.rollback()
    assert not list(db.session.scalars(select(Job).where(Job.done_at.is_(None))))


def settled(outcomes: dict[str, str], at: datetime = AT) -> None:
    add(*outcomes)
    while (job := claim(at)) is not None:
        with write():
            finish(job, at, outcomes[job.key])


def test_what_went_out_is_forgotten_in_time_and_what_failed_stays(app, monkeypatch):
    settled({"sent": "done", "dropped": "dropped", "refused": "refused", "gave up": "gave_up"})
    add("waiting")

    assert prune(AT, kinds=("try",)) == prune(AT + timedelta(days=1), kinds=("another",)) == 0
    assert prune(AT + timedelta(seconds=1), kinds=("try",)) == 2
    assert set(db.session.scalars(select(Job.key))) == {"refused", "gave up", "waiting"}


def test_many_are_forgotten_a_few_at_a_time_and_the_rest_at_the_next_tick(app, monkeypatch):
    monkeypatch.setattr(queue, "PRUNED", 2)
    monkeypatch.setattr(queue, "PRUNES", 2)
    settled({str(n): "done" for n in range(7)})

    assert [prune(AT + timedelta(days=1), kinds=("try",)) for _ in range(3)] == [4, 3, 0]


def test_what_was_due_long_ago_and_nobody_took_up_is_stuck(app):
    settled({"over": "done"})
    add("old", "older", run_at=AT - timedelta(hours=2))
    add("young", run_at=AT)

    assert stuck(AT - timedelta(hours=1)) == 2
