"""The cast and the stage. PATROL_TEST_DATABASE_URL runs the same stories on PostgreSQL."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, create_engine, event, make_url, text

from patrol.accounts.passwords import hash_password
from patrol.accounts.reader import Reader, reader_by_token
from patrol.accounts.roles import team_of
from patrol.accounts.sign_in import open_device
from patrol.accounts.user import Membership, User
from patrol.app import create_app
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.serve import bring_up_to_date
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests import once
from tests.scenery import Scenery

# A busy machine makes examples slowly; that says nothing about what is proved.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

PASSWORD = "wind in the pines"
HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@event.listens_for(Engine, "connect")
def _no_waiting_for_the_disk(connection: Any, _record: Any) -> None:
    """These tests kill no server: what is proved about losing nothing is proved in tests/system, with every wait."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")


SAME_ANYWHERE = {  # not told again on PostgreSQL, and why not
    "tests/test_url_map.py::test_signed_out_": "answers before any database is asked",
    "tests/test_url_map.py::test_every_door_": "the same",
    "tests/test_url_map.py::test_a_wrong_method_": "the same",
    "tests/test_url_map.py::test_nothing_changes_": "the same",
    "tests/test_url_map.py::test_every_role_": "a table of roles",
    "tests/repairs/test_table.py": "steps cell by cell; the pages take each step there too",
    "tests/complaints/test_table.py": "the same",
    "tests/hazards/test_domain_table.py": "the same",
}

EVERY_CASE = {  # where a further case is another statement, or another input for the database itself; elsewhere
    # a further case of the same function is the same statements with other values, and a few stand for all
    "tests/test_url_map.py": "every page and every look-up there is",
    "tests/test_hostile_addresses.py": "each page with what only PostgreSQL may refuse to read",
    "tests/test_schema.py": "each table",
    "tests/workorders/": "each filter of a list is a statement of its own; and two at once",
    "tests/reviews/test_photo_plan.py": "the same",
    "tests/reviews/test_board_and_photos.py": "the same",
    "tests/reviews/test_seal.py": "each row that is sealed",
    "tests/maintenance/test_table.py::test_each_step_is_taken_": "what each step writes",
    "tests/hazards/test_table.py::test_each_step_is_taken_": "the same",
    "tests/owners/test_forget.py": "each table that names an owner",
    "tests/photos/test_who_sees.py": "each thing that has photos",
    "tests/equipment/test_hostile.py": "what only PostgreSQL may refuse",
    "tests/equipment/test_complete.py::test_every_kind_": "each kind of item is written in its own way",
    "tests/equipment/test_list_editor.py::test_an_item_of_every_kind_": "the same",
    "tests/rounds/test_future_only.py": "each change of a plan",
    "tests/weather/test_declare.py": "the rule beside the statement, case by case",
    "tests/exports/": "each file",
}
A_FEW = 3


def pytest_collection_finish() -> None:
    """What was loaded and gathered stays to the end; looking for waste in it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches a database is told again; rules and pictures are the same anywhere."""
    if not os.environ.get("PATROL_TEST_DATABASE_URL"):
        return
    told: list[pytest.Item] = []
    cases: Counter[str] = Counter()
    for item in items:
        asks = "migrated_app" in getattr(item, "fixturenames", ())
        if not asks or item.nodeid.startswith(tuple(SAME_ANYWHERE)):
            continue
        cases[item.nodeid.partition("[")[0]] += 1
        if cases[item.nodeid.partition("[")[0]] <= A_FEW or item.nodeid.startswith(tuple(EVERY_CASE)):
            told.append(item)
    kept = set(told)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = told


@pytest.fixture
def waste_as_served() -> Iterator[None]:
    """For what counts memory: waste is looked for as often as in a server."""
    here = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*here)


