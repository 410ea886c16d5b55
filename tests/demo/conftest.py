"""Small demos at fixed moments, each made once for the file that asks."""

import functools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from patrol.app import create_app
from patrol.core.db import db
from patrol.demo import pictures
from patrol.demo.make import make_demo
from patrol.photos.shelf import Shelf
from patrol.rounds.ensure import forget_made
from patrol.serve import bring_up_to_date

PASSWORD = "wind in the pines"
NIGHT = datetime(2026, 3, 18, 14, 43, tzinfo=UTC)  # 22:43 in Shanghai, as in the pictures


@pytest.fixture(scope="module")
def empty_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR"})
    with app.app_context():
        bring_up_to_date()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def make(empty_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """Makes a demo in an instance of its own; a second one may follow in the same."""
    made: list[Flask] = []
    drawn, pictures._drawn = pictures._drawn, functools.cache(pictures._drawn)

    def made_app(**wanted) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp("demo") / "instance"
        shutil.copytree(empty_instance, folder)
        app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR"})
        made.append(app)
        return add(app, **wanted)

    def add(app: Flask, **wanted) -> SimpleNamespace:
        with app.app_context():
            forget_made()
            store = Shelf(app.config["PHOTO_STORE"])
            sign_ins = make_demo(store=store, **{"password": PASSWORD, "at": NIGHT, "days": 5, **wanted})
            db.session.remove()
        return SimpleNamespace(app=app, sign_ins=sign_ins, store=store)

    made_app.add = add
    yield made_app
    pictures._drawn = drawn
    forget_made()
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def night(make) -> SimpleNamespace:
    """Five days up to a quarter to eleven at night."""
    return make()
