"""Form fields as nested data: the twin of nest() in static/js/offline/records.js."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from patrol.core.keys import uuid7

MAX_DEPTH = 6


def nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """The data a form's fields spell out.

    "a.b=1" becomes {"a": {"b": "1"}}; names ending in [] make arrays; empty strings are left out; the last of
    equal names wins; an object wins over an array, an array over a plain value. Names with an empty part, with
    __proto__ or deeper than six parts are left out. Values stay text. Phone and server are held to the same
    cases in tests/js/nest_cases.json.
    """
    data: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        is_list = name.endswith("[]")
        *path, last = name.removesuffix("[]").split(".")
        if value == "" or len(path) >= MAX_DEPTH or any(part in ("", "__proto__") for part in (*path, last)):
            continue
        _place(_branch(data, path), last, value, is_list)
    return data


def _branch(data: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for part in path:
        if not isinstance(data.get(part), dict):
            data[part] = {}
        data = data[part]
    return data


def _place(into: dict[str, Any], last: str, value: str, is_list: bool) -> None:
    old = into.get(last)
    if isinstance(old, dict):
        return
    if is_list:
        into[last] = [*(old if isinstance(old, list) else []), value]
    elif not isinstance(old, list):
        into[last] = value


def record_form(store: Callable[[bytes], UUID]) -> tuple[UUID, dict[str, Any]]:
    """The record a plain form spells out: its id, and its data with uploads replaced by photo ids.

    store: keeps the bytes of one upload and answers the photo's id.
    """
    data = nested(request.form)
    try:
        record_id = UUID(str(data.pop("id", "")))
    except ValueError:
        record_id = uuid7()
    data.pop("csrf_token", None)
    for name, uploads in request.files.lists():
        ids = [str(store(raw)) for raw in (upload.read() for upload in uploads if upload.filename) if raw]
        if ids:
            *path, last = name.removesuffix("[]").split(".")
            _branch(data, path)[last] = ids
    return record_id, data
