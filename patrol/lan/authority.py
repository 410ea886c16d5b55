"""The installation's own certificate authority, made once: what phones are asked to trust."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from patrol.core.kept_file import kept_file
from patrol.lan.reach import Reach, is_address

FOLDER = "lan"  # below the instance; no backup takes it along
FILE = "authority.pem"
YEARS = 10
SLACK = timedelta(days=1)  # phones with a slow clock
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


@dataclass(frozen=True)
class Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def name(self) -> str:
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    @property
    def fingerprint(self) -> str:
        """SHA-256 as phones show it: AB:CD:…"""
        return hashlib.sha256(self.der).digest().hex(":").upper()

    def may_sign(self, host: str) -> bool:
        """Whether its constraints let it speak for this name or address."""
        allowed = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
        if is_address(host):
            nets = [net.value for net in allowed or () if isinstance(net, x509.IPAddress)]
            return any(IPv4Address(host) in net for net in nets if isinstance(net, IPv4Network))
        names = [name.value for name in allowed or () if isinstance(name, x509.DNSName)]
        return any(host == name or host.endswith(f".{name}") for name in names)


def authority(instance: Path, reach: Reach, at: datetime) -> Authority:
    """The one of this instance; made at the first call. Two processes at once end up with the same one."""
    file = instance / FOLDER / FILE
    file.parent.mkdir(mode=0o700, exist_ok=True)
    kept_file(file, lambda: _pem(_new(reach, at)))
    return kept_authority(instance)


def kept_authority(instance: Path) -> Authority:
    """FileNotFoundError when there is none yet."""
    raw = (instance / FOLDER / FILE).read_bytes()
    key = serialization.load_pem_private_key(raw, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(x509.load_pem_x509_certificate(raw), key)


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(made: Authority) -> bytes:
    return made.certificate.public_bytes(serialization.Encoding.PEM) + pem_of_key(made.key)


def _new(reach: Reach, at: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    host = next((name for name in reach.names if name != "localhost"), "localhost")
    name = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Patrol"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"Patrol {host[:40]} {secrets.token_hex(2).upper()}"),
    ])  # fmt: skip
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SLACK)
        .not_valid_after(at + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_constraints(reach), critical=False)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def _constraints(reach: Reach) -> x509.NameConstraints:
    """Private addresses and this machine's names only: whoever steals the key cannot pose as a bank's site.

    Not marked critical, since an old phone that does not know constraints would then refuse the whole authority.
    """
    nets = [ip_network(net) for net in PRIVATE]
    own = [IPv4Network(address) for address in reach.addresses]
    outside = [net for net in own if not any(net.subnet_of(private) for private in nets)]  # type: ignore[arg-type]
    names = dict.fromkeys(("local", *(name for name in reach.names if not name.endswith(".local"))))
    return x509.NameConstraints(
        permitted_subtrees=[*map(x509.DNSName, names), *map(x509.IPAddress, [*nets, *outside])],
        excluded_subtrees=None,
    )


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
