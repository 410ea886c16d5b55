"""``patrol demo``: a believable site to look at, to learn on and to test with."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from patrol.accounts.roles import ROLES
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.demo.make import make_demo
from patrol.photos.storage import shelf


@click.command("demo")
@click.option("--password", default=None, help="One password for everybody; else each gets an own one.")
@click.option("--days", default=90, type=click.IntRange(1, 800), help="Days of history.")
@click.option("--sites", default=1, type=click.IntRange(1, 100), help="How many sites; the first is the large one.")
@click.option("--seed", default=1, type=int, help="The same seed makes the same history.")
@click.option("--lang", default="zh", type=click.Choice(["zh", "en"]), help="Language of names and notes.")
@with_appcontext
def demo_command(password: str | None, days: int, sites: int, seed: int, lang: str) -> None:
    """Fill an empty instance with a demo site and print its sign-ins."""
    if db.session.scalar(select(func.count()).select_from(User)):
        raise click.ClickException("There are people here already. The demo only fills an empty instance.")
    sign_ins = make_demo(
        store=shelf(current_app), days=days, sites=sites, seed=seed, lang="en" if lang == "en" else "zh",
        password=password, said=click.echo,
    )  # fmt: skip
    click.echo("")
    for staff_no, name, role, word in sign_ins:
        click.echo(f"  {staff_no}  {word}  {ROLES[role][0]:<28} {name}")
