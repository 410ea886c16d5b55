"""``patrol backup`` and ``patrol restore``: a copy that fits together, made while the server answers."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from patrol.core.db import db, is_sqlite

DATABASE = "patrol.db"


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(folder: Path) -> None:
    """Copy the database and then every photo into FOLDER. Sign-ins and every key are left out."""
    if not is_sqlite(db.engine):
        raise click.ClickException("On PostgreSQL use pg_dump for the database, and copy the photo folder.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / DATABASE
    if target.exists():
        raise click.ClickException(f"{target} is there already: choose an empty folder.")
    _copy_database(Path(str(db.engine.url.database)), target)
    count = _copy_tree(Path(current_app.config["PHOTO_STORE"]), folder / "photos")
    click.echo(f"Database and {count} photo files are in {folder}.")


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@with_appcontext
def restore_command(folder: Path) -> None:
    """Bring a backup into an empty instance, then check it with ``patrol verify``."""
    target = Path(str(db.engine.url.database))
    if target.exists() and target.stat().st_size:
        raise click.ClickException(f"{target} is not empty: restore into a new instance folder.")
    _copy_tree(folder / "photos", Path(current_app.config["PHOTO_STORE"]))
    shutil.copy(folder / DATABASE, target)
    os.chmod(target, 0o600)
    click.echo("Restored. Now run `patrol verify`.")


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own backup, then without what must not be stolen with it."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as kept:
        live.backup(kept)
    with closing(sqlite3.connect(target)) as kept:
        # One file with nothing beside it: what is taken out below would else stay in it, and come back on restore.
        kept.execute("PRAGMA journal_mode=DELETE")
        kept.execute("DELETE FROM push_subscription")
        kept.execute("DELETE FROM device")
        kept.execute("UPDATE notice_target SET secret = '{}', ended_at = coalesce(ended_at, created_at)")
        kept.execute("DELETE FROM ticket")
        kept.execute("DELETE FROM attempt")
        kept.commit()
        kept.execute("VACUUM")
    os.chmod(target, 0o600)


def _copy_tree(source: Path, target: Path) -> int:
    """Finished photos only; a photo whose row came after the database's copy does no harm."""
    count = 0
    for file in source.rglob("*.jpg") if source.exists() else ():
        place = target / file.relative_to(source)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
            count += 1
    return count
