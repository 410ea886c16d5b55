"""What is in the side bar and at the bottom of the phone, for each role."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.problems import N_
from patrol.web.i18n import language, word
from patrol.web.theme import theme_now

# From top to bottom: the day's work always in sight, then groups that fold; what is set up once comes last.
REVIEWS, OWNERS, THINGS, SETUP = N_("Reviews"), N_("From owners"), N_("Checks and equipment"), N_("Settings")
GROUPS = {"": "", REVIEWS: "reviews", OWNERS: "owners", THINGS: "things", SETUP: "setup"}
AT_FIRST = {"engineering_supervisor": "things", "service_supervisor": "owners"}  # open until one chooses; else reviews
FEW = 12  # items that need no folding
FOLDS = "menu"  # the cookie in which behaviours/menu-groups.js keeps what is open


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
    NavItem("/shelf", "inbox", N_("Needs a look"), "shelf.settle"),
    NavItem("/weather", "storm", N_("Severe weather"), "review.see"),
    NavItem("/desk", "message-circle", N_("Service desk"), "order.register", OWNERS),
    NavItem("/repairs", "tools", N_("Repairs"), "order.see_all", OWNERS),
    NavItem("/complaints", "speakerphone", N_("Complaints"), "order.see_all", OWNERS),
    NavItem("/checklists", "clipboard-check", N_("Checklists"), "checklist.see", THINGS),
    NavItem("/equipment", "fire-extinguisher", N_("Equipment"), "equipment.see", THINGS),
    NavItem("/maintenance", "calendar-event", N_("Maintenance"), "equipment.see", THINGS),
    NavItem("/readings", "gauge", N_("Readings"), "equipment.see", THINGS),
    NavItem("/supplies", "building-warehouse", N_("Emergency supplies"), "equipment.see", THINGS),
    NavItem("/footage", "device-cctv", N_("Cameras and footage"), "review.see", THINGS),
    NavItem("/reviews/day", "calendar-event", N_("Day"), "review.see", REVIEWS),
    NavItem("/reviews/week", "calendar-week", N_("Week"), "review.see", REVIEWS),
    NavItem("/reviews/month", "calendar-month", N_("Month"), "review.see", REVIEWS),
    NavItem("/company", "building-community", N_("All my sites"), "review.sign", REVIEWS),
    NavItem("/exports", "download", N_("Files to take out"), "export", REVIEWS),
    NavItem("/lists", "list-check", N_("Lists of this site"), "list.edit", SETUP),
    NavItem("/routes", "route", N_("Routes and plans"), "plan.edit", SETUP),
    NavItem("/places", "qrcode", N_("Places and labels"), "place.edit", SETUP),
    NavItem("/people", "users", N_("People"), "people.edit", SETUP),
    NavItem("/roster", "calendar", N_("Roster"), "people.edit", SETUP),
    NavItem("/site", "settings", N_("Site"), "site.edit", SETUP),
)
_SIDE = sorted(SIDE, key=lambda item: list(GROUPS).index(item.group))

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
    menu: list[dict[str, Any]]  # the same in groups
    menu_kept: str | None  # the groups that are open; None where nothing folds
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
    nav = [_shown(item, counts.get(item.url, 0)) for item in _SIDE if reader.may(item.verb)]
    kept = request.cookies.get(FOLDS)
    if kept is None:  # not chosen yet: one group, so that the day's work stays in sight
        shown = next((GROUPS[item["group"]] for item in nav if item["active"]), "")
        kept = shown or AT_FIRST.get(reader.role, "reviews")
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
        nav=nav,
        menu=_grouped(nav, kept.split(".")),
        menu_kept=kept if len(nav) > FEW else None,
        phone_nav=[_shown(item) for item in phone_nav(reader.role) if reader.may(item.verb)],
    )


def _count(n: int) -> str:
    return f"{MOST}+" if n > MOST else str(n or "")


def _grouped(items: Iterable[dict[str, Any]], kept: Collection[str]) -> list[dict[str, Any]]:
    """The groups in their order; the one with the page that is shown is open whatever was kept."""
    groups = []
    for group, within in groupby(items, key=itemgetter("group")):
        own, key = list(within), GROUPS[group]
        groups.append(
            {
                "key": key,
                "name": word(group) if group else "",
                "items": own,
                "open": key in kept or any(item["active"] for item in own),
                "count": _count(sum(item["waits"] for item in own)),
            }
        )
    return groups


def _shown(item: NavItem, waits: int = 0) -> dict[str, Any]:
    here = request.path
    return {
        "url": item.url,
        "icon": item.icon,
        "text": word(item.text),
        "group": item.group,
        "active": here == item.url or here.startswith(item.url + "/"),
        "waits": waits,
        "count": _count(waits),
    }
