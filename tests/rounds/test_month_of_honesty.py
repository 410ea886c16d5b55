"""A month of ten thousand honest visits with cheats among them: they are found, and honest people left alone."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from patrol.photos.look import look_of
from patrol.photos.seen import Picture, same_picture
from patrol.rounds.distance import distance_m
from patrol.rounds.flags import STRONG, grade_of
from patrol.rounds.legs import Step, clock_flags_of, hands_flags, legs_of, pace_flags, position_flags
from patrol.rounds.walk_times import learn
from tests.pictures_of_walls import by_hand, cropped, night, pressed, scene, smaller

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
POINTS, ROUNDS, DAYS = 12, 28, 30  # 28 rounds a day by four guards: 10,080 visits
WAY_S = [40 + 15 * (n % 5) for n in range(POINTS)]  # to each point from the one before, at a usual pace
RADIUS_M = 100


class Month:
    """The steps of everybody, and which of them are planted: id -> the cheat's name."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.steps: list[Step] = []
        self.planted: dict[UUID, str] = {}
        self._ids = 0
        for day in range(DAYS):
            for n in range(ROUNDS):
                self._honest_round(day, n)

    def _honest_round(self, day: int, n: int) -> None:
        """Pace varies with the person and the hour; stops take their time; no signal in the basement (points 3-5)."""
        dice, guard = self.dice, n % 4
        start = FIRST + timedelta(days=day, minutes=100 * (n // 4) + dice.uniform(-4, 4), seconds=guard)
        pace, at = dice.lognormvariate(0, 0.15), start
        offline_fix = dice.random() < 0.1  # a phone that refuses its position
        for point in range(POINTS):
            walk = WAY_S[point] * pace * dice.lognormvariate(0, 0.18) + dice.expovariate(1 / 12)
            at += timedelta(seconds=walk)
            self.add(point, guard, at, self._round(day, n), blind=offline_fix or point in (3, 4, 5))

    def _round(self, day: int, n: int) -> UUID:
        return UUID(int=10_000 + day * 100 + n)

    def add(
        self, point: int, guard: int, at: datetime, round_id: UUID | None, *, blind=False, cheat="", **more
    ) -> Step:
        self._ids += 1
        lat, lon = 30.25 + point * 0.0004, 120.16 + point % 3 * 0.0003
        fix = {} if blind else {
            "lat": round(lat + self.dice.gauss(0, 0.00012), 6), "lon": round(lon + self.dice.gauss(0, 0.00012), 6),
            "accuracy_m": float(self.dice.randint(4, 35)),
        }  # fmt: skip
        step = Step(
            **{
                "id": UUID(int=10**6 + self._ids), "place_id": UUID(int=1 + point), "user_id": UUID(int=500 + guard),
                "at": at, "round_id": round_id, "captured_at": at, "device": UUID(int=600 + guard), "seq": self._ids,
                **fix, **more,
            }
        )  # fmt: skip
        self.steps.append(step)
        if cheat:
            self.planted[step.id] = cheat
        return step

    def plant(self) -> None:
        """Five cheats on the afternoon of day 20, when nobody else walks."""
        noon = FIRST + timedelta(days=20, hours=-7)
        for point in range(POINTS):  # the whole round from the chair, six seconds a label
            self.add(
                point, 7, noon + timedelta(seconds=6 * point), UUID(int=1), blind=True, cheat="chair" if point else ""
            )
        for point in range(0, POINTS, 3):  # far from where the label hangs
            self.add(point, 8, noon + timedelta(minutes=5 * point), UUID(int=2), cheat="far", lat=30.28, lon=120.16)
        for point in (0, 4, 8):  # a spoofed position that never moves
            self.add(
                point, 9, noon + timedelta(minutes=5 * point), UUID(int=3), cheat="spoof", lat=30.2501, lon=120.1601,
                accuracy_m=5.0,
            )  # fmt: skip
        for n, point in enumerate((1, 5)):  # one phone for two
            self.add(
                point, 10 + n, noon + timedelta(minutes=4 * n), UUID(int=4), blind=True, cheat="lent", device=PHONE
            )
        first = self.add(0, 12, noon, UUID(int=5), blind=True)  # a clock set back before the next point
        self.add(1, 12, noon + timedelta(minutes=9), UUID(int=5), blind=True, cheat="clock",
                 captured_at=(first.captured_at or noon) - timedelta(hours=2))  # fmt: skip


PHONE = UUID(int=999)


def judged(month: Month) -> dict[UUID, set[str]]:
    """All rules over the month, as the making of evidence puts them together: learn first, then judge."""
    ways = learn(
        (leg.before.place_id, leg.after.place_id, leg.seconds)
        for legs in legs_of(month.steps, lambda _a, _b: None)
        for leg in legs
        if leg.before.round_id == leg.after.round_id and not leg.too_fast
    )
    learned = lambda a, b: ways[a, b][0] if (a, b) in ways else None  # noqa: E731
    flags: dict[UUID, set[str]] = {step.id: set() for step in month.steps}
    shift = lambda at: (at - timedelta(hours=12)).date()  # noqa: E731
    walked = legs_of(month.steps, learned)
    said = [clock_flags_of(month.steps), hands_flags(month.steps, shift)]
    said += [pace_flags(legs) for legs in walked] + [position_flags((), legs) for legs in walked]
    for mine in shifts(month.steps, shift):
        said.append(position_flags(mine, ()))
    for one in said:
        for step_id, codes in one.items():
            flags[step_id] |= codes
    for step in month.steps:
        if step.lat is not None and step.lon is not None:
            place = step.place_id.int - 1
            away = distance_m(step.lat, step.lon, 30.25 + place * 0.0004, 120.16 + place % 3 * 0.0003)
            if away - (step.accuracy_m or 0) > RADIUS_M:
                flags[step.id].add("far_away")
    return flags


def shifts(steps, shift) -> Iterator[list[Step]]:
    groups: dict[object, list[Step]] = {}
    for step in steps:
        groups.setdefault((step.user_id, shift(step.at)), []).append(step)
    yield from groups.values()


@pytest.fixture(scope="module")
def march() -> SimpleNamespace:
    month = Month(seed=20260301)
    honest = {step.id for step in month.steps}
    month.plant()
    return SimpleNamespace(month=month, honest=honest, flags=judged(month))


def test_there_are_ten_thousand_honest_visits(march):
    assert len(march.honest) == 10_080


def test_under_two_percent_of_honest_visits_are_accused(march):
    accused = [step for step in march.honest if STRONG & march.flags[step]]
    by_kind = Counter(flag for step in accused for flag in STRONG & march.flags[step])
    assert len(accused) / len(march.honest) < 0.02, by_kind


@pytest.mark.parametrize(
    ("cheat", "flag"),
    [
        ("chair", "too_fast"), ("far", "far_away"), ("spoof", "position_odd"), ("lent", "shared_device"),
        ("clock", "clock_step"),
    ],
)  # fmt: skip
def test_the_planted_are_found(march, cheat, flag):
    planted = [step for step, name in march.month.planted.items() if name == cheat]
    assert planted
    assert all(flag in march.flags[step] and grade_of(march.flags[step]) == "C" for step in planted)


def test_the_chair_is_a_burst_as_well(march):
    assert all("burst" in march.flags[step] for step, name in march.month.planted.items() if name == "chair")


PLACES, NIGHTS = 24, 30


@pytest.fixture(scope="module")
def album() -> list[Picture]:
    """A photo a night at each of 24 places: by day, at dusk, and some that show nothing but the dark."""
    dice, made = random.Random(5), []
    for place in range(PLACES):
        view = scene(place)
        for at in range(NIGHTS):
            dark = dice.random() < 0.15
            image = night(dice) if dark else by_hand(view, dice, dice.choice((1.0, 0.7, 0.45)))
            made.append(shown(len(made), place, at, look_of(pressed(image, 82))))
    return made


def shown(n: int, place: int, night_no: int, look) -> Picture:
    return Picture(
        UUID(int=10**7 + n), UUID(int=2 * 10**7 + n), UUID(int=1 + place),
        FIRST + timedelta(days=night_no, minutes=place), frozenset({f"hash of {n}"}), look,
    )  # fmt: skip


def seen_in(picture: Picture, album: list[Picture]) -> list[UUID]:
    return [old.id for old in album if same_picture(picture, old) is not None]


def test_honest_photos_are_not_said_to_be_seen(album):
    accused = [picture for picture in album if seen_in(picture, album)]
    assert len(accused) / len(album) < 0.02


@pytest.mark.parametrize("change", [pressed, smaller, cropped])
def test_photos_used_again_elsewhere_are_found(album, change):
    """Old photos of one place, changed a little, are shown as another place's."""
    dice, found, tried = random.Random(9), 0, 0
    for n in range(60):
        place = dice.randrange(PLACES)
        original = by_hand(scene(place), dice, 0.9)
        first, look = look_of(pressed(original, 82)), look_of(change(original))
        if first is None:
            continue
        tried += 1
        old = shown(5000 + n, place, NIGHTS, first)
        found += bool(seen_in(shown(6000 + n, (place + 1) % PLACES, NIGHTS + 1, look), [*album, old]))
    assert found / tried >= 0.95
