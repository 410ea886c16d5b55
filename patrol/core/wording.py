"""Typed words made safe to keep: no control characters, no stray spaces, never longer than asked for."""

import unicodedata


def tidy(text: str | None, longest: int) -> str:
    """One line without control or invisible format characters, spaces at most single, cut to ``longest``."""
    kept = "".join(" " if letter.isspace() else letter for letter in (text or "")[: longest * 4])
    kept = "".join(letter for letter in kept if unicodedata.category(letter) not in ("Cc", "Cf", "Cs"))
    return " ".join(kept.split())[:longest]


def tidy_number(text: str | None, longest: int) -> str:
    """A number as people type it on any keyboard (full-width, spaces, dashes), folded to one writing."""
    plain = unicodedata.normalize("NFKC", tidy(text, longest * 2))
    return "".join(letter for letter in plain if letter not in " -‐‑–—()").upper()[:longest]


def tidy_phone(text: str | None, longest: int) -> str:
    """A telephone number as it is to be printed: plain digits, grouped as it was typed."""
    plain = unicodedata.normalize("NFKC", tidy(text, longest * 2))
    return tidy(plain.translate(dict.fromkeys(map(ord, "‐‑–—"), "-")), longest)
