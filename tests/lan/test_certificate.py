"""The own authority and its certificate, met by a real TLS client."""

import plistlib
import socket
import ssl
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from patrol.core.clock import now
from patrol.lan import certificate
from patrol.lan.authority import authority
from patrol.lan.certificate import fresh_certificate, hosts_of, left_out
from patrol.lan.profile import mobileconfig
from patrol.lan.reach import Reach, is_private, reach

HERE = Reach(("localhost", "lodge", "lodge.local", "patrol.example.cn"), ("192.168.1.20", "127.0.0.1"))


@pytest.fixture
def made(tmp_path: Path):
    found = authority(tmp_path, HERE, now())
    fresh_certificate(tmp_path, found, HERE, now())
    return found


def kept(instance: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.path(instance).read_bytes())


def greet(instance: Path, trusted: bytes, host: str) -> str:
    """Shake hands with the kept certificate as ``host``; the words of the refusal, or "" when all is well."""
    mine, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.path(instance))

    def answer() -> None:
        with theirs:
            try:
                server.wrap_socket(theirs, server_side=True).unwrap()
            except OSError:  # the client left
                pass

    waiter = threading.Thread(target=answer)
    waiter.start()
    client = ssl.create_default_context(cadata=trusted)
    try:
        with mine, client.wrap_socket(mine, server_hostname=host) as safe:
            assert safe.version() == "TLSv1.3"
            return ""
    except ssl.SSLCertVerificationError as refusal:
        return refusal.verify_message
    finally:
        mine.close()
        waiter.join()


@pytest.mark.parametrize("host", HERE.all)
def test_who_trusts_the_authority_is_safe_under_every_name(tmp_path, made, host):
    assert greet(tmp_path, made.der, host) == ""


def test_nobody_else_trusts_it(tmp_path, made):
    (tmp_path / "other").mkdir()
    other = authority(tmp_path / "other", HERE, now())

    assert "self-signed certificate" in greet(tmp_path, other.der, "lodge.local")


def test_the_authoritys_key_is_of_no_use_for_another_site(tmp_path, made, monkeypatch):
    monkeypatch.setattr(type(made), "may_sign", lambda self, host: True)
    fresh_certificate(tmp_path, made, HERE.along_with("bank.example.com").along_with("8.8.8.8"), now())

    assert {"bank.example.com", "8.8.8.8"} <= hosts_of(kept(tmp_path))
    assert greet(tmp_path, made.der, "bank.example.com") == "permitted subtree violation"


def test_names_outside_the_constraints_are_left_out_and_told(tmp_path, made):
    wider = HERE.along_with("other.example.cn").along_with("10.1.2.3")

    assert left_out(made, wider) == ["other.example.cn"]
    assert fresh_certificate(tmp_path, made, wider, now())
    assert hosts_of(kept(tmp_path)) == {*HERE.all, "10.1.2.3"}


def test_phones_accept_its_life(tmp_path, made):
    leaf = kept(tmp_path)

    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert made.certificate.not_valid_after_utc > now() + timedelta(days=3640)


def test_it_is_renewed_before_it_ends_or_when_the_addresses_change(tmp_path, made):
    first = kept(tmp_path).serial_number
    moved = Reach(HERE.names, ("192.168.7.9", "127.0.0.1"))

    assert not fresh_certificate(tmp_path, made, HERE, now())
    assert kept(tmp_path).serial_number == first
    assert not fresh_certificate(tmp_path, made, HERE, now() + timedelta(days=365))
    assert fresh_certificate(tmp_path, made, HERE, now() + timedelta(days=367))
    assert fresh_certificate(tmp_path, made, moved, now() + timedelta(days=367))
    assert hosts_of(kept(tmp_path)) == set(moved.all)


def test_in_its_last_year_it_is_not_renewed_at_every_look(tmp_path, made):
    late = made.certificate.not_valid_after_utc - timedelta(days=10)

    assert fresh_certificate(tmp_path, made, HERE, late)
    assert not fresh_certificate(tmp_path, made, HERE, late)
    assert kept(tmp_path).not_valid_after_utc == made.certificate.not_valid_after_utc


def test_the_authority_stays_the_same_and_its_files_are_the_owners_alone(tmp_path, made):
    again = authority(tmp_path, Reach(("elsewhere",), ("10.0.0.7",)), now())

    assert again.fingerprint == made.fingerprint
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "lan").iterdir()} == {
        "authority.pem": 0o600,
        "server.pem": 0o600,
    }


def test_two_processes_at_once_end_up_with_one_authority(tmp_path):
    met = threading.Barrier(4)
    found = []

    def make() -> None:
        met.wait()
        found.append(authority(tmp_path, HERE, now()).fingerprint)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1


def test_the_profile_for_iphones_holds_the_authority_and_replaces_itself(made):
    raw = mobileconfig(made, title="Patrol 证书", text="…")
    profile = plistlib.loads(raw)

    assert raw == mobileconfig(made, title="Patrol 证书", text="…")
    assert profile["PayloadContent"][0]["PayloadType"] == "com.apple.security.root"
    assert profile["PayloadContent"][0]["PayloadContent"] == made.der
    assert profile["PayloadUUID"] != profile["PayloadContent"][0]["PayloadUUID"]


def test_this_machine_is_found():
    here = reach()

    assert "localhost" in here.names
    assert here.addresses[-1] == "127.0.0.1"
    assert all(is_private(address) for address in here.addresses[:-1])


@pytest.mark.parametrize(
    ("address", "private"),
    [("192.168.1.20", True), ("100.64.0.9", True), ("8.8.8.8", False), ("127.0.0.1", False), ("169.254.3.4", False)],
)
def test_which_addresses_are_of_the_local_network(address, private):
    assert is_private(address) is private
