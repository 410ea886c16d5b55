"""The night of 30 March: one honest guard, one lazy, one who cheats in five ways, and one without signal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import time_machine

from tests.night.phone import Position, near, picture
from tests.night.stage import LINES, Stage, clock

MINUTE = timedelta(minutes=1)
HOURS = ("20:00", "22:00", "00:00", "02:00", "04:00", "06:00")
POT, LEAK, DOOR = (picture(seed) for seed in (1, 2, 3))


def write_the_story(stage: Stage) -> None:
    _honest(stage)
    _lazy(stage)
    _cheat(stage)
    _dark(stage)


def play(stage: Stage, until: datetime, every: Callable[[datetime], Any], begin: datetime | None = None) -> None:
    """Everything of the story up to ``until``, at its time; ``every`` is called each ten minutes between."""
    moment = begin or clock("19:00")
    beats = []
    while moment <= until:
        beats.append((moment, every))
        moment += 10 * MINUTE
    due = [line for line in stage.story if line[0] <= until]
    stage.story = [line for line in stage.story if line[0] > until]
    for at, act in sorted(due + beats, key=lambda line: line[0]):
        with time_machine.travel(at, tick=False):
            act(at)


def _honest(stage: Stage) -> None:
    """Six rounds; at 22:24 he smells gas at the refuse point."""
    for hour in HOURS:
        stage.round_("honest", hour)
    stage.at(clock("22:24"), lambda at: hazard(stage, "honest", "bins", "gas_leak", LEAK, at))


def _lazy(stage: Stage) -> None:
    """22:00 given up after three points, midnight and four not begun, one roof he says he could not get on."""
    stage.round_("lazy", "20:00")
    stage.round_("lazy", "22:00", points=3)
    stage.at(clock("22:35"), lambda at: end_early(stage, "lazy", clock("22:00"), "forgot", at))
    for key in LINES["lazy"][1]:
        minutes = 4 + 3 * LINES["lazy"][1].index(key)
        if key != "b1.roof":
            stage.at(clock("02:00") + minutes * MINUTE, lambda at, key=key: stage.visit("lazy", key, at))
    stage.at(clock("02:22"), lambda at: ask_excuse(stage, "lazy", "b1.roof", clock("02:00"), at))
    stage.round_("lazy", "06:00")


def _cheat(stage: Stage) -> None:
    """20:00 honest. Then: from the chair, in a burst, with a false position, with a false clock, with an old photo."""
    points = LINES["cheat"][1]
    stage.round_("cheat", "20:00")
    stage.at(clock("20:40"), lambda at: hazard(stage, "cheat", "b4.roof", "balcony_flowerpot", POT, at))
    chair = stage.place("gate.east")
    for n, key in enumerate(points):  # 22:00, each three minutes, from the chair in the gate post
        sit = lambda at, key=key: _scan(stage, key, at, near(chair, stage.rng))  # noqa: E731
        stage.at(clock("22:05") + 3 * n * MINUTE, sit)
    for n, key in enumerate(points):  # midnight: six points in twenty seconds
        stage.at(clock("00:06") + n * timedelta(seconds=4), lambda at, key=key: stage.visit("cheat", key, at))
    fixed = (30.2741, 120.1551, 0.0)
    for n, key in enumerate(points):  # two o'clock: always the very same spot, exact to nought metres
        stage.at(clock("02:05") + 3 * n * MINUTE, lambda at, key=key: _scan(stage, key, at, fixed))
    stage.at(clock("05:26"), lambda at: _set_clock(stage, -80 * MINUTE))
    for n, key in enumerate(points):  # four o'clock is walked after half past five, by a clock put back
        stage.at(clock("05:27") + 1 * n * MINUTE / 2, lambda at, key=key: stage.visit("cheat", key, at))
    stage.at(clock("05:32"), lambda at: _set_clock(stage, 0 * MINUTE))
    stage.round_("cheat", "06:00")
    stage.at(clock("06:40"), lambda at: hazard(stage, "cheat", "b4.facade", "lighting_fault", POT, at))


def _dark(stage: Stage) -> None:
    """The garage: no signal from eight to eight, then everything at once."""
    stage.at(clock("19:50"), lambda at: setattr(stage.phones["dark"], "signal", False))
    for hour in HOURS:
        stage.round_("dark", hour)

    def up_again(at: datetime) -> None:
        stage.phones["dark"].signal = True
        stage.phones["dark"].send(at)

    stage.at(clock("08:06"), up_again)


def hazard(stage: Stage, who: str, key: str, category: str, taken: bytes, at: datetime) -> None:
    phone = stage.phones[who]
    photo = phone.take_photo(taken)
    data = {"place": str(stage.place(key).id), "category": category, "note": "现场情况见照片", "photos": [str(photo)]}
    phone.make("hazard", data, at, photos=[photo])


def end_early(stage: Stage, who: str, begin: datetime, reason: str, at: datetime) -> None:
    data = {"round": str(stage.round_id(who, begin)), "reason": reason, "note": ""}
    stage.phones[who].make("round_end", data, at)


def ask_excuse(stage: Stage, who: str, key: str, begin: datetime, at: datetime) -> None:
    """A locked roof door, with its photo."""
    phone = stage.phones[who]
    photo = phone.take_photo(DOOR)
    data = {
        "round": str(stage.round_id(who, begin)), "place": str(stage.place(key).id), "reason": "no_access",
        "note": "天台门锁着", "photos": [str(photo)],
    }  # fmt: skip
    phone.make("excuse", data, at, photos=[photo])


def _scan(stage: Stage, key: str, at: datetime, where: Position) -> None:
    phone = stage.phones["cheat"]
    phone.all_normal(phone.scan(stage.codes[key], at, where), at)


def _set_clock(stage: Stage, wrong_by: timedelta) -> None:
    stage.phones["cheat"].wrong_by = wrong_by
