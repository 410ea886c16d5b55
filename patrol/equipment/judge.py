"""What an answer to a checklist item means. Items are dicts as in patrol/catalog/checklists."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Result = Literal["pass", "fail", "na", "missing"]
Trouble = Literal[
    "answer_missing",
    "photo_missing",
    "signature_missing",
    "remark_missing",
    "choice_unknown",
    "number_invalid",
    "result_unknown",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One finding as sent from a phone or a form. photos: how many come with it."""

    result: str | None = None
    value: float | None = None
    choice: str | None = None
    text: str = ""
    remark: str = ""
    photos: int = 0
    fixed: bool = False

    @classmethod
    def of(cls, finding: Mapping[str, Any] | None) -> "Answer":
        """From a record's findings[code]. A number that cannot be read becomes NaN, which judge() refuses."""
        finding = finding or {}
        return cls(
            result=finding.get("result") or None,
            value=_number(finding.get("value")),
            choice=finding.get("choice") or None,
            text=str(finding.get("text") or "").strip(),
            remark=str(finding.get("remark") or "").strip(),
            photos=len(finding.get("photos") or ()),
            fixed=finding.get("fixed") in (True, 1, "1", "true", "on", "y", "yes"),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """photo_needed, remark_needed: what this answer calls for, whether or not it is there.

    problem: the first thing that keeps the answer from being accepted, e.g. the photo that is not there.
    """

    result: Result
    photo_needed: bool = False
    remark_needed: bool = False
    problem: Trouble | None = None


def judge(item: Mapping[str, Any], answer: Answer, limits: Mapping[str, Any] | None = None) -> Verdict:
    """Judge one answer.

    limits: this equipment's own {"min", "max"} for the item. A key given wins over the item's bound, also
    when it is None (no bound). Bounds themselves are good.
    Numbers and choices are judged by their rule alone; a claimed result beside them is not asked. "na" is
    open to every item and needs a remark; it is not a failure and counts as answered.
    """
    if answer.result == "na":
        return Verdict("na", remark_needed=True, problem=None if answer.remark.strip() else "remark_missing")
    result, trouble = _result(item, answer, limits)
    if result == "missing":
        if item["kind"] == "photo":
            needed = bool(item["required"])
            return Verdict("missing", photo_needed=needed, problem="photo_missing" if needed else None)
        if item["kind"] == "signature" and item["required"]:
            return Verdict("missing", problem="signature_missing")
        return Verdict("missing", problem=trouble or ("answer_missing" if item["required"] else None))
    needs_photo = (result == "fail" and bool(item["photo_on_fail"])) or item["kind"] == "photo"
    lacking = needs_photo and answer.photos == 0
    return Verdict(result, photo_needed=needs_photo, problem="photo_missing" if lacking else None)


def bounds(item: Mapping[str, Any], limits: Mapping[str, Any] | None = None) -> tuple[float | None, float | None]:
    """Lowest and highest good value of a number item, to be stored beside the answer; None = no bound."""
    merged = {**item, **(limits or {})}
    return merged.get("min"), merged.get("max")


def complete(items: Iterable[Mapping[str, Any]], verdicts: Mapping[str, Verdict]) -> bool:
    """Whether every required item is answered and no answer, required or not, lacks anything it needs."""
    if any(verdict.problem for verdict in verdicts.values()):
        return False
    answered = {code for code, verdict in verdicts.items() if verdict.result != "missing"}
    return all(item["code"] in answered for item in items if item["required"])


def _result(item: Mapping[str, Any], answer: Answer, limits: Mapping[str, Any] | None) -> tuple[Result, Trouble | None]:
    match item["kind"]:
        case "pass_fail":
            return _claimed(answer)
        case "number":
            return _measured(answer, *bounds(item, limits))
        case "choice":
            return _chosen(item, answer)
        case "text":
            return ("pass" if answer.text.strip() else "missing"), None
        case "photo" | "signature":
            return ("pass" if answer.photos else "missing"), None
    raise ValueError(f"unknown kind of item: {item['kind']}")


def _claimed(answer: Answer) -> tuple[Result, Trouble | None]:
    if answer.result == "pass":
        return "pass", None
    if answer.result == "fail":
        return "fail", None
    return "missing", "result_unknown" if answer.result else None


def _measured(answer: Answer, low: float | None, high: float | None) -> tuple[Result, Trouble | None]:
    if answer.value is None:
        return "missing", None
    if not math.isfinite(answer.value):
        return "missing", "number_invalid"
    good = (low is None or answer.value >= low) and (high is None or answer.value <= high)
    return ("pass" if good else "fail"), None


def _chosen(item: Mapping[str, Any], answer: Answer) -> tuple[Result, Trouble | None]:
    if not answer.choice:
        return "missing", None
    for choice in item["choices"]:
        if choice["code"] == answer.choice:
            return ("fail" if choice.get("fail") else "pass"), None
    return "missing", "choice_unknown"


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
