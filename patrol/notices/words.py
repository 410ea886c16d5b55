"""What a notice says: a title and a line, in the language of whoever is told. No names of people."""

from typing import Any

from patrol.core.problems import N_
from patrol.hazards.category import categories
from patrol.notices.rules import KINDS
from patrol.weather.levels import LEVELS
from patrol.web.i18n import said_in

PERIODS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month")}
DATES = {
    "service": N_("%(units)s units due for service"),
    "scrap": N_("%(units)s units to be scrapped"),
    "inspection_mark": N_("Inspection mark runs out"),
    "certificate": N_("Contractor's certificate runs out"),
    "past": N_("%(units)s items past their date"),
}

STORMS = {"blue": N_("Blue"), "yellow": N_("Yellow"), "orange": N_("Orange"), "red": N_("Red")}
ORDERS = {  # kind of notice and why -> title, line
    ("unassigned", "reported"): (
        N_("New hazard: %(what)s"),
        N_("%(place)s, %(number)s. It waits to be assigned."),
    ),
    ("unassigned", "unassigned"): (
        N_("Not assigned in time: %(what)s"),
        N_("%(place)s, %(number)s. Nobody was given it within the time its severity allows."),
    ),
    ("due_soon", "three_quarters"): (
        N_("Due soon: %(what)s"),
        N_("%(place)s, %(number)s. Three quarters of its time have passed."),
    ),
    ("due_soon", "day_before"): (
        N_("Due tomorrow: %(what)s"),
        N_("%(place)s, %(number)s. It is to be put right within 24 hours."),
    ),
    ("overdue", "due"): (N_("Overdue: %(what)s"), N_("%(place)s, %(number)s. Its deadline has passed.")),
    ("overdue", "to_manager"): (
        N_("Overdue for a day: %(what)s"),
        N_("%(place)s, %(number)s. It has not been put right since its deadline."),
    ),
    ("overdue", "repeated"): (
        N_("Still overdue: %(what)s"),
        N_("%(place)s, %(number)s. It has not been put right since its deadline."),
    ),
    ("unverified", "unverified"): (
        N_("Waits to be verified: %(what)s"),
        N_("%(place)s, %(number)s. It was put right and nobody has looked at it in time."),
    ),
    ("urgent", "new"): (
        N_("Urgent repair: %(what)s"),
        N_("%(place)s, %(number)s. Somebody has to be on site at once."),
    ),
    ("urgent", "late"): (
        N_("Nobody on site yet: %(what)s"),
        N_("%(place)s, %(number)s. The time for being on site has passed; call the owner."),
    ),
    ("repair", "late"): (
        N_("Repair overdue: %(what)s"),
        N_("%(place)s, %(number)s. The day or the appointment has passed."),
    ),
    ("complaint", "again"): (
        N_("Complained about again: %(what)s"),
        N_("%(place)s, %(number)s. The same home, the same matter: it is yours to deal with."),
    ),
    ("complaint", "unanswered"): (
        N_("Complaint not answered: %(what)s"),
        N_("%(place)s, %(number)s. The time for the first answer has passed."),
    ),
    ("complaint", "promise"): (
        N_("Promise not kept: %(what)s"),
        N_("%(place)s, %(number)s. The day by which it was to be solved has passed."),
    ),
}


def title_of(kind: str, facts: dict[str, Any], lang: str) -> str:
    """What it is and where: the first thing read on a locked phone."""
    match kind:
        case "not_started":
            return said_in(lang, N_("Round not started: %(route)s"), route=facts["route"])
        case "missed":
            return _missed_title(facts, lang)
        case "critical":
            return said_in(lang, N_("Critical hazard: %(what)s"), what=_what(facts, lang))
        case _ if (kind, facts.get("what")) in ORDERS:
            return said_in(lang, ORDERS[kind, facts["what"]][0], what=_what(facts, lang))
        case "overdue":  # told before they said why
            return said_in(lang, N_("Overdue: %(what)s"), what=_what(facts, lang))
        case "unsigned":
            period = said_in(lang, PERIODS[facts["period"]])
            return said_in(lang, N_("Review not signed: %(period)s %(slug)s"), period=period, slug=facts["slug"])
        case "unsent":
            return said_in(lang, N_("%(count)s records wait unsent on a phone"), count=facts["count"])
        case "dates":
            return said_in(lang, DATES[facts["what"]], units=facts["units"])
        case "supplies":
            text = N_("Too few: %(name)s") if facts["what"] == "short" else N_("Expires: %(name)s")
            return said_in(lang, text, name=facts["name"])
        case "sent":
            return said_in(lang, N_("You are sent to check %(units)s items"), units=facts["units"])
        case "storm":
            gone = facts["what"] == "withdrawn"
            text = N_("Storm warning withdrawn: %(level)s") if gone else N_("Severe weather: %(level)s")
            return said_in(lang, text, level=said_in(lang, STORMS[facts["level"]]))
    return said_in(lang, KINDS[kind])


