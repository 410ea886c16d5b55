"""What stands at the other end: a real HTTP server for robots and push, a real SMTP server, a browser's push keys."""

import base64
import email
import email.policy
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass
class Sink:
    """mood: what it does with a request: ok, hang, drip, flood, redirect, or a status as a number."""

    url: str = ""
    mood: Any = "ok"
    body: bytes = b'{"errcode": 0, "code": 0}'
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def said(self) -> list[Any]:
        return [json.loads(body) for _path, _headers, body in self.got]


class _Handler(BaseHTTPRequestHandler):
    sink: Sink

    def do_POST(self) -> None:
        sink = self.server.sink  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sink.got.append((self.path, dict(self.headers), body))
        match sink.mood:
            case "hang":
                sink.let_go.wait(30)
            case "drip":
                self._drip(sink)
            case "flood":
                self._answer(200, b"x" * 10_000_000)
            case "redirect":
                self.send_response(307)
                self.send_header("Location", "http://10.0.0.1/inside")
                self.end_headers()
            case "ok":
                self._answer(201 if "/push/" in self.path else 200, sink.body)
            case status:
                self._answer(status, b"no")

    def _drip(self, sink: Sink) -> None:
        """A byte now and then, for ever: each one in time, the whole never."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not sink.let_go.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            return

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@contextmanager
def http_sink() -> Iterator[Sink]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    sink = server.sink = Sink(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.let_go.set()
        server.shutdown()
        server.server_close()


class _Mail(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink, to = self.server.sink, ""  # type: ignore[attr-defined]
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.upper().split(" ")[0]
            if word == "DATA":
                self._say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part)
                sink.got.append((to, {}, b"".join(lines)))
            elif word == "RCPT":
                to = line.split("<")[1].rstrip(">")
            self._say("221 bye" if word == "QUIT" else "250 ok")
            if word == "QUIT":
                return

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def mail_sink() -> Iterator[Sink]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)
    server.daemon_threads = True
    sink = server.sink = Sink(str(server.server_address[1]))  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()


def letter(sink: Sink, n: int = 0) -> tuple[str, str, str]:
    """To whom, subject and text of the n-th mail."""
    to, _headers, raw = sink.got[n]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    return to, str(message["Subject"]), body.get_content() if body else ""


class BrowserKeys:
    """The secret half of a subscription, as a browser keeps it."""

    def __init__(self) -> None:
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    @property
    def p256dh(self) -> str:
        return text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def open(self, body: bytes) -> Any:
        """What the push service carried without being able to read it."""
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
