"""``patrol start``: what ``make run`` does — migrate, make the demo site in an empty instance, say how to get in."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from patrol.accounts.roles import ROLES
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.lan.terminal import qr, words_for_the_terminal
from patrol.photos.storage import shelf
from patrol.serve import bring_up_to_date, listen_on, opened_to_lan, run_server, sweep_photos

FIRST = ("site_manager", "security_supervisor", "guard", "engineer")  # the four to look at first
WORDS = "river bridge maple lantern garden pine stone cloud harbour willow amber paper".split()


@click.command("start")
@click.option("--port", default=8000, type=int, help="Port to listen on.")
@click.option("--days", default=90, type=int, help="Days of history of the demo site.")
@click.option("--lang", default="zh", type=click.Choice(["zh", "en"]), help="Language of the demo site's names.")
@click.option("--lan", is_flag=True, help="HTTPS for phones in the local network, with an own certificate.")
@with_appcontext
def start_command(port: int, days: int, lang: str, lan: bool) -> None:
    """Serve on this machine; an empty instance gets the demo site first."""
    config = current_app.config
    bring_up_to_date()
    sweep_photos()
    if not db.session.scalar(select(func.count()).select_from(User)):
        _make_demo(Path(config["INSTANCE"]), days, lang)
    opened = opened_to_lan(config, port) if lan or config["LAN"] else None
    click.echo(words_for_the_terminal(opened) if opened else _words(port))
    _print_sign_ins(Path(config["INSTANCE"]))
    click.echo("Stop with Ctrl-C.")
    db.engine.dispose()
    run_server(listen_on(config, opened), port, config["WORKERS"], config["THREADS"], opened)


def _words(port: int) -> str:
    url = os.environ.setdefault("PATROL_PUBLIC_URL", f"http://localhost:{port}")
    here = "That is this machine only; how phones reach it stands in the README under Phones.\n"
    only = here if urlsplit(url).hostname == "localhost" else ""
    return f"{qr(url)}\nPatrol answers on {url}\n{only}"


def _make_demo(instance: Path, days: int, lang: str) -> None:
    """The password is kept beside the demo's database, so that the next start can print it again."""
    from patrol.demo.make import make_demo

    password = "-".join(secrets.choice(WORDS) for _ in range(3)) + f"-{secrets.randbelow(90) + 10}"
    click.echo(f"Making the demo site with {days} days of history; this takes up to a minute ...")
    make_demo(
        store=shelf(current_app), days=days, lang="en" if lang == "en" else "zh", password=password, said=click.echo
    )
    handle = os.open(_kept(instance), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(password)


def _print_sign_ins(instance: Path) -> None:
    kept = _kept(instance)
    if not kept.exists():
        return
    click.echo(f"Demo sign-ins, all with the password {kept.read_text()}")
    query = select(User.staff_no, User.name, Membership.role).join(Membership, Membership.user_id == User.id)
    people = sorted(db.session.execute(query.order_by(User.staff_no).limit(40)), key=lambda row: _turn(row.role))
    for staff_no, name, role in people:
        click.echo(f"  {staff_no}  {ROLES[role][0]:<28} {name}")
    click.echo("")


def _turn(role: str) -> int:
    return FIRST.index(role) if role in FIRST else len(FIRST)


def _kept(instance: Path) -> Path:
    return instance / "demo-password.txt"
