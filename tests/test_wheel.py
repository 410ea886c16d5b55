"""The wheel alone is the whole program: pages, static files, words and migrations, far from any checkout."""

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.system.conftest import ROOT, Server

pytestmark = pytest.mark.system
PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Built here, unpacked elsewhere, served from there with nothing on PATH."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = built(folder / "dist")
    code, instance = folder / "code", folder / "instance"
    instance.mkdir()
    run("-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(code), str(wheel))
    server = Server(instance, code=code, PATH=str(folder / "nothing"))
    server.start()
    yield SimpleNamespace(wheel=wheel, code=code, instance=instance, url=server.url)
    server.kill()


def built(into: Path) -> Path:
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(into), cwd=ROOT)
    return next(into.glob("*.whl"))


def run(*args: str, cwd: Path | None = None, **env: str) -> str:
    done = subprocess.run(
        [PYTHON, *args], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def opened(url: str, language: str = "zh-CN") -> tuple[str, str]:
    """(type, text) of an answer that must be 200."""
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.headers["Content-Type"], reply.read().decode()


def asset(page: str, end: str) -> str:
    found = re.search(rf'"(/static/[^"]+{re.escape(end)})"', page)
    assert found is not None, f"no {end} on the page"
    return found[1]


def test_the_sign_in_page_is_served_in_both_languages(installed):
    _kind, chinese = opened(f"{installed.url}/sign-in")
    _kind, english = opened(f"{installed.url}/sign-in", "en")

    assert 'lang="zh-CN"' in chinese and "登录" in chinese
    assert "Sign in" in english and "登录" not in english


def test_styles_scripts_and_the_vendor_files_are_served(installed):
    _kind, page = opened(f"{installed.url}/sign-in")
    styles, script = asset(page, "/app.css"), asset(page, "/js/app.js")

    assert "@layer" in opened(installed.url + styles)[1]
    assert opened(installed.url + script)[0].startswith("text/javascript")
    vendor = f"{installed.url}{styles.removesuffix('app.css')}vendor"
    assert "htmx" in opened(f"{vendor}/htmx.js")[1]
    assert "<symbol" in opened(f"{vendor}/icons.svg")[1]


def test_the_code_that_answers_is_the_wheels(installed):
    where = run(
        "-c", "import patrol, patrol.settings; print(patrol.__file__, patrol.settings.home())",
        cwd=installed.instance, PYTHONPATH=str(installed.code),
    )  # fmt: skip

    assert where.split() == [
        str(installed.code / "patrol/__init__.py"),
        str(installed.code / "patrol/_web"),
    ]


def test_a_new_database_is_brought_up_to_date_by_command(installed, tmp_path):
    env = {"PATROL_INSTANCE": str(tmp_path), "PYTHONPATH": str(installed.code), "PATH": ""}
    run("-m", "patrol.cli", "upgrade", cwd=tmp_path, **env)

    printed = run("-m", "patrol.cli", "setup", cwd=tmp_path, **env)

    assert re.match(r"http://localhost:8000/setup/\S{20,}\n", printed)


def test_nothing_of_the_tests_is_in_it(installed):
    names = zipfile.ZipFile(installed.wheel).namelist()

    assert [name for name in names if "axe" in name or name.startswith("tests") or "__pycache__" in name] == []
