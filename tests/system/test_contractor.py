"""The lift's half-monthly maintenance: a plan makes the order, a contractor does it by a link, and it is witnessed."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.maintenance.link import ContractorLink
from patrol.maintenance.order import MaintenanceOrder
from patrol.photos.photo import Photo
from patrol.sites.place import Place
from tests.conftest import CAST
from tests.system.conftest import DESK, come_signed_in, database, served

pytestmark = pytest.mark.browser
GONE = ("410",)


@pytest.fixture
def site(tmp_path):
    """With a lift, in service since long ago."""
    with served(tmp_path / "instance", began=timedelta(minutes=10)) as running:
        with database(running.instance), write():
            place = db.session.scalars(select(Place).order_by(Place.sort)).first()
            db.session.add(
                Equipment(
                    id=uuid7(), site_id=place.site_id, code="3-L1", type="lift", name="客梯", place_id=place.id,
                    in_service_from=now().date() - timedelta(days=400), created_at=now(),
                )
            )  # fmt: skip
        yield running


def snapshot(name: str) -> dict[str, object]:
    buffer = io.BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(buffer, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def sign(page: Page) -> None:
    """A finger on the pad."""
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for x, y in ((80, 70), (140, 30), (200, 80)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def plan_the_lift(page: Page, url: str) -> str:
    """The supervisor writes the plan; answers the address of the order it made."""
    page.goto(f"{url}/maintenance")
    page.click("a[href='/maintenance/plans/new'] >> nth=0")
    page.fill("[name=name]", "电梯半月维保")
    page.select_option("[name=subject]", "type:lift")
    page.select_option("[name=calendar]", "half_month")
    page.select_option("[name=checklist]", "lift_half_month")
    page.fill("[name=contractor]", "恒通电梯维保")
    page.fill("[name=days_ahead]", "0")
    page.click("button[form=plan]")
    page.wait_for_url("**/maintenance/plans/*")
    page.click("a[href^='/orders/maintenance/']")
    page.wait_for_url("**/orders/maintenance/*")
    return page.url


def test_the_lifts_half_month_by_a_contractors_link(site, open_browser):
    supervisor = open_browser("supervisor", viewport=DESK).pages[0]
    contractor = open_browser("contractor", allow=GONE).pages[0]
    engineer = open_browser("engineer").pages[0]

    come_signed_in(supervisor, site.url, "0102")
    order = plan_the_lift(supervisor, site.url)
    supervisor.click("button[form=step]")
    link = supervisor.locator("#message").input_value().split()[-1]
    assert link.startswith(f"{site.url}/job/")

    contractor.goto(link)
    expect(contractor.locator("main")).to_contain_text("3-L1")
    text = contractor.locator("body").inner_text()
    assert not [name for name, _staff_no, _role in CAST.values() if name in text]
    contractor.fill("[name=technician]", "马师傅")
    contractor.click("button[form=job]")
    contractor.click("button:has-text('我已到现场')")
    contractor.click("[data-all-pass]")
    contractor.fill("[name='findings.lock_engagement.value']", "7.5")
    contractor.fill("[name='findings.days_since.value']", "14")
    contractor.locator("[data-item=sheet] [data-camera]").set_input_files(snapshot("sheet"))
    contractor.locator("[data-behaviour~=photo-picker][data-name=after] [data-camera]").set_input_files(
        snapshot("after")
    )
    expect(contractor.locator("li[data-photo]")).to_have_count(2)
    sign(contractor)
    contractor.click("button[form=job]")
    expect(contractor.locator("main")).to_contain_text("已提交")

    come_signed_in(engineer, site.url, "0301")
    engineer.goto(f"{site.url}/work-orders")
    engineer.click("a[href^='/orders/maintenance/']")
    expect(engineer.locator("main")).to_contain_text("7.5 mm")
    with engineer.expect_response(re.compile("/held/")) as held:
        engineer.evaluate("address => fetch(address)", engineer.locator("a[href*='/held/']").get_attribute("href"))
    assert held.value.status == 200
    sign(engineer)
    with engineer.expect_navigation():
        engineer.click("button[form=step]")
    engineer.goto(f"{site.url}/outbox")
    pill = engineer.locator("[data-behaviour~=outbox-pill][data-known]").first
    expect(pill).to_have_attribute("data-state", "sent", timeout=60_000)

    supervisor.goto(order)
    expect(supervisor.locator("button[form=step]")).to_contain_text("核查并关闭")
    supervisor.click("button[form=step]")
    expect(supervisor.locator(".badge").first).to_contain_text("已关闭")
    supervisor.click("main a[href^='/equipment/']")
    expect(supervisor.locator("main")).to_contain_text("电梯半月维保见证")
    expect(supervisor.locator("main")).to_contain_text("恒通电梯维保 马师傅")

    contractor.goto(link)
    expect(contractor.locator("main")).to_contain_text("链接已失效")

    with database(site.instance):
        done = db.session.scalars(select(MaintenanceOrder)).one()
        inspection = db.session.scalars(select(Inspection)).one()
        assert (done.state, done.technician, done.inspection_id) == ("closed", "马师傅", inspection.id)
        assert db.session.get_one(User, inspection.user_id).staff_no == "0301"
        assert inspection.completed_at == done.rectified_at
        kinds = sorted(db.session.execute(select(Photo.subject_kind, Photo.kind)).all())
        assert [tuple(kind) for kind in kinds] == [
            ("inspection", "inspection"), ("inspection", "signature"), ("maintenance", "after"),
            ("maintenance", "signature"),
        ]  # fmt: skip
        hashed = db.session.scalars(select(ContractorLink.token_hash)).one()
        assert link.rsplit("/", 1)[1] not in hashed
