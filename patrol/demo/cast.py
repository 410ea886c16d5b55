"""The people of the demo: every role, two crews of guards, and smaller companies for further sites."""

import random
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from patrol.accounts.device import Device
from patrol.accounts.reader import Here, Reader, token_hash
from patrol.accounts.roles import team_of
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.words import Both, Lang, say
from patrol.sites.site import Site


@dataclass(frozen=True, slots=True)
class Part:
    """key: what the story calls the person. staff_no: on the first site; further sites add thousands."""

    key: str
    name: Both
    staff_no: str
    role: str
    phone: str = ""


CAST = (
    Part("manager", ("赵文斌", "Zhao Wenbin"), "0001", "site_manager"),
    Part("supervisor", ("李敏", "Li Min"), "0101", "security_supervisor"),
    Part("engineering", ("周建平", "Zhou Jianping"), "0102", "engineering_supervisor"),
    Part("service", ("钱晓燕", "Qian Xiaoyan"), "0103", "service_supervisor"),
    Part("leader", ("何勇", "He Yong"), "0201", "shift_leader", "Redmi Note 13"),
    Part("guard1", ("王建国", "Wang Jianguo"), "0217", "guard", "Redmi 12C"),
    Part("guard2", ("陈志强", "Chen Zhiqiang"), "0218", "guard", "Honor X40"),
    Part("guard3", ("吴大勇", "Wu Dayong"), "0219", "guard", "vivo Y36"),
    Part("guard4", ("林国栋", "Lin Guodong"), "0220", "guard", "OPPO A58"),
    Part("guard5", ("黄志明", "Huang Zhiming"), "0221", "guard", "Redmi 12C"),
    Part("guard6", ("徐磊", "Xu Lei"), "0222", "guard", "Huawei Enjoy 60"),
    Part("engineer1", ("刘海涛", "Liu Haitao"), "0301", "engineer", "Huawei Nova 11"),
    Part("engineer2", ("马俊", "Ma Jun"), "0302", "engineer", "Redmi Note 12"),
    Part("desk", ("孙莉", "Sun Li"), "0401", "service_desk"),
    Part("contractor", ("郭师傅", "Guo Qiang"), "0501", "contractor", "OPPO A36"),
    Part("cleaner", ("刘桂芳", "Liu Guifang"), "0601", "cleaner", "vivo Y35"),
    Part("gardener", ("郑福生", "Zheng Fusheng"), "0701", "gardener", "Redmi 10"),
)
SMALL = (
    "supervisor",
    "engineering",
    "service",
    "leader",
    "guard1",
    "guard2",
    "guard4",
    "guard5",
    "engineer1",
    "desk",
    "cleaner",
)
CREWS = (("guard1", "guard2", "guard3"), ("guard4", "guard5", "guard6"))  # the first is on duty now

SURNAMES = (("张", "Zhang"), ("杨", "Yang"), ("朱", "Zhu"), ("胡", "Hu"), ("罗", "Luo"), ("梁", "Liang"), ("宋", "Song"),
            ("唐", "Tang"), ("许", "Xu"), ("韩", "Han"), ("冯", "Feng"), ("曹", "Cao"), ("彭", "Peng"), ("潘", "Pan"))  # fmt: skip
GIVEN = (("国强", "Guoqiang"), ("志刚", "Zhigang"), ("海波", "Haibo"), ("春梅", "Chunmei"), ("永福", "Yongfu"),
         ("晓东", "Xiaodong"), ("丽华", "Lihua"), ("建军", "Jianjun"), ("文涛", "Wentao"), ("秀英", "Xiuying"))  # fmt: skip


def company(rng: random.Random, *, small: bool, renamed: bool) -> tuple[Part, ...]:
    """Who works on a site: the whole cast, or on small sites fewer and no manager, since one belongs to all.

    renamed: with names of their own, where the cast's own are on another site already.
    """
    if not renamed:
        return CAST
    names = [(a[0] + b[0], f"{a[1]} {b[1]}") for a in SURNAMES for b in GIVEN]
    rng.shuffle(names)
    parts = [part for part in CAST if not small or part.key in SMALL]
    return tuple(replace(part, name=name) for part, name in zip(parts, names, strict=False))


def numbered(part: Part, thousands: int) -> str:
    return f"{int(part.staff_no) + thousands * 1000:04d}"


def hire(
    site: Site, parts: tuple[Part, ...], lang: Lang, hash_of: dict[str, str], first: datetime, until: datetime,
    thousands: int,
) -> dict[str, Reader]:  # fmt: skip
    """Everybody as a Reader by key, with the phone he or she works with. hash_of: staff number -> password hash."""
    people = {}
    for index, part in enumerate(parts):
        staff_no = numbered(part, thousands)
        user = User(
            id=uuid7(),
            name=say(part.name, lang),
            staff_no=staff_no,
            phone=f"138{thousands % 10000:04d}{7100 + 13 * index:04d}",
            password_hash=hash_of[staff_no],
            created_at=first,
        )
        db.session.add(user)
        db.session.flush()
        join(site, user.id, part.role, first)
        device = _phone(user.id, site, part, until) if part.phone else None
        people[part.key] = reader(site, user.id, user.name, staff_no, part.role, device, lang)
    return people


def _phone(user_id: UUID, site: Site, part: Part, until: datetime) -> UUID:
    """A phone that was signed in a while ago. Nobody knows its secret, so nobody can come in by it."""
    since = until - timedelta(days=12, hours=int(part.staff_no) % 24)
    device = Device(
        id=uuid7(),
        user_id=user_id,
        site_id=site.id,
        token_hash=token_hash(secrets.token_hex(32)),
        name=part.phone,
        agent="Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
        created_at=since,
        last_seen_at=until - timedelta(minutes=int(part.staff_no) % 50),
        password_at=since,
        expires_at=since + timedelta(days=30),
    )
    db.session.add(device)
    db.session.flush()
    return device.id


def join(site: Site, user_id: UUID, role: str, at: datetime) -> None:
    db.session.add(
        Membership(id=uuid7(), site_id=site.id, user_id=user_id, role=role, team=team_of(role), since=at)
    )  # fmt: skip


def reader(
    site: Site, user_id: UUID, name: str, staff_no: str, role: str, device_id: UUID | None = None, lang: Lang = "zh"
) -> Reader:  # fmt: skip
    """The Reader that verbs take; what it writes is in ``lang``."""
    here = Here(site.id, site.name, role, team_of(role), site.timezone, site.day_start)
    return Reader(
        user_id=user_id,
        name=name,
        staff_no=staff_no,
        language=lang,
        theme="auto",
        device_id=device_id,
        here=here,
        sites=(here,),
    )
