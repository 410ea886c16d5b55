"""``patrol export tables``, ``photos`` and ``bundle``: the same files as on the page, made at once."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.exports.asking import FORMATS, asked_days, asked_photos, asked_scope, asked_tables
from patrol.exports.export import PROBLEMS, Export, ask
from patrol.exports.kit_cli import kit_of
from patrol.exports.part_file import path_of
from patrol.exports.period_tables import TABLES
from patrol.exports.run import run_now
from patrol.exports.whom_cli import manager_of, named_site
from patrol.reviews.photo_log import SHOWS
from patrol.sites.place_tree import places_in_use
from patrol.web.errors import words


def _period(command: Any) -> Any:
    for option in (
        click.option("--english", is_flag=True, help="Words in English."),
        click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="File to write."),
        click.option("--to", "last", default=None, help="Last business day, 2026-11-30; default: today."),
        click.option("--from", "first", default=None, help="First business day, 2026-11-01; default: a month before."),
    ):
        command = option(command)
    return command


@click.command("tables")
@click.argument("site_name", metavar="SITE")
@click.option("--table", "tables", multiple=True, type=click.Choice(list(TABLES)), help="Only these; default: all.")
@click.option("--format", "format", type=click.Choice(FORMATS), default="xlsx", help="Excel or CSV.")
@click.option("--owners", is_flag=True, help="With owners' names, telephone numbers and flats.")
@_period
@with_appcontext
def tables_command(site_name: str, tables: tuple[str, ...], format: str, owners: bool, **days: Any) -> None:
    """Write the records of a period as Excel or CSV."""
    _make(site_name, "tables", lambda by: asked_tables(tables or list(TABLES), format, owners), **days)


@click.command("photos")
@click.argument("site_name", metavar="SITE")
@click.option("--show", type=click.Choice(list(SHOWS)), default=None, help="Only photos of these records.")
@_period
@with_appcontext
def photos_command(site_name: str, show: str | None, **days: Any) -> None:
    """Write the photos of a period as a ZIP, each with its stamp, with an index."""
    _make(site_name, "photos", lambda by: asked_photos(by.site_id, (), show, None, False), **days)


@click.command("bundle")
@click.argument("site_name", metavar="SITE")
@click.option("--building", default=None, help="Only this building, by its name.")
@click.option("--item", default=None, help="Only this item, by its asset number.")
@_period
@with_appcontext
def bundle_command(site_name: str, building: str | None, item: str | None, **days: Any) -> None:
    """Write an inspector's bundle: document, workbook, photos and the hash of each."""

    def asked(by: Reader) -> dict[str, Any]:
        scope = "item" if item else ("building" if building else "site")
        return asked_scope(by.site_id, scope, _place(by, building), item)

    _make(site_name, "bundle", asked, **days)


def _make(
    site_name: str, kind: str, wanted: Any, first: str | None, last: str | None, out: Path | None, english: bool
) -> None:
    site = named_site(site_name)
    by, at, app = manager_of(site), now(), current_app._get_current_object()  # type: ignore[attr-defined]
    today = business_day_of(by, at)
    with app.test_request_context():
        try:
            days = asked_days(first or str(today - timedelta(days=29)), last or str(today), today)
            asked = {**days, **wanted(by)}
            with write(site.id):
                row = ask(kind, asked, by=by, language="en" if english else "zh", at=at, small=True)
                export_id = row.id
        except Problem as problem:
            raise click.ClickException(words(problem)) from None
    kit = kit_of(app)
    run_now(row, kit)
    made = db.session.get_one(Export, (site.id, export_id))
    db.session.refresh(made)
    if made.outcome != "made":
        raise click.ClickException(PROBLEMS.get(made.problem, "It was not made."))
    path = out or Path(made.file_name)
    shutil.copyfile(path_of(kit.folder, export_id), path)
    click.echo(f"{path} ({made.bytes} bytes, SHA-256 {made.sha256})")


def _place(by: Reader, name: str | None) -> str | None:
    if name is None:
        return None
    for place in places_in_use(by.site_id):
        if name == place.full_name:
            return str(place.id)
    raise click.ClickException(f"No place of this site has the name {name}.")
