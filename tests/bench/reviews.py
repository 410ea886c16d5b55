"""P5, P6, P9: the guard's page; a month's review over a hundred sites and years; the start with all of it."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select, update

from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.demo.make import make_demo
from patrol.photos.storage import shelf
from patrol.reviews.company import AT_ONCE
from tests.bench.history import make_history, scans_in
from tests.bench.measure import database_seconds, exponent, page_cost, statements, steps
from tests.bench.processes import own_memory_mib
from tests.system.conftest import Server, database, token_cookie

SITES, DEMO_DAYS = 100, 35
PER_BLOCK = 101_500  # scans of a hundred sites in one block
FLOOR = "SELECT day, figures FROM day_tally WHERE site_id = ? AND day BETWEEN ? AND ? ORDER BY day"


def demo_pages(folder: Path) -> dict[str, Any]:
    """The guard's page and the month's review of a demo site, with everything that stands on them."""
    instance = folder / "instance"
    instance.mkdir(parents=True)
    with database(instance) as app:
        make_demo(store=shelf(app), days=DEMO_DAYS, said=lambda line: None)
        guard, leader = app.test_client(), app.test_client()
        token_cookie(guard, "0217")
        token_cookie(leader, "0101")
        return {
            "P5 today": {**_page(guard, "/today"), "goal": "queries <= 6, cpu <= 4 ms, html <= 30 kB"},
            "P6 demo": {**_page(leader, _month_path()), "goal": "cpu <= 25 ms"},
        }


def _page(client: FlaskClient, path: str) -> dict[str, Any]:
    page, cpu = page_cost(client, path)
    return {
        "queries": len(statements(client, path)),
        "cpu_ms": round(cpu * 1000, 1),
        "html_kb": round(len(page.data) / 1000, 1),
    }


def over_years(folder: Path, scans: tuple[int, ...]) -> dict[str, Any]:
    """The same month's page where the history behind it is 1, 10, 100 times as long; then the start with the most."""
    found: dict[str, Any] = {}
    sides: dict[str, Any] = {}
    counts, works, beside = [], [], []
    for wanted in scans:
        instance = folder / str(wanted)
        begun = time.monotonic()
        site_id = make_history(instance, sites=SITES, blocks=max(1, round(wanted / PER_BLOCK)))
        count = scans_in(instance)
        one = _review(instance, site_id)
        found[f"{count} scans"] = {**one, "made_in_s": round(time.monotonic() - begun)}
        counts.append(count)
        works.append(one["steps"])
        of_many = _companies(instance)
        sides |= {f"{count} scans, {name}": told for name, told in of_many.items()}
        beside.append(of_many[f"{SITES} sites"]["steps"])
    if len(counts) > 1:
        found["exponent"], sides["exponent"] = exponent(counts, works), exponent(counts, beside)
    found["goal"] = "database <= 3 x floor, cpu <= 25 ms, exponent <= 0.05"
    sides["goal"] = "queries <= 10, 100 sites database <= 10 ms, exponent <= 0.05"
    return {"P6 review": found, "P6 company": sides, "P9 start": _start(instance, counts[-1])}


def _review(instance: Path, site_id: UUID) -> dict[str, Any]:
    with database(instance) as app:
        client = app.test_client()
        token_cookie(client, "0101")
        path = _month_path()
        page, cpu = page_cost(client, path)
        asked = statements(client, path)
        month = (now() - timedelta(days=15)).date()
        floor = [(FLOOR, (site_id.hex, f"{month:%Y-%m}-01", f"{month:%Y-%m}-31"))]
        ours, bare = database_seconds(asked), database_seconds(floor)
        raw = db.session.connection().connection.driver_connection
        assert raw is not None
        days = [json.loads(row[1]) for row in raw.execute(*floor[0])]
        return {
            "queries": len(asked),
            "cpu_ms": round(cpu * 1000, 1),
            "database_ms": round(ours * 1000, 2),
            "floor_ms": round(bare * 1000, 2),
            "steps": steps(asked),
            "days": len(days),
            "html_kb": round(len(page.data) / 1000, 1),
        }


def _companies(instance: Path) -> dict[str, Any]:
    """A hundred sites side by side over a month, then fifty: their supervisor leaves the others."""
    found = {}
    with database(instance) as app:
        client = app.test_client()
        token_cookie(client, "0101")
        path = f"/company{_month_path().removeprefix('/reviews')}"
        for many in (SITES, SITES // 2):
            _leave_but("0101", many)
            for _turn in range(many // AT_ONCE + 1):  # a few stale sites are counted with each look
                client.get(path)
            page, cpu = page_cost(client, path)
            asked = statements(client, path)
            found[f"{many} sites"] = {
                "queries": len(asked),
                "cpu_ms": round(cpu * 1000, 1),
                "database_ms": round(database_seconds(asked) * 1000, 2),
                "steps": steps(asked),
                "html_kb": round(len(page.data) / 1000, 1),
            }
    return found


def _leave_but(staff_no: str, many: int) -> None:
    mine = select(Membership.id, Membership.site_id).join(User, User.id == Membership.user_id)
    rows = db.session.execute(mine.where(User.staff_no == staff_no).order_by(Membership.site_id)).all()
    with write():
        for part, ended_at in ((rows[:many], None), (rows[many:], now())):  # a kept history was left by an earlier run
            sites = [row.site_id for row in part]
            db.session.execute(update(Membership).where(Membership.site_id.in_(sites)).values(ended_at=ended_at))


def _month_path() -> str:
    return f"/reviews/month/{now() - timedelta(days=15):%Y-%m}"


def _start(instance: Path, scans: int) -> dict[str, Any]:
    server = Server(instance, workers=2)
    begun = time.monotonic()
    server.start()
    took = time.monotonic() - begun
    try:
        memory = own_memory_mib(server.pid)
    finally:
        server.kill()
    return {
        "scans": scans,
        "ready_s": round(took, 1),
        "memory_mib": round(memory),
        "goal": "ready <= 3 s with 1e6 scans, 2 workers <= 200 MiB",
    }
