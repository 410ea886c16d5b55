"""What stands on a label: a code people can type and a QR symbol cameras can read."""

import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import qrcode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import ALPHA_NUM, QRData

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_LETTERS = frozenset(ALPHABET)
CODE_LENGTH = 12  # 60 bits: cannot be guessed, can be read out over the radio
QUIET = 4  # modules of white around the symbol; the standard's least
LONGEST_INPUT = 300
LOOK_ALIKES = str.maketrans("OIL", "011", "- \t\n\r‐‑‒–—−_")


def new_code() -> str:
    """Twelve random characters; whether they are free is for the database to say."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def fold_code(text: str) -> str | None:
    """The code a person typed or a camera read, or None when it cannot be one.

    Takes any case, full-width characters, spaces and dashes anywhere, O for 0 and I or L for 1; also
    an address ending in /C/<code>. Whose address it is, the scanner has to look at: only the code counts.
    """
    if len(text) > LONGEST_INPUT:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if "/" in plain:
        front, mark, plain = plain.rstrip("/").rpartition("/C/")
        if not mark or not front:
            return None
    code = plain.translate(LOOK_ALIKES)
    return code if len(code) == CODE_LENGTH and _LETTERS.issuperset(code) else None


def grouped(code: str) -> str:
    """As printed under the symbol: 7K3M9QX2ABCD -> 7K3M-9QX2-ABCD."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol as one SVG path: `<svg viewBox="0 0 size size"><path d="path_d">`.

    version: 1..40, 3 for a URL of up to 47 characters in capitals.
    size: modules per side, the quiet zone of 4 on each side counted in.
    path_d: the dark modules as rectangles, one unit a module, already set inside the quiet zone.
    Made of plain values: `dataclasses.asdict` and `Symbol(**kept)` take it to JSON and back.
    """

    version: int
    size: int
    path_d: str


@lru_cache(maxsize=2048)
def symbol(url: str) -> Symbol:
    """The symbol at level Q (a quarter of it may be dirty). About 10 ms to make, so it is kept."""
    data = url.encode()
    mode: Literal[2, 4] = 2 if all(byte in ALPHA_NUM for byte in data) else 4  # alphanumeric, bytes
    qr = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    qr.add_data(QRData(data, mode=mode))
    qr.make(fit=True)
    rows = [[bool(module) for module in row] for row in qr.get_matrix()]
    path_d = "".join(
        f"M{x + QUIET} {y + QUIET}h{width}v{height}h-{width}z" for x, y, width, height in _rectangles(rows)
    )
    return Symbol(qr.version, len(rows) + 2 * QUIET, path_d)


def _rectangles(rows: list[list[bool]]) -> Iterator[tuple[int, int, int, int]]:
    """Dark runs as (x, y, width, height); equal runs below each other are one, so no printer shows a seam."""
    growing: dict[tuple[int, int], int] = {}  # (x, width) -> the row it began in
    for y, row in enumerate([*rows, [False] * len(rows[0])]):
        runs = set(_runs(row))
        for (x, width), top in list(growing.items()):
            if (x, width) not in runs:
                yield x, top, width, y - top
                del growing[x, width]
        for run in sorted(runs):
            growing.setdefault(run, y)


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
