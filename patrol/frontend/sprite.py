"""The icon sprite: one SVG whose symbols carry the icons' own names."""

import re
from collections.abc import Iterable, Mapping

# Tabler has no torch for the scan page; same 24 grid, same stroke.
OWN = {"flashlight": '<path d="M7 3h10v4l-3 4v9a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-9L7 7zM7 7h10M12 13v2"/>'}

# Stroke, caps and joins stand once in base.css (.icon), not 150 times in the sprite.
OUTLINE = ' fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" stroke-width="2"'


def wanted(text: str) -> list[str]:
    """The names in icons.txt, in its order, without blank lines and comments."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def sprite(names: Iterable[str], icons: Mapping[str, Mapping[str, str]]) -> str:
    """One symbol for each name and for each icon of our own.

    icons: name -> {"body": SVG markup}, as in the `icons` of an Iconify file.
    Raises KeyError with every name the set does not have, so that a typing error shows at once.
    """
    names = list(names)
    missing = [name for name in names if name not in icons]
    if missing:
        raise KeyError("no such icon: " + ", ".join(missing))
    bodies = {name: slim(icons[name]["body"]) for name in names} | OWN
    symbols = "".join(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>\n' for name, body in bodies.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def slim(body: str) -> str:
    """The paths alone: outlined icons take their stroke from .icon, filled ones say so themselves."""
    body = body.replace('fill="currentColor"', 'fill="currentColor" stroke="none"')
    body = body.replace(OUTLINE, "")
    return re.sub(r"^<g>(.*)</g>$", r"\1", body)
