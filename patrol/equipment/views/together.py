"""Several items at once: choose, say what changes, see every line of it, then all of them or none."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.equipment.asking import filter_in
from patrol.equipment.away import Crowded, crowded
from patrol.equipment.checklist import for_equipment
from patrol.equipment.equipment import Equipment
from patrol.equipment.ledger import contractors, matching
from patrol.equipment.together import MOST, Change, Changed, TogetherRefused, change_together, chosen
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, reader, uuid_in
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.replies import go

SHOWN = 200


class _LookOnly(Exception):
    """Raised inside write() so that a trial leaves nothing behind."""


@bp.post("/equipment/together")
@needs("equipment.edit")
def together() -> Any:
    """``step`` look: what would change, gone through and undone; keep: for good; neither: the form."""
    data = nested(request.form)
    step, query = data.get("step"), str(data.get("query", ""))
    given = data.get("limits")
    pairs = given.items() if isinstance(given, dict) else ()
    data["limits"] = {code: pair for code, pair in pairs if isinstance(pair, dict)}
    try:
        versions = _chosen(data, query)
        rows = chosen(current_user.site_id, versions)
    except Problem as problem:
        if problem.status == 404:
            raise
        return _refused(problem, query)
    if step not in ("look", "keep"):
        return _form(rows, versions, data, query)
    try:
        found, left_bare = _changed(versions, Change.model_validate(_change(data)), keep=step == "keep")
    except ValidationError as error:
        return _form(rows, versions, data, query, from_validation(error))
    except TogetherRefused as refused:
        return _form(chosen(current_user.site_id, versions), versions, data, query, refused)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return _form(rows, versions, data, query, problem)
    if step == "keep":
        return go("/equipment" + (f"?{query}" if query else ""))
    return _page(rows, versions, data, query, found=found, left_bare=left_bare)


def _chosen(data: Mapping[str, Any], query: str) -> dict[UUID, int]:
    """Item -> the version that was looked at. All of a filter: as they are now, since now they are shown."""
    if data.get("all"):
        narrowed = filter_in(dict(parse_qsl(query)))
        ids = matching(current_user.site_id, narrowed, business_day_of(reader(), now()), MOST + 1)
        return {row.id: row.version for row in chosen(current_user.site_id, ids) if row.state != "retired"}
    found = {}
    for text in data.get("items") or ():
        item, _colon, version = str(text).partition(":")
        item_id = uuid_in(item)
        if item_id is not None and version.isdigit():
            found[item_id] = int(version)
    return found


def _change(data: Mapping[str, Any]) -> dict[str, Any]:
    """The change the form asks for: what is left empty stays as it is."""
    said = {name: data[name] for name in ("state", "why", "contractor", "made_on", "place") if data.get(name)}
    said["despite"] = bool(data.get("despite"))
    if data.get("no_contractor"):
        said["contractor"] = ""
    if data.get("half_monthly") in ("yes", "no"):
        said["half_monthly"] = data["half_monthly"] == "yes"
    limits = {
        code: {bound: str(value).replace(",", ".") for bound, value in pair.items()}
        for code, pair in data["limits"].items()
    }
    return said | {"limits": limits}


def _changed(versions: Mapping[UUID, int], change: Change, keep: bool) -> tuple[list[Changed], list[Crowded]]:
    """What changes, and where that leaves more than a quarter away."""
    found: list[Changed] = []
    left_bare: list[Crowded] = []
    try:
        with write(current_user.site_id):
            found = change_together(versions, change, by=reader(), at=now())
            if not keep:
                if change.state == "out_for_service":
                    left_bare = crowded(current_user.site_id, [one.id for one in found])
                raise _LookOnly
    except _LookOnly:
        pass
    return found, left_bare


def _refused(problem: Problem, query: str) -> Any:
    html = render_template(
        "equipment/together_none.html", text=words(problem), back="/equipment" + (f"?{query}" if query else "")
    )
    return html, problem.status


def _form(
    rows: list[Equipment], versions: Mapping[UUID, int], data: Any, query: str, problem: Problem | None = None
) -> Any:
    """Refused because of single items: they are named and taken as they are now; what was entered stays."""
    wrong = problem.rows if isinstance(problem, TogetherRefused) else []
    fresh = {row.id: row.version for row in rows if row.state != "retired"} if wrong else versions
    told = [(row, words(why)) for row, why in wrong]
    return _page(
        [row for row in rows if row.id in fresh], fresh, data, query, problem=problem, wrong=told,
        can_force=any(why.code == "equipment.open_hazards" for _row, why in wrong),
    )  # fmt: skip


def _page(rows: list[Equipment], versions: Mapping[UUID, int], data: Any, query: str, **more: Any) -> Any:
    problem, places = more.get("problem"), all_places()
    types = {row.type for row in rows}
    values = {
        "rows": rows, "shown": rows[:SHOWN], "versions": versions, "data": data, "query": query,
        "types": EQUIPMENT_TYPES,
        "places": places, "contractors": contractors(current_user.site_id), "found": None, "wrong": (), "left_bare": (),
        "spots": {place.id: place.full_name for place in places},
        "numbers": _numbers(rows[0]) if len(types) == 1 else [],
        "back": "/equipment" + (f"?{query}" if query else ""),
        "text": words(problem) if problem else "",
    }  # fmt: skip
    return render_template("equipment/together.html", **(values | more)), problem.status if problem else 200


def _numbers(row: Equipment) -> list[Any]:
    """The items of its lists that are judged by limits, each once."""
    found = {item["code"]: item for one in for_equipment(row) for item in one.items if item["kind"] == "number"}
    return list(found.values())
