"""The second port: plain http, the set-up page and nothing else, in a process of its own that ends with the server's.

It also looks now and then whether the certificate has to be renewed, and then has the server take it (SIGHUP).
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from patrol.core.clock import now
from patrol.lan.authority import kept_authority
from patrol.lan.opening import look_again

AT_ONCE = 32  # callers; more are turned away
SILENCE = 10  # seconds a caller may say nothing
LOOK_EVERY = 600.0


class SetupServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def server_bind(self) -> None:
        """Without WSGIServer's look-up of its own name, which can hang where there is no name service."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)  # type: ignore[arg-type]
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news."""


class Handler(WSGIRequestHandler):
    timeout = SILENCE

    def log_message(self, format: str, *args: Any) -> None:
        """The page's callers are not logged."""

    def address_string(self) -> str:
        return str(self.client_address[0])


def start_beside(host: str, port: int) -> subprocess.Popen[bytes]:
    """The set-up page's process; settings go to it by the environment."""
    return subprocess.Popen([sys.executable, "-m", "patrol.lan", host, str(port)])  # noqa: S603


def serve_until_orphaned(app: Any, host: str, port: int, instance: Path, every: float = LOOK_EVERY) -> None:
    """Answer as long as the process that started us lives."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: os._exit(0))
    parent, looked = os.getppid(), time.monotonic()
    server = SetupServer((host, port), Handler)
    server.set_app(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while os.getppid() == parent:
        time.sleep(min(every, 1))
        if time.monotonic() - looked >= every:
            looked = time.monotonic()
            if look_again(instance, kept_authority(instance), now(), os.environ) and hasattr(signal, "SIGHUP"):
                os.kill(parent, signal.SIGHUP)
