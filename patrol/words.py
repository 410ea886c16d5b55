"""Codes that templates show as words: of every room, so it stands beside the roof."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask
from flask_babel import gettext
from jinja2 import pass_context

from patrol.accounts.roles import ROLES, TEAMS
from patrol.complaints.flow import STEPS as COMPLAINT_STEPS
from patrol.hazards.category import categories
from patrol.maintenance.flow import STEPS as MAINTENANCE_STEPS
from patrol.notices.rules import KINDS
from patrol.repairs.flow import STEPS as REPAIR_STEPS
from patrol.reviews.definitions import FIGURES, figure_names, lines_of
from patrol.reviews.figures import Ratio
from patrol.rounds.flags import FLAGS, MEANINGS
from patrol.rounds.reasons import BY_HAND, PROVED, REASONS
from patrol.web.i18n import pick, word
from patrol.workorders.kinds import url_of
from patrol.workorders.words import SOURCES, STATES, STEPS


def init_words(app: Flask) -> None:
    tables = {
        "flag": FLAGS,
        "step": STEPS,
        "state": STATES,
        "source": SOURCES,
        "team": TEAMS,
        "end_reason": REASONS,
        "role": {role: words for role, (words, _team) in ROLES.items()},
        "figure": figure_names(),
        "notice_kind": KINDS,
        "repair_step": REPAIR_STEPS,
        "complaint_step": COMPLAINT_STEPS,
        "maintenance_step": MAINTENANCE_STEPS,
    }
    for name, table in tables.items():
        app.jinja_env.filters[f"{name}_word"] = _word_of(table)
    app.jinja_env.filters["flag_innocent"] = lambda code: gettext(MEANINGS[code].innocent) if code in MEANINGS else ""
    app.jinja_env.globals["hazard_steps"] = lambda: _said(STEPS)
    app.jinja_env.globals["repair_steps"] = lambda: _said(REPAIR_STEPS)
    app.jinja_env.globals["complaint_steps"] = lambda: _said(COMPLAINT_STEPS)
    app.jinja_env.globals["maintenance_steps"] = lambda: _said(MAINTENANCE_STEPS)
    app.jinja_env.filters["order_title"] = order_title
    app.jinja_env.filters["share_text"] = lambda share: Ratio(*share).text
    app.jinja_env.globals.update(figure_of=FIGURES.__getitem__, figure_lines=lines_of, hazard_kind=hazard_kind)
    app.jinja_env.filters["from_iso"] = datetime.fromisoformat
    app.jinja_env.filters["order_url"] = url_of
    app.jinja_env.globals["round_end_reasons"] = lambda: [
        (code, gettext(words), code in PROVED) for code, words in REASONS.items()
    ]
    app.jinja_env.globals["manual_reasons"] = lambda: [(code, gettext(REASONS[code])) for code in BY_HAND]


def _word_of(table: Mapping[str, str]) -> Callable[[Any, str], str]:
    """A filter. It takes the context, or Jinja would fold a fixed code in whoever's language came first."""

    @pass_context
    def said(_context: Any, code: str) -> str:
        return word(table.get(code, code))

    return said


def _said(table: Mapping[str, str]) -> dict[str, str]:
    """Every step's word in the reader's language; the report stands first in any timeline."""
    return {code: word(text) for code, text in {"report": STEPS["report"], **table}.items()}


def hazard_kind(category: str) -> str:
    """A category's short name in the reader's language."""
    found = categories().get(category)
    return str(pick(found["short"])) if found else category


def order_title(order: Any) -> str:
    """An order's title in the reader's language: a hazard's is its category's short name."""
    title = order["title"] if isinstance(order, dict) else order.title
    found = _short_names().get(title)
    if found:
        return pick(found)
    return gettext(title) if title else ""  # a repair's or a complaint's is its subject


@cache
def _short_names() -> dict[str, Any]:
    return {kind["short"]["zh"]: kind["short"] for kind in categories().values()}
