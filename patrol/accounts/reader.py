"""Reader: who is looking, from which device, at which site, as what. A plain value, made once a request."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from patrol.accounts.device import Device
from patrol.accounts.roles import ROLES, may
from patrol.accounts.user import Membership, User
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.core.prepared import Prepared
from patrol.sites.site import Site

CONFIRMED_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Here:
    """One site this person belongs to, and what he or she is there."""

    site_id: UUID
    site_name: str
    role: str
    team: str
    timezone: str
    day_start: time
    shifts: tuple[dict[str, str], ...] = ()
    notice: str = ""
    post_phone: str = ""
    bell: int = 0  # notices that stand for this person

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Reader:
    user_id: UUID
    name: str
    staff_no: str
    language: str | None
    theme: str
    device_id: UUID | None
    here: Here | None
    sites: tuple[Here, ...] = field(default=())
    token: str = ""
    last_seen_at: datetime | None = None
    password_at: datetime | None = None

    # what Flask-Login asks of a user
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    @property
    def site_id(self) -> UUID:
        assert self.here is not None
        return self.here.site_id

    @property
    def role(self) -> str | None:
        return self.here.role if self.here else None

    @property
    def team(self) -> str | None:
        return self.here.team if self.here else None

    @property
    def zone(self) -> ZoneInfo:
        return self.here.zone if self.here else ZoneInfo("Asia/Shanghai")

    @property
    def day_start(self) -> time:
        return self.here.day_start if self.here else time(8)

    @property
    def role_name(self) -> str:
        return ROLES[self.here.role][0] if self.here else ""

    def may(self, verb: str) -> bool:
        return may(self.role, verb)

    def recently_confirmed(self, at: datetime) -> bool:
        """Whether the password was given on this device within the last 30 minutes; asked before sensitive acts."""
        return self.password_at is not None and self.password_at <= at < self.password_at + CONFIRMED_FOR


_FIND = Prepared(
    select(
        User.id,
        User.name,
        User.staff_no,
        User.language,
        User.theme,
        Device.id.label("device_id"),
        Device.site_id.label("device_site_id"),
        Device.token_hash,
        Device.last_seen_at,
        Device.password_at,
        Membership.site_id,
        Membership.role,
        Membership.team,
        Site.name.label("site_name"),
        Site.timezone,
        Site.day_start,
        Site.shifts,
        Site.notice,
        Site.post_phone,
        Membership.bell,
    )
    .join(Device, Device.user_id == User.id)
    .outerjoin(Membership, (Membership.user_id == User.id) & Membership.ended_at.is_(None))
    .outerjoin(Site, Site.id == Membership.site_id)
    .where(
        Device.id == bindparam("device_id"),
        Device.ended_at.is_(None),
        Device.expires_at > bindparam("at"),
        User.disabled_at.is_(None),
    )
    .order_by(Membership.since)
)


def reader_by_token(token: str, at: datetime) -> Reader | None:
    """The reader whose cookie this is, or None when the device was ended, has expired or never was."""
    device_text, _, secret = token.partition(".")
    try:
        device_id = UUID(device_text)
    except ValueError:
        return None
    with db.engine.connect() as connection:  # its own: a scan opens the session's only to write
        rows = _FIND.all(connection, {"device_id": device_id, "at": at})
    if not rows or not secrets.compare_digest(rows[0].token_hash, token_hash(secret)):
        return None
    first = rows[0]
    sites = tuple(
        Here(
            row.site_id,
            row.site_name,
            row.role,
            row.team,
            row.timezone,
            row.day_start,
            tuple(row.shifts),
            row.notice,
            row.post_phone,
            row.bell,
        )
        for row in rows
        if row.site_id is not None
    )
    here = next((site for site in sites if site.site_id == first.device_site_id), sites[0] if sites else None)
    return Reader(
        user_id=first.id,
        name=first.name,
        staff_no=first.staff_no,
        language=first.language,
        theme=first.theme,
        device_id=first.device_id,
        here=here,
        sites=sites,
        token=token,
        last_seen_at=first.last_seen_at,
        password_at=first.password_at,
    )


def token_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def business_day_of(by: Reader, at: datetime) -> date:
    """The business day of the reader's site that this moment belongs to."""
    return business_day(at, by.zone, by.day_start)
