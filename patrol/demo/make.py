"""Making the demo: believable sites with people, places, equipment and history, the same for the same seed.

What happens goes through the verbs the pages and phones use, in the order of its time; only what is alike by the
thousand (visits that were normal, checklists in which all was well) is written in bulk.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.passwords import hash_password
from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.business_day import business_day, day_bounds
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import ids_from, uuid7
from patrol.demo.cast import CAST, company, hire, join, numbered, reader
from patrol.demo.checking import Check, Checking
from patrol.demo.estate import Estate, build
from patrol.demo.filling import carry_out, carry_out_plain, plain
from patrol.demo.gear import equip, ups_and_downs
from patrol.demo.handing_over import hand_over
from patrol.demo.judging import judge
from patrol.demo.lives import Lives
from patrol.demo.pictures import Bank, lay_under
from patrol.demo.presence import ask_at_places
from patrol.demo.reviewing import sign_reviews
from patrol.demo.rota import write_rota
from patrol.demo.routes import Line, draw_routes
from patrol.demo.settling import settle
from patrol.demo.stores import provide
from patrol.demo.storm import Storm
from patrol.demo.timeline import Ids, Story, Timeline
from patrol.demo.troubles import Troubles, hazards_of, in_words
from patrol.demo.unreached import Unreached
from patrol.demo.upkeep import LISTS as OF_UPKEEP
from patrol.demo.upkeep import plan_upkeep
from patrol.demo.walking import Visit, Walking, is_night
from patrol.demo.wishing import tell_wishes
from patrol.demo.words import Both, Lang, say
from patrol.equipment.checklist import bring_in_catalogue
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import findings_of
from patrol.photos.shelf import PhotoStore
from patrol.reviews.fresh import tallies
from patrol.rounds.ensure import LOOK_AHEAD, make_rounds
from patrol.sites.site import Site, all_sites

NAMES: tuple[Both, ...] = (
    ("翠湖花园", "Emerald Lake Garden"),
    ("滨江一号", "Riverside One"),
    ("南山雅苑", "South Hill Court"),
    ("梧桐里", "Plane Tree Lane"),
    ("云栖府", "Cloud Rest House"),
    ("金桂苑", "Osmanthus Court"),
)
HAZARDS_A_DAY = 1.1  # beside those the checklists open and those of the last days
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SignIn:
    """password: in clear, to be shown once."""

    staff_no: str
    name: str
    role: str
    password: str
    site: str


def make_demo(
    *, store: PhotoStore, days: int = 90, sites: int = 1, seed: int = 1, lang: Lang = "zh", password: str | None = None,
    at: datetime | None = None, said: Said = lambda _text: None,
) -> list[SignIn]:  # fmt: skip
    """Adds ``sites`` sites with ``days`` days of history up to ``at``; not inside a ``write()``.

    The first site of an instance is the large one. password: one for everybody; None makes one for each.
    Everything but passwords and the phones' secrets is the same for the same seed, ``at`` and instance.
    """
    until = at or now()
    bank = Bank(store)
    sign_ins: list[SignIn] = []
    manager: Reader | None = None
    names = {site.name for site in all_sites()}
    before = len(names)
    for number in range(sites):
        maker = _Maker(number, f"{seed}/{number + before}", days, lang, until, said)
        with ids_from(maker.ids):
            passwords = maker.settle_in(password, manager, names)
            maker.live(bank)
        manager = manager or maker.people["manager"]
        sign_ins += [
            SignIn(who.staff_no, who.name, who.role or "", passwords[who.staff_no], maker.site.name)
            for who in maker.people.values()
            if who.staff_no in passwords
        ]
    return sign_ins


class _Maker:
    """One site, from its first day to ``until``."""

    site: Site
    people: dict[str, Reader]
    estate: Estate
    gear: list[Equipment]
    lines: dict[UUID, Line]

    def __init__(self, number: int, seed: str, days: int, lang: Lang, until: datetime, said: Said) -> None:
        self.number, self.seed, self.days, self.lang, self.until, self.said = number, seed, days, lang, until, said
        self.ids = Ids(seed, until - timedelta(days=days))

    def _rng(self, what: str) -> random.Random:
        """One for each part of the story, so that a change in one does not stir the others."""
        return random.Random(f"{self.seed}/{what}")  # noqa: S311  a story, no secret

    def settle_in(self, password: str | None, manager: Reader | None, names: set[str]) -> dict[str, str]:
        """Site, people, places, routes and equipment. Returns the passwords by staff number."""
        parts = company(self._rng("people"), small=self.number > 0, renamed=bool(names))
        thousands = _free_thousands()
        passwords = {numbered(part, thousands): password or secrets.token_urlsafe(9) for part in parts}
        hashes = _hashes(passwords)
        with write():
            site = self.site = _site(names, self.lang, self.until, self.days)
            first = self.ids.at = site.created_at
            self.people = hire(site, parts, self.lang, hashes, first, self.until, thousands)
            if manager is not None:
                join(site, manager.user_id, "site_manager", first)
                self.people["manager"] = reader(site, manager.user_id, manager.name, manager.staff_no, "site_manager")
            self.estate = build(site, self.lang, first, self._rng("estate"), small=self.number > 0)
            self.lines = draw_routes(site, self.estate, self.lang, self._day(first), self.until)
            bring_in_catalogue(site.id, at=first, by=self.people["manager"].user_id)
            engineering = self.people["engineering"]
            self.gear = equip(self.estate, site, engineering, self._day(self.until), self._rng("gear"), self.lang)
        db.session.expunge_all()  # from here on these are plain values: nothing is loaded again behind our backs
        self.said(f"{site.name}: {len(self.estate.points)} checkpoints, {len(self.gear)} pieces of equipment")
        return passwords

    def live(self, bank: Bank) -> None:
        """Rounds, checks, hazards and photos, one after the other, the acts in the order of their time."""
        walking, visits = self._walk()
        timeline = Timeline(self.site.id, self.until, self.ids)
        lives = Lives(self.people, self.until, self._rng("lives"), self.lang)
        troubles = Troubles(self.people, self.estate, visits, timeline, lives, self._rng("troubles"), self.lang)
        troubles.begin(self.site.created_at, int(self.days * HAZARDS_A_DAY * (1 if self.number == 0 else 0.3)))
        with write(self.site.id):
            settle(visits, troubles.troubled, self.people, self.estate, self.ids, self._rng("said"), self.lang)
        gone = ups_and_downs(self.gear, self.people["engineering"], timeline, self.lang)
        provide(self.estate, self.gear, self.people, timeline, self.lang)
        checks = Checking(
            self.site, self.estate, self.gear, self.people, walking.on_duty, self.until, self._rng("checks")
        ).planned()
        checks = [
            check for check in checks if not check.equipment or check.at < gone.get(check.equipment.id, self.until)
        ]
        rng = self._rng("answers")
        with write(self.site.id):
            carry_out_plain([c for c in checks if self._alike(c)], self.people, self.until, rng, self.ids, self.lang)
        for check in checks:
            if not self._alike(check):
                timeline.begin(check.at, self._checked(check, rng, lives))
        with write(self.site.id):
            write_rota(self.site, self.people, walking.on_duty, self._day(self.until), self.until)
        plan_upkeep(self.site, self.estate, self.people, timeline, self.lang)
        tell_wishes(self.site, self.estate, self.people, timeline, self._rng("wishes"), self.lang)
        self._begin_rounds(walking, visits, timeline, lives)
        acts = timeline.run()
        photos = lay_under(self.site.id, self.estate, bank)
        judge(self.people, walking.lapses.chair, walking.lapses.burst, self.until, self.lang)
        tallies(self.site.id, self._day(self.site.created_at), self._day(self.until), self.until)
        sign_reviews(self.site, self.people, self.until)
        self.said(
            f"{len(visits)} scans, {len(checks)} inspections, {acts} steps of hazards and equipment, {photos} photos"
        )

    def _begin_rounds(self, walking: Walking, visits: list[Visit], timeline: Timeline, lives: Lives) -> None:
        """What happens around the rounds: points asked for, a make-up round, questions, a handover, the storm."""
        unreached = Unreached(walking, self.people, self.estate, self.lang)
        for gap, row in walking.lapses.gaps:
            walker = walking.walker(row, self.lines[row.route_id])
            timeline.begin(unreached.begins(gap, row), unreached.story(gap, row, walker))
        ask_at_places(
            self.estate, self.people, visits, walking.lapses.chair, timeline, self.site.created_at, self.lang
        )  # fmt: skip
        hand_over(self.site, self.people, walking, timeline)
        if walking.storm is not None:
            storm = Storm(walking.storm, walking, self.people, self.estate, lives, timeline, self.lang)
            timeline.begin(walking.storm.declared, storm.story())

    def _walk(self) -> tuple[Walking, list[Visit]]:
        walking = Walking(self.site, self.estate, self.people, self.until, self._rng("walks"), self.ids)
        with write(self.site.id):
            # at: as if the server had been there all along
            make_rounds(self.site.id, self._day(self.until + LOOK_AHEAD), self.site.created_at)
            visits = walking.walk_all(self.lines)
        db.session.expunge_all()
        return walking, visits

    def _alike(self, check: Check) -> bool:
        """Written in bulk: all is well, and no order waits for it."""
        return plain(check) and check.checklist.code not in OF_UPKEEP

    def _checked(self, check: Check, rng: random.Random, lives: Lives) -> Story:
        """A check through the verb, and the life of what it has found."""
        row = carry_out(check, self.people, self.until, rng, self.lang)
        found = findings_of(row.site_id, row.id).values()
        for hazard in hazards_of(row.site_id, (finding.hazard_id for finding in found)):
            if hazard.reported_at == row.completed_at:  # else it was seen again
                in_words(hazard, self.lang)
                yield from lives.story(hazard)

    def _day(self, at: datetime) -> date:
        return business_day(at, self.site.zone, self.site.day_start)


def _site(names: set[str], lang: Lang, until: datetime, days: int) -> Site:
    """The next free name; the first day begins ``days`` business days ago."""
    free = [say(name, lang) for name in NAMES if say(name, lang) not in names]
    name = free[0] if free else f"{say(NAMES[-1], lang)} {len(names) + 1}"
    names.add(name)
    site = Site(id=uuid7(), name=name, created_at=until, timezone="Asia/Shanghai", day_start=time(8))
    today = business_day(until, site.zone, site.day_start)
    site.created_at = day_bounds(today - timedelta(days=days), site.zone, site.day_start)[0]
    site.company = say(("翠湖物业服务有限公司", "Emerald Lake Property Services"), lang)
    site.post_phone = "0571-5555 0199"
    night = say(("今夜 7 级大风，多看花盆、外墙砖", "Strong wind tonight: check pots and tiles"), lang)
    day = say(("今天 7 级大风，多看花盆、外墙砖", "Strong wind today: check pots and tiles"), lang)
    site.notice = night if is_night(until, site) else day
    db.session.add(site)
    db.session.flush()
    return site


def _free_thousands() -> int:
    """By how many thousands the staff numbers of a new site must be raised to collide with nobody's."""
    known = set(db.session.scalars(select(User.staff_no))) | set(db.session.scalars(select(User.phone)))
    number = 0
    while any(numbered(part, number) in known for part in CAST) or any(
        text and text.startswith(f"138{number:04d}") for text in known
    ):
        number += 1
    return number


def _hashes(passwords: dict[str, str]) -> dict[str, str]:
    """One hash for each different password: hashing is slow on purpose."""
    known = {word: hash_password(word) for word in sorted(set(passwords.values()))}
    return {staff_no: known[word] for staff_no, word in passwords.items()}