def line_of(kind: str, facts: dict[str, Any], lang: str) -> str:
    """What to know beside it."""
    match kind:
        case "not_started":
            text = N_("Round %(ordinal)s was due at %(time)s and nobody has scanned yet.")
            return said_in(lang, text, ordinal=facts["ordinal"], time=facts["time"])
        case "missed" if "rounds" in facts:
            return said_in(lang, N_("They fell into a time in which the server was down."))
        case "missed":
            text = N_("Round %(ordinal)s of %(time)s: %(names)s")
            return said_in(lang, text, ordinal=facts["ordinal"], time=facts["time"], names=facts["names"])
        case "critical":
            text = N_("%(place)s, %(number)s. Nobody has taken it in hand yet.")
            return said_in(lang, text, place=facts["place"], number=facts["number"])
        case _ if (kind, facts.get("what")) in ORDERS:
            text = ORDERS[kind, facts["what"]][1]
            return said_in(lang, text, place=facts["place"], number=facts["number"])
        case "overdue":
            text = N_("%(place)s, %(number)s. Its deadline has passed.")
            return said_in(lang, text, place=facts["place"], number=facts["number"])
        case "unsigned":
            return said_in(lang, N_("It is past the time it was to be signed by."))
        case "unsent":
            return said_in(lang, N_("Find signal or Wi-Fi with it and open Patrol, so that they are sent."))
        case "dates" if facts["what"] == "past":
            return said_in(lang, N_("They fail at their next check. The outlook names them."))
        case "dates":
            return said_in(lang, N_("On %(on)s, in %(days)s days."), on=facts["on"], days=facts["days"])
        case "supplies" if facts["what"] == "short":
            text = N_("%(place)s: %(count)s there, %(minimum)s at least.")
            return said_in(lang, text, place=facts["place"], count=facts["count"], minimum=facts["minimum"])
        case "supplies":
            return said_in(lang, N_("%(place)s: good until %(on)s."), place=facts["place"], on=facts["on"])
        case "sent":
            text = N_("Not checked yet in %(month)s. Open the list and go through it.")
            return f"{said_in(lang, text, month=facts['month'])} {facts['note']}".strip()
        case "storm" if facts["what"] == "withdrawn":
            text = N_("It was declared by mistake: %(reason)s. Every point is walked as planned.")
            return said_in(lang, text, reason=facts["reason"])
        case "storm" if LEVELS[facts["level"]].rests:
            return said_in(lang, N_("Points outdoors rest on the usual rounds; walk the rounds for the storm."))
        case "storm":
            return said_in(lang, N_("There are extra rounds for the storm; look at Today."))
    return ""


def _missed_title(facts: dict[str, Any], lang: str) -> str:
    route = facts["route"]
    if "rounds" in facts:
        return said_in(lang, N_("%(rounds)s rounds missed: %(route)s"), rounds=facts["rounds"], route=route)
    if facts["whole"]:
        return said_in(lang, N_("Round missed: %(route)s"), route=route)
    text = N_("%(missed)s of %(points)s points missed: %(route)s")
    return said_in(lang, text, missed=facts["missed"], points=facts["points"], route=route)


def _what(facts: dict[str, Any], lang: str) -> str:
    kind = categories().get(facts.get("category", ""))
    if kind is not None:
        return str(kind["short"].get(lang) or kind["short"]["zh"])
    return said_in(lang, facts["title"]) if facts.get("title") else str(facts.get("category", ""))
