"""Web push: the installation's own VAPID key, and one encrypted message (RFC 8291) to one browser, inside the guard."""

import base64
import json
from pathlib import Path
from typing import Any

from patrol.core.kept_file import kept_file
from patrol.notices.guarded import Call, guarded
from patrol.notices.robots import LATER_STATUS, Outcome

KEY_FILE = "vapid.key"
KEPT_FOR = 12 * 60 * 60  # seconds a push service keeps it for a phone that is off
LONGEST_TITLE, LONGEST_BODY = 120, 240


def installed() -> bool:
    try:
        import pywebpush  # noqa: F401
    except ImportError:
        return False
    return True


def public_key(instance: Path) -> str:
    """What a browser subscribes with: the uncompressed point, base64url without padding."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _private_key(instance).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def _private_key(instance: Path) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(kept_key(instance).read_bytes(), password=None)


def kept_key(instance: Path) -> Path:
    """The key's file, made at the first call."""
    return kept_file(instance / KEY_FILE, _new_key)


def _new_key() -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def message(notice_id: Any, title: str, body: str, *, critical: bool, lang: str) -> bytes:
    """What a browser shows, and where a tap leads; nothing else."""
    said = {
        "title": title[:LONGEST_TITLE],
        "body": body[:LONGEST_BODY],
        "url": f"/notices/{notice_id}",
        "tag": str(notice_id),  # told again, it replaces what stands there
        "critical": critical,
        "lang": "en" if lang == "en" else "zh-CN",
    }
    return json.dumps(said, ensure_ascii=False).encode()


def send_push(
    subscription: dict[str, str], data: bytes, *, instance: Path, contact: str, urgent: bool, local: bool
) -> Outcome:
    """subscription: endpoint, p256dh, auth. Never raises for what the push service does."""
    try:
        from py_vapid import Vapid02
        from pywebpush import WebPushException, webpush
    except ImportError:
        return Outcome("missing", "push")
    keys = {"p256dh": subscription["p256dh"], "auth": subscription["auth"]}
    with guarded(local) as call:
        try:
            webpush(
                {"endpoint": subscription["endpoint"], "keys": keys},
                data,
                vapid_private_key=Vapid02.from_file(str(kept_key(instance))),
                vapid_claims={"sub": contact},
                ttl=KEPT_FOR,
                headers={"Urgency": "high" if urgent else "normal"},
            )
        except (OSError, ValueError, WebPushException):
            pass  # the call knows what came of it
    return push_outcome(call)


def push_outcome(call: Call) -> Outcome:
    if call.refused:
        return Outcome("refused", call.refused)
    if call.status is None:
        return Outcome("later", call.trouble or "no_answer")
    if call.status in (404, 410):
        return Outcome("gone", f"status {call.status}")
    if call.status in LATER_STATUS:
        return Outcome("later", f"status {call.status}")
    return Outcome(
        "sent" if 200 <= call.status < 300 else "refused", "" if call.status < 300 else f"status {call.status}"
    )
