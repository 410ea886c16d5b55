"""The lake with one of everything, made by the real verbs: what the arguments of addresses can name."""

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from patrol.accounts.device import Device
from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roles import ROLES
from patrol.accounts.tickets import new_ticket
from patrol.complaints.listen import listen
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.answers import InspectionData
from patrol.equipment.checklist import bring_in_catalogue, current, new_version
from patrol.equipment.complete import complete_inspection
from patrol.equipment.keeping import EquipmentData
from patrol.equipment.keeping import take_in as take_in_equipment
from patrol.equipment.sending import send_out
from patrol.equipment.supplies import SupplyData, add_supply
from patrol.exports.asking import asked_days, asked_tables
from patrol.exports.export import ask
from patrol.exports.kit_cli import kit_of
from patrol.exports.run import run_now
from patrol.hazards.report import HazardData, report_hazard
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.link import send_link
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import PlanData, new_plan
from patrol.notices.notice import Notice, NoticeFor, count_bells
from patrol.notices.target import NewTarget, add_target
from patrol.owners.report import by_telephone
from patrol.owners.visitor import visitor_of
from patrol.photos.intake import store_photo
from patrol.photos.storage import limits, shelf
from patrol.repairs.register import register_report
from patrol.reviews.measure import decide
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.signing import sign
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.presence import add_question
from patrol.rounds.route import Plan
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.sites.change import new_report_code
from patrol.sites.place import Place
from patrol.sync.envelope import Batch
from patrol.sync.received import Shelved
from patrol.sync.take_in import take_in
from patrol.weather.declare import DeclareData, declare
from tests.conftest import CAST, LONG_AGO, browser_of, make_people, make_person, make_places, make_sites, read_as
from tests.equipment.conftest import all_good
from tests.reviews.world import World

LIST = "extinguisher_dry_powder"


