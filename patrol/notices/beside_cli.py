"""``python -m patrol.notices.beside_cli SECONDS``: ticks beside the server, in a process of its own that ends with it.

A child and not a thread: a slow tick takes no time from requests, and whatever befalls it befalls no request.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

MORE_EVERY = 2.0  # seconds
log = logging.getLogger("patrol.notices")


def start_ticking(every: int) -> subprocess.Popen[bytes]:
    """Settings go to it by the environment. Lower priority: answering comes first."""
    return subprocess.Popen([sys.executable, "-m", "patrol.notices.beside_cli", str(every)])  # noqa: S603


def end_with_parent(parent: int) -> None:
    """Leave as soon as the process that started us is gone, even in the middle of a tick: its lease runs out."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def keep_running(run: Callable[[Any], int], app: Any) -> None:
    """Somebody waits before a page for what this does, so it looks more often than the ticks."""
    while True:
        try:
            run(app)
        except Exception:  # the database may be away for a moment
            log.exception("work of the tick")
        time.sleep(MORE_EVERY)


def main(every: str) -> None:
    parent = os.getppid()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: os._exit(0))
    threading.Thread(target=end_with_parent, args=(parent,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)
    from patrol.app import create_app
    from patrol.notices.send import Post
    from patrol.notices.tick import tick

    app = create_app()
    for run in app.extensions["tick_more"].values():  # beside the ticks: a long file keeps no notice waiting
        threading.Thread(target=keep_running, args=(run, app), daemon=True).start()
    post = Post.of(app.config)
    while True:
        began = time.monotonic()
        try:
            with app.app_context():
                tick(app.app_context, post)
        except Exception:  # the database may be away for a moment
            log.exception("tick")
        time.sleep(max(1.0, int(every) - (time.monotonic() - began)))


if __name__ == "__main__":
    main(*sys.argv[1:])
