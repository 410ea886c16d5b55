"""Names beside a chart: as much of each as there is room for, and never two alike."""

from collections import Counter
from collections.abc import Sequence

WIDE, NARROW = 1.0, 0.6  # of the type size: a Chinese character, a Latin one at its widest


def width(text: str, size: float = 12) -> float:
    """About how wide the text stands, in user units; rather too much than too little."""
    return sum(WIDE if ord(sign) >= 0x2E80 else NARROW for sign in text) * size


def fitted(names: Sequence[str], room: float) -> list[str]:
    """Each name whole, or the most of its end that fits after "…": what tells places apart stands at the end.

    Names whose ends are alike keep their beginning too, and a number where even that is alike.
    """
    shown = [_end(name, room) for name in names]
    twins = Counter(text for text, _name in set(zip(shown, names, strict=True)))
    shown = [_ends(name, room) if twins[text] > 1 else text for text, name in zip(shown, names, strict=True)]
    return _numbered(shown, names)


def _end(name: str, room: float) -> str:
    if width(name) <= room:
        return name
    words = name.split(" ")
    while len(words) > 1:
        words = words[1:]
        if width("…" + " ".join(words)) <= room:
            return "…" + " ".join(words)
    return "…" + _tail(words[0], room - width("…"))


def _ends(name: str, room: float) -> str:
    """Beginning and end, the middle left out."""
    tail = _tail(name, (room - width("…")) / 2)
    head = name
    while head and width(head + "…" + tail) > room:
        head = head[:-1]
    return f"{head}…{tail}"


def _tail(text: str, room: float) -> str:
    while len(text) > 1 and width(text) > room:
        text = text[1:]
    return text


def _numbered(shown: Sequence[str], names: Sequence[str]) -> list[str]:
    """The last resort: a number behind those that still look alike though their names differ."""
    known: dict[str, list[str]] = {}
    for text, name in zip(shown, names, strict=True):
        if name not in known.setdefault(text, []):
            known[text].append(name)
    return [
        text if len(known[text]) == 1 else f"{text} ({known[text].index(name) + 1})"
        for text, name in zip(shown, names, strict=True)
    ]
