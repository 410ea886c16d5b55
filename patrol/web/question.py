"""What stands in an address or a form, without the one character that no two databases hold alike."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, request

from patrol.core.problems import N_, Problem

NUL = "\0"
D = TypeVar("D", date, None)

if TYPE_CHECKING:
    _Base = Request
else:
    _Base = object


class _WithoutNul(_Base):
    """PostgreSQL refuses NUL in any text, SQLite ends the text there; nobody types it, so it is left out."""

    @cached_property
    def args(self) -> Any:
        return self._cleaned(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = self._cleaned(self.__dict__["form"])

    def _cleaned(self, told: Any) -> Any:
        pairs = list(told.items(multi=True))
        if not any(NUL in name or NUL in value for name, value in pairs):
            return told
        kept: Any = self.parameter_storage_class
        return kept((name.replace(NUL, ""), value.replace(NUL, "")) for name, value in pairs)


def without_nul(app: Flask) -> None:
    """On top of whatever kind of request the app has by now."""
    app.request_class = type("Question", (_WithoutNul, app.request_class), {})


def day_argument(name: str, default: D) -> date | D:
    """The day an address names, or ``default``. Raises field.wrong where it names something that is no day."""
    text = request.args.get(name)
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("field.wrong", N_("This cannot be right: %(name)s. Check it."), field=name, name=name) from None
