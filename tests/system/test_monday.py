"""Show 5, Monday morning: five excuses, seven assignments, four checks and the week's signature, by keyboard alone
at the desk and by touch on a phone. What a decision leads to has the focus, and a refused form loses nothing."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from patrol.accounts.user import User
from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from patrol.reviews.period import Period
from patrol.reviews.signature import ReviewSignature
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.excuse import Ask, Decision
from patrol.rounds.round import Round, RoundStop
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.conftest import read_as
from tests.system.conftest import DESK, PHONE, database, served, sign_in

pytestmark = pytest.mark.browser

EXCUSES, HAZARDS, CHECKS = 5, 7, 4


@pytest.fixture
def monday(tmp_path):
    """A site that began nine days ago; what waits for its supervisor's word."""
    with served(tmp_path / "instance") as running:
        with database(running.instance):
            _arrange()
        yield running


def _arrange() -> None:
    at = now()
    people = {user.staff_no: read_as(user) for user in db.session.scalars(select(User))}
    with write():
        site = db.session.scalars(select(Site)).one()
        site.created_at = at - timedelta(days=9)
    ensure_rounds(site.id, at, site.zone, site.day_start)
    guard, engineer, boss = people["0217"], people["0301"], people["0101"]
    places = list(db.session.scalars(select(Place.id).where(Place.kind == "spot")))
    closed = db.session.scalars(select(Round.id).where(Round.closes_at <= at).order_by(Round.starts_at.desc())).all()
    assert len(closed) >= EXCUSES
    with write():
        for round_id in closed[:EXCUSES]:
            stop = db.session.scalars(select(RoundStop).where(RoundStop.round_id == round_id)).first()
            db.session.add(
                Ask(
                    id=uuid7(), site_id=site.id, kind="excuse", round_id=round_id, place_id=stop.place_id,
                    reason="construction", asked_by_id=guard.user_id, at=at, received_at=at,
                )
            )  # fmt: skip
    for n in range(HAZARDS + CHECKS):
        place = places[n % len(places)]
        data = HazardData(place=place, category="lighting_fault", severity="minor", photos=[uuid7()])
        with write():
            hazard = report_hazard(data, id=uuid7(), by=guard, when=When.now())
        if n >= HAZARDS:
            for step, by, more in (
                ("assign", boss, {"team": "engineering"}),
                ("rectify", engineer, {"note": "换了灯管", "after": [uuid7()]}),
            ):
                with write():
                    told = StepData.model_validate({"order": hazard.id, "step": step, **more})
                    take_step(told, id=uuid7(), by=by, when=When.now())


class Keys:
    """The desk: Tab, Space and Enter alone."""

    browser = {"viewport": DESK}

    def __init__(self, page: Page):
        self.page = page

    def press(self, selector: str) -> None:
        self._reach(selector)
        self.page.keyboard.press("Enter")

    def tick(self, selector: str, count: int) -> None:
        for _ in range(count):
            self._reach(f"{selector}:not(:checked)")
            self.page.keyboard.press("Space")

    def _reach(self, selector: str) -> None:
        for _ in range(250):
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab on {self.page.url}")


class Touch:
    """A phone: taps alone."""

    browser = {"viewport": PHONE, "has_touch": True, "is_mobile": True}

    def __init__(self, page: Page):
        self.page = page

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.tap()

    def tick(self, selector: str, count: int) -> None:
        for _ in range(count):
            self.page.locator(f"label:has({selector}:not(:checked))").first.tap()


@pytest.mark.parametrize("by", [Keys, Touch])
def test_a_supervisors_monday(monday, open_browser, by):
    context = open_browser(by.__name__, allow=("status of 422",), **by.browser)
    page = context.pages[0]
    sign_in(page, monday.url, "0101")
    hand = by(page)

    page.goto(f"{monday.url}/excuses")
    approve = "button[name=do][value=approve]"
    hand.press("button[name=do][value=refuse]")  # without a word it is refused, and nothing ticked or typed is lost
    expect(page.locator(".notice--miss")).to_be_visible()
    expect(page.locator("input[name=note]").first).to_be_focused()
    expect(page.locator("input[name='ask[]']:checked")).to_have_count(EXCUSES)
    for left in range(EXCUSES, 0, -1):
        expect(page.locator(approve)).to_have_count(left)
        hand.press(approve)
        expect(page.locator(approve)).to_have_count(left - 1)
        if left > 1:
            expect(page.locator(approve).first).to_be_focused()  # the next decision has the focus

    page.goto(f"{monday.url}/hazards?view=list&state=reported")
    hand.tick("input[name=order]", HAZARDS)
    hand.press("#many button[type=submit]")
    expect(page.locator(".notice--ok")).to_contain_text(str(HAZARDS))

    page.goto(f"{monday.url}/hazards/checks")
    seen = set()
    for _ in range(CHECKS):
        page.wait_for_url("**/hazards/*then=next**")
        verify = page.locator("button[form=step]")
        expect(verify).to_be_focused()
        seen.add(page.url)
        before = page.url
        hand.press("button[form=step]")
        page.wait_for_url(lambda url, before=before: url != before)
    expect(page).to_have_url(f"{monday.url}/hazards?view=list&state=to_verify")
    assert len(seen) == CHECKS

    with database(monday.instance):
        site = db.session.scalars(select(Site)).one()
        week = Period.around("week", business_day(now(), site.zone, site.day_start)).previous
    page.goto(f"{monday.url}{week.url}")
    hand.press("#signing form[action$=signature] button")
    expect(page.locator("#signing .event").first).to_contain_text("王芳")

    with database(monday.instance):
        assert db.session.scalars(select(Decision.approved)).all() == [True] * EXCUSES
        states = dict(db.session.execute(select(Hazard.state, func.count()).group_by(Hazard.state)).all())
        assert states == {"assigned": HAZARDS, "closed": CHECKS}
        assert len(db.session.scalars(select(ReviewSignature)).all()) == 1
