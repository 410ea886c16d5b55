"""P8: a hundred thousand rows of Excel by our writer, beside bare XlsxWriter in constant memory.

Each is written by a process of its own, so that the peak of memory is its own: ``python -m tests.bench.excel ours F``.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from patrol.exports.sheets import Book, local
from tests.bench.processes import peak_mib

ROWS, TURNS = 100_000, 3
ZONE = ZoneInfo("Asia/Shanghai")
HEADS = [
    ("时间", 20),
    ("路线", 16),
    ("点位", 24),
    ("人员", 10),
    ("状态", 8),
    ("偏离(米)", 10),
    ("序号", 8),
    ("备注", 30),
]


def excel(folder: Path) -> dict[str, Any]:
    """The best of a few turns of each, taken in turn."""
    found: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for turn in range(TURNS):
        for who in found:
            told = subprocess.run(
                [sys.executable, "-m", "tests.bench.excel", who, str(folder / f"{who}{turn}.xlsx")],
                capture_output=True, check=True, text=True,
            )  # fmt: skip
            found[who].append(json.loads(told.stdout))
    best = {who: min(turns, key=lambda turn: turn["cpu_s"]) for who, turns in found.items()}
    return {
        "rows": ROWS,
        "ratio": round(best["ours"]["cpu_s"] / best["bare"]["cpu_s"], 2),
        **{f"{who}_{name}": value for who, told in best.items() for name, value in told.items()},
        "goal": "ratio <= 1.2",
    }


def _rows() -> Iterator[list[Any]]:
    """As the rounds' table has them."""
    begun = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for n in range(ROWS):
        at, place = begun + timedelta(seconds=30 * n), f"{n % 40 + 1} 栋 1 单元大堂"
        yield [at, "北区夜巡", place, "王建国", "准时", n % 17 / 2, n, "" if n % 9 else "=1+1"]


def _ours(path: Path) -> None:
    book = Book(path, path.parent, ZONE)
    sheet = book.sheet("到点记录", HEADS)
    for row in _rows():
        sheet.row(row)
    book.close()


def _bare(path: Path) -> None:
    """The same cells, each written by the call for its kind."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    moment, sheet = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), book.add_worksheet("到点记录")
    for at, (head, width) in enumerate(HEADS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, head)
    for at, row in enumerate(_rows(), 1):
        sheet.write_datetime(at, 0, local(row[0], ZONE), moment)
        for column in (1, 2, 3, 4):
            sheet.write_string(at, column, row[column])
        sheet.write_number(at, 5, row[5])
        sheet.write_number(at, 6, row[6])
        if row[7]:
            sheet.write_string(at, 7, row[7])
    book.close()


if __name__ == "__main__":
    write = {"ours": _ours, "bare": _bare}[sys.argv[1]]
    start = time.process_time()
    write(Path(sys.argv[2]))
    taken = time.process_time() - start
    # not by getrusage, whose maximum is that of the process this one was forked from
    print(json.dumps({"cpu_s": round(taken, 2), "peak_mib": round(peak_mib(os.getpid()))}))
