"""The style sheet: the files of static/css in the order of order.txt, without comments and spare space."""

import re
from pathlib import Path


def bundle(folder: Path) -> str:
    """The whole sheet as it is served; FileNotFoundError when order.txt names a file that is not there."""
    names = (folder / "order.txt").read_text("utf-8").split()
    return squeeze("\n".join((folder / name).read_text("utf-8") for name in names))


def squeeze(css: str) -> str:
    """Drop comments and white space that mean nothing. Spaces around + and - stay: calc() needs them.

    A space before a colon stays too (`.a :hover` is not `.a:hover`). Strings must not hold comment marks.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return re.sub(r": ", ":", css).replace(";}", "}").strip()
