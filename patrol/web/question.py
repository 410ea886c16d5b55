"""What stands in an address or a form, without the one character that no database of ours can hold alike."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from flask import Request

NUL = "\0"


class Question(Request):
    """PostgreSQL refuses NUL in any text, SQLite ends the text there; nobody types it, so it is left out."""

    @cached_property
    def args(self) -> Any:
        return self._without_nul(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = self._without_nul(self.__dict__["form"])

    def _without_nul(self, told: Any) -> Any:
        pairs: Iterable[tuple[str, str]] = list(told.items(multi=True))
        if not any(NUL in name or NUL in value for name, value in pairs):
            return told
        kept: Any = self.parameter_storage_class
        return kept((name.replace(NUL, ""), value.replace(NUL, "")) for name, value in pairs)
