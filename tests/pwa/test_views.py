import json
import re
from pathlib import Path

import pytest
from flask import Flask, render_template

from patrol.pwa import views

ROOT = Path(__file__).parents[2]


@pytest.fixture
def visitor(app: Flask):
    if "pwa" not in app.blueprints:
        pytest.fail("create_app registers patrol.pwa.views.bp")
    return app.test_client()


def shell_of(script: str) -> list[str]:
    return json.loads(re.search(r"^const SHELL = (.+)$", script, re.M)[1])


def test_the_worker_may_serve_every_page_and_is_always_asked_for_anew(visitor):
    reply = visitor.get("/sw.js")

    assert reply.status_code == 200
    assert reply.mimetype == "text/javascript"
    assert reply.headers["Service-Worker-Allowed"] == "/"
    assert reply.headers["Cache-Control"] == "no-cache"


def test_everything_the_worker_keeps_is_there_and_versioned(visitor):
    shell = shell_of(visitor.get("/sw.js").text)

    assert len(shell) > 20
    for url in shell:
        assert url.startswith("/static/v-")
        assert visitor.get(url).status_code == 200, url


def test_the_worker_keeps_every_module_its_modules_import():
    kept = {path for path in views.SHELL if path.startswith("js/")}
    for path in kept:
        source = (ROOT / "static" / path).read_text(encoding="utf-8")
        for found in re.findall(r'(?:from|import\(|URL\()\s*"(\.[^"$]+\.js)"', source):
            target = (ROOT / "static" / path).parent.joinpath(found).resolve()
            name = target.relative_to((ROOT / "static").resolve()).as_posix()
            # Without a secure page there is no worker either, so its SHA-256 is never needed offline.
            assert name in views.SHELL or name == "js/offline/sha256.js", f"{path} imports {name}"


def test_the_worker_keeps_every_behaviour_of_the_pages_used_without_signal():
    pages = ("rounds/today", "rounds/scan", "rounds/arrived", "rounds/checkpoint", "hazards/new", "equipment/fill")
    parts = ("shared/photos", "shared/forms", "shared/ui", "shared/scanner", "equipment/_item")
    sources = "".join((ROOT / f"templates/{name}.html").read_text(encoding="utf-8") for name in (*pages, *parts))
    named = {name for found in re.findall(r'data-behaviour="([a-z -]+)"', sources) for name in found.split()}

    assert {"scanner", "record-form", "queue-card"} <= named
    for name in named:
        assert f"js/behaviours/{name}.js" in views.SHELL, name


def test_the_manifest_speaks_the_users_language(visitor):
    chinese = json.loads(visitor.get("/manifest.webmanifest?lang=zh").data)
    english = json.loads(visitor.get("/manifest.webmanifest?lang=en").data)

    assert chinese["lang"] == "zh-CN"
    assert chinese["short_name"] == "巡检"
    assert [shortcut["name"] for shortcut in chinese["shortcuts"]] == ["扫码", "上报隐患", "今天"]
    assert english["short_name"] == "Patrol"
    assert english["start_url"] == english["scope"] == english["id"] == "/"


def test_an_odd_language_gets_the_chinese_manifest(visitor):
    assert json.loads(visitor.get("/manifest.webmanifest?lang=<x>").data)["lang"] == "zh-CN"


def test_the_offline_page_holds_nothing_personal(visitor):
    page = visitor.get("/offline").text

    assert "没有网络" in page
    assert "csrf" not in page
    assert "data-user" not in page


def test_every_word_javascript_says_is_given_to_it(visitor):
    page = visitor.get("/offline").text
    words = json.loads(re.search(r'id="words">(.+?)</script>', page, re.S)[1])
    with visitor.application.test_request_context():
        kept = render_template("pwa/_kept_words.html")
    words |= json.loads(re.search(r"data-words>(.+?)</script>", kept, re.S)[1])
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "static/js").rglob("*.js"))
    said = set(re.findall(r'\bt\("([a-z_]+)"', sources))

    assert said <= set(words)
    for key in words:  # and none is left over: each is named in the code, whole or by its beginning
        beginning = key.split("_")[0]
        assert re.search(rf'"{key}"|`{beginning}_\$', sources), key


def test_the_offline_page_says_what_is_so_before_anything_was_loaded_and_has_its_files_at_hand(visitor):
    page = visitor.get("/offline").text

    nothing = page.split('data-with="nothing" hidden', 1)[1]
    assert "还没来得及把资料存下来" in nothing and "data-scan>" in nothing
    assert "data-again" in page and "data-home" in page
    assert "offline-page" in views.BEHAVIOURS and "scanner" in views.BEHAVIOURS
