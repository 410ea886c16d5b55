"""``patrol demo``: a believable site to look at, to learn on and to test with."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from patrol.accounts.roles import ROLES
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.demo.make import SignIn, make_demo
from patrol.photos.storage import shelf


@click.command("demo")
@click.option("--password", default=None, help="One password for everybody; else each gets an own one.")
@click.option("--days", default=90, type=click.IntRange(1, 800), help="Days of history.")
@click.option("--sites", default=1, type=click.IntRange(1, 100), help="How many sites; the first is the large one.")
@click.option("--seed", default=1, type=int, help="The same seed makes the same history.")
@click.option("--lang", default="zh", type=click.Choice(["zh", "en"]), help="Language of names and notes.")
@click.option("--add", is_flag=True, help="Also into an instance that has people already.")
@with_appcontext
def demo_command(password: str | None, days: int, sites: int, seed: int, lang: str, add: bool) -> None:
    """Fill an empty instance with a demo site and print its sign-ins."""
    if db.session.scalar(select(func.count()).select_from(User)) and not add:
        raise click.ClickException("There are people here already. With --add a demo site is put beside theirs.")
    sign_ins = make_demo(
        store=shelf(current_app), days=days, sites=sites, seed=seed, lang="en" if lang == "en" else "zh",
        password=password, said=click.echo,
    )  # fmt: skip
    click.echo(f"\n{current_app.config['PUBLIC_URL']}  (patrol serve)\n")
    click.echo(table(sign_ins))


def table(sign_ins: list[SignIn]) -> str:
    """Staff number, password, role and name; with a heading for each site when there are several."""
    lines: list[str] = []
    several = len({row.site for row in sign_ins}) > 1
    width = max((len(row.password) for row in sign_ins), default=0)
    for before, row in zip([None, *sign_ins], sign_ins, strict=False):
        if several and (before is None or before.site != row.site):
            lines.append(row.site)
        lines.append(f"  {row.staff_no:<7} {row.password:<{width}}  {ROLES[row.role][0]:<28} {row.name}")
    return "\n".join(lines)
