"""``make bench``: the measured goals beside their floors, from one run.

``ARGS="P1 P6 --json --scans 100000,10000000"`` runs only those parts, prints JSON, and takes other sizes of history
(default 1e5 and 1e6 scans over a hundred sites; 1e7 takes half an hour and 30 GB). ``--keep FOLDER`` leaves the
histories there, and takes those that another run left there the same day. Ratios are what counts: the machine's own
speed cancels out.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.excel import excel
from tests.bench.labels import labels
from tests.bench.lists import lists
from tests.bench.offline_start import offline_start
from tests.bench.outbox import outbox
from tests.bench.photo_lists import photo_lists
from tests.bench.photos import photos
from tests.bench.reviews import demo_pages, over_years
from tests.bench.scans import one_scan, tail
from tests.bench.storm import storm

Figures = dict[str, Any]
Part = Callable[[Path], Figures]
SCANS, PHOTOS = "100000,1000000", "10000,1000000"


def parts(scans: tuple[int, ...], shots: tuple[int, ...], keep: Path | None) -> dict[str, Part]:
    """name -> what measures it. P5 and P6 look at a demo site too, P9 starts on the largest history of P6.

    keep: where the histories of P6 and P7 stay.
    """
    return {
        "P1": lambda folder: {"P1 scan": one_scan(folder)},
        "P2": lambda folder: {"P2 tail": tail(folder)},
        "P3": lambda folder: {"P3 outbox": outbox(folder)},
        "P4": lambda folder: {"P4 photo": photos(folder)},
        "P5": demo_pages,
        "P6": lambda folder: over_years(keep or folder, scans),
        "P7": lambda folder: {
            "P7 orders": lists(folder / "orders"),
            "P7 photos": photo_lists(keep / "photos" if keep else folder, shots),
        },
        "P8": lambda folder: {"P8 labels": labels(folder), "P8 excel": excel(folder)},
        "storm": lambda folder: {"storm": storm(folder)},
        "offline": lambda folder: {"offline start": offline_start(folder)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scans", type=_sizes, default=_sizes(SCANS))
    parser.add_argument("--photos", type=_sizes, default=_sizes(PHOTOS))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    known = parts(options.scans, options.photos, options.keep)
    if wrong := set(options.parts) - set(known):
        parser.error(f"there is no part {', '.join(sorted(wrong))}; choose from {', '.join(known)}")
    figures = measure({name: known[name] for name in options.parts or known})
    print(json.dumps(figures, indent=1) if options.json else table(figures))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(float(one)) for one in text.split(",")))


def measure(wanted: dict[str, Part]) -> Figures:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    figures: Figures = {"machine": machine}
    with tempfile.TemporaryDirectory(prefix="patrol-bench-") as top:
        for name, part in wanted.items():
            folder, begun = Path(top) / name, time.monotonic()
            folder.mkdir()
            figures |= part(folder)
            shutil.rmtree(folder)
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return figures


def table(figures: Figures) -> str:
    """A line a figure; figures of several filters or sizes a line each below."""
    lines = []
    for name, told in figures.items():
        if not isinstance(told, dict):
            lines.append(str(told))
            continue
        lines.append(f"{name}  " + "  ".join(f"{key} {value}" for key, value in told.items() if not _many(value)))
        lines += [line for value in told.values() if _many(value) for line in _below(value)]
        lines += [f"    {key}: {_flat(value)}" for key, value in told.items() if _one(value)]
    return "\n".join(lines)


def _many(value: Any) -> bool:
    return isinstance(value, dict)


def _one(value: Any) -> bool:
    return _many(value) and not any(_many(one) for one in value.values())


def _below(value: Figures) -> list[str]:
    return [f"    {key}: {_flat(one)}" for key, one in value.items() if _many(one)]


def _flat(value: Figures) -> str:
    return "  ".join(f"{key} {one}" for key, one in value.items())


if __name__ == "__main__":
    main()
