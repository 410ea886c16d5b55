"""Names and notes of the demo site in both languages; a site speaks one of them."""

from typing import Literal

Lang = Literal["zh", "en"]
Both = tuple[str, str]


def say(both: Both, lang: Lang) -> str:
    """The Chinese or the English half."""
    return both[0] if lang == "zh" else both[1]
