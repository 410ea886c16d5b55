"""Everything that proves the program, in order: `make test`. Stops at the first part that fails.

Parts: lint, types, js, unit, postgres, system, browser. ``make test ARGS="unit js"`` runs only those. The system
part mostly waits for servers to start and die, so it runs beside unit and postgres when those are wanted too.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob

from tests import chromium, node, postgres

PY = sys.executable


def run(*command: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env={**os.environ, **(env or {})}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def lint() -> None:
    run(PY, "-m", "ruff", "check", "-q", ".")
    run(PY, "-m", "ruff", "format", "-q", "--check", ".")


def types() -> None:
    run(PY, "-m", "mypy")


def js() -> None:
    run(node.ensure(), "--test", "--test-reporter=dot", *sorted(glob("tests/js/*.test.js")))


def unit() -> None:
    run(PY, "-m", "pytest", "-n", "2", "-m", "not browser and not system")


def on_postgres() -> None:
    with postgres.server() as url:
        run(PY, "-m", "pytest", "-n", "2", "-m", "not browser and not system", env={"PATROL_TEST_DATABASE_URL": url})


def browser() -> None:
    path = chromium.ensure()
    chromium.ensure_certutil()
    env = {"PATROL_CHROMIUM": path} if path else None
    run(PY, "-m", "pytest", "-m", "browser", "-n", "2", "--dist", "loadfile", env=env)


def system() -> None:
    run(PY, "-m", "pytest", "-m", "system and not browser")


PARTS: dict[str, Callable[[], None]] = {
    "lint": lint,
    "types": types,
    "js": js,
    "unit": unit,
    "postgres": on_postgres,
    "system": system,
    "browser": browser,
}


@contextmanager
def beside(name: str) -> Iterator[Callable[[], None]]:
    """Run a part in a process of its own; what it says is shown by the call that waits for its end."""
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            [PY, "-m", "tests.everything", name], stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )

        def end() -> None:
            failed = child.wait()
            said.seek(0)
            print(said.read(), end="", flush=True)
            if failed:
                raise SystemExit(failed)

        try:
            yield end
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGINT)  # lets pytest stop the servers it started
                child.wait()


def one(name: str) -> None:
    print(f"== {name}", flush=True)
    start = time.monotonic()
    PARTS[name]()
    print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if not {"unit", "system"} <= set(wanted):
        for name in wanted:
            one(name)
        return
    at = wanted.index("unit")
    for name in wanted[:at]:
        one(name)
    with beside("system") as system_ends:
        for name in (part for part in wanted[at:] if part not in ("system", "browser")):
            one(name)
        system_ends()
    if "browser" in wanted:
        one("browser")


if __name__ == "__main__":
    main()
