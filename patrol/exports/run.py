"""Making the files that were asked for. Any tick on any machine runs this; of one export one runner makes one file.

A runner holds the job by its lease and says at every step how far it is. One that was killed leaves a lease that runs
out, and the next tick begins anew. One that was cancelled, or came too late, learns so at its next step.
"""

import errno
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.core.queue import Claimed, Job, any_due, claim, finish, hold
from patrol.exports.export import JOB, Export, expired, gave_up, until
from patrol.exports.kit import Kit
from patrol.exports.made import Made, Steps
from patrol.exports.makers import make
from patrol.exports.part_file import check_room, flush, part_of, path_of, sweep, work_folder
from patrol.journal.entry import note

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
FRESH = timedelta(minutes=10)
EVERY = 0.7  # seconds between two notes of how far it is


class Stopped(Exception):
    """Cancelled, or somebody else's by now."""


class Progress(Steps):
    """How far a job is, told to its row now and then; keeps the lease meanwhile."""

    def __init__(self, job: Claimed, folder: Path, reserve: int, clock: Clock, every: float = EVERY):
        self._job, self._folder, self._reserve, self._clock, self._every = job, folder, reserve, clock, every
        self._doing, self._told = "", 0.0

    def step(self, doing: str, done: int, total: int) -> None:
        if doing == self._doing and time.monotonic() < self._told + self._every:
            return
        self._doing = doing
        check_room(self._folder, self._reserve)
        at = self._clock()
        with write(self._job.site_id):
            if not hold(self._job, at):
                raise Stopped
            row = db.session.get_one(Export, (self._job.site_id, UUID(self._job.payload["export"])))
            row.begun_at = row.begun_at or at
            row.doing, row.done, row.total = doing, done, total
        self._told = time.monotonic()


def run_due(kit: Kit, *, clock: Clock = now, seconds: float = 3600.0) -> int:
    """Everything that waits, one after the other. Returns how many jobs were taken up."""
    count, end = 0, time.monotonic() + seconds
    while any_due(clock(), kinds=(JOB,)) and time.monotonic() < end:
        job = claim(clock(), kinds=(JOB,))
        if job is None:
            break
        run_job(job, kit, clock)
        count += 1
    return count


def run_now(row: Export, kit: Kit, clock: Clock = now) -> None:
    """A small one, at once. When a tick was quicker, that is as well."""
    job = claim(clock(), kinds=(JOB,), key=row.job_key)
    if job is not None:
        run_job(job, kit, clock)


def run_job(job: Claimed, kit: Kit, clock: Clock = now, every: float = EVERY) -> str:
    """Make one file. Returns what came of it: made, failed or stopped."""
    row = db.session.get(Export, (job.site_id, UUID(job.payload["export"])))
    if row is None or row.ended_at is not None:
        with write(job.site_id):
            finish(job, clock(), "dropped")
        return "stopped"
    export_id, language = row.id, row.language
    db.session.rollback()
    try:
        with part_of(kit.folder, export_id, job.lease) as part, kit.speak(language):
            return _make(job, export_id, part, kit, clock, every)
    except Stopped:
        return "stopped"
    except Problem as problem:
        log.warning("export %s: %s", export_id, problem.code)
        return _fail(job, export_id, "disk_full" if problem.code == "disk_full" else "broken", clock())
    except (OSError, OperationalError) as error:
        log.warning("export %s: %s", export_id, error)
        return _fail(job, export_id, "disk_full" if _is_full(error) else "broken", clock())
    except Exception:
        log.exception("export %s", export_id)
        return _fail(job, export_id, "broken", clock())


def _make(job: Claimed, export_id: UUID, part: Path, kit: Kit, clock: Clock, every: float) -> str:
    progress = Progress(job, kit.folder, kit.reserve, clock, every)
    progress.step("begin", 0, 0)
    folder = work_folder(part)
    try:
        row = db.session.get_one(Export, (job.site_id, export_id))
        db.session.expunge(row)
        made = make(row, part, folder, progress, replace(kit, words=cache(kit.words)), clock())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sha256, size = flush(part)
    at = clock()
    with write(job.site_id):
        if not finish(job, at):
            raise Stopped
        os.replace(part, path_of(kit.folder, export_id))
        _made(job.site_id, export_id, made, sha256, size, at, kit.days)
    return "made"


def _made(site_id: UUID, export_id: UUID, made: Made, sha256: str, size: int, at: datetime, days: int) -> None:
    row = db.session.get_one(Export, (site_id, export_id))
    row.ended_at, row.outcome, row.expires_at = at, "made", until(at, days)
    row.file_name, row.bytes, row.sha256 = made.file_name, size, sha256
    note(
        "export.made", "export", row.id, site_id=site_id, by=row.user_id, at=at,
        kind=row.kind, sha256=sha256, bytes=size, **made.journal,
    )  # fmt: skip


def _fail(job: Claimed, export_id: UUID, problem: str, at: datetime) -> str:
    with write(job.site_id):
        if finish(job, at, "refused"):
            row = db.session.get_one(Export, (job.site_id, export_id))
            row.ended_at, row.outcome, row.problem = at, "failed", problem
            note("export.failed", "export", row.id, site_id=row.site_id, by=row.user_id, at=at, problem=problem)
    return "failed"


def _is_full(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, OperationalError) else error
    if isinstance(cause, sqlite3.Error):
        return "full" in str(cause)
    return getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def tidy(kit: Kit, at: datetime) -> int:
    """Old files go, and what killed runners have left. Returns how many files were removed."""
    if expired(at) or gave_up():
        with write():
            for row in gave_up():
                row.ended_at, row.outcome, row.problem = at, "failed", "gave_up"
            for row in expired(at):
                path_of(kit.folder, row.id).unlink(missing_ok=True)
                row.removed_at = at
                note("export.removed", "export", row.id, site_id=row.site_id, by=None, at=at)
    stays = select(Export.id).where(Export.outcome == "made", Export.removed_at.is_(None))
    leased = select(Job.key).where(Job.kind == JOB, Job.done_at.is_(None), Job.leased_until > at)
    finished = {found.hex for found in db.session.scalars(stays)}
    making = {UUID(key.partition(":")[2]).hex for key in db.session.scalars(leased)}
    db.session.rollback()
    return sweep(kit.folder, finished, making, at - FRESH)
