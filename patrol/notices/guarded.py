"""Outgoing calls that can reach nothing inside: what a person typed may never make this server knock at its own doors.

Inside ``guarded()`` this thread's sockets and requests obey: https (mail: encrypted) only; the name is resolved once,
every address it has must be a public one, and that very address is connected to; no redirect is followed, no proxy
asked; five seconds for all of it; at most 64 KiB are read. The libraries that send open their sockets by
``socket.create_connection`` and ``requests.Session.send`` only, so these two are where it is done; other threads, and
this one outside ``guarded()``, go on as before.
"""

import ipaddress
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SECONDS = 5.0
MOST_BYTES = 64 * 1024
# Public in name only: they carry an IPv4 address inside, which nobody would look at.
WRAPPED = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class Blocked(OSError):
    """A call that is not made."""


@dataclass
class Call:
    """What one delivery did on the network. refused: why it was not allowed; status, body: of the last answer."""

    local: bool
    deadline: float
    refused: str = ""
    trouble: str = ""
    status: int | None = None
    body: bytes = b""
    _open: list[socket.socket] = field(default_factory=list)

    def refuse(self, why: str) -> Blocked:
        self.refused = why
        return Blocked(why)

    @property
    def seconds_left(self) -> float:
        return max(0.05, self.deadline - time.monotonic())

    def hold(self, made: socket.socket) -> None:
        """A second handle of the connection: TLS takes the first one over, and time has to end it all the same."""
        self._open.append(socket.socket(fileno=os.dup(made.fileno())))

    def cut(self) -> None:
        self.trouble = "timeout"
        for handle in self._open:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for handle in self._open:
            handle.close()
        self._open.clear()


_call: ContextVar[Call | None] = ContextVar("the guarded call of this thread", default=None)
_installed = threading.Lock()
_is_installed = False


@contextmanager
def guarded(local: bool = False, seconds: float | None = None) -> Iterator[Call]:
    """local: let it reach 127.0.0.1 in plain http, for tests with a sink of their own."""
    _install()
    seconds = SECONDS if seconds is None else seconds
    call = Call(local, time.monotonic() + seconds)
    token = _call.set(call)
    alarm = threading.Timer(seconds, call.cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield call
    finally:
        alarm.cancel()
        _call.reset(token)
        call.close()


def allowed(address: str, local: bool = False) -> bool:
    """Whether this address (as text) is a public one."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in net for net in WRAPPED):
            return False
    if local and found == ipaddress.ip_address("127.0.0.1"):
        return True
    return found.is_global and not found.is_multicast and not found.is_reserved


def _install() -> None:
    """Once in a process."""
    global _is_installed
    with _installed:
        if _is_installed:
            return
        import requests
        import urllib3.util.connection

        _wrap_sockets(socket, urllib3.util.connection)
        _wrap_requests(requests.Session)
        _is_installed = True


def _wrap_sockets(*modules: Any) -> None:
    for module in modules:
        plain = module.create_connection

        def connect(address: Any, *args: Any, _plain: Any = plain, **named: Any) -> Any:
            call = _call.get()
            return _plain(address, *args, **named) if call is None else _connect(call, *address[:2])

        module.create_connection = connect


def _connect(call: Call, host: str, port: int) -> socket.socket:
    """Resolve once, look at every address, connect to the one looked at."""
    found = _resolve(call, host.strip("[]"), port)
    if not found:
        call.trouble = "unknown_host"
        raise OSError("unknown host")
    if not all(allowed(entry[4][0], call.local) for entry in found):
        raise call.refuse("private_address")
    family, kind, protocol, _name, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.settimeout(call.seconds_left)
        call.hold(made)
        made.connect(address)
    except OSError:
        call.trouble = call.trouble or "no_connection"
        made.close()
        raise
    return made


def _resolve(call: Call, host: str, port: int) -> list[Any]:
    """In a thread of its own, since a name service that is silent cannot be interrupted."""
    answer: list[Any] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            answer.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(call.seconds_left)
    return list(answer)


def _wrap_requests(session: Any) -> None:
    plain = session.send

    def send(self: Any, request: Any, **named: Any) -> Any:
        call = _call.get()
        return plain(self, request, **named) if call is None else _send(call, plain, self, request, named)

    session.send = send


def _send(call: Call, plain: Any, session: Any, request: Any, named: dict[str, Any]) -> Any:
    from requests import Timeout

    parts = urlsplit(request.url)
    if parts.scheme != "https" and not (call.local and parts.hostname == "127.0.0.1"):
        raise call.refuse("not_https")
    if parts.username or parts.password:
        raise call.refuse("name_in_address")
    request.headers["Accept-Encoding"] = "identity"
    left = call.seconds_left
    how = {**named, "allow_redirects": False, "proxies": {}, "stream": True, "timeout": (left, left)}
    try:
        reply = plain(session, request, **how)
    except Timeout:
        call.trouble = "timeout"
        raise
    call.status = reply.status_code
    call.body = _read(call, reply)
    reply._content, reply._content_consumed = call.body, True
    reply.close()
    if reply.is_redirect or reply.is_permanent_redirect or 300 <= reply.status_code < 400:
        raise call.refuse("redirect")
    return reply


def _read(call: Call, reply: Any) -> bytes:
    """The first 64 KiB as they come; nobody needs more of an answer."""
    from requests import ConnectionError
    from urllib3.exceptions import HTTPError

    got = b""
    try:
        while len(got) < MOST_BYTES:
            piece = reply.raw.read(min(8192, MOST_BYTES - len(got)), decode_content=False)
            if not piece:
                break
            got += piece
    except (HTTPError, OSError) as error:
        call.trouble = call.trouble or "broken_off"
        raise ConnectionError(str(error)) from error
    return got
