"""Commands that run the installation itself: serve, upgrade, doctor."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import inspect, select, text

from patrol.core.clock import now
from patrol.core.db import db, is_sqlite
from patrol.core.queue import stuck
from patrol.lan.terminal import words_for_the_terminal
from patrol.photos.photo import PhotoFile
from patrol.photos.storage import shelf
from patrol.web.pdf import has_chinese_font, pdf_installed

if TYPE_CHECKING:  # brings a library of cryptography along, which only LAN needs
    from patrol.lan.opening import Lan

STUCK = timedelta(hours=1)


@click.command("upgrade")
@with_appcontext
def upgrade_command() -> None:
    """Bring the database to this version's tables; a copy of an SQLite file is kept first."""
    bring_up_to_date()


def bring_up_to_date() -> None:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    folder = current_app.extensions["migrate"].directory
    head = ScriptDirectory(folder).get_current_head()
    with db.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    if here == head:
        return
    if here is not None:
        keep_copy()
    upgrade(directory=folder)


def keep_copy() -> None:
    """A copy of the SQLite file beside it: its schema changes are not transactional."""
    if not is_sqlite(db.engine):
        return
    source = Path(str(db.engine.url.database))
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    with (
        sqlite3.connect(source) as live,
        sqlite3.connect(source.with_name(f"{source.name}.before-{stamp}")) as kept,
    ):
        live.backup(kept)


@click.command("serve")
@click.option("--host", default=None, help="Address to listen on.")
@click.option("--port", default=None, type=int, help="Port to listen on.")
@click.option("--workers", default=None, type=int, help="Processes.")
@click.option("--lan", is_flag=True, help="HTTPS for phones in the local network, with an own certificate.")
@with_appcontext
def serve_command(host: str | None, port: int | None, workers: int | None, lan: bool) -> None:
    """Answer phones and desks until stopped."""
    bring_up_to_date()
    sweep_photos()
    config = dict(current_app.config)
    port = port or config["PORT"]
    opened = opened_to_lan(config, port) if lan or config["LAN"] else None
    if opened:
        click.echo(words_for_the_terminal(opened))
    db.engine.dispose()  # the workers open their own connections
    run_server(host or listen_on(config, opened), port, workers or config["WORKERS"], config["THREADS"], opened)


def listen_on(config: Mapping[str, Any], lan: "Lan | None") -> str:
    """The HOST that was set; else this machine alone, or with LAN every card of it."""
    return "0.0.0.0" if lan and "PATROL_HOST" not in os.environ else str(config["HOST"])  # noqa: S104


def sweep_photos() -> int:
    """Before any request: remove picture files that no row speaks of (a crash between file and row)."""

    def known(ids: list[UUID]) -> set[UUID]:
        return set(db.session.scalars(select(PhotoFile.id).where(PhotoFile.id.in_(ids))))

    return shelf(current_app).sweep(known, now())


def run_server(host: str, port: int, workers: int, threads: int, lan: "Lan | None" = None) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols

    safe: dict[str, Any] = {}
    if lan:  # the same protocol as behind a proxy; TLS 1.2 for old phones
        safe = {"ssl_cert": lan.certificate, "ssl_key": lan.certificate, "ssl_protocol_min": SSLProtocols.tls12}
    server: Any = Granian(
        "patrol.app:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=threads * 4,
        log_access=False,
        workers_kill_timeout=10,
        http=HTTPModes.http1 if lan else HTTPModes.auto,
        **safe,
    )
    if lan:
        keep_set_up_page(server, host, port, lan)
    keep_ticking(server, current_app.config["TICK_EVERY"])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server.serve()


def keep_ticking(server: Any, every: int) -> None:
    """The ticks beside the server: they begin with it and end with it, however it ends."""
    from patrol.notices.beside_cli import start_ticking

    if every > 0:
        server.on_shutdown(start_ticking(every).terminate)


