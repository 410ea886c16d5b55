"""Robots of WeChat Work, DingTalk and Feishu, and mail: by apprise, inside the guard."""

import json
import logging
from dataclasses import dataclass
from typing import Any

from patrol.notices.guarded import Call, guarded
from patrol.notices.target import apprise_url

LATER_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
TOO_MANY = frozenset({45009, 130101, 410100, 11232, 9499})  # the robots' own words for "too fast"


@dataclass(frozen=True, slots=True)
class Outcome:
    """result: sent, later, refused, gone or missing; reason: a short code without anything secret."""

    result: str
    reason: str = ""


def installed() -> bool:
    try:
        import apprise  # noqa: F401
    except ImportError:
        return False
    return True


def send_to(
    channel: str, secret: dict[str, Any], title: str, body: str, *, local: bool, to: str | None = None
) -> Outcome:
    """One message to one robot or mailbox. Never raises for what the other side does."""
    try:
        import apprise
    except ImportError:
        return Outcome("missing", "notify")
    logging.getLogger("apprise").disabled = True  # its lines hold addresses with keys
    sender = apprise.Apprise.instantiate(apprise_url(channel, secret, to))
    if not isinstance(sender, apprise.NotifyBase):
        return Outcome("refused", "address")
    with guarded(local) as call:
        try:
            delivered = bool(sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))
        except (OSError, ValueError, TypeError):
            delivered = False
    return mail_outcome(call, delivered) if channel == "mail" else robot_outcome(call)


def mail_outcome(call: Call, delivered: bool) -> Outcome:
    if call.refused:
        return Outcome("refused", call.refused)
    return Outcome("sent") if delivered else Outcome("later", call.trouble or "mail_server")


def robot_outcome(call: Call) -> Outcome:
    """What the answer means; robots say 200 to nearly everything and put their "no" into the body."""
    if call.refused or call.status is None:
        return Outcome("refused", call.refused) if call.refused else Outcome("later", call.trouble or "no_answer")
    if call.status in LATER_STATUS:
        return Outcome("later", f"status {call.status}")
    if not 200 <= call.status < 300:
        return Outcome("refused", f"status {call.status}")
    if call.trouble:  # its "no" may have been in what did not arrive
        return Outcome("later", call.trouble)
    code = _code(call.body)
    if code in (0, None):
        return Outcome("sent")
    return Outcome("later" if code in TOO_MANY else "refused", f"code {code}")


def _code(body: bytes) -> int | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
    return code if isinstance(code, int) else None
