"""The answers of one filled checklist, as a phone or a form sends them, and what is wrong with them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from patrol.core.problems import N_, Problem
from patrol.equipment.judge import Answer, Verdict, judge
from patrol.equipment.samples import in_words, lowest, read_number, read_samples
from patrol.equipment.service_life import PastDue
from patrol.equipment.units import read_units
from patrol.hazards.category import categories


class FindingData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    result: str | None = Field(None, max_length=8)
    value: float | None = None
    choice: str | None = Field(None, max_length=40)
    text: str = Field("", max_length=2000)
    remark: str = Field("", max_length=500)
    samples: list[float] = Field(default_factory=list, max_length=9)  # where the lowest of several is the value
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    after: list[UUID] = Field(default_factory=list, max_length=6)  # with fixed: what it looks like now
    fixed: bool = False
    units: int | None = None  # of a group: how many failed …
    which: str = ""  # … and which

    @field_validator("value", mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        return read_number(value)

    @field_validator("units", mode="before")
    @classmethod
    def _counted(cls, value: Any) -> int | None:
        return read_units(value)

    @field_validator("which", mode="before")
    @classmethod
    def _named(cls, value: Any) -> str:
        return str(value)[:200] if isinstance(value, str | int) else ""

    @field_validator("samples", mode="before")
    @classmethod
    def _each(cls, value: Any) -> Any:
        return read_samples(value)


class InspectionData(BaseModel):
    """checklist: the id of the version that was filled, or a code (the current version unless ``version`` says)."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    checklist: str = Field(min_length=1, max_length=64)
    version: int | None = None
    equipment: UUID | None = None
    place: UUID | None = None
    started_at: datetime | None = None
    findings: dict[str, FindingData] = Field(default_factory=dict, max_length=200)
    remark: str = Field("", max_length=1000)
    signature: list[UUID] = Field(default_factory=list, max_length=2)
    photo_facts: dict[str, Any] = Field(default_factory=dict)
    asked: str = Field(default="", max_length=40)  # the item whose photo was asked for by lot …
    asked_photos: list[UUID] = Field(default_factory=list, max_length=3)  # … and that photo, if it was taken


def judged(
    listed: Sequence[Mapping[str, Any]],
    limits: Mapping[str, Any],
    data: InspectionData,
    past: PastDue | None = None,
) -> dict[str, Verdict]:
    """The verdict on every item of the list; refuses the whole at the first that is missing or lacks something.

    limits: the equipment's own bounds by item code. past: the item that fails by the ledger's date, whatever
    was answered; a "pass" there is not refused, and a photo is not asked of somebody who was not asked for it.
    """
    items = {item["code"]: item for item in listed}
    unknown = next((code for code in data.findings if code not in items), None)
    if unknown is not None:
        raise Problem(
            "inspection.item_unknown", N_("The list has no item %(item)s. Load the page again."), item=unknown[:40]
        )
    for code, said in data.findings.items():
        said.value = lowest(items[code], said.samples, said.value)
    verdicts = {}
    for number, (code, item) in enumerate(items.items(), 1):
        verdicts[code] = judge(item, _answer(data.findings.get(code)), limits.get(code))
        if verdicts[code].problem:
            raise _lacking(item, number, str(verdicts[code].problem))
    if past is not None and past.item in verdicts:
        verdicts[past.item] = replace(verdicts[past.item], result="fail")
    return verdicts


def _answer(finding: FindingData | None) -> Answer:
    return Answer.of(finding.model_dump() if finding else None)


_LACKING: Mapping[str, str] = {
    "answer_missing": N_("Item %(number)s is not answered yet: %(item)s."),
    "photo_missing": N_("Item %(number)s needs a photo: %(item)s."),
    "signature_missing": N_("Item %(number)s is not signed yet: %(item)s."),
    "remark_missing": N_("Item %(number)s: say why it does not apply: %(item)s."),
    "choice_unknown": N_("Item %(number)s: choose one of the answers: %(item)s."),
    "number_invalid": N_("Item %(number)s: this is not a number: %(item)s."),
    "result_unknown": N_("Item %(number)s: pass or fail? %(item)s."),
}


def _lacking(item: Mapping[str, Any], number: int, trouble: str) -> Problem:
    return Problem(
        f"inspection.{trouble}",
        _LACKING[trouble],
        field=f"findings.{item['code']}",
        number=number,
        item=item["text"],
        item_code=item["code"],
    )


def may_be_fixed(item: Mapping[str, Any]) -> bool:
    """Whether a failure of this item is of a kind that can be put right on the spot (现场整改)."""
    category = categories().get(item.get("hazard_category_on_fail") or "")
    return bool(category and category["spot_fix"])


def counts_as_fixed(item: Mapping[str, Any], said: FindingData) -> bool:
    """Said to be fixed, of a kind that can be, and shown by an after-photo; a minor matter that asks for no
    photo needs none. Anything else stays a plain failure."""
    if not said.fixed or not may_be_fixed(item):
        return False
    return bool(said.after) or (item["severity_on_fail"] == "minor" and not item["photo_on_fail"])


def check_signed(data: InspectionData) -> None:
    """Whoever filled the list signs it; the mark's bytes may still be on their way."""
    if not data.signature:
        raise Problem(
            "inspection.signature_missing",
            N_("The signature is missing. Sign the list, then finish it."),
            field="signature",
        )


def what_failed(
    item: Mapping[str, Any], said: FindingData, past: PastDue | None = None, lang: str = "zh",
    units: str = "",
) -> str:  # fmt: skip
    """The item and its answer: the date that has passed, the bad choice or the value with its unit, the units of a
    group (in words), the remark.

    lang: of the person who writes; the trade's Chinese when in doubt.
    """
    parts = []
    if past is not None and past.item == item["code"]:
        by_ledger = "台账日期 {:%Y-%m} 已过" if lang == "zh" else "past {:%Y-%m} by the ledger"
        parts.append(by_ledger.format(past.since))
    if item["kind"] == "choice":
        parts += [choice["text"][lang] for choice in item["choices"] if choice["code"] == said.choice]
    if item["kind"] == "number" and said.value is not None:
        told = f"{in_words(said.samples)} → " if said.samples else ""
        parts.append(f"{told}{said.value:g} {item.get('unit') or ''}".strip())
    parts += [units] if units else []
    colon, semicolon = ("：", "；") if lang == "zh" else (": ", "; ")
    answer = semicolon.join([*parts, *([said.remark] if said.remark else [])])
    text: str = item["text"][lang]
    return f"{text}{colon}{answer}" if answer else text
