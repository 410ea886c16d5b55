"""All steps together are the models; each step goes up and down, with data in place; facts stay."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, create_engine, inspect, select, text
from sqlalchemy.exc import DatabaseError

from patrol.accounts.user import Membership
from patrol.app import create_app
from patrol.core.db import db, is_sqlite, write
from patrol.core.keys import uuid7
from patrol.journal.entry import note
from patrol.rounds.ensure import plan_starts
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Plan, add_route
from patrol.rounds.scan import Scan
from patrol.rounds.walk import walks
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.sync.received import Shelved
from tests.conftest import make_people, make_sites, own_database

AT = datetime(2026, 3, 18, 22, 31, tzinfo=UTC)


def test_all_steps_together_are_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert differences == []


def test_every_step_goes_down_and_up_again(tmp_path: Path, app):
    overrides = {"INSTANCE": tmp_path, "LOG_LEVEL": "ERROR"}
    if not is_sqlite(db.engine):
        overrides["DATABASE_URL"] = own_database(db.engine.url.render_as_string(hide_password=False))
    other = create_app(overrides)
    with other.app_context():
        folder = other.extensions["migrate"].directory
        upgrade(directory=folder)
        tables = set(inspect(db.engine).get_table_names())
        with write():
            note("tried", "thing", None, site_id=None, by=None, at=AT)
        downgrade(directory=folder, revision="0001")
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM journal_entry")).scalar() == 1
        downgrade(directory=folder, revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade(directory=folder)
        assert set(inspect(db.engine).get_table_names()) == tables
        db.engine.dispose()


def test_the_rules_of_values_are_those_of_the_models(app):
    """compare_metadata does not look at them."""
    asked = inspect(db.engine)
    if not is_sqlite(db.engine):  # PostgreSQL writes a rule down in its own words
        found = {
            table.name: {one["name"] for one in asked.get_check_constraints(table.name)}
            for table in db.metadata.sorted_tables
        }
        wanted = {table.name: {str(one.name) for one in rules_of(table)} for table in db.metadata.sorted_tables}
    else:
        found = {
            table.name: {(one["name"], one["sqltext"]) for one in asked.get_check_constraints(table.name)}
            for table in db.metadata.sorted_tables
        }
        wanted = {
            table.name: {(str(one.name), str(one.sqltext)) for one in rules_of(table)}
            for table in db.metadata.sorted_tables
        }
    assert found == wanted


def rules_of(table):
    return [one for one in table.constraints if isinstance(one, CheckConstraint)]


@pytest.mark.parametrize("act", ["UPDATE journal_entry SET verb = 'nothing'", "DELETE FROM journal_entry"])
def test_the_database_refuses_to_change_history(app, act):
    with write():
        note("tried", "thing", None, site_id=None, by=None, at=AT)
    engine = create_engine(db.engine.url)
    with pytest.raises(DatabaseError, match="never changed"), engine.begin() as connection:
        connection.execute(text(act))
    engine.dispose()


def test_what_lay_on_the_shelf_before_0003_keeps_its_end(tmp_path: Path, app):
    overrides = {"INSTANCE": tmp_path, "LOG_LEVEL": "ERROR"}
    if not is_sqlite(db.engine):
        overrides["DATABASE_URL"] = own_database(db.engine.url.render_as_string(hide_password=False))
    other = create_app(overrides)
    with other.app_context():
        folder = other.extensions["migrate"].directory
        upgrade(directory=folder)
        people = make_people(make_sites(), "no password")
        site_id = db.session.scalar(select(Membership.site_id).where(Membership.user_id == people.guard.id))
        with write():
            for text_, settled_at in (("01a210e6-c150-7578-9f54-1743067aab91", AT), ("rubbish", None)):
                row = Shelved(
                    site_id=site_id, record_id=text_, kind="scan", user_id=people.guard.id, raw={"id": text_},
                    problem="kind", content_hash="0" * 64, received_at=AT, settled_at=settled_at,
                )  # fmt: skip
                db.session.add(row)
        downgrade(directory=folder, revision="0002")
        upgrade(directory=folder)
        rows = {row.record_id: row for row in db.session.scalars(select(Shelved))}
        assert {key: (row.settled_how, row.problem_facts, row.version) for key, row in rows.items()} == {
            "01a210e6-c150-7578-9f54-1743067aab91": ("settled", {}, 1),
            "rubbish": (None, {}, 1),
        }
        assert str(rows["01a210e6-c150-7578-9f54-1743067aab91"].record_key) in rows
        assert rows["rubbish"].record_key is None
        db.session.remove()
        db.engine.dispose()


def test_a_plan_from_before_0005_is_walked_on_any_day_and_keeps_its_rounds(tmp_path: Path, app):
    overrides = {"INSTANCE": tmp_path, "LOG_LEVEL": "ERROR"}
    if not is_sqlite(db.engine):
        overrides["DATABASE_URL"] = own_database(db.engine.url.render_as_string(hide_password=False))
    other = create_app(overrides)
    with other.app_context():
        folder = other.extensions["migrate"].directory
        upgrade(directory=folder)
        site_id = make_sites().lake.id
        with write():
            route = add_route(site_id, "北线", by=None, at=AT)
            plan = Plan(
                id=uuid7(), site_id=site_id, route_id=route.id, form="fixed", times=["09:00"], expected_min=40,
                valid_from=AT.date(), days_of_month=[1],
            )  # fmt: skip
            db.session.add(plan)
            db.session.flush()
            db.session.add(
                Round(
                    id=uuid7(), site_id=site_id, route_id=route.id, plan_id=plan.id, route_name="北线",
                    team="security", business_day=AT.date(), ordinal=1, opens_at=AT, starts_at=AT, ends_at=AT,
                    closes_at=AT, tolerance_s=0,
                )
            )  # fmt: skip
        db.session.remove()
        downgrade(directory=folder, revision="0004")
        upgrade(directory=folder)
        kept, site = db.session.scalars(select(Plan)).one(), db.session.get_one(Site, site_id)
        assert (kept.days_of_month, kept.times, kept.form) == ([], ["09:00"], "fixed")
        assert len(plan_starts(kept, date(2026, 3, 19), site)) == 1
        assert db.session.scalars(select(Round.plan_id)).one() == kept.id
        db.session.remove()
        db.engine.dispose()


def test_a_round_from_before_0006_keeps_its_stops_and_scans_and_is_one_of_a_plan(tmp_path: Path, app):
    overrides = {"INSTANCE": tmp_path, "LOG_LEVEL": "ERROR"}
    if not is_sqlite(db.engine):
        overrides["DATABASE_URL"] = own_database(db.engine.url.render_as_string(hide_password=False))
    other = create_app(overrides)
    with other.app_context():
        folder = other.extensions["migrate"].directory
        upgrade(directory=folder)
        people = make_people(make_sites(), "no password")
        site_id, guard = db.session.scalar(select(Membership.site_id)), people.guard.id
        with write():
            walked_round(site_id, guard)
        db.session.remove()
        downgrade(directory=folder, revision="0005")
        upgrade(directory=folder)
        walk = walks(site_id, list(db.session.scalars(select(Round))), AT)[0]
        assert (walk.kind, walk.made_late, walk.visited, len(walk.stops)) == ("plan", False, 1, 1)
        with pytest.raises(DatabaseError), write():  # the references are kept as well
            db.session.execute(text("DELETE FROM round"))
        db.session.remove()
        db.engine.dispose()


def walked_round(site_id, user_id):
    """A round of one stop, reached in time."""
    place = Place(id=uuid7(), site_id=site_id, kind="spot", name="泵房", full_name="泵房", created_at=AT)
    route = add_route(site_id, "北线", by=None, at=AT)
    label = Label(id=uuid7(), site_id=site_id, place_id=place.id, code="7KQ4M2X9PB3T", issued_at=AT)
    plan = Plan(
        id=uuid7(), site_id=site_id, route_id=route.id, form="fixed", times=["09:00"], expected_min=40,
        valid_from=AT.date(),
    )  # fmt: skip
    later = AT + timedelta(hours=1)
    round_ = Round(
        id=uuid7(), site_id=site_id, route_id=route.id, plan_id=plan.id, route_name="北线", team="security",
        business_day=AT.date(), ordinal=1, opens_at=AT, starts_at=AT, ends_at=later, closes_at=later, tolerance_s=0,
    )  # fmt: skip
    stop = RoundStop(id=uuid7(), site_id=site_id, round_id=round_.id, place_id=place.id, place_name="泵房", position=1)
    scan = Scan(
        id=uuid7(), site_id=site_id, place_id=place.id, label_id=label.id, round_id=round_.id, user_id=user_id,
        method="camera", captured_at=AT, effective_at=AT, received_at=AT, business_day=AT.date(),
    )  # fmt: skip
    for rows in ([place], [label, plan], [round_], [stop, scan]):
        db.session.add_all(rows)
        db.session.flush()
