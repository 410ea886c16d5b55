"""What stands in an address or a form, without the one character that no two databases hold alike."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask, Request

NUL = "\0"

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
