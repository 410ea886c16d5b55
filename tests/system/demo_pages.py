"""Every page of the URL map on a demo site: who opens it, at which addresses, and which doors are no pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from patrol.accounts.device import Device
from patrol.accounts.reader import reader_by_token
from patrol.accounts.tickets import new_ticket
from patrol.accounts.user import User
from patrol.complaints.listen import listen
from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.cast import CAST
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.sending import send_out
from patrol.equipment.supplies import Supply
from patrol.exports.export import ask
from patrol.exports.kit_cli import kit_of
from patrol.exports.run import run_now
from patrol.hazards.hazard import Hazard
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.link import send_link
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.owners.report import by_telephone
from patrol.owners.visitor import visitor_of
from patrol.photos.photo import Photo
from patrol.repairs.register import register_report
from patrol.reviews.period import Period
from patrol.rounds.round import Round
from patrol.rounds.scan import Scan
from patrol.sites.label import Label
from patrol.sites.site import Site
from patrol.sync.envelope import Batch
from patrol.sync.received import Shelved
from patrol.sync.take_in import take_in
from patrol.weather.declare import DeclareData, declare
from tests.conftest import token_of
from tests.doors import Door, every_door

STAFF_NO = {part.role: part.staff_no for part in reversed(CAST)}
PUBLIC = ""
LIST = "extinguisher_dry_powder"

NO_PAGE = {
    "accounts.home": "leads on to one's first page",
    "board.board_live": "a fragment of the board",
    "company.present": "leads on to the day",
    "equipment.kept_due": "a shape that phones keep; looked at in test_basement.py",
    "equipment.footage_csv": "a file",
    "equipment_exports.ledger_xlsx": "a file",
    "equipment.kept_not_reached": "a shape that phones keep; looked at in test_basement.py",
    "equipment.kept_list": "a shape that phones keep; looked at in test_basement.py",
    "hazards.checks": "leads on to the next one that waits",
    "hazards.kept_form": "a shape that phones keep; looked at in test_basement.py",
    "exports.file": "a file",
    "exports.progress": "a fragment of a file's page",
    "health.healthz": "for programs",
    "imports.template": "a file",
    "notice_choices.push_key": "for programs",
    "maintenance_orders.held": "a picture",
    "notices.mine": "for programs",
    "notices.show": "leads on to the matter",
    "order_exports.orders_xlsx": "a file",
    "photos.master": "a picture",
    "photos.stamped": "a picture",
    "photos.thumb": "a picture",
    "pwa.manifest": "for programs",
    "pwa.service_worker": "for programs",
    "review_exports.month_xlsx": "a file",
    **{f"review_pdf.{name}": "a file, or leads on to the printed page" for name in ("day", "week", "month", "notice")},
    "reviews.current": "leads on to the period of today",
    "reviews.reviews": "leads on to the day",
    "rounds.kept_round": "a shape that phones keep; looked at in test_basement.py",
    "rounds.kept_visit": "a shape that phones keep; looked at in test_basement.py",
    "rounds.typed_code": "leads on to the place of the code",
    "shelf.photo": "a picture",
    "sync.pack": "for programs",
    "sync.pack_pages": "for programs",
    "sync.refused": "for programs",
    "sync.session": "for programs",
    "work_logs.kept_form": "a shape that phones keep; looked at in test_work_below.py",
    "workorders.show": "leads on to the order's own page",
}


@dataclass(frozen=True)
class Visit:
    """Whose browser opens what; ``status``: what the server answers there."""

    role: str
    url: str
    status: int = 200


def every_visit(app: Flask) -> list[Visit]:
    """One for every page of the map, and one for each of its other faces worth a look of its own."""
    known = _Known(app)
    mapped = [visit for door in every_door() if is_page(door) for visit in known.visits(door)]
    return list(dict.fromkeys([*mapped, *known.other_faces()]))


def is_page(door: Door) -> bool:
    return door.method == "GET" and door.endpoint not in NO_PAGE


class _Known:
    """What the arguments of addresses can name on the demo site."""

    def __init__(self, app: Flask):
        self.app = app
        self.site = db.session.scalars(select(Site)).one()
        self.people = {user.staff_no: user for user in db.session.scalars(select(User))}
        self.values = self._values()

    def visits(self, door: Door) -> Iterator[Visit]:
        role = PUBLIC if door.public else door.keeper
        url = door.address(self.app, self.values)
        yield Visit(*self._asked(door, role, url))

    def _asked(self, door: Door, role: str, url: str) -> tuple[str, str]:
        """Pages that want more than their path, or another person than the first who has the verb."""
        values = self.values
        if door.endpoint == "equipment.fill":
            return "engineer", f"{url}?checklist={LIST}&equipment={values['equipment_id']}"
        if door.endpoint == "equipment.not_reached_form":
            return "engineer", f"{url}?checklist={LIST}&equipment={values['equipment_id']}"
        if door.endpoint in ("repairs.show", "complaints.show"):
            return "service_desk", url
        if door.endpoint == "bundle.page":
            days = f"first={now() - timedelta(days=30):%Y-%m-%d}&last={now():%Y-%m-%d}"
            return role, f"{url}?scope=item&item={values['equipment_id']}&{days}"
        if door.endpoint == "maintenance_orders.show":
            return "engineer", url
        if door.endpoint == "equipment.done":
            return role, f"{url}?place={values['place_id']}"
        return role, url

    def other_faces(self) -> Iterator[Visit]:
        values = self.values
        patrol_list = self._place_list()
        yield from (
            Visit(PUBLIC, "/sign-in?out"),
            Visit(PUBLIC, "/offline?lang=en"),
            Visit(PUBLIC, f"/report/{values['rounds.code']}"),
            Visit("engineering_supervisor", f"/repairs/{values['repair_id']}?step=assign"),
            Visit("engineering_supervisor", f"/complaints/{values['complaint_id']}?step=assign"),
            Visit("guard", "/nowhere", 404),
            Visit("guard", "/people", 403),
            Visit("guard", "/c/ZZZZZZZZZZZZ", 404),
            Visit("guard", f"/hazards/new?place={values['place_id']}"),
            Visit("guard", "/hazards?mine=1&view=list"),
            Visit("guard", f"/inspections/new?checklist={patrol_list}&place={values['place_id']}"),
            Visit("guard", f"/rounds/{self._round(Round.closes_at < now())}"),
            Visit("engineer", "/work-orders"),
            Visit("engineer", f"/work-logs/new?equipment={values['equipment_id']}"),
            Visit("engineering_supervisor", f"/orders/maintenance/{values['maintenance_orders.order_id']}?step=send"),
            Visit("engineering_supervisor", "/orders/maintenance"),
            Visit("engineering_supervisor", "/orders/maintenance?view=list"),
            Visit(PUBLIC, "/job/nothing", 410),
            Visit("engineer", "/work-orders?tab=closed"),
            Visit("engineer", "/checklists"),
            Visit("security_supervisor", "/hazards?view=list"),
            Visit("site_manager", "/orders/workload"),
            Visit("security_supervisor", "/photos?within=week"),
            Visit("security_supervisor", "/visits?view=rounds"),
            Visit("security_supervisor", "/equipment?due=1"),
            Visit("security_supervisor", self._room_temperature()),
            Visit("security_supervisor", "/people?show=former"),
            Visit("site_manager", "/me"),
            Visit("site_manager", "/weather"),
            Visit("security_supervisor", "/exports?tab=photos"),
            Visit("security_supervisor", "/exports?tab=bundle"),
            Visit("site_manager", f"/weather/{values['event_id']}"),
            Visit("guard", f"/hazards/new?seen_again={values['hazard_id']}"),
        )
        for state in ("reported", "assigned", "to_verify", "closed"):
            hazard = db.session.scalars(select(Hazard.id).where(Hazard.state == state)).first()
            if hazard is not None:
                yield Visit("security_supervisor", f"/hazards/{hazard}")

    def _place_list(self) -> str:
        """A list that guards fill at a place."""
        rows = select(Inspection.checklist_code).where(Inspection.equipment_id.is_(None))
        return db.session.scalars(rows.group_by(Inspection.checklist_code).order_by(func.count().desc())).first() or ""

    def _room_temperature(self) -> str:
        row = db.session.scalars(select(Inspection).where(Inspection.checklist_code == "power_room_daily")).first()
        assert row is not None
        thing = f"equipment={row.equipment_id}" if row.equipment_id else f"place={row.place_id}"
        return f"/readings/power_room_daily/room_temp?{thing}"

    def _round(self, *conditions: Any) -> Any:
        return db.session.scalars(select(Round.id).where(*conditions).order_by(Round.starts_at.desc())).first()

    def _file(self) -> Any:
        """Yesterday's hazards as a workbook."""
        by = reader_by_token(token_of(self.people[STAFF_NO["security_supervisor"]]), now())
        assert by is not None
        day = str(business_day(now(), by.zone, by.day_start) - timedelta(days=1))
        asked = {"first": day, "last": day, "tables": ["hazards"], "format": "xlsx", "owners": False}
        with write(by.site_id):
            row = ask("tables", asked, by=by, language="zh", at=now(), small=True)
        run_now(row, kit_of(self.app))
        return row.id

    def _values(self) -> dict[str, Any]:
        first = db.session.scalars
        guard = self.people[STAFF_NO["guard"]]
        scan = first(select(Scan).where(Scan.user_id == guard.id).order_by(Scan.effective_at.desc())).first()
        assert scan is not None
        bottle = first(select(Equipment).where(Equipment.type == LIST).order_by(Equipment.code)).first()
        assert bottle is not None
        failed = first(select(Inspection.id).where(Inspection.failed_count > 0)).first()
        return {
            "user_id": guard.id,
            "device_id": first(select(Device.id)).first(),
            "kind": "places",
            "place_id": scan.place_id,
            "rounds.code": first(select(Label.code).where(Label.id == scan.label_id)).one(),
            "round_id": self._round(Round.starts_at < now()),
            "route_id": first(select(Round.route_id)).first(),
            "plan_id": first(select(Round.plan_id)).first(),
            "scan_id": scan.id,
            "equipment_id": bottle.id,
            "equipment.code": LIST,
            "inspection_id": failed or first(select(Inspection.id)).first(),
            "equipment.reading.code": "power_room_daily",
            "equipment.reading.item": "room_temp",
            "supply_id": first(select(Supply.id)).first(),
            "sent_id": self._sent(bottle),
            "hazard_id": self._hazard_of(guard),
            "order_id": self._hazard_of(guard),
            "order_lists.kind": "hazard",
            "export_id": self._file(),
            "photo_id": first(select(Photo.id).where(Photo.subject_kind == "hazard")).first(),
            "shelf.shelved_id": self._refused(guard),
            **self._owners(scan.place_id),
            **self._upkeep(),
            **self._secrets(guard),
            **self._periods(),
            "event_id": self._storm(),
        }

    def _storm(self) -> Any:
        """One that is on, so that its page has everything."""
        manager = reader_by_token(token_of(self.people[STAFF_NO["site_manager"]]), now())
        assert manager is not None
        with write(self.site.id):
            return declare(DeclareData(level="orange", note="台风梅花"), id=uuid7(), by=manager, at=now()).id

    def _sent(self, bottle: Equipment) -> Any:
        manager = reader_by_token(token_of(self.people[STAFF_NO["site_manager"]]), now())
        assert manager is not None
        today = business_day(now(), self.site.zone, self.site.day_start)
        with write(self.site.id):
            return send_out(today, [bottle.id], team="engineering", person=None, by=manager, at=now()).id

    def _hazard_of(self, guard: User) -> Any:
        """The guard's newest report: a page that he may open, and all others too."""
        own = select(Hazard.id).where(Hazard.reported_by_id == guard.id).order_by(Hazard.reported_at.desc())
        return db.session.scalars(own).first()

    def _refused(self, guard: User) -> Any:
        """A scan of a code that nobody knows, as the guard's phone sent it."""
        reader = reader_by_token(token_of(guard), now())
        assert reader is not None
        record = {
            "id": str(uuid7()), "kind": "scan", "captured_at": now().isoformat(), "user": str(guard.id),
            "data": {"code": "ZZZZZZZZZZZZ", "method": "typed"},
        }  # fmt: skip
        take_in(Batch(sent_at=now(), records=[record]), by=reader, at=now())
        return db.session.scalars(select(Shelved.id)).one()

    def _owners(self, place_id: Any) -> dict[str, Any]:
        """A report that waits, a repair and a complaint, as the desk took them down; and the site's link is open."""
        desk = reader_by_token(token_of(self.people[STAFF_NO["service_desk"]]), now())
        assert desk is not None
        told = {"kind": "water", "words": "厨房漏水", "owner_name": "陈先生", "owner_phone": "13800006021"}
        with write():
            self.site.public_reports, self.site.report_code = True, "the-demos-own-link"
            waits, one, two = (
                by_telephone(desk, When.now(), owner_flat="3-2-1201", place_id=place_id, **told) for _n in range(3)
            )
            taken = {"by": desk, "when": When.now(), "version": None, "place_id": place_id}
            repair = register_report(one, category="water", urgent=True, **taken)
            complaint = listen(two, subject="water", **taken)
        return {
            "report_id": waits.id,
            "repair_id": repair.id,
            "complaint_id": complaint.id,
            "public.form.code": self.site.report_code,
            "public.code": one.follow,
        }

    def _upkeep(self) -> dict[str, Any]:
        """One of the lifts, whose contractor has his link and has taken it on."""
        head = reader_by_token(token_of(self.people[STAFF_NO["engineering_supervisor"]]), now())
        assert head is not None
        lift = select(MaintenanceOrder).where(
            MaintenanceOrder.contractor != "", MaintenanceOrder.state.in_(BEFORE_DONE)
        )
        order = db.session.scalars(lift.order_by(MaintenanceOrder.number)).first()
        assert order is not None
        when = When.now()
        with write(self.site.id):
            sent = send_link(order.id, "恒通电梯维保", 7, version=None, id=uuid7(), by=head, when=when)
        told = {"order": order.id, "step": "accept", "technician": "马师傅"}
        with write(self.site.id):
            data = MaintenanceStepData.model_validate(told)
            take_maintenance_step(data, id=uuid7(), by=visitor_of(self.site), when=when)
        return {
            "maintenance.plan_id": order.plan_id,
            "maintenance_orders.order_id": order.id,
            "contractor_links.secret": sent.secret,
        }

    def _secrets(self, guard: User) -> dict[str, str]:
        with write():
            about = {"site_id": self.site.id, "by": self.people[STAFF_NO["site_manager"]].id, "at": now()}
            return {
                "accounts.enter_page.secret": new_ticket("signin", user_id=guard.id, **about),
                "accounts.password_page.secret": new_ticket("password", user_id=guard.id, **about),
                "accounts.setup_page.secret": new_ticket("setup", user_id=None, site_id=None, by=None, at=now()),
            }

    def _periods(self) -> dict[str, str]:
        today = business_day(now(), self.site.zone, self.site.day_start)
        day, week, month = (Period.around(kind, today).slug for kind in ("day", "week", "month"))
        return {
            "reviews.day.text": day,
            "reviews.day_print.text": day,
            "reviews.week.text": week,
            "reviews.month.text": month,
            "samples.samples.text": week,
            "company.page.kind": "month",
            "company.page.text": month,
            "reviews.owners_notice.text": month,
            "reviews.starts.text": month,
            "reviews.period_print.kind": "month",
            "reviews.period_print.text": month,
            "signing.kind": "day",
            "signing.text": Period.around("day", today - timedelta(days=2)).slug,
            "signing.number": "1",
        }
