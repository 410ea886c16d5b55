"""What is in the side bar and at the bottom of the phone, for each role."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.problems import N_
from patrol.web.i18n import language, word
from patrol.web.theme import theme_now

# From top to bottom: on a small screen the reviews stay in sight, and what is set up once comes last.
GROUPS = ("", N_("Reviews"), N_("From owners"), N_("Checks and equipment"), N_("Settings"))


@dataclass(frozen=True, slots=True)
class NavItem:
    url: str
    icon: str
    text: str
    verb: str  # who sees it
    group: str = ""


SIDE = (
    NavItem("/board", "layout-dashboard", N_("Board"), "board.see"),
    NavItem("/today", "home", N_("Today"), "scan"),
    NavItem("/photos", "photo", N_("Photos"), "photo.log"),
    NavItem("/hazards", "alert-triangle", N_("Hazards"), "hazard.see"),
    NavItem("/excuses", "user-check", N_("Excuses"), "visit.excuse"),
    NavItem("/work-orders", "tool", N_("My work"), "order.rectify"),
    NavItem("/exceptions", "flag", N_("Exceptions"), "evidence.see"),
    NavItem("/desk", "message-circle", N_("Service desk"), "order.register", N_("From owners")),
    NavItem("/repairs", "tools", N_("Repairs"), "order.see_all", N_("From owners")),
    NavItem("/complaints", "speakerphone", N_("Complaints"), "order.see_all", N_("From owners")),
    NavItem("/checklists", "clipboard-check", N_("Checklists"), "checklist.see", N_("Checks and equipment")),
    NavItem("/equipment", "fire-extinguisher", N_("Equipment"), "equipment.see", N_("Checks and equipment")),
    NavItem("/maintenance", "calendar-event", N_("Maintenance"), "equipment.see", N_("Checks and equipment")),
    NavItem("/readings", "gauge", N_("Readings"), "equipment.see", N_("Checks and equipment")),
    NavItem("/supplies", "building-warehouse", N_("Emergency supplies"), "equipment.see", N_("Checks and equipment")),
    NavItem("/footage", "device-cctv", N_("Cameras and footage"), "review.see", N_("Checks and equipment")),
    NavItem("/weather", "storm", N_("Severe weather"), "review.see"),
    NavItem("/reviews/day", "calendar-event", N_("Day"), "review.see", N_("Reviews")),
    NavItem("/reviews/week", "calendar-week", N_("Week"), "review.see", N_("Reviews")),
    NavItem("/reviews/month", "calendar-month", N_("Month"), "review.see", N_("Reviews")),
    NavItem("/company", "building-community", N_("All my sites"), "review.sign", N_("Reviews")),
    NavItem("/exports", "download", N_("Files to take out"), "export", N_("Reviews")),
    NavItem("/lists", "list-check", N_("Lists of this site"), "list.edit", N_("Settings")),
    NavItem("/routes", "route", N_("Routes and plans"), "plan.edit", N_("Settings")),
    NavItem("/places", "qrcode", N_("Places and labels"), "place.edit", N_("Settings")),
    NavItem("/people", "users", N_("People"), "people.edit", N_("Settings")),
    NavItem("/roster", "calendar", N_("Roster"), "people.edit", N_("Settings")),
    NavItem("/shelf", "inbox", N_("Needs a look"), "shelf.settle", N_("Settings")),
    NavItem("/site", "settings", N_("Site"), "site.edit", N_("Settings")),
)
_SIDE = sorted(SIDE, key=lambda item: GROUPS.index(item.group))

_PATROL = (
    NavItem("/today", "home", N_("Today"), "scan"),
    NavItem("/hazards", "alert-triangle", N_("Hazards"), "hazard.see"),
    NavItem("/checklists", "clipboard-check", N_("Checks"), "checklist.see"),
    NavItem("/me", "user", N_("Me"), "sign_in"),
)
_ENGINEER = (
    NavItem("/work-orders", "tool", N_("Work"), "order.rectify"),
    NavItem("/equipment", "fire-extinguisher", N_("Equipment"), "equipment.see"),
    NavItem("/checklists", "clipboard-check", N_("Checks"), "checklist.see"),
    NavItem("/me", "user", N_("Me"), "sign_in"),
)
_DESK = (
    NavItem("/desk", "message-circle", N_("Service desk"), "order.register"),
    NavItem("/repairs", "tools", N_("Repairs"), "order.see_all"),
    NavItem("/hazards", "alert-triangle", N_("Hazards"), "hazard.see"),
    NavItem("/me", "user", N_("Me"), "sign_in"),
)
_SUPERVISOR = (
    NavItem("/board", "layout-dashboard", N_("Board"), "board.see"),
    NavItem("/photos", "photo", N_("Photos"), "photo.log"),
    NavItem("/hazards", "alert-triangle", N_("Hazards"), "hazard.see"),
    NavItem("/reviews", "chart-bar", N_("Reviews"), "review.see"),
)


ON_FOOT = frozenset({"guard", "shift_leader", "engineer", "cleaner", "gardener", "contractor"})


def phone_nav(role: str | None) -> tuple[NavItem, ...]:
    """At most four, around the Scan button."""
    if role in ("engineer", "contractor"):
        return _ENGINEER
    if role in ("guard", "cleaner", "gardener", "shift_leader"):
        return _PATROL
    if role == "service_desk":
        return _DESK
    return _SUPERVISOR


def home_url(role: str | None) -> str:
    """Where a role starts: the guard's round, the engineer's work, the supervisor's board."""
    return phone_nav(role)[0].url


