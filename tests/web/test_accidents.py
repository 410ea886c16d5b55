"""What a reader sees when a request is too large, comes too often, or meets a fault of the program."""

import pytest
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from patrol.app import create_app
from patrol.web.access import public
from tests.once import lay_migrated


def fails(error: Exception):
    @public
    def door():
        raise error

    return door


@pytest.fixture(scope="module")
def visitor(tmp_path_factory):
    """Somebody at doors that fail, of an app of their own."""
    folder = tmp_path_factory.mktemp("accidents") / "instance"
    folder.mkdir()
    lay_migrated(folder)
    app = create_app({"INSTANCE": folder, "LOG_LEVEL": "CRITICAL"})
    app.add_url_rule("/accident/fault", "fault", fails(RuntimeError("password=hunter2 in /srv/patrol")))
    app.add_url_rule("/accident/large", "large", fails(RequestEntityTooLarge()))
    app.add_url_rule("/accident/often", "often", fails(TooManyRequests()))
    return app.test_client()


@pytest.mark.parametrize(
    ("name", "status", "happened", "next_step", "english"),
    [
        ("fault", 500, "服务器出错了", "返回再试一次", "Go back and try again"),
        ("large", 413, "没有传上，也没有存", "少选几张", "send fewer or smaller photos"),
        ("often", 429, "这一次没有受理", "请等几分钟", "Wait a few minutes"),
    ],
)
def test_an_accident_says_what_happened_and_what_to_do(visitor, name, status, happened, next_step, english):
    chinese = visitor.get(f"/accident/{name}", headers={"Accept-Language": "zh-CN"})
    other = visitor.get(f"/accident/{name}", headers={"Accept-Language": "en"})
    told = visitor.get(f"/accident/{name}", headers={"Accept": "application/json"})

    assert {chinese.status_code, other.status_code, told.status_code} == {status}
    assert happened in chinese.text and next_step in chinese.text and english in other.text
    assert set(told.json["problem"]) == {"code", "text"}


def test_a_fault_shows_nothing_from_inside(visitor):
    for accept in ("text/html", "application/json"):
        said = visitor.get("/accident/fault", headers={"Accept": accept}).text
        assert "hunter2" not in said and "/srv" not in said and "RuntimeError" not in said and "Traceback" not in said
