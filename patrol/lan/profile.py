"""The authority as iPhones take it: a configuration profile (.mobileconfig)."""

import plistlib
from uuid import NAMESPACE_URL, uuid5

from patrol.lan.authority import Authority


def mobileconfig(by: Authority, *, title: str, text: str) -> bytes:
    """An unsigned profile with one root certificate.

    The same authority always gives the same profile, so installing it again replaces it.
    title, text: what the phone shows before it is installed.
    """
    inner, outer = (_number(by, part) for part in ("root", "profile"))
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"patrol.lan.root.{inner}",
        "PayloadUUID": inner,
        "PayloadDisplayName": by.name,
        "PayloadCertificateFileName": "patrol-ca.crt",
        "PayloadContent": by.der,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"patrol.lan.{outer}",
        "PayloadUUID": outer,
        "PayloadDisplayName": title,
        "PayloadDescription": text,
        "PayloadOrganization": "Patrol",
        "PayloadContent": [root],
    }
    return plistlib.dumps(profile)


def _number(by: Authority, part: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"patrol:{by.fingerprint}:{part}")).upper()
