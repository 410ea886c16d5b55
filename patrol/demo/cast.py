"""The people of the demo site: twelve, of every role."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from patrol.accounts.reader import Here, Reader
from patrol.accounts.roles import team_of
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.words import Both, Lang, say
from patrol.sites.site import Site


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    name: Both
    staff_no: str
    role: str


CAST = (
    Part("manager", ("赵文斌", "Zhao Wenbin"), "0001", "site_manager"),
    Part("supervisor", ("李敏", "Li Min"), "0101", "security_supervisor"),
    Part("engineering", ("周敏", "Zhou Min"), "0102", "engineering_supervisor"),
    Part("leader", ("何勇", "He Yong"), "0201", "shift_leader"),
    Part("guard1", ("王建国", "Wang Jianguo"), "0217", "guard"),
    Part("guard2", ("陈志强", "Chen Zhiqiang"), "0218", "guard"),
    Part("guard3", ("吴大勇", "Wu Dayong"), "0219", "guard"),
    Part("engineer1", ("刘海涛", "Liu Haitao"), "0301", "engineer"),
    Part("engineer2", ("马俊", "Ma Jun"), "0302", "engineer"),
    Part("desk", ("孙莉", "Sun Li"), "0401", "service_desk"),
    Part("cleaner", ("刘桂芳", "Liu Guifang"), "0601", "cleaner"),
    Part("gardener", ("郑福生", "Zheng Fusheng"), "0701", "gardener"),
)


def hire(site: Site, lang: Lang, hash_of: dict[str, str], at: datetime, offset: int = 0) -> dict[str, Reader]:
    """Everybody as a Reader by part. hash_of: staff number -> password hash. offset: for further sites."""
    people = {}
    for index, part in enumerate(CAST):
        staff_no = f"{int(part.staff_no) + offset * 1000:04d}"
        user = User(
            id=uuid7(),
            name=say(part.name, lang),
            staff_no=staff_no,
            phone=f"138{offset:02d}00{index:04d}",
            password_hash=hash_of[staff_no],
            created_at=at,
        )
        db.session.add(user)
        db.session.flush()
        join(site, user.id, part.role, at)
        people[part.key] = reader(site, user.id, user.name, staff_no, part.role)
    return people


def join(site: Site, user_id: UUID, role: str, at: datetime) -> None:
    team = team_of(role)
    db.session.add(Membership(id=uuid7(), site_id=site.id, user_id=user_id, role=role, team=team, since=at))


def reader(site: Site, user_id: UUID, name: str, staff_no: str, role: str) -> Reader:
    """The Reader that verbs take, without a device."""
    here = Here(site.id, site.name, role, team_of(role), site.timezone, site.day_start or time(8))
    return Reader(
        user_id=user_id,
        name=name,
        staff_no=staff_no,
        language=None,
        theme="auto",
        device_id=None,
        here=here,
        sites=(here,),
    )
