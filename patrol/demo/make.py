"""Making the demo: one believable site with people, places, equipment and history, the same for the same seed."""

import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy import select

from patrol.accounts.passwords import hash_password
from patrol.accounts.reader import Reader
from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.demo.cast import CAST, hire, join
from patrol.demo.checking import carry_out, planned_checks
from patrol.demo.estate import BUILDINGS, build
from patrol.demo.gear import equip
from patrol.demo.pictures import Bank, lay_under
from patrol.demo.routes import draw_routes
from patrol.demo.troubles import Troubles, moments
from patrol.demo.walking import walk_all
from patrol.demo.words import Lang, say
from patrol.equipment.checklist import bring_in_catalogue
from patrol.hazards.hazard import Hazard
from patrol.photos.shelf import PhotoStore
from patrol.rounds.ensure import LOOK_AHEAD, make_rounds
from patrol.sites.site import Site

NAMES = (
    ("翠湖花园", "Emerald Lake Garden"),
    ("南山雅苑", "South Hill Court"),
    ("滨江一号", "Riverside One"),
    ("梧桐里", "Plane Tree Lane"),
)
Said = Callable[[str], None]
T = TypeVar("T")


def make_demo(
    *, store: PhotoStore, days: int = 90, sites: int = 1, seed: int = 1, lang: Lang = "zh", password: str | None = None,
    at: datetime | None = None, said: Said = lambda _text: None,
) -> list[tuple[str, str, str, str]]:  # fmt: skip
    """Sign-ins as (staff number, name, role, password). password: the same for all; None makes one for each."""
    until = at or now()
    sign_ins: list[tuple[str, str, str, str]] = []
    manager: Reader | None = None
    for number in range(sites):
        rng = random.Random(f"{seed}/{number}")  # noqa: S311  a story, no secret
        people, passwords = _one_site(number, days, rng, lang, password, until, store, said)
        sign_ins += [(who.staff_no, who.name, who.role or "", passwords[who.staff_no]) for who in people.values()]
        manager = manager or people["manager"]
        if number and manager is not None:
            with write():
                site = db.session.get_one(Site, people["manager"].site_id)
                join(site, manager.user_id, "site_manager", until)
    return sign_ins


def _one_site(
    number: int, days: int, rng: random.Random, lang: Lang, password: str | None, until: datetime, store: PhotoStore,
    said: Said,
) -> tuple[dict[str, Reader], dict[str, str]]:  # fmt: skip
    first = until - timedelta(days=days)
    passwords = {f"{int(part.staff_no) + number * 1000:04d}": password or secrets.token_urlsafe(9) for part in CAST}
    hashes = _hashes(passwords)
    with write():
        site = _site(number, lang, first)
        people = hire(site, lang, hashes, first, offset=number)
        estate = build(site, lang, first, rng, buildings=BUILDINGS if number == 0 else 4)
        lines = draw_routes(site, estate, lang, first, business_day(first, site.zone, site.day_start))
        bring_in_catalogue(site.id, at=first, by=people["manager"].user_id)
        gear = equip(estate, people["engineering"], first, rng, lang)
    said(f"{site.name}: {len(estate.points)} checkpoints, {len(gear)} pieces of equipment")
    with write():
        make_rounds(site.id, business_day(until + LOOK_AHEAD, site.zone, site.day_start), until)
        scans = walk_all(site.id, lines, people, until, rng, lang)
    said(f"{scans} scans")
    with write():
        checks = planned_checks(db.session.get_one(Site, site.id), estate, gear, people, first, until, rng)
    for some in _batched(checks, 150):
        with write():
            for check in some:
                carry_out(check, rng, lang)
    said(f"{len(checks)} inspections")
    troubles = Troubles(people, estate, until, rng, lang)
    times = moments(first, until, max(8, days * 5 // 3), rng)
    for some_times in _batched(times, 40):
        with write():
            for moment in some_times:
                troubles.happen(moment)
    opened = select(Hazard.id).where(Hazard.site_id == site.id, Hazard.source == "checklist")
    for ids in _batched(list(db.session.scalars(opened.order_by(Hazard.reported_at))), 40):
        with write():
            for hazard_id in ids:
                troubles.settle(db.session.get_one(Hazard, (site.id, hazard_id)))
    with write():
        photos = lay_under(site.id, store, Bank())
    said(f"{len(times)} hazards, {photos} photos")
    return people, passwords


def _site(number: int, lang: Lang, at: datetime) -> Site:
    site = Site(
        id=uuid7(),
        name=say(NAMES[number % len(NAMES)], lang) + (f" {number}" if number >= len(NAMES) else ""),
        company=say(("翠湖物业服务有限公司", "Emerald Lake Property Services"), lang),
        day_start=time(8),
        post_phone="0571-5555 0199",
        notice=say(("今夜 7 级大风，多看花盆、外墙砖", "Strong wind tonight: check pots and tiles"), lang),
        created_at=at,
    )
    db.session.add(site)
    db.session.flush()
    return site


def _hashes(passwords: dict[str, str]) -> dict[str, str]:
    """One hash for each different password: hashing is slow on purpose."""
    known: dict[str, str] = {}
    return {staff_no: known.setdefault(word, hash_password(word)) if word not in known else known[word]
            for staff_no, word in passwords.items()}  # fmt: skip


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(things)
    while some := list(islice(waiting, size)):
        yield some
