"""Under which addresses and names the phones of a local network can reach this machine."""

import ipaddress
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

ELSEWHERE = ("203.0.113.1", 9)  # an address for documentation: asked for the way there, never sent anything
GET_ADDRESS = 0x8915  # Linux: SIOCGIFADDR
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


@dataclass(frozen=True)
class Reach:
    """names: host names, lower case. addresses: IPv4; first the one on the way to the router."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.names, *self.addresses)

    def along_with(self, host: str | None) -> "Reach":
        """The same, and also ``host``."""
        if not host or host in self.all:
            return self
        if is_address(host):
            return Reach(self.names, (*self.addresses, host))
        return Reach((*self.names, host), self.addresses)


def reach() -> Reach:
    """What this machine can be called by now: its name, its name in the local network, its private addresses."""
    host = socket.gethostname().lower()
    own = (host, f"{host.split('.')[0]}.local") if HOST_NAME.fullmatch(host) else ()
    private = [address for address in dict.fromkeys(_addresses()) if is_private(address)]
    return Reach(tuple(dict.fromkeys(("localhost", *own))), tuple(dict.fromkeys((*private, "127.0.0.1"))))


def setup_url(public_url: str, port: int) -> str:
    """Where the page stands that explains how a phone comes to trust ``public_url``."""
    return f"http://{urlsplit(public_url).hostname}:{port}/"


def is_address(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def is_private(address: str) -> bool:
    """Not to be reached from the internet, and not this machine alone."""
    found = ipaddress.IPv4Address(address)
    return not (found.is_global or found.is_loopback or found.is_link_local or found.is_unspecified)


def _addresses() -> list[str]:
    return [*_towards_the_router(), *_of_every_card()]


def _towards_the_router() -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(ELSEWHERE)  # for UDP this only looks up the route
        return [probe.getsockname()[0]]
    return []


def _of_every_card() -> list[str]:
    try:
        from fcntl import ioctl
    except ImportError:  # Windows
        return _by_name()
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, card in socket.if_nameindex():
            with suppress(OSError):  # a card without an IPv4 address
                answer = ioctl(probe, GET_ADDRESS, struct.pack("256s", card.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found or _by_name()


def _by_name() -> list[str]:
    with suppress(OSError):
        return socket.gethostbyname_ex(socket.gethostname())[2]
    return []
