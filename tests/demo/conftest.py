"""Small demos at fixed moments, each made once for the whole run."""

import functools
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from patrol.app import create_app
from patrol.core.db import db
from patrol.demo import pictures
from patrol.demo.make import make_demo
from patrol.photos.shelf import Shelf
from patrol.rounds.ensure import forget_made
from tests.once import compiled_templates, lay_migrated, made_once

PASSWORD = "wind in the pines"
NIGHT = datetime(2026, 3, 18, 14, 43, tzinfo=UTC)  # 22:43 in Shanghai, as in the pictures


def _kept_drawing(draw: Callable[[tuple[str, int]], pictures.Drawn]) -> Callable[[tuple[str, int]], pictures.Drawn]:
    """A picture is alike in every demo: drawn once for the run."""

    def drawn(key: tuple[str, int]) -> pictures.Drawn:
        scene, variant = key
        folder = made_once(f"{scene}-{variant}", lambda new: (new / "drawn").write_bytes(pickle.dumps(draw(key))))
        kept: pictures.Drawn = pickle.loads((folder / "drawn").read_bytes())
        return kept

    return functools.cache(drawn)


def _copied(source: str, target: str) -> None:
    """The database is written to; a picture on the shelf never is."""
    (shutil.copy if "patrol.db" in source else os.link)(source, target)


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """make(days=5, ...): a demo in an instance of its own, copied from the one made like this for the whole run.

    anew: really made again. make.add: one more in the same instance.
    """
    opened: list[Flask] = []
    drawn, pictures._drawn = pictures._drawn, _kept_drawing(pictures._drawn)

    def opened_app(folder: Path) -> Flask:
        app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR"})
        app.jinja_env.bytecode_cache = compiled_templates()
        opened.append(app)
        return app

    def fill(folder: Path, wanted: dict[str, Any]) -> None:
        lay_migrated(folder)
        app = opened_app(folder)
        made = add(app, **wanted)
        with app.app_context():
            db.engine.dispose()
        (folder / "sign_ins").write_bytes(pickle.dumps(made.sign_ins))

    def made_app(anew: bool = False, **wanted: Any) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp("demo") / "instance"
        if anew:
            folder.mkdir()
            fill(folder, wanted)
        else:
            name = "demo " + " ".join(f"{key}={value}" for key, value in sorted(wanted.items()))
            shutil.copytree(made_once(name, lambda new: fill(new, wanted)), folder, copy_function=_copied)
        app = opened_app(folder)
        sign_ins = pickle.loads((folder / "sign_ins").read_bytes())
        return SimpleNamespace(app=app, sign_ins=sign_ins, store=Shelf(app.config["PHOTO_STORE"]))

    def add(app: Flask, **wanted: Any) -> SimpleNamespace:
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
    for app in opened:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def night(make) -> SimpleNamespace:
    """Five days up to a quarter to eleven at night."""
    return make()