class House:
    """``values``: what each argument names, by "view.argument", "package.argument" or just "argument"."""

    def __init__(self, app: Flask, password_hash: str):
        self.app, self.sites = app, make_sites()
        self.people = make_people(self.sites, password_hash)
        self.places = make_places(self.sites)
        self.by_role = self._by_role(password_hash)
        self._browsers: dict[Any, FlaskClient] = {}
        readers = SimpleNamespace(**{part: read_as(person) for part, person in vars(self.people).items()})
        self.values: dict[str, Any] = {
            **self._people(readers),
            **self._words(readers.guard),
            **self._rounds(readers.guard),
            **self._checks(readers),
            **self._hazard(readers.guard),
            **self._refused(readers.guard),
            **self._storm(readers.manager),
            **self._notices(readers),
            **self._owners(readers),
            **self._upkeep(readers),
            **self._files(readers.supervisor),
        }

    def browser(self, person: Any, *, csrf: bool = True) -> FlaskClient:
        key = (person.id if person else None, csrf)
        if key not in self._browsers:
            self._browsers[key] = browser_of(self.app, person, csrf=csrf)
        return self._browsers[key]

    def _by_role(self, password_hash: str) -> dict[str, Any]:
        """Somebody of the lake for every role there is."""
        found = {role: getattr(self.people, part) for part, (_name, _no, role) in reversed(CAST.items())}
        with write():
            for number, role in enumerate(role for role in ROLES if role not in found):
                found[role] = make_person("吴刚", f"070{number}", role, self.sites.lake.id, password_hash)
        return found

    def _people(self, readers: SimpleNamespace) -> dict[str, Any]:
        guard = self.people.guard
        device = db.session.scalars(select(Device.id).where(Device.user_id == guard.id)).first()
        with write():
            site_id, by = self.sites.lake.id, readers.manager.user_id
            secrets = {
                kind: new_ticket(kind, user_id=guard.id, site_id=site_id, by=by, at=now())
                for kind in ("signin", "password")
            }
            first = new_ticket("setup", user_id=None, site_id=None, by=None, at=now())
        return {
            "user_id": guard.id,
            "device_id": device,
            "accounts.enter_page.secret": secrets["signin"],
            "accounts.enter.secret": secrets["signin"],
            "accounts.password_page.secret": secrets["password"],
            "accounts.new_password.secret": secrets["password"],
            "accounts.setup_page.secret": first,
            "accounts.setup.secret": first,
        }

    def _words(self, by: Reader) -> dict[str, Any]:
        """Arguments that name a kind or a time, and nothing of a site."""
        today = business_day_of(by, now())
        day, week, month = (Period.around(kind, today).slug for kind in ("day", "week", "month"))
        return {
            "imports.kind": "places",
            "reviews.current.kind": "day",
            "reviews.sign.kind": "day",
            "reviews.sign.text": day,
            "reviews.day.text": day,
            "reviews.day_print.text": day,
            "reviews.week.text": week,
            "reviews.month.text": month,
            "samples.samples.text": week,
            "company.page.kind": "week",
            "company.page.text": week,
            "measures.kind": "month",
            "measures.text": month,
            "reviews.owners_notice.text": month,
            "reviews.starts.text": month,
            "review_pdf.day.text": day,
            "review_pdf.week.text": week,
            "review_pdf.month.text": month,
            "review_pdf.notice.text": month,
            "reviews.period_print.kind": "month",
            "reviews.period_print.text": month,
            "review_exports.text": month,
            "order_lists.kind": "hazard",
            "order_exports.kind": "hazard",
        }

    def _signed_day(self, by: Reader) -> str:
        """Yesterday, with a supervisor's name under it."""
        period = Period.around("day", business_day_of(by, now()) - timedelta(days=1))
        found, supervisor = review(by.site_id, period, now()), read_as(self.people.supervisor)
        with write(by.site_id):
            sign(found, by=supervisor, at=now())
        return period.slug

    def _files(self, by: Reader) -> dict[str, Any]:
        """The lake's hazards as a workbook, ready to be taken."""
        asked = {
            **asked_days("2026-01-01", "2099-01-01", business_day_of(by, now())),
            **asked_tables(["hazards"], "xlsx", False),
        }
        with write(by.site_id):
            row = ask("tables", asked, by=by, language="zh", at=now(), small=True)
        run_now(row, kit_of(self.app))
        return {"export_id": row.id, "exports.ask_for.kind": "tables"}

    def _rounds(self, by: Reader) -> dict[str, Any]:
        at = now()
        today = business_day_of(by, at)
        world = World(self.sites.lake, self.people)
        route = world.route("北线", [self.places.lobby, self.places.pump], today - timedelta(days=1))
        world.make_rounds(today, at)
        with write():
            on_demand = Plan(
                id=uuid7(), site_id=by.site_id, route_id=route.id, form="on_demand", expected_min=30,
                valid_from=today - timedelta(days=1),
            )  # fmt: skip
            db.session.add(on_demand)
        scan = NewScan(uuid7(), ScanData(code=self.places.codes["lobby"]), When.now())
        with write(by.site_id):
            scan_label(scan, by=by)
        with write(by.site_id):
            place = db.session.get_one(Place, (by.site_id, self.places.pump.id))
            question = add_question(place, "门是什么颜色？", ("红色", "绿色"), 1, by=by.user_id, at=at)
        ensure_evidence(by.site_id, at + timedelta(days=1))
        return {
            "evidence_id": scan.id,
            "question_id": question.id,
            "place_id": self.places.lobby.id,
            "rounds.code": self.places.codes["lobby"],
            "round_id": world.rounds(today, route)[0].id,
            "route_id": route.id,
            "plan_id": on_demand.id,
            "scan_id": scan.id,
            "signing.kind": "day",
            "signing.text": self._signed_day(by),
            "signing.number": 1,
            "measure_id": self._measure(by),
        }

    def _measure(self, by: Reader) -> Any:
        """Of the present month, for the guard."""
        month = Period.around("month", business_day_of(by, now()))
        boss = read_as(self.people.supervisor)
        with write(by.site_id):
            return decide(month, "加强夜间巡查", by.user_id, month.last + timedelta(days=9), by=boss, at=now()).id

    def _checks(self, readers: SimpleNamespace) -> dict[str, Any]:
        """An extinguisher, looked over once; and a list that only the lake has."""
        with write():
            for site in (self.sites.lake, self.sites.hill):
                bring_in_catalogue(site.id, LONG_AGO, None)
        checklist = current(self.sites.lake.id, LIST)
        with write():
            bottle = take_in_equipment(
                EquipmentData(code="3B1-01", type=LIST, place=self.places.pump.id), by=readers.engineering, at=LONG_AGO
            )
            new_version(
                self.sites.lake.id, "own_list", title={"zh": "自己的表", "en": "Own list"}, interval_days=1,
                applies_to=checklist.applies_to, items=checklist.items, version=None, by=readers.manager.user_id,
                at=now(),
            )  # fmt: skip
            data = InspectionData(
                checklist=LIST, equipment=bottle.id, findings=all_good(checklist), signature=[uuid7()]
            )
            inspection = complete_inspection(data, id=uuid7(), by=readers.engineer, when=When.now())
            sent = send_out(now().date(), [bottle.id], team="engineering", person=None, by=readers.manager, at=now())
            bags = SupplyData(place=self.places.roof.id, name="沙袋", minimum=50, count=60)
            supply = add_supply(bags, by=readers.manager, at=now())
        return {
            "equipment_id": bottle.id,
            "inspection_id": inspection.id,
            "equipment.code": "own_list",
            "equipment.reading.code": "power_room_daily",
            "equipment.reading.item": "room_temp",
            "sent_id": sent.id,
            "supply_id": supply.id,
        }

    def _hazard(self, by: Reader) -> dict[str, Any]:
        photo_id = uuid7()
        raw = io.BytesIO()
        Image.new("RGB", (320, 240), (200, 80, 40)).save(raw, "JPEG")
        store = {"shelf": shelf(self.app), "limits": limits(self.app)}
        store_photo(raw.getvalue(), photo_id, by=by, at=now(), **store)
        data = HazardData(place=self.places.roof.id, category="water_leak", severity="major", photos=[photo_id])
        with write(by.site_id):
            hazard = report_hazard(data, id=uuid7(), by=by, when=When.now())
        return {"hazard_id": hazard.id, "order_id": hazard.id, "photo_id": photo_id}

    def _storm(self, by: Reader) -> dict[str, Any]:
        with write(by.site_id):
            event = declare(DeclareData(level="yellow"), id=uuid7(), by=by, at=now())
        return {"event_id": event.id}

    def _notices(self, readers: SimpleNamespace) -> dict[str, Any]:
        """Something critical that everybody of the lake is told of, and a robot."""
        at, site_id = now(), self.sites.lake.id
        notice = Notice(
            site_id=site_id, id=uuid7(), key="critical:x", kind="critical", critical=True, url="/hazards", since=at,
            made_at=at, facts={"category": "gas_leak", "place": "大堂", "number": "YH-1"},
        )  # fmt: skip
        with write():
            db.session.add(notice)
            db.session.flush()
            for person in self.by_role.values():
                db.session.add(
                    NoticeFor(site_id=site_id, id=uuid7(), notice_id=notice.id, user_id=person.id, level=0, at=at)
                )
            count_bells(site_id)
            address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef"
            robot = NewTarget(channel="wecom", name="秩序群", address=address, kinds=("critical",))
            target = add_target(site_id, robot, by=readers.manager.user_id, at=at)
        return {"notice_id": notice.id, "target_id": target.id}

    def _owners(self, readers: SimpleNamespace) -> dict[str, Any]:
        """A report at the desk, a repair and a complaint of the lake; the hill takes reports by its link."""
        told = {"kind": "water", "words": "厨房漏水", "owner_phone": "13800006021", "owner_flat": "3-2-1201"}
        with write():
            self.sites.hill.public_reports, self.sites.hill.report_code = True, new_report_code()
            waits, one, two = (by_telephone(readers.desk, When.now(), **told) for _n in range(3))
            by = {"by": readers.desk, "when": When.now(), "version": None, "place_id": self.places.lobby.id}
            repair = register_report(one, category="water", **by)
            complaint = listen(two, subject="water", **by)
        return {
            "report_id": waits.id,
            "repair_id": repair.id,
            "complaint_id": complaint.id,
            "public.form.code": self.sites.hill.report_code,
            "public.take.code": self.sites.hill.report_code,
            "public.code": waits.follow,
        }

    def _upkeep(self, readers: SimpleNamespace) -> dict[str, Any]:
        """The pump room's month, kept up by a contractor who has handed in a picture of the check valve by his link."""
        told = {
            "name": "泵房月度保养", "subject": f"place:{self.places.pump.id}", "form": "calendar", "calendar": "month",
            "days_ahead": 0, "team": "engineering", "contractor": "恒通机电",
        }  # fmt: skip
        lake = self.sites.lake
        with write():
            plan_id = new_plan(PlanData.model_validate(told), by=readers.engineering, at=now()).id
        ensure_orders(lake.id, now(), lake.zone, lake.day_start)
        order_id = db.session.scalars(select(MaintenanceOrder.id)).one()
        with write():
            sent = send_link(order_id, "恒通机电", 7, version=None, id=uuid7(), by=readers.desk, when=When.now())
        photo_id, raw = uuid7(), io.BytesIO()
        Image.new("RGB", (320, 240), (40, 80, 90)).save(raw, "JPEG")
        nobody = visitor_of(lake)
        store_photo(raw.getvalue(), photo_id, by=nobody, at=now(), shelf=shelf(self.app), limits=limits(self.app))
        with write():
            order = db.session.get_one(MaintenanceOrder, (lake.id, order_id))
            findings = {"valve": {"result": "pass", "photos": [str(photo_id)], "after": []}}
            order.handed_in = {
                "findings": findings,
                "list": "",
                "at": now().isoformat(),
                "remark": "",
                "photo_facts": {},
            }
        return {
            "maintenance.plan_id": plan_id,
            "maintenance_orders.order_id": order_id,
            "maintenance_orders.photo_id": photo_id,
            "contractor_links.secret": sent.secret,
        }

    def _refused(self, by: Reader) -> dict[str, Any]:
        """A scan of a label nobody knows, with a photo; the id it has on the shelf."""
        photo_id, raw = uuid7(), io.BytesIO()
        Image.new("RGB", (320, 240), (40, 80, 200)).save(raw, "JPEG")
        store_photo(raw.getvalue(), photo_id, by=by, at=now(), shelf=shelf(self.app), limits=limits(self.app))
        record = {
            "id": str(uuid7()), "kind": "scan", "captured_at": now().isoformat(), "user": str(by.user_id),
            "photos": [str(photo_id)], "data": {"code": "ZZZZZZZZZZZZ"},
        }  # fmt: skip
        take_in(Batch(sent_at=now(), records=[record]), by=by, at=now())
        shelved_id = db.session.scalars(select(Shelved.id)).one()
        return {"shelf.shelved_id": shelved_id, "shelf.photo.photo_id": photo_id}