def opened_to_lan(config: Mapping[str, Any], port: int) -> "Lan":
    from patrol.lan.opening import NoNetwork, open_to_lan

    try:
        return open_to_lan(config["INSTANCE"], port, config["LAN_SETUP_PORT"], now(), os.environ)
    except NoNetwork as problem:
        raise click.ClickException(str(problem)) from problem


def keep_set_up_page(server: Any, host: str, port: int, lan: "Lan") -> None:
    """The set-up page beside the server; after a renewal (SIGHUP) both go on with the new certificate and address."""
    from patrol.lan.opening import NoNetwork, open_to_lan
    from patrol.lan.setup_server import start_beside

    beside = [start_beside(host, lan.setup_port)]

    def again() -> None:
        with suppress(NoNetwork):  # gone for a moment: go on as before
            open_to_lan(lan.certificate.parents[1], port, lan.setup_port, now(), os.environ)
        old = beside.pop()
        old.terminate()
        old.wait(10)
        beside.append(start_beside(host, lan.setup_port))

    server.on_reload(again)
    server.on_shutdown(lambda: beside[0].terminate())


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Say in plain words what is missing or unsafe in this installation."""
    faults = list(findings())
    for fault in faults:
        click.echo(f"- {fault}")
    click.echo("All is well." if not faults else f"{len(faults)} to look at.")
    raise SystemExit(1 if faults else 0)


def findings() -> list[str]:
    config = current_app.config
    faults = _address_faults() if not uses_lan(config) else _lan_faults()
    free = shutil.disk_usage(config["INSTANCE"]).free
    if free < config["DISK_RESERVE"]:
        faults.append(f"Only {free // 1024**2} MiB free: photos are not taken any more.")
    if not inspect(db.engine).has_table("alembic_version"):
        faults.append("The database has no tables yet: run `patrol upgrade`.")
    elif db.session.scalar(text('SELECT count(*) FROM "user"')) == 0:
        faults.append("There is nobody yet: run `patrol setup` and open the link it prints.")
    faults += _notice_faults(config)
    if pdf_installed() and not has_chinese_font():
        faults.append(
            "No font for Chinese is installed: PDF files would show boxes. Install one, such as fonts-wqy-microhei."
        )
    if not (current_app.extensions["assets"].root / "vendor" / "htmx.js").exists():
        faults.append("Front-end files are missing: run `python -m patrol.frontend.vendor`.")
    return faults


def _notice_faults(config: Mapping[str, Any]) -> list[str]:
    from patrol.notices import push, robots

    faults = []
    if inspect(db.engine).has_table("outbox") and (waiting := stuck(now() - STUCK)):
        faults.append(f"{waiting} messages or files have waited for over an hour: is `patrol tick` running?")
    if config["NOTICES_LOCAL"]:
        faults.append("PATROL_NOTICES_LOCAL is on: notices may go to this machine itself. It is for tests only.")
    if not push.installed():
        faults.append("Web push is not installed: phones are told only while a page is open. Install patrol[push].")
    if not robots.installed():
        faults.append("Robots and mail are not installed: nothing goes to groups. Install patrol[notify].")
    return faults


def uses_lan(config: Mapping[str, Any]) -> bool:
    """LAN is set, or the server has been opened to the local network before."""
    return config["LAN"] or (Path(config["INSTANCE"]) / "lan").exists()


def _address_faults() -> list[str]:
    url = current_app.config["PUBLIC_URL"]
    if url.startswith("http://localhost"):
        return ["PATROL_PUBLIC_URL is localhost: labels printed now cannot be opened by phones."]
    if not url.startswith("https://"):
        return ["PATROL_PUBLIC_URL is not https: phones cannot use the camera or work offline."]
    return []


def _lan_faults() -> list[str]:
    from patrol.lan.health import faults

    chosen = os.environ.get("PATROL_PUBLIC_URL")
    return faults(Path(current_app.config["INSTANCE"]), chosen, now())
