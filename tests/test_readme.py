"""The README says what the program has: every setting, every command, and pictures that are there."""

import re
from collections.abc import Iterator

import click
import pytest
from PIL import Image

from patrol.cli import main
from patrol.settings import SETTINGS
from tests.pictures import INTO, SHOTS
from tests.system.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PICTURES = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)


def commands(group: click.Group, before: str = "patrol") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if name != "db":  # Flask-Migrate brings its own
                yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize(("name", "sentence"), [(name, sentence) for name, _default, sentence in SETTINGS])
def test_every_setting_is_listed_with_its_sentence(name, sentence):
    line = next((line for line in README.splitlines() if line.startswith(f"| `PATROL_{name}` |")), "")

    assert line.endswith(f"| {sentence} |")


def test_every_command_is_listed():
    listed = set(re.findall(r"^\| `(patrol [a-z ]+)` \|", README, re.MULTILINE))

    assert listed == set(commands(main))


def test_every_picture_is_there_and_is_taken_from_the_program():
    assert PICTURES
    assert {ROOT / path for path in PICTURES} == {INTO / shot.name for shot in SHOTS}


@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_is_small_and_whole(path):
    file = ROOT / path
    with Image.open(file) as picture:
        picture.verify()
    assert file.stat().st_size < 200_000
