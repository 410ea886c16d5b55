"""What is missing or unsafe in an installation that is open to the local network."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from patrol.lan import authority, certificate
from patrol.lan.reach import reach

A_YEAR = timedelta(days=365)


def faults(instance: Path, public_url: str | None, at: datetime) -> list[str]:
    """Plain sentences. public_url: what the owner set, or None when the address was left to us."""
    try:
        by = authority.kept_authority(instance)
    except FileNotFoundError:
        return ["LAN is on, but there is no certificate yet: run `patrol serve --lan` once."]
    except ValueError:
        return [f"{instance / authority.FOLDER / authority.FILE} cannot be read: remove it and start again."]
    return [*_address(by, public_url), *_ends(by, instance, at), *_open_files(instance)]


def _address(by: authority.Authority, public_url: str | None) -> Iterator[str]:
    host = urlsplit(public_url or "").hostname
    if not host:
        yield (
            f"Labels carry the address {reach().addresses[0]}, which the router may change: give this machine a fixed "
            "address in the router and set PATROL_PUBLIC_URL to it before printing."
        )
    elif not (public_url or "").startswith("https://"):
        yield "PATROL_PUBLIC_URL is not https: `patrol serve --lan` will not start with it."
    elif not by.may_sign(host):
        yield (
            f"The certificate cannot be good for {host}: it was made for other names. Remove the folder lan in the "
            "instance, start again, and set up every phone once more."
        )


def _ends(by: authority.Authority, instance: Path, at: datetime) -> Iterator[str]:
    if by.certificate.not_valid_after_utc - at < A_YEAR:
        yield (
            f"The own authority ends on {by.certificate.not_valid_after_utc:%Y-%m-%d}: remove the folder lan in the "
            "instance when it suits you, start again, and set up every phone once more."
        )
    file = certificate.path(instance)
    if not file.exists():
        yield "There is no server certificate: `patrol serve --lan` makes one."
    elif x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc <= at:
        yield "The server certificate has ended: start `patrol serve --lan` again, which renews it."


def _open_files(instance: Path) -> Iterator[str]:
    for name in (authority.FILE, certificate.FILE):
        file = instance / authority.FOLDER / name
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield f"{file} can be read by others: chmod 600 it."
