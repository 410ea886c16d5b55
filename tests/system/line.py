"""A bad line: a small proxy between browser and server that does to requests what tunnels, hotels and proxies do."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DOOR = "/sync/records"
LOGIN_PAGE = b"<!doctype html><title>Hotel</title><form>Room number</form>"


class Line:
    """``trouble`` is what happens at the phones' door for records; None lets everything through.

    down: no connection at all, whatever is asked · lost: the server does it, the answer is lost · html: a log-in page
    with 200 · redirect: to a log-in page · 429, 503, 507: with Retry-After · killed: the server dies while it works.
    """

    def __init__(self, to_port: int):
        self.trouble: str | None = None
        self.kill_server: Callable[[], None] = lambda: None
        self.passed: list[bytes] = []  # bodies of records that reached the server
        self.done = threading.Event()  # set once something has come of a batch
        self._to = to_port
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if line.trouble == "down":
                    self.close_connection = True
                elif self.path == DOOR and line.trouble:
                    self._trouble(line.trouble, body)
                else:
                    self._answer(*line.forward(self, body))

            do_POST = do_PUT = do_GET

            def _trouble(self, kind: str, body: bytes) -> None:
                if kind in ("lost", "killed"):
                    try:
                        line.forward(self, body, line.kill_server if kind == "killed" else None)
                    except (OSError, http.client.HTTPException):
                        pass
                    line.done.set()
                    self.close_connection = True
                elif kind == "html":
                    self._answer(200, [("Content-Type", "text/html")], LOGIN_PAGE)
                elif kind == "redirect":
                    self._answer(302, [("Location", "/hotel/login")], b"")
                else:
                    self._answer(int(kind), [("Content-Type", "text/plain"), ("Retry-After", "3600")], b"busy")

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "keep-alive", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                try:
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # whoever asked has gone
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                return

        return Handler

    def forward(
        self, asked: BaseHTTPRequestHandler, body: bytes, after_sending: Callable[[], None] | None = None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        if asked.path == DOOR:
            self.passed.append(body)
        connection = http.client.HTTPConnection("127.0.0.1", self._to, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name.lower() != "connection"}
        connection.request(asked.command, asked.path, body=body or None, headers=headers)
        if after_sending:
            after_sending()
        reply = connection.getresponse()
        answer = reply.status, reply.getheaders(), reply.read()
        connection.close()
        if asked.path == DOOR:
            self.done.set()
        return answer


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
