"""Open this installation to the phones of the local network: the certificate, and what the workers must know."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from patrol.lan.authority import Authority, authority
from patrol.lan.certificate import fresh_certificate, left_out, path
from patrol.lan.reach import Reach, reach, setup_url

CHOSEN = "PATROL_LAN_CHOSEN_URL"  # the address is ours, not the owner's, and may change with the network


class NoNetwork(Exception):
    """There is no private address that a phone could use."""


@dataclass(frozen=True)
class Lan:
    """url: https, what phones open. setup_url: plain http, how to trust it. left_out: names that get no certificate."""

    url: str
    setup_url: str
    setup_port: int
    certificate: Path
    fingerprint: str
    renewed: bool
    left_out: tuple[str, ...]


def open_to_lan(instance: Path, port: int, setup_port: int, at: datetime, env: MutableMapping[str, str]) -> Lan:
    """Safe to call again: makes what is missing, renews what has to be, and tells the workers by ``env``."""
    here = reach()
    url = _public_url(here, port, env)
    here = here.along_with(urlsplit(url).hostname)
    signer = authority(instance, here, at)
    renewed = fresh_certificate(instance, signer, here, at)
    _tell(here, url, env)
    page = setup_url(url, setup_port)
    return Lan(url, page, setup_port, path(instance), signer.fingerprint, renewed, tuple(left_out(signer, here)))


def look_again(instance: Path, signer: Authority, at: datetime, env: MutableMapping[str, str]) -> bool:
    """True when the server has to take a new certificate (one is made): its end is near, or addresses changed.

    While the network is gone nothing changes: it mostly comes back as it was.
    """
    here = reach()
    if here.addresses[0] == "127.0.0.1":
        return False
    if CHOSEN not in env:
        here = here.along_with(urlsplit(env["PATROL_PUBLIC_URL"]).hostname)
    return fresh_certificate(instance, signer, here, at)


def _public_url(here: Reach, port: int, env: MutableMapping[str, str]) -> str:
    """The owner's wish, else the address on the way to the router: phones open it without any name service."""
    wish = env.get("PATROL_PUBLIC_URL")
    if wish and CHOSEN not in env:
        if not wish.startswith("https://"):
            raise NoNetwork(f"PATROL_PUBLIC_URL is {wish}; with LAN it has to begin with https://, or to be left out.")
        return wish.rstrip("/")
    address = here.addresses[0]
    if address == "127.0.0.1":
        raise NoNetwork("This machine has no address in a private network. Connect it, or set PATROL_PUBLIC_URL.")
    return f"https://{address}:{port}"


def _tell(here: Reach, url: str, env: MutableMapping[str, str]) -> None:
    if "PATROL_PUBLIC_URL" not in env:
        env[CHOSEN] = "1"
    env["PATROL_PUBLIC_URL"], env["PATROL_LAN"] = url, "1"
    wished = [host.strip() for host in env.get("PATROL_TRUSTED_HOSTS", "").split(",") if host.strip()]
    env["PATROL_TRUSTED_HOSTS"] = ",".join(dict.fromkeys([*wished, *here.all]))
