"""Where the records behind a figure are: one address for each, with the filter in it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses for one stretch of business days. ``None`` and "" leave a filter out."""

    first: date
    last: date

    def visits(self, state: str | None = None, **more: Any) -> str:
        """Points of closed rounds, as the patrol figures count them: required ones only."""
        return self._url("/visits", state=state, closed=1, required=1, **more)

    def rounds(self, state: str | None = None, **more: Any) -> str:
        """Closed rounds."""
        return self._url("/visits", view="rounds", state=state, closed=1, **more)

    def points(self, person: Any) -> str:
        """Every point one person reached, on rounds and outside them, rounds still open included."""
        return self._url("/visits", person=person)

    def flagged(self, flag: str) -> str:
        return self._url("/visits", flag=flag, closed=1)

    def hazards(self, figure: str, **more: Any) -> str:
        """figure: found, reported, closed, rectified, due, open or overdue (open at the end)."""
        return self._url("/hazards", figure=figure, **more)

    def inspections(self, **more: Any) -> str:
        return self._url("/inspections", **more)

    def photos(self, **more: Any) -> str:
        return self._url("/photos", **more)

    def _url(self, path: str, **query: Any) -> str:
        fixed = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return f"{path}?{urlencode({**fixed, **{k: str(v) for k, v in query.items() if v not in (None, '')}})}"
