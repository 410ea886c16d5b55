"""What an owner's report can be about, in words, with its icon and the team it usually goes to."""

from dataclasses import dataclass

from patrol.core.problems import N_


@dataclass(frozen=True, slots=True)
class Kind:
    """category: the hazard category it becomes when it is one."""

    words: str
    icon: str
    team: str
    category: str


KINDS: dict[str, Kind] = {
    "lift": Kind(N_("Lift"), "elevator", "engineering", "lift_fault"),
    "water": Kind(N_("Water leak"), "droplet", "engineering", "water_leak"),
    "light": Kind(N_("Light is out"), "bulb", "engineering", "lighting_fault"),
    "door": Kind(N_("Door or lock"), "door", "engineering", "access_fault"),
    "falling": Kind(N_("Danger from above"), "window", "customer_service", "window_sash"),
    "fire": Kind(N_("Fire safety"), "flame", "security", "evac_route_blocked"),
    "clean": Kind(N_("Dirt or rubbish"), "trash", "cleaning", "cleaning_defect"),
    "power": Kind(N_("Power"), "bolt", "engineering", "electrical_overheat"),
    "drain": Kind(N_("Drain"), "pool", "engineering", "drain_blocked"),
    "noise": Kind(N_("Noise"), "alarm-smoke", "security", "other"),
    "service": Kind(N_("Staff or service"), "users", "customer_service", "other"),
    "fees": Kind(N_("Fees"), "file-text", "customer_service", "other"),
    "other": Kind(N_("Other"), "dots", "customer_service", "other"),
}
PUBLIC = ("lift", "water", "light", "door", "falling", "fire", "clean", "other")  # eight tiles on the owner's page
