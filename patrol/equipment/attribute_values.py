"""What was typed for an item's attributes, judged: what is to be stored, or what is wrong with it. Pure."""

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy
from patrol.equipment.attributes import ATTRIBUTES, OF_TYPE, Attribute

LONGEST = 80
DECIMALS = 4  # more would not come back the same from a workbook
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")  # 1,000 is a thousand, 0,42 is less than one


def checked_attributes(kind: str, said: Mapping[str, Any], *, strict: bool = False) -> dict[str, Any]:
    """What is to be stored: numbers as numbers, choices by code, days as 2026-03-18; what is empty is left out.

    said: attribute code -> what came by form, table or phone. Choices are understood by code or by their word in
    either language. What belongs to another type is dropped (the type was changed on the form), or refused when
    ``strict``. Raises a Problem whose field is ``attributes.<code>``.
    """
    own = OF_TYPE.get(kind, ())
    if strict:
        for code, value in said.items():
            if code not in own and str(value or "").strip():
                raise _wrong(code, N_("This kind of equipment has no such detail. Leave the cell empty."))
    found = {code: _checked(ATTRIBUTES[code], said[code]) for code in own if code in said}
    return {code: value for code, value in found.items() if value is not None}


def _checked(one: Attribute, said: Any) -> Any:
    text = tidy(str(said), LONGEST * 2) if said is not None else ""
    if not text:
        return None
    match one.kind:
        case "number":
            return _as_number(one, text)
        case "choice":
            return _as_choice(one, text)
        case "date":
            return _as_date(one, text)
    if len(text) > LONGEST:
        raise _wrong(one.code, N_("At most %(count)s characters."), count=LONGEST)
    return text


def _as_number(one: Attribute, text: str) -> float | int:
    plain = (text.removesuffix(one.unit) if one.unit else text).strip().replace("，", ",")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".")
    try:
        value = round(float(plain), DECIMALS)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _wrong(one.code, N_("This is no number: %(word)s."), word=text[:20])
    if not one.low <= value <= one.high:
        raise _wrong(
            one.code, N_("It must lie between %(low)s and %(high)s."), low=f"{one.low:g}", high=f"{one.high:g}"
        )
    if not one.unit and not value.is_integer():
        raise _wrong(one.code, N_("It must be a whole number."))
    return int(value) if value.is_integer() else value


def _as_choice(one: Attribute, text: str) -> str:
    wanted = _squeeze(text)
    for code, words in (one.choices or {}).items():
        if wanted in (code, *map(_squeeze, words)):
            return code
    raise _wrong(one.code, N_("Choose one of the words of the list."))


def _as_date(one: Attribute, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _wrong(one.code, N_("This is no day: %(word)s. Write 2024-03-18."), word=text[:20]) from None


def _squeeze(text: str) -> str:
    return "".join(text.split()).casefold()


def _wrong(code: str, text: str, **facts: Any) -> Problem:
    return Problem("equipment.attribute", text, field=f"attributes.{code}", **facts)
