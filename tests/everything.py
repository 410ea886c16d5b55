"""Everything that proves the program, in order: `make test`. Stops at the first part that fails.

Parts: lint, types, js, unit, postgres, browser. ``make test ARGS="unit js"`` runs only those.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
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
    run(PY, "-m", "pytest", "-m", "system and not browser", env=env)


PARTS: dict[str, Callable[[], None]] = {
    "lint": lint,
    "types": types,
    "js": js,
    "unit": unit,
    "postgres": on_postgres,
    "browser": browser,
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    for name in wanted:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        PARTS[name]()
        print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
