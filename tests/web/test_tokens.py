"""The promises of the design language about contrast, kept by the style sheet itself."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text("utf-8")

TEXT = [
    ("ink", 7),
    ("ink-2", 7),
    ("ink-3", 4.5),
    ("brand", 7),
    ("ok", 7),
    ("late", 7),
    ("miss", 7),
    ("sync", 7),
]
PAIRS = [
    ("on-brand", "brand", 7),
    ("brand", "tint", 7),
    ("on-deep", "deep", 7),
    ("deep-2", "deep", 7),
    ("bead", "deep", 7),
    ("ok", "ok-bg", 7),
    ("late", "late-bg", 7),
    ("miss", "miss-bg", 7),
    ("sync", "sync-bg", 7),
    ("on-toast", "toast", 7),
    ("ink-3", "bg", 4.5),
    ("ink-2", "bg", 7),
    ("on-off", "off", 4.5),
    ("edge", "surface", 3),
    ("ok-solid", "surface", 3),
    ("miss-solid", "surface", 3),
    ("sync-solid", "surface", 3),
    ("dark-mark", "late-solid", 4.5),
    ("critical-mark", "critical", 4.5),
    ("major-mark", "major", 4.5),
    ("minor-mark", "minor", 7),
    ("heat-ink", "heat-1", 4.5),
    ("heat-ink", "heat-2", 4.5),
    ("heat-ink", "heat-3", 4.5),
    ("heat-ink-2", "heat-4", 4.5),
    ("heat-ink-2", "heat-5", 4.5),
]


def colours(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", CSS)
    assert block, selector
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b", block[1]))


LIGHT = colours(":root")
DARK = colours(":root[data-theme=dark]")
FOLLOWING = colours(":root:not([data-theme=light])")
THEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2, 1..21, to the one place the design language gives it in."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return round((high + 0.05) / (low + 0.05), 1)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("name", "least"), TEXT)
def test_text_is_readable_on_a_card(theme, name, least):
    assert contrast(theme[name], theme["surface"]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_pair_that_meets_on_a_page_is_told_apart(theme, front, back, least):
    assert contrast(theme[front], theme[back]) >= least


def test_the_formula_gives_the_figures_the_design_language_prints():
    assert contrast(LIGHT["ink"], LIGHT["surface"]) == 16.8
    assert contrast(LIGHT["on-brand"], LIGHT["brand"]) == 8.4
    assert contrast(DARK["ink"], DARK["surface"]) == 15.0
    assert contrast(DARK["edge"], DARK["surface"]) == 4.3


def test_the_dark_chosen_and_the_dark_that_follows_the_phone_are_the_same():
    assert DARK == FOLLOWING


def test_a_colour_that_changes_at_night_has_both_values():
    assert set(DARK) - set(LIGHT) == {"card-edge"}  # by day a card has a shadow and no edge
