"""The README tells of every setting and every command."""

from pathlib import Path

from patrol.cli import main
from patrol.settings import SETTINGS

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_setting_is_listed_with_its_sentence():
    missing = [
        name for name, _default, sentence in SETTINGS if f"`PATROL_{name}`" not in README or sentence not in README
    ]
    assert missing == []


def test_every_command_is_listed():
    missing = [name for name in main.commands if name != "db" and f"`patrol {name}`" not in README]
    assert missing == []