@dataclass(frozen=True)
class Frame:
    """What the layouts know of the signed-in person; everything else comes from the Reader itself."""

    reader: Any
    lang: str
    theme: str
    role_label: str
    site_name: str
    sites: list[dict[str, Any]]
    on_foot: bool  # works away from a desk: the phone takes along what the shift needs
    nav: list[dict[str, Any]]
    phone_nav: list[dict[str, Any]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


Counts = Callable[[Any], Mapping[str, int]]  # of a reader: by an item's address, what stands beside it
MOST = 99


def init_nav(app: Flask, counts: Counts) -> None:
    """counts: asked once a page, for those who lead (they work at a desk, where the side bar is)."""
    app.extensions["nav_counts"] = counts

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not current_user or not current_user.is_authenticated:
            return {"reader": None, "page_lang": language()}
        return {"reader": _frame(current_user._get_current_object())}


def _frame(reader: Any) -> Frame:
    here, counts = reader.here, current_app.extensions["nav_counts"](reader) if reader.may("board.see") else {}
    return Frame(
        reader=reader,
        lang=language(),
        theme=theme_now(reader.theme, reader.role, now().astimezone(reader.zone).time()),
        role_label=word(reader.role_name) if reader.role_name else "",
        site_name=here.site_name if here else "",
        sites=[
            {"name": site.site_name, "url": f"/me#site-{site.site_id}", "current": site is here}
            for site in reader.sites
        ],
        on_foot=reader.role in ON_FOOT,
        nav=_grouped(
            {**_shown(item), "count": _count(counts.get(item.url, 0))} for item in _SIDE if reader.may(item.verb)
        ),
        phone_nav=[_shown(item) for item in phone_nav(reader.role) if reader.may(item.verb)],
    )


def _count(n: int) -> str:
    return f"{MOST}+" if n > MOST else str(n or "")


def _grouped(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A group's name stays only on its first item: that is where the heading goes."""
    shown, last = [], ""
    for item in items:
        group, item["group"] = item["group"], "" if item["group"] == last else item["group"]
        last = group
        shown.append(item)
    return shown


def _shown(item: NavItem) -> dict[str, Any]:
    here = request.path
    active = here == item.url or here.startswith(item.url + "/")
    group = word(item.group) if item.group else ""
    return {"url": item.url, "icon": item.icon, "text": word(item.text), "group": group, "active": active}
