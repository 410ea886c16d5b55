"""Maintenance plan (维保计划): what is to be kept up, how often, by whom, with which list and parts."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.colleagues import people_of
from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roles import TEAMS
from patrol.core.db import Model, check_version, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import find_equipment
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.journal.entry import note
from patrol.maintenance.periods import CALENDAR, FORMS, Rules
from patrol.sites.place import Place
from patrol.workorders.flow import role_refusal


class MaintenancePlan(SiteRow, Model):
    """Of one item, of every item of a type, or of a place: exactly one of the three."""

    __tablename__ = "maintenance_plan"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        site_key("place_id", "place"),
        CheckConstraint("form IN ('calendar','fixed','floating')", name="form"),
        CheckConstraint(
            "(CASE WHEN equipment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN equipment_type IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN place_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="subject",
        ),
        Index(None, "site_id", "ended_on"),
    )

    name: Mapped[str]
    equipment_id: Mapped[UUID | None]
    equipment_type: Mapped[str | None]
    place_id: Mapped[UUID | None]
    form: Mapped[str]
    every_days: Mapped[int] = mapped_column(default=0)
    calendar: Mapped[str] = mapped_column(default="")
    days_ahead: Mapped[int] = mapped_column(default=0)
    checklist_code: Mapped[str] = mapped_column(default="")
    parts: Mapped[list[Any]] = mapped_column(default=list)  # one line of words each
    expected_min: Mapped[int] = mapped_column(default=0)
    team: Mapped[str]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    contractor: Mapped[str] = mapped_column(default="")  # the firm that does it; "": our own people
    valid_from: Mapped[date]
    ended_on: Mapped[date | None]  # the last day on which a period may begin
    end_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def rules(self) -> Rules:
        return Rules(
            form=self.form, start=self.valid_from, every=self.every_days, calendar=self.calendar, end=self.ended_on,
            ahead=self.days_ahead,
        )  # fmt: skip


class MaintenanceMade(Model):
    """Through which day the orders of a site are made; ``stale`` when a plan or a finished order asks to look anew."""

    __tablename__ = "maintenance_made"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    through: Mapped[date]
    stale: Mapped[bool] = mapped_column(default=True)


class PlanData(BaseModel):
    """The editor's form. subject: ``item:<id>``, ``type:<code>`` or ``place:<id>``; parts: a line each."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=80)
    subject: str = Field(min_length=1, max_length=60)
    form: str
    every_days: int = Field(0, ge=0, le=3660)
    calendar: str = ""
    days_ahead: int = Field(3, ge=0, le=90)
    checklist: str = Field("", max_length=40)
    parts: list[str] = Field(default_factory=list)
    expected_min: int = Field(30, ge=0, le=10_000)
    team: str
    assignee: UUID | None = None
    contractor: str = Field("", max_length=80)
    valid_from: date | None = None

    @field_validator("parts", mode="before")
    @classmethod
    def _lines(cls, value: Any) -> list[str]:
        lines = value.splitlines() if isinstance(value, str) else list(value or ())
        return [str(line).strip()[:80] for line in lines if str(line).strip()][:30]

    @field_validator("team")
    @classmethod
    def _known_team(cls, team: str) -> str:
        if team not in TEAMS:
            raise ValueError("unknown team")
        return team

    @model_validator(mode="after")
    def _interval(self) -> "PlanData":
        if self.form not in FORMS:
            raise Problem("plan.form", N_("Choose how often it is done."), field="form")
        if self.form == "calendar" and self.calendar not in CALENDAR:
            raise Problem("plan.calendar", N_("Choose the period of the calendar."), field="calendar")
        if self.form != "calendar" and self.every_days < 1:
            raise Problem("plan.every", N_("Say after how many days it is done again."), field="every_days")
        return self


def new_plan(data: PlanData, *, by: Reader, at: datetime, id: UUID | None = None) -> MaintenancePlan:
    """A plan from today on or later, inside the caller's ``write()``. The same id again answers the same plan."""
    _may_edit(by)
    known = db.session.get(MaintenancePlan, (by.site_id, id)) if id else None
    if known is not None:
        return known
    today = business_day_of(by, at)
    if data.valid_from is not None and data.valid_from < today:
        raise Problem(
            "plan.past", N_("A plan begins today or later: what is over was not planned."), field="valid_from"
        )
    plan = MaintenancePlan(
        id=id or uuid7(), site_id=by.site_id, valid_from=data.valid_from or today, created_at=at,
        created_by_id=by.user_id, version=1,
    )  # fmt: skip
    _subject(plan, data.subject, by.site_id)
    _fill(plan, data, by)
    db.session.add(plan)
    db.session.flush()
    ask_anew(by.site_id, today)
    note("maintenance_plan.new", "maintenance_plan", plan.id, site_id=by.site_id, by=by.user_id, at=at, **_facts(plan))
    return plan


