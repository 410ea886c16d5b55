"""Everything that proves the program, in order: `make test`. Stops at the first part that fails.

Parts: lint, types, js, unit, postgres, system, browser. ``make test ARGS="unit js"`` runs only those. What leaves a
core idle runs beside others when those are wanted too (BESIDE); what it says is shown when it is waited for.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from glob import glob

from tests import chromium, node, postgres

PY = sys.executable
# Each worker goes through a half in order, so that what a file makes for all its tests is made once; whoever is done
# first helps the other.
TWO_WORKERS = (PY, "-m", "pytest", "-n", "2", "--dist", "worksteal")


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
    run(*TWO_WORKERS, "-m", "not browser and not system")


def on_postgres() -> None:
    with postgres.server() as url:
        run(*TWO_WORKERS, "-m", "not browser and not system", env={"PATROL_TEST_DATABASE_URL": url})


def browser() -> None:
    path = chromium.ensure()
    chromium.ensure_certutil()
    env = {"PATROL_CHROMIUM": path} if path else None
    run(*TWO_WORKERS, "-m", "browser", env=env)


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

BESIDE = {"lint": ("types", "js"), "unit": ("system",)}  # begun with it
BEFORE = {"unit": ("types", "js"), "browser": ("system",)}  # waited for first


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
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # some thirty processes would each compile everything again
    begun: dict[str, Callable[[], None]] = {}
    aside: set[str] = set()
    with ExitStack() as stack:
        for name in wanted:
            for other in BEFORE.get(name, ()):
                if other in begun:
                    begun.pop(other)()
            for other in BESIDE.get(name, ()):
                if other in wanted[wanted.index(name) :]:
                    aside.add(other)
                    begun[other] = stack.enter_context(beside(other))
            if name not in aside:
                one(name)
        for ends in begun.values():
            ends()


if __name__ == "__main__":
    main()
