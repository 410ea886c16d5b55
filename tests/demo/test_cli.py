"""The command: what it prints, and that it never fills an instance in use by mistake."""

import pytest
from sqlalchemy import func, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.demo.cli import demo_command


@pytest.fixture
def runner(make):
    return make(days=2).app.test_cli_runner()


def test_a_peopled_instance_is_left_alone(runner):
    answer = runner.invoke(demo_command, ["--days", "1"])

    assert answer.exit_code == 1
    assert "--add" in answer.output


def test_added_beside_others_it_prints_a_password_for_each_and_the_address(runner):
    answer = runner.invoke(demo_command, ["--days", "1", "--add"])

    assert answer.exit_code == 0, answer.output
    rows = [line.split() for line in answer.output.splitlines() if line.startswith("  ")]
    passwords = [row[1] for row in rows]
    assert len(set(passwords)) == len(rows) >= 12
    assert min(map(len, passwords)) >= 12
    assert "http://localhost:8000" in answer.output
    with runner.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 2 * len(rows)
