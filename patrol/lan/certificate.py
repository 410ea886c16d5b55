"""The server's certificate for all names and addresses of this machine; renewed by itself."""

import os
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from patrol.core.kept_file import write_secret
from patrol.lan.authority import FOLDER, SLACK, Authority, pem_of_key, usage
from patrol.lan.reach import Reach, is_address

FILE = "server.pem"
LIFE = timedelta(days=397)  # the most that phones accept
RENEW = timedelta(days=30)  # before its end


def fresh_certificate(instance: Path, by: Authority, reach: Reach, at: datetime) -> bool:
    """See to it that the kept certificate is good for ``reach`` at ``at``; True when a new one was made.

    Names and addresses that the authority may not sign are left out (see `left_out`).
    """
    file = path(instance)
    wanted = {host for host in reach.all if by.may_sign(host)}
    if file.exists() and _still_good(x509.load_pem_x509_certificate(file.read_bytes()), by, wanted, at):
        return False
    draft = write_secret(file, _signed(by, sorted(wanted), at))
    os.replace(draft, file)
    return True


def path(instance: Path) -> Path:
    """Certificate, its authority's certificate and the key, in one file that is replaced as a whole."""
    return instance / FOLDER / FILE


def left_out(by: Authority, reach: Reach) -> list[str]:
    return [host for host in reach.all if not by.may_sign(host)]


def hosts_of(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


def _still_good(kept: x509.Certificate, by: Authority, wanted: set[str], at: datetime) -> bool:
    try:
        kept.verify_directly_issued_by(by.certificate)
    except (ValueError, TypeError, InvalidSignature):  # another authority's
        return False
    end = min(kept.not_valid_after_utc, by.certificate.not_valid_after_utc)
    lasts = at + RENEW < end or end == by.certificate.not_valid_after_utc
    return lasts and kept.not_valid_before_utc <= at and hosts_of(kept) == wanted


def _signed(by: Authority, hosts: list[str], at: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    start = at - SLACK
    identifier = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Patrol")]))
        .issuer_name(by.certificate.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(min(start + LIFE, by.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(by.key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    return certificate.public_bytes(encoding) + by.certificate.public_bytes(encoding) + pem_of_key(key)


def _general(host: str) -> x509.GeneralName:
    return x509.IPAddress(IPv4Address(host)) if is_address(host) else x509.DNSName(host)
