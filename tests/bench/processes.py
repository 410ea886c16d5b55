"""CPU seconds and memory of a server and its workers, from /proc."""

from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    found, parents = [pid], {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    grown = True
    while grown:
        more = [child for child, parent in parents.items() if parent in found and child not in found]
        found += more
        grown = bool(more)
    return found


def cpu_seconds(pid: int) -> float:
    """By the scheduler's own count, in nanoseconds; the ticks of /proc/stat are too coarse for a few hundred scans."""
    total = 0
    for member in family(pid):
        for task in Path(f"/proc/{member}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:  # it has ended meanwhile
                continue
    return total / 1e9


def memory_mib(pid: int) -> float:
    """What its processes hold of their own, in MiB; pages shared among them count once for each who shares."""
    return sum(_status(member, "Rss", "smaps_rollup") for member in family(pid)) / 1024


def own_memory_mib(pid: int) -> float:
    """As memory_mib, but a page that n processes share counts 1/n for each."""
    return sum(_status(member, "Pss", "smaps_rollup") for member in family(pid)) / 1024


def forget_peak(pid: int) -> None:
    for member in family(pid):
        Path(f"/proc/{member}/clear_refs").write_text("5")


def peak_mib(pid: int) -> float:
    return sum(_status(member, "VmHWM", "status") for member in family(pid)) / 1024


def _status(pid: int, name: str, file: str) -> int:
    """kB."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
