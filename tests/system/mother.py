"""Servers of a test run are born of one process that has read the whole program: each is a process of its own that
runs the command as given, but the reading (two seconds of a core, each time) is done once, and a template that one of
them has compiled is taken by the next as it is.

Asked on its standard input, one line of JSON each: {"args", "env", "cwd", "log"} -> {"pid"}; {"poll": pid} and
{"wait": pid} -> {"code"}, null while it lives.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Child:
    """What a test needs of a process, as subprocess.Popen has it."""

    def __init__(self, mother: "Mother", pid: int):
        self._mother, self.pid = mother, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._ask("poll")

    def wait(self) -> int | None:
        return self._ask("wait")

    def _ask(self, what: str) -> int | None:
        if self._code is None:
            self._code = self._mother.ask({what: self.pid})["code"]
        return self._code


class Mother:
    """Begins with the first birth; ends with ``close``, or when the test run is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def bear(self, args: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> Child:
        said = self.ask({"args": list(args), "env": dict(env), "cwd": str(cwd), "log": str(log)})
        return Child(self, said["pid"])

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.system.mother"], cwd=ROOT, text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps(what) + "\n")
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()  # the end of its input is the end of it
            self._process = None


def main() -> None:
    import alembic.command
    import alembic.migration
    import alembic.script  # noqa: F401
    import granian
    import granian.server  # noqa: F401
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache

    import patrol.cli

    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as compiled:
        Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(compiled)}
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(_answer(asked, patrol.cli.main)), flush=True)


def _answer(asked: dict[str, Any], command: Any) -> dict[str, Any]:
    if "args" in asked:
        pid = os.fork()
        if not pid:
            _live(asked, command)
        return {"pid": pid}
    (how,) = asked
    pid, status = os.waitpid(asked[how], os.WNOHANG if how == "poll" else 0)
    return {"code": os.waitstatus_to_exitcode(status) if pid else None}


def _live(asked: dict[str, Any], command: Any) -> None:
    """From here on this is the server, as if a shell had called it."""
    try:
        os.setsid()
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for new, old in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(new, old)
        os.environ.clear()
        os.environ.update(asked["env"])
        os.chdir(asked["cwd"])
        command(asked["args"], prog_name="patrol")
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else int(bool(end.code)))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
