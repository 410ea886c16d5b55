"""Target (推送对象): a group robot or a mailbox that the site manager lets notices go to, with its secret."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.notices.person import MAIL
from patrol.notices.rules import KINDS

CHANNELS: dict[str, str] = {
    "wecom": N_("WeChat Work robot"),
    "dingtalk": N_("DingTalk robot"),
    "feishu": N_("Feishu robot"),
    "mail": N_("Mail"),
}
ROBOTS = {  # channel -> (host of its webhook, its path, the parameter that holds the key or None: the path's last part)
    "wecom": ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
    "dingtalk": ("oapi.dingtalk.com", "/robot/send", "access_token"),
    "feishu": ("open.feishu.cn", "/open-apis/bot/v2/hook/", None),
}
KEY = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII)
PORTS = {465: "ssl", 587: "starttls"}
MOST = 20


class NoticeTarget(SiteRow, Model):
    __tablename__ = "notice_target"
    __table_args__ = (CheckConstraint("channel IN ('wecom','dingtalk','feishu','mail')", name="channel"),)

    channel: Mapped[str]
    name: Mapped[str]
    secret: Mapped[dict[str, Any]]  # never shown, never logged, never in the journal
    kinds: Mapped[list[Any]]
    every: Mapped[bool] = mapped_column(default=False)  # all were ticked: also of kinds a later version brings
    language: Mapped[str] = mapped_column(default="zh")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def wants(self, kind: str) -> bool:
        return self.every or kind in self.kinds

    @property
    def masked(self) -> str:
        """Enough to tell two apart."""
        if self.channel == "mail":
            return f"{self.secret['to']} · {self.secret['host']}"
        return f"…{self.secret['key'][-4:]}"


@dataclass(frozen=True, slots=True)
class NewTarget:
    channel: str
    name: str
    address: str = ""  # a robot's webhook as its group shows it
    sign: str = ""  # DingTalk's secret
    kinds: tuple[str, ...] = ()
    language: str = "zh"
    host: str = ""
    port: int = 465
    user: str = ""
    password: str = ""
    sender: str = ""
    to: str = ""

    def secret(self) -> dict[str, Any]:
        """What has to be kept to send there. Raises Problem naming the field."""
        if self.channel == "mail":
            return self._mail()
        if self.channel not in ROBOTS:
            raise Problem("target.channel", N_("Choose where notices are to go."), field="channel")
        return {"key": self._key()} | ({"sign": self._sign()} if self.channel == "dingtalk" and self.sign else {})

    def _key(self) -> str:
        host, path, parameter = ROBOTS[self.channel]
        try:
            parts = urlsplit(self.address)
            right = parts.scheme == "https" and parts.hostname == host and parts.port is None
        except ValueError:
            right = False
        if not right or not (parts.path == path if parameter else parts.path.startswith(path)):
            text = N_("Paste the robot's webhook address as its group shows it: https://%(host)s…")
            raise Problem("target.address", text, field="address", host=host + path)
        key = parse_qs(parts.query).get(parameter, [""])[0] if parameter else parts.path.removeprefix(path)
        if not KEY.fullmatch(key):
            text = N_("The key in this address is not complete. Copy the whole address.")
            raise Problem("target.key", text, field="address")
        return key

    def _sign(self) -> str:
        if not KEY.fullmatch(self.sign):
            raise Problem("target.sign", N_("The signing secret begins with SEC. Copy all of it."), field="sign")
        return self.sign

    def _mail(self) -> dict[str, Any]:
        if not HOST.fullmatch(self.host):
            raise Problem("target.host", N_("Enter the mail server's name."), field="host")
        if self.port not in PORTS:
            text = N_("Choose port 465 or 587: mail goes out encrypted only.")
            raise Problem("target.port", text, field="port")
        for field, address in (("sender", self.sender), ("to", self.to)):
            if not MAIL.fullmatch(address):
                raise Problem("notices.mail", N_("This is not a mail address."), field=field)
        return {
            "host": self.host.lower(), "port": self.port, "user": self.user, "password": self.password,
            "sender": self.sender, "to": self.to,
        }  # fmt: skip


def add_target(site_id: UUID, new: NewTarget, *, by: UUID, at: datetime) -> NoticeTarget:
    """Inside ``write()``. The journal says that it was added, not its key."""
    if not new.name:
        raise Problem("target.name", N_("Give it a name."), field="name")
    if len(targets_of(site_id)) >= MOST:
        raise Problem("target.many", N_("There are enough. Remove one first."), field="name")
    kinds = [kind for kind in KINDS if kind in new.kinds]
    if not kinds:
        raise Problem("target.kinds", N_("Choose at least one kind of notice."), field="kinds")
    target = NoticeTarget(
        site_id=site_id, id=uuid7(), channel=new.channel, name=new.name, secret=new.secret(), kinds=kinds,
        every=len(kinds) == len(KINDS), language="en" if new.language == "en" else "zh", created_at=at,
    )  # fmt: skip
    db.session.add(target)
    note("target_added", "target", target.id, site_id=site_id, by=by, at=at, channel=new.channel, name=new.name)
    return target


def end_target(site_id: UUID, target_id: UUID, *, by: UUID, at: datetime) -> None:
    """Inside ``write()``: nothing goes there any more, and its secret is forgotten."""
    target = target_here(site_id, target_id)
    target.ended_at, target.secret = at, {"key": "----", "to": "", "host": ""}
    note("target_ended", "target", target.id, site_id=site_id, by=by, at=at, name=target.name)


def target_here(site_id: UUID, target_id: UUID) -> NoticeTarget:
    target = db.session.get(NoticeTarget, (site_id, target_id))
    if target is None or target.ended_at is not None:
        raise NotHere("target")
    return target


def targets_of(site_id: UUID) -> list[NoticeTarget]:
    query = select(NoticeTarget).where(NoticeTarget.site_id == site_id, NoticeTarget.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(NoticeTarget.created_at, NoticeTarget.id)))


def apprise_url(channel: str, secret: dict[str, Any], to: str | None = None) -> str:
    """The address by which the library that sends knows this target."""
    if channel == "mail":
        given = (
            quote(secret["user"], safe="") + ":" + quote(secret["password"], safe="") + "@" if secret["user"] else ""
        )
        mode = PORTS.get(secret["port"], "insecure")
        asked = f"from={quote(secret['sender'])}&to={quote(to or secret['to'])}&smtp={secret['host']}&mode={mode}"
        return f"mail{'s' if mode != 'insecure' else ''}to://{given}{secret['host']}:{secret['port']}/?{asked}"
    if channel == "dingtalk":
        sign = f"{secret['sign']}@" if secret.get("sign") else ""
        return f"dingtalk://{sign}{secret['key']}/"
    return f"{'wecombot' if channel == 'wecom' else 'feishu'}://{secret['key']}/"
