"""The order of the demo's story: whatever happens, happens in the order of its time, so that numbers and journal agree."""

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from uuid import UUID

from patrol.core.db import write
from patrol.core.keys import uuid7_of

Story = Iterator[datetime]  # acts, and yields the moment at which it goes on
AT_ONCE = 80  # acts in one transaction


class Ids:
    """Ids that come out the same for the same seed, made as if at the story's own time."""

    def __init__(self, seed: str, at: datetime) -> None:
        self._rng = random.Random(f"ids {seed}")  # noqa: S311  a story, no secret
        self.at = at

    def __call__(self) -> UUID:
        return uuid7_of(int(self.at.timestamp() * 1000), self._rng.getrandbits(80))


class Timeline:
    """Plays stories side by side up to ``until``; what would come later stays open."""

    def __init__(self, site_id: UUID, until: datetime, ids: Ids) -> None:
        self.site_id, self.until, self.ids = site_id, until, ids
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._order = count()

    def begin(self, at: datetime, story: Story) -> None:
        heapq.heappush(self._waiting, (at, next(self._order), story))

    def once(self, at: datetime, act: Callable[[], object]) -> None:
        self.begin(at, _once(act))

    def run(self) -> int:
        """Plays everything; returns how many acts there were. Not inside a ``write()``."""
        acts = 0
        while self._waiting and self._waiting[0][0] < self.until:
            with write(self.site_id):
                for _ in range(AT_ONCE):
                    if not self._waiting or self._waiting[0][0] >= self.until:
                        break
                    self._act()
                    acts += 1
        return acts

    def _act(self) -> None:
        at, _n, story = heapq.heappop(self._waiting)
        self.ids.at = at
        later = next(story, None)
        if later is not None:
            assert later >= at, "a story cannot go back in time"
            self.begin(later, story)


def _once(act: Callable[[], object]) -> Story:
    act()
    yield from ()
