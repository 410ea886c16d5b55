"""Laying labels out on pages: two by five on A4, each with its symbol."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from patrol.sites.label import SheetLabel, label_url
from patrol.sites.label_symbol import symbols_for
from patrol.sites.symbol import Symbol, grouped

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class PrintedLabel:
    """``code`` in groups of four; ``url`` is what ``symbol`` says."""

    place_id: UUID
    name: str
    number: int | None
    code: str
    url: str
    symbol: Symbol
    version: int


@dataclass(frozen=True, slots=True)
class SheetPage:
    number: int
    of: int
    labels: list[PrintedLabel]


def sheet_pages(
    site_id: UUID, labels: Sequence[SheetLabel], public_url: str, lower_case: bool = False
) -> list[SheetPage]:
    """The labels in their order, ten a page. Symbols that were never drawn are drawn and kept."""
    urls = {label.label_id: label_url(label.code, public_url, lower_case) for label in labels}
    symbols = symbols_for(site_id, urls)
    printed = [
        PrintedLabel(
            label.place_id, label.name, label.number, grouped(label.code), urls[label.label_id],
            symbols[label.label_id], label.version,
        )
        for label in labels
    ]  # fmt: skip
    cut = [printed[at : at + PER_PAGE] for at in range(0, len(printed), PER_PAGE)]
    return [SheetPage(number, len(cut), part) for number, part in enumerate(cut, 1)]
