"""Where the records behind a figure are: one address for each, with the filter in it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from patrol.rounds.flags import OF_ROUNDS

REPEAT_WITHIN = timedelta(days=29)  # and the last day itself: 30 days


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

    def make_ups(self) -> str:
        """Make-up rounds that have closed."""
        return self.rounds(kind="make_up")

    def points(self, person: Any) -> str:
        """Every point one person reached, on rounds and outside them, rounds still open included."""
        return self._url("/visits", person=person)

    def flagged(self, flag: str) -> str:
        view = "rounds" if flag in OF_ROUNDS else None
        return self._url("/visits", view=view, flag=flag, closed=1)

    def hazards(self, figure: str, **more: Any) -> str:
        """figure: found, reported, closed, rectified, due, due_on_time, open or overdue (open at the end)."""
        return self._url("/hazards", figure=figure, **more)

    def repeats(self, place: Any, category: str) -> str:
        """The hazards of one category at one place in the 30 days up to the last day."""
        return Links(self.last - REPEAT_WITHIN, self.last).hazards("repeat", place=place, category=category)

    def not_inspected(self) -> str:
        return f"/equipment?missing={self.last:%Y-%m}"

    def not_usable(self, today: date) -> str:
        """today: the last day of the month, or the present one while it lasts."""
        return f"/equipment?unusable={min(self.last, today)}"

    def due_soon(self, today: date) -> str:
        return f"/equipment?due={min(self.last, today)}"

    def inspections(self, **more: Any) -> str:
        return self._url("/inspections", **more)

    def photos(self, **more: Any) -> str:
        return self._url("/photos", **more)

    def _url(self, path: str, **query: Any) -> str:
        more = "".join([f"&{name}={_quoted(str(n))}" for name, n in query.items() if n not in (None, "")])
        return f"{path}?{_stretch(self.first, self.last)}{more}"


@lru_cache(maxsize=256)
def _stretch(first: date, last: date) -> str:
    return f"from={first}&to={last}"


_quoted = lru_cache(maxsize=1024)(quote_plus)  # a page asks for a hundred addresses of the same few people and places