class Browser(FlaskClient):
    """A test client whose every request stands alone.

    The tests hold an app context open, and Flask would share its ``g`` with each request: the person of the first
    request would still be signed in during the second. What the test itself has read is forgotten afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            reply = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return reply


@pytest.fixture(scope="session", autouse=True)
def _room_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    once.open_room(tmp_path_factory)


@pytest.fixture(scope="session")
def migrated_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app on one migrated database; ``app`` hands it out empty to each test."""
    folder = tmp_path_factory.mktemp("instance")
    overrides = {"INSTANCE": folder, "LOG_LEVEL": "ERROR", "PHOTO_STORE": folder / "photos"}
    url = os.environ.get("PATROL_TEST_DATABASE_URL")
    if url:
        overrides["DATABASE_URL"] = own_database(url)
    else:
        once.lay_migrated(folder)
    app = create_app(overrides)
    app.config["TESTING"] = True
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = once.compiled_templates()
    with app.app_context():
        if url:
            bring_up_to_date()
        app.extensions["scenery"] = Scenery(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def scenery(migrated_app: Flask) -> Scenery:
    """Where the scenes are that many tests begin with."""
    return migrated_app.extensions["scenery"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """What the fixtures have laid out is there when the test begins."""
    if scenery := getattr(item, "funcargs", {}).get("scenery"):
        scenery.settle()


def own_database(url: str) -> str:
    """A new database on that PostgreSQL for this test worker alone."""
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"patrol_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid7().hex[-8:]}"
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    server.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def app(migrated_app: Flask, scenery: Scenery) -> Iterator[Flask]:
    with migrated_app.app_context():
        db.session.remove()
        empty(migrated_app)
        yield migrated_app
        db.session.remove()


def empty(app: Flask) -> None:
    """Nothing in the database, nothing on the shelf."""
    app.extensions["scenery"].clear()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def sites(app: Flask, scenery: Scenery) -> SimpleNamespace:
    return scenery.lay("sites", make_sites)


def make_sites() -> SimpleNamespace:
    """Two sites; nearly everything happens at the lake."""
    with write():
        lake = Site(id=uuid7(), name="翠湖花园", company="翠湖物业", day_start=time(8), created_at=LONG_AGO)
        hill = Site(id=uuid7(), name="南山雅苑", company="翠湖物业", day_start=time(8), created_at=LONG_AGO)
        db.session.add_all([lake, hill])
    return SimpleNamespace(lake=lake, hill=hill)


CAST = {
    "guard": ("张伟", "0217", "guard"),
    "guard2": ("赵敏", "0218", "guard"),
    "engineer": ("李强", "0301", "engineer"),
    "leader": ("何勇", "0201", "shift_leader"),
    "supervisor": ("王芳", "0101", "security_supervisor"),
    "engineering": ("周敏", "0102", "engineering_supervisor"),
    "manager": ("赵文斌", "0001", "site_manager"),
    "desk": ("孙莉", "0401", "service_desk"),
    "contractor": ("维保马", "0501", "contractor"),
    "cleaner": ("刘姐", "0601", "cleaner"),
}


@pytest.fixture
def people(sites: SimpleNamespace, password_hash: str, scenery: Scenery) -> SimpleNamespace:
    return scenery.lay("people", lambda: make_people(sites, password_hash))


def make_people(sites: SimpleNamespace, password_hash: str) -> SimpleNamespace:
    """Everybody of the lake by their part, and 陈晨, a supervisor of the other site."""
    wanted = {part: (*row, sites.lake.id) for part, row in CAST.items()}
    wanted["stranger"] = ("陈晨", "9101", "site_manager", sites.hill.id)
    cast, posts = {}, []
    for part, (name, staff_no, role, site_id) in wanted.items():
        cast[part], post = new_person(name, staff_no, role, site_id, password_hash)
        posts.append(post)
    with write():
        db.session.add_all(cast.values())
        db.session.flush()  # everybody at once, then their posts
        db.session.add_all(posts)
    return SimpleNamespace(**cast)


def make_person(name: str, staff_no: str, role: str, site_id: UUID, password_hash: str) -> User:
    user, post = new_person(name, staff_no, role, site_id, password_hash)
    db.session.add(user)
    db.session.flush()
    db.session.add(post)
    return user


def new_person(name: str, staff_no: str, role: str, site_id: UUID, password_hash: str) -> tuple[User, Membership]:
    user = User(id=uuid7(), name=name, staff_no=staff_no, password_hash=password_hash, created_at=LONG_AGO)
    post = Membership(id=uuid7(), site_id=site_id, user_id=user.id, role=role, team=team_of(role), since=LONG_AGO)
    return user, post


@pytest.fixture
def as_user(app: Flask) -> Callable[..., FlaskClient]:
    def client_for(person: User | None = None, *, csrf: bool = True) -> FlaskClient:
        return browser_of(app, person, csrf=csrf)

    return client_for


def browser_of(app: Flask, person: User | None, *, csrf: bool = True) -> FlaskClient:
    """A browser in which this person is signed in; its requests carry a valid CSRF token."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = "known"
        session["language"] = "zh"
        if person is not None:
            session["_user_id"] = token_of(person)
            session["_fresh"] = True
            session.permanent = True
    if csrf:
        signer = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token")
        client.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps("known")
    return client


def token_of(person: User) -> str:
    with write():
        return open_device(person, agent="Android Chrome/1", keep=True, at=now(), password_given=True)


@pytest.fixture
def reader_of(app: Flask) -> Callable[[User], Reader]:
    """The Reader value that verbs take as ``by=``."""

    return read_as


def read_as(person: User) -> Reader:
    found = reader_by_token(token_of(person), now())
    assert found is not None
    return found


@pytest.fixture
def places(sites: SimpleNamespace, scenery: Scenery) -> SimpleNamespace:
    return scenery.lay("places", lambda: make_places(sites))


def make_places(sites: SimpleNamespace) -> SimpleNamespace:
    """A small tree at the lake, four checkpoints with labels; ``codes`` by checkpoint name."""
    made: dict[str, Place] = {}
    labels: list[Label] = []
    codes: dict[str, str] = {}

    def add(key: str, kind: str, name: str, parent: str | None = None, number: int | None = None, **more):
        above = made.get(parent) if parent else None
        full = f"{above.full_name} {name}" if above else name
        made[key] = Place(
            id=uuid7(), site_id=sites.lake.id, parent_id=above.id if above else None, kind=kind, name=name,
            full_name=full, number=number, created_at=LONG_AGO, sort=len(made), **more,
        )  # fmt: skip
        if number is not None:
            codes[key] = f"7K3M9QX2AB0{number}"
            label = Label(id=uuid7(), site_id=sites.lake.id, place_id=made[key].id, code=codes[key], issued_at=LONG_AGO)
            labels.append(label)

    add("block3", "building", "3 栋", type="building")
    add("lobby", "spot", "大堂", "block3", 1)
    add("pump", "spot", "消防泵房", "block3", 2, type="water_pump_room", lat=30.25, lon=120.16)
    add("roof", "spot", "天台", "block3", 3, type="roof")
    add("gate", "area", "东大门", None, 4)
    with write():
        db.session.add(made["block3"])
        db.session.flush()
        db.session.add_all(made.values())
        db.session.flush()  # all places at once, then their labels
        db.session.add_all(labels)
    return SimpleNamespace(codes=codes, **made)


@pytest.fixture
def count_queries(app: Any) -> Callable[[], AbstractContextManager[list[str]]]:
    """with count_queries() as queries: the statements that were run within."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        asked: list[str] = []

        def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            yield asked
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)

    return counting