def edit_plan(plan: MaintenancePlan, data: PlanData, *, version: int | None, by: Reader, at: datetime) -> None:
    """Changes hold for orders that are not made yet; what the plan is of never changes."""
    _may_edit(by)
    check_version(plan, version)
    _running(plan)
    before = _facts(plan)
    _fill(plan, data, by)
    after = _facts(plan)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    ask_anew(by.site_id, business_day_of(by, at))
    note(
        "maintenance_plan.edit", "maintenance_plan", plan.id, site_id=by.site_id, by=by.user_id, at=at, changed=changed
    )


def end_plan(plan: MaintenancePlan, why: str, *, version: int | None, by: Reader, at: datetime) -> None:
    """No period begins after today; orders that are made stay and are done, missed or cancelled one by one."""
    _may_edit(by)
    check_version(plan, version)
    _running(plan)
    if not why.strip():
        raise Problem("plan.why", N_("Say in a few words why the plan ends."), field="why")
    plan.ended_on, plan.end_reason = business_day_of(by, at), why.strip()[:200]
    note(
        "maintenance_plan.end",
        "maintenance_plan",
        plan.id,
        site_id=by.site_id,
        by=by.user_id,
        at=at,
        why=plan.end_reason,
    )


def find_plan(site_id: UUID, plan_id: UUID) -> MaintenancePlan:
    plan = db.session.get(MaintenancePlan, (site_id, plan_id))
    if plan is None:
        raise NotHere("plan")
    return plan


def plans_of(site_id: UUID) -> list[MaintenancePlan]:
    """All of them, also those that have ended, by name."""
    query = select(MaintenancePlan).where(MaintenancePlan.site_id == site_id)
    return list(db.session.scalars(query.order_by(MaintenancePlan.name, MaintenancePlan.id)))


def ask_anew(site_id: UUID, today: date) -> None:
    """Whoever shows orders next makes what is due first, inside the caller's ``write()``."""
    made = db.session.get(MaintenanceMade, site_id)
    if made is None:
        db.session.add(MaintenanceMade(site_id=site_id, through=today, stale=True))
    else:
        made.stale = True


def lists_to_choose(site_id: UUID) -> list[Checklist]:
    query = select(Checklist).where(Checklist.site_id == site_id, Checklist.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(Checklist.code)))


def _may_edit(by: Reader) -> None:
    if not by.may("plan.edit"):
        raise role_refusal()


def _running(plan: MaintenancePlan) -> None:
    if plan.ended_on is not None:
        raise Problem("plan.ended", N_("This plan has ended. Make a new one."), status=409)


def _subject(plan: MaintenancePlan, text: str, site_id: UUID) -> None:
    kind, _, value = text.partition(":")
    if kind == "type" and value in EQUIPMENT_TYPES:
        plan.equipment_type = value
        return
    try:
        named = UUID(value)
    except ValueError:
        raise Problem("plan.subject", N_("Choose what is kept up."), field="subject") from None
    if kind == "item":
        plan.equipment_id = find_equipment(site_id, named).id
    elif kind == "place" and db.session.get(Place, (site_id, named)) is not None:
        plan.place_id = named
    elif kind == "place":
        raise NotHere("place")
    else:
        raise Problem("plan.subject", N_("Choose what is kept up."), field="subject")


def _fill(plan: MaintenancePlan, data: PlanData, by: Reader) -> None:
    if data.checklist and data.checklist != plan.checklist_code:
        _check_list(by.site_id, data.checklist)
    plan.name, plan.form = data.name, data.form
    plan.every_days = data.every_days if data.form != "calendar" else 0
    plan.calendar = data.calendar if data.form == "calendar" else ""
    plan.days_ahead, plan.checklist_code, plan.parts = data.days_ahead, data.checklist, data.parts
    plan.expected_min, plan.team, plan.contractor = data.expected_min, data.team, data.contractor
    plan.assignee_id = _member(data.assignee, by)


def _check_list(site_id: UUID, code: str) -> None:
    if code not in (row.code for row in lists_to_choose(site_id)):
        raise Problem("plan.checklist", N_("Choose a checklist that is in use."), field="checklist")


def _member(person: UUID | None, by: Reader) -> UUID | None:
    if person is not None and person not in {one.id for one in people_of(by.site_id)}:
        raise Problem("plan.assignee", N_("Choose somebody who works on this site."), field="assignee")
    return person


_FACTS: Iterable[str] = (
    "name", "form", "every_days", "calendar", "days_ahead", "checklist_code", "parts", "expected_min", "team",
    "assignee_id", "contractor",
)  # fmt: skip


def _facts(plan: MaintenancePlan) -> dict[str, Any]:
    return {name: str(getattr(plan, name)) for name in _FACTS}
