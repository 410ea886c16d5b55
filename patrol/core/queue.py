"""Jobs (待办作业) in the same database as what they speak of: made in the transaction of the fact, run by any tick.

``enqueue`` inside the caller's ``write()``; ``claim`` hands a job to one runner only, on however many machines, by one
UPDATE ... RETURNING; ``finish`` and ``again`` give it back, ``hold`` keeps it for longer. A runner that dies leaves a
lease that runs out, and the job is handed out once more: so a job is never lost, and what it does must bear being
done twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from patrol.core.db import Model, db, upsert, write
from patrol.core.keys import uuid7

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)  # then twice as long each time: the last attempt is about an hour after the first
LONGEST_WAIT = timedelta(hours=1)
PRUNED, PRUNES = 200, 10  # jobs forgotten in one transaction, transactions in one tick


class Job(Model):
    """``key``: one job for each within a site, for ever. ``lane``: of one lane one job runs at a time."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index(None, "done_at", "run_at"),
    )

    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    key: Mapped[str]
    lane: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    lease: Mapped[UUID | None]  # whose: a runner that comes back too late changes nothing
    done_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")  # done, dropped, refused, gave_up


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in one runner's hands. attempts: this one counts."""

    site_id: UUID
    id: UUID
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int
    lease: UUID

    @property
    def last_attempt(self) -> bool:
        return self.attempts >= MOST_ATTEMPTS


def enqueue(site_id: UUID, kind: str, key: str, payload: dict[str, Any], *, run_at: datetime, lane: str = "") -> None:
    """Inside ``write()``. A key that was used before adds nothing."""
    row = {
        "site_id": site_id,
        "id": uuid7(),
        "kind": kind,
        "key": key,
        "lane": lane,
        "payload": payload,
        "run_at": run_at,
        "attempts": 0,
        "outcome": "",
    }
    db.session.execute(upsert(Job).values(row).on_conflict_do_nothing(index_elements=["site_id", "key"]))


def claim(at: datetime, *, kinds: tuple[str, ...] | None = None, key: str | None = None) -> Claimed | None:
    """The job that has waited longest, now leased to the caller; None when nothing is due. key: only this one."""
    lease = uuid7()
    with write() as session:
        session.execute(_given_up(at))
        row = session.execute(_claim(at, lease, kinds, key)).first()
    return Claimed(**row._mapping, lease=lease) if row else None


def any_due(at: datetime, *, kinds: tuple[str, ...]) -> bool:
    """Whether it is worth while to ask: a look that keeps no writer waiting."""
    query = select(Job.id).where(Job.done_at.is_(None), Job.run_at <= at, _free(at), Job.kind.in_(kinds))
    found = db.session.scalar(query.limit(1)) is not None
    db.session.rollback()
    return found


def hold(job: Claimed, at: datetime) -> bool:
    """Inside ``write()``: the lease anew, for a job that takes longer. False when it has passed to somebody else."""
    return _give_back(job, leased_until=at + LEASE)


def withdraw(site_id: UUID, key: str, at: datetime) -> bool:
    """Inside ``write()``: not wanted any more, begun or not; its runner learns so when he asks. False: it is over."""
    this = (Job.site_id == site_id) & (Job.key == key) & Job.done_at.is_(None)
    values = {"done_at": at, "outcome": "dropped", "leased_until": None}
    return db.session.execute(update(Job).where(this).values(**values).returning(Job.id)).first() is not None


def finish(job: Claimed, at: datetime, outcome: str = "done") -> bool:
    """Inside ``write()``: over and done with. False when the lease had passed to somebody else."""
    return _give_back(job, done_at=at, outcome=outcome, leased_until=None)


def again(job: Claimed, at: datetime) -> bool:
    """Inside ``write()``: once more after a while, each time a longer one; after the last attempt never."""
    if job.last_attempt:
        return finish(job, at, "gave_up")
    return _give_back(job, run_at=at + wait_after(job.attempts), leased_until=None)


def prune(before: datetime, *, kinds: tuple[str, ...]) -> int:
    """Forget jobs that did what they were for, or were not wanted any more, before this moment. Returns how many.

    A few at a time, each in a ``write()`` of its own, so that no other writer waits long; what failed for good stays.
    By then nothing asks for the same key again.
    """
    old = select(Job.site_id, Job.id).where(Job.done_at < before, Job.outcome.in_(("done", "dropped")))
    old = old.where(Job.kind.in_(kinds))
    gone = 0
    for _ in range(PRUNES):
        found = db.session.execute(old.order_by(Job.done_at).limit(PRUNED)).all()
        db.session.rollback()
        if not found:
            break
        with write() as session:
            these = tuple_(Job.site_id, Job.id).in_([tuple(row) for row in found])
            session.execute(delete(Job).where(these).execution_options(synchronize_session=False))
        gone += len(found)
    return gone


def stuck(before: datetime) -> int:
    """How many jobs were due before this moment and nobody has taken them up."""
    query = select(func.count()).select_from(Job).where(Job.done_at.is_(None), Job.run_at < before)
    return db.session.scalar(query) or 0


def wait_after(attempts: int) -> timedelta:
    """How long to leave it after so many attempts."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)


def _give_back(job: Claimed, **values: Any) -> bool:
    mine = (Job.site_id == job.site_id) & (Job.id == job.id) & (Job.lease == job.lease) & Job.done_at.is_(None)
    given = db.session.execute(update(Job).where(mine).values(**values).returning(Job.id))
    return given.first() is not None


def _given_up(at: datetime) -> Any:
    """What killed its runner at the last attempt as well."""
    return (
        update(Job)
        .where(Job.done_at.is_(None), Job.attempts >= MOST_ATTEMPTS, Job.leased_until <= at)
        .values(done_at=at, outcome="gave_up", leased_until=None)
        .execution_options(synchronize_session=False)
    )


def _free(at: datetime) -> Any:
    return or_(Job.leased_until.is_(None), Job.leased_until <= at)


def _claim(at: datetime, lease: UUID, kinds: tuple[str, ...] | None, key: str | None) -> Any:
    # A CTE, since PostgreSQL may run a plain subquery with LIMIT more than once and then locks more than it returns.
    busy = aliased(Job)
    running = select(busy.lane).where(busy.done_at.is_(None), busy.leased_until > at, busy.lane != "")
    due = select(Job.site_id, Job.id).where(Job.done_at.is_(None), Job.run_at <= at, _free(at))
    due = due.where(Job.lane.not_in(running))
    if kinds is not None:
        due = due.where(Job.kind.in_(kinds))
    if key is not None:
        due = due.where(Job.key == key)
    chosen = due.order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True).cte("due")
    return (
        update(Job)
        .where(tuple_(Job.site_id, Job.id).in_(select(chosen.c.site_id, chosen.c.id)))
        .values(leased_until=at + LEASE, lease=lease, attempts=Job.attempts + 1)
        .returning(Job.site_id, Job.id, Job.kind, Job.key, Job.payload, Job.attempts)
        .execution_options(synchronize_session=False)
    )
