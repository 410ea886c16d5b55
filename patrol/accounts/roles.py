"""Roles and what each may do (DOMAIN §2). One table, read by pages, phones and commands alike.

A verb with a scope in its name is narrower: ``order.assign`` (to a person of the own team, or to any team as a
whole), ``order.assign_minor`` (the same, minor ones only), ``order.assign_team_only`` (to teams, never to a
person), ``order.assign_any_team`` (to anybody). ``order.rectify`` is for what is assigned to oneself or one's
team, ``order.rectify_any`` for all.
"""

from patrol.core.problems import N_

ROLES: dict[str, tuple[str, str]] = {  # role -> (English name, team)
    "guard": (N_("Guard"), "security"),
    "shift_leader": (N_("Shift leader"), "security"),
    "security_supervisor": (N_("Security supervisor"), "security"),
    "engineer": (N_("Engineer"), "engineering"),
    "engineering_supervisor": (N_("Engineering supervisor"), "engineering"),
    "cleaner": (N_("Cleaner"), "cleaning"),
    "gardener": (N_("Gardener"), "greening"),
    "service_desk": (N_("Service desk"), "customer_service"),
    "service_supervisor": (N_("Customer-service supervisor"), "customer_service"),
    "contractor": (N_("Maintenance contractor"), "lift_contractor"),
    "site_manager": (N_("Site manager"), "management"),
}

TEAMS: dict[str, str] = {
    "security": N_("Security"),
    "engineering": N_("Engineering"),
    "cleaning": N_("Cleaning"),
    "greening": N_("Greening"),
    "customer_service": N_("Customer service"),
    "lift_contractor": N_("Lift contractor"),
    "fire_contractor": N_("Fire contractor"),
    "management": N_("Management"),
}

_EVERYBODY = {"sign_in", "hazard.report", "hazard.see"}
_PATROLS = {"scan", "order.rectify", "checklist.patrol", "checklist.see"}
_LOOKS = {"board.see", "photo.log", "review.see", "workload.see", "order.see_all", "equipment.see"}
_EDITS = {"plan.edit", "list.edit", "equipment.edit", "place.edit", "label.issue", "people.edit", "export"}

_SUPERVISOR = (
    _EVERYBODY
    | _PATROLS
    | _LOOKS
    | _EDITS
    | {
        "order.assign",
        "order.rectify_any",
        "order.verify_major",
        "order.verify_minor",
        "order.settle",
        "checklist.fill",
        "visit.excuse",
        "weather.declare",
        "round.start",
        "severity.lower",
        "review.sign_day",
        "review.sign",
        "owner.see",
        "order.register",
        "shelf.settle",
        "evidence.see",
        "evidence.settle",
        "device.end",
    }
)

VERBS: dict[str, frozenset[str]] = {
    role: frozenset(verbs)
    for role, verbs in {
        "guard": _EVERYBODY | _PATROLS,
        "cleaner": _EVERYBODY | _PATROLS,
        "gardener": _EVERYBODY | _PATROLS,
        "engineer": _EVERYBODY | _PATROLS | {"checklist.fill", "equipment.edit", "equipment.see"},
        "service_desk": _EVERYBODY
        | {"order.assign_team_only", "order.rectify", "order.see_all", "owner.see", "order.register"},
        "service_supervisor": _SUPERVISOR,
        "shift_leader": _EVERYBODY
        | _PATROLS
        | {
            "board.see",
            "photo.log",
            "review.see",
            "workload.see",
            "order.see_all",
            "order.assign_minor",
            "order.rectify_any",
            "order.verify_minor",
            "checklist.fill",
            "equipment.see",
            "evidence.see",
            "review.sign_day",
            "round.start",
        },
        "security_supervisor": _SUPERVISOR,
        "engineering_supervisor": _SUPERVISOR,
        "contractor": _EVERYBODY | {"order.rectify", "checklist.fill", "checklist.see"},
        "site_manager": _SUPERVISOR
        | {"order.verify_critical", "review.countersign", "site.edit", "order.assign_any_team"},
    }.items()
}

ALL_VERBS = frozenset().union(*VERBS.values())

SHORT_SIGN_IN = frozenset(
    {"shift_leader", "security_supervisor", "engineering_supervisor", "service_supervisor", "site_manager"}
)


def may(role: str | None, verb: str) -> bool:
    return role is not None and verb in VERBS.get(role, frozenset())


def team_of(role: str) -> str:
    return ROLES[role][1]
