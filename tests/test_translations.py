"""Every text that the program can show is in Chinese, once, and means the same everywhere."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from flask_babel import force_locale

from patrol.translations import merged

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
SAME_IN_BOTH = {"Patrol", "Excel", "CSV", "A4", "PDF", "QR"}
PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def texts() -> dict[str, str]:
    """msgid -> where it is said first."""
    found: dict[str, str] = {}
    for folder, method in (("patrol", "python"), ("templates", "jinja2")):
        rules = [("**.py", "python"), ("**.html", "jinja2")]
        options = {"**.html": {"trimmed": "true", "silent": "false"}}
        for name, line, message, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=[rule for rule in rules if rule[1] == method],
            options_map=options, keywords=KEYWORDS,
        ):  # fmt: skip
            for text in message if isinstance(message, tuple) else (message,):
                found.setdefault(text, f"{folder}/{name}:{line}")
    return found


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    return texts()


def test_every_text_has_its_chinese(said):
    catalog = merged()
    words = {}
    for message in catalog:
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            words[text] = message.string if isinstance(message.string, tuple) else (message.string,)

    missing = [f"{place}: {text}" for text, place in said.items() if not any(words.get(text, ()))]

    assert not missing, "\n".join(missing)


def test_the_places_for_values_are_the_same_in_both_languages():
    wrong = []
    for message in merged():
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if any(set(PLACES.findall(source)) != set(PLACES.findall(text)) for text in strings if text):
            wrong.append(source)
    assert wrong == []


def test_nothing_is_translated_that_nobody_says(said):
    spare = [
        message.id
        for message in merged()
        if message.id and (message.id if isinstance(message.id, str) else message.id[0]) not in said
    ]
    assert not spare, spare


def test_a_fixed_word_is_said_in_the_readers_language_each_time(app):
    page = app.jinja_env.from_string('{{ "set_out"|step_word }}')
    said = []
    for language in ("zh_Hans_CN", "en", "zh_Hans_CN"):
        with app.test_request_context(), force_locale(language):
            said.append(page.render())

    assert said == ["我出发了", "On my way", "我出发了"]
