"""The page that shows every part: it is drawn whenever a part changes, so it must stand."""

import pytest
from flask import render_template


@pytest.mark.parametrize(("language", "word"), [("zh", "组件"), ("en", "Components")])
def test_every_part_is_drawn_in_both_languages(app, language, word):
    with app.test_request_context(headers={"Accept-Language": language}):
        html = render_template("shared/components.html")

    assert f"<h1>{word}</h1>" in html
    assert html.count('class="card') > 12
