"""What publishing a list would change, in sentences a supervisor can check first. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from patrol.core.problems import N_

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """kind: added, removed, moved, changed (an icon each). text: an English source sentence for the door to translate.

    Of its facts those that are {"zh", "en"} are picked, those ending in _words are translated.
    """

    kind: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """A list as it stands or as it was edited."""

    title: Mapping[str, str]
    interval_words: str
    applies_to: Mapping[str, Mapping[str, str]]  # code -> {"zh", "en"}
    items: Sequence[Item]


def differences(old: Shape, new: Shape) -> list[Change]:
    """Every change; an empty list when there is none."""
    return [*_head(old, new), *_items(old.items, new.items)]


def _head(old: Shape, new: Shape) -> Iterator[Change]:
    for lang, text in (("zh", N_("Title in Chinese: %(new)s")), ("en", N_("Title in English: %(new)s"))):
        if old.title[lang] != new.title[lang]:
            yield Change("changed", text, {"new": new.title[lang]})
    if old.interval_words != new.interval_words:
        facts = {"new_words": new.interval_words, "old_words": old.interval_words}
        yield Change("changed", N_("How often: %(new_words)s, before %(old_words)s"), facts)
    for code, name in new.applies_to.items():
        if code not in old.applies_to:
            yield Change("added", N_("Also for: %(name)s"), {"name": name})
    for code, name in old.applies_to.items():
        if code not in new.applies_to:
            yield Change("removed", N_("No longer for: %(name)s"), {"name": name})


def _items(old: Sequence[Item], new: Sequence[Item]) -> Iterator[Change]:
    before, after = {item["code"]: item for item in old}, {item["code"]: item for item in new}
    place = {item["code"]: at for at, item in enumerate(new, 1)}
    for code, item in before.items():
        if code not in after:
            yield Change("removed", N_("Item taken out: %(item)s"), {"item": item["text"]})
    for code, item in after.items():
        if code not in before:
            yield Change("added", N_("New item %(at)s: %(item)s"), {"item": item["text"], "at": place[code]})
    for code in _moved([code for code in before if code in after], [code for code in after if code in before]):
        yield Change("moved", N_("%(item)s is now item %(at)s"), {"item": after[code]["text"], "at": place[code]})
    for code, item in after.items():
        if code in before:
            yield from _item(before[code], item)


def _item(old: Item, new: Item) -> Iterator[Change]:
    name = {"item": new["text"]}
    if old["text"] != new["text"]:
        yield Change("changed", N_("Reworded: %(item)s, before “%(old)s”"), name | {"old": old["text"]})
    if _bounds(old) != _bounds(new):
        facts = name | {"new": _bounds(new), "old": _bounds(old)}
        yield Change("changed", N_("%(item)s: good from %(new)s, before %(old)s"), facts)
    if _choices(old) != _choices(new):
        yield Change("changed", N_("%(item)s: other answers"), name)
    if old["required"] != new["required"]:
        must, may = N_("%(item)s must be answered"), N_("%(item)s may stay empty")
        yield Change("changed", must if new["required"] else may, name)
    if old["photo_on_fail"] != new["photo_on_fail"]:
        photo, none = N_("%(item)s: a failure needs a photo"), N_("%(item)s: a failure needs no photo any more")
        yield Change("changed", photo if new["photo_on_fail"] else none, name)
    if _on_fail(old) != _on_fail(new):
        yield Change("changed", N_("%(item)s: a failure opens another hazard"), name)


def _bounds(item: Item) -> str:
    """ "0.4–0.6 MPa", "≥ 20 lx", "" for no number."""
    if item["kind"] != "number":
        return ""
    low, high = (f"{item[name]:g}" if item.get(name) is not None else None for name in ("min", "max"))
    both = f"{low}–{high}" if low is not None and high is not None else ""
    span = both or (f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else "—")
    return f"{span} {item.get('unit') or ''}".strip()


def _choices(item: Item) -> list[Any]:
    return [(choice["code"], dict(choice["text"]), bool(choice.get("fail"))) for choice in item.get("choices", ())]


def _on_fail(item: Item) -> tuple[Any, Any]:
    return item["severity_on_fail"], item["hazard_category_on_fail"]


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=lambda run: len(run), default=[])


def _moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The fewest whose move explains the new order: all but a longest run that kept its order."""
    rank = {code: at for at, code in enumerate(old)}
    runs: list[list[str]] = []
    for at, code in enumerate(new):
        before = [runs[i] for i in range(at) if rank[new[i]] < rank[code]]
        runs.append([*_longest(before), code])
    kept = set(_longest(runs))
    return [code for code in new if code not in kept]
