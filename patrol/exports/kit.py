"""What the making of a file needs of this installation; the doors put it together, so nothing below knows Flask."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patrol.photos.shelf import PhotoStore
from patrol.photos.stamp import Face


@dataclass(frozen=True, slots=True)
class Kit:
    """folder: where finished files stand. reserve: bytes that stay free on its disk. speak: opens a context of its own
    (and database session) in one language; within it ``words`` translates and ``render`` fills a template."""

    folder: Path
    store: PhotoStore
    font: Face | None
    reserve: int
    days: int
    speak: Callable[[str], AbstractContextManager[Any]]
    words: Callable[[str], str]
    pick: Callable[[Any], str]
    title: Callable[[Any], str]  # of an order
    render: Callable[..., str]
    css: Callable[[], str]
    logo: Callable[[], str]
