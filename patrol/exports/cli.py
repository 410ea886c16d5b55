"""``patrol labels``, ``patrol export``, ``patrol import``: labels and reviews to a file, tables into a site."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app, render_template
from flask.cli import with_appcontext
from flask_babel import force_locale, gettext
from markupsafe import Markup

from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.exports.export_cli import bundle_command, photos_command, tables_command
from patrol.exports.imports import KINDS
from patrol.exports.review_xlsx import month_workbook
from patrol.exports.tables import read_rows
from patrol.exports.views_labels import sheet_values
from patrol.exports.whom_cli import manager_of, named_site
from patrol.reviews.review import asked_for, review
from patrol.rounds.route import routes_of, stops_of
from patrol.sites.label import labels_for_sheet
from patrol.sites.site import Site
from patrol.web.errors import words
from patrol.web.i18n import LOCALES


@click.command("labels")
@click.argument("site_name", metavar="SITE")
@click.option("--route", "route_name", default=None, help="Only the points of this route, in walking order.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="File to write.")
@click.option("--english", is_flag=True, help="Words on the sheet in English.")
@with_appcontext
def labels_command(site_name: str, route_name: str | None, out: Path | None, english: bool) -> None:
    """Write a site's label sheet, ready to print, as one HTML file that needs nothing else."""
    site = named_site(site_name)
    labels = labels_for_sheet(site.id, _route_places(site, route_name))
    if not labels:
        raise click.ClickException("No place of this site has a label yet.")
    path = out or Path(f"labels-{site.name}.html")
    path.write_text(_sheet_file(site, route_name or "", labels, english), encoding="utf-8")
    click.echo(f"{len(labels)} labels on {-(-len(labels) // 10)} pages: {path}")


def _sheet_file(site: Site, title: str, labels: Sequence[Any], english: bool) -> str:
    assets = current_app.extensions["assets"]
    sheet = assets.root / "css" / "sheets" / "papers.css"
    logo = base64.b64encode((assets.root / "img" / "logo.svg").read_bytes()).decode()
    with current_app.test_request_context(), force_locale(LOCALES["en" if english else "zh"]):
        return render_template(
            "exports/labels_file.html",
            **sheet_values(site.id, title, list(labels)),
            css=Markup(assets.css_bundle().decode() + sheet.read_text("utf-8")),  # noqa: S704 - our own style sheet
            logo=f"data:image/svg+xml;base64,{logo}",
            english=english,
        )


@click.group("export")
def export_command() -> None:
    """Write records of a site to a file."""


@export_command.command("review")
@click.argument("site_name", metavar="SITE")
@click.argument("month")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="File to write.")
@click.option("--english", is_flag=True, help="Words in the workbook in English.")
@with_appcontext
def export_review_command(site_name: str, month: str, out: Path | None, english: bool) -> None:
    """Write the review of MONTH (2026-11) as an Excel workbook."""
    site, at, language = named_site(site_name), now(), "en" if english else "zh"
    try:
        period = asked_for("month", month, business_day(at, site.zone, site.day_start))
    except Problem:
        raise click.ClickException(f"{month} is no month that has begun; write it as 2026-11.") from None
    path = out or Path(f"{period.number}.xlsx")
    with current_app.test_request_context(), force_locale(LOCALES[language]):
        path.write_bytes(month_workbook(review(site.id, period, at), language, gettext))
    click.echo(str(path))


for command in (tables_command, photos_command, bundle_command):
    export_command.add_command(command)


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "site_name", default=None, help="The site's name; not needed when there is only one.")
@click.option("--check", is_flag=True, help="Only say what would happen.")
@with_appcontext
def import_command(kind: str, file: Path, site_name: str | None, check: bool) -> None:
    """Bring in a table of places, equipment or people: all rows or none, faults with row and column."""
    site = named_site(site_name)
    asked = KINDS[kind]
    with current_app.test_request_context(), force_locale(LOCALES["en"]):
        try:
            rows = read_rows(file.read_bytes(), file.name)
            with write(site.id):
                count = asked.store(rows, manager_of(site), now()).count
                if check:
                    raise _CheckedError(count)
        except _CheckedError as checked:
            click.echo(f"{checked.count} rows, all good. Nothing was stored.")
            return
        except asked.refused as refusal:
            faults = refusal.rows  # type: ignore[attr-defined]
            for fault in faults:
                click.echo(f"row {fault.row}, {fault.column or 'whole row'}: {words(fault.problem)}", err=True)
            raise click.ClickException(f"{len(faults)} faults; nothing was stored.") from None
        except Problem as problem:
            raise click.ClickException(words(problem)) from None
    click.echo(f"{count} rows brought in at {site.name}.")


class _CheckedError(Exception):
    """Raised inside write() so that a trial leaves nothing behind."""

    def __init__(self, count: int):
        super().__init__(count)
        self.count = count


def _route_places(site: Site, name: str | None) -> Sequence[Any] | None:
    if name is None:
        return None
    for route in routes_of(site.id):
        if route.name == name:
            return [stop.place_id for stop in stops_of(route)]
    raise click.ClickException(f"{site.name} has no route of the name {name}.")
