"""Door: what stands for one person, taking note of it, and the log of what was sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template
from flask_babel import gettext
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.hazards.known import know_of
from patrol.notices.notice import Notice, acknowledge, listed, notice_for, urgent_for
from patrol.notices.rules import KINDS
from patrol.notices.sent import RESULTS, sent_lately
from patrol.notices.target import CHANNELS
from patrol.notices.words import line_of, title_of
from patrol.web.access import needs, signed_in
from patrol.web.i18n import language
from patrol.web.replies import go

bp = Blueprint("notices", __name__)
ICONS = {
    "not_started": "hourglass",
    "missed": "circle-x",
    "critical": "alert-octagon",
    "unassigned": "users",
    "due_soon": "hourglass",
    "overdue": "clock",
    "unverified": "eye",
    "urgent": "bolt",
    "repair": "clock",
    "complaint": "message-circle",
    "unsigned": "signature",
    "unsent": "device-mobile-up",
    "dates": "calendar-event",
    "supplies": "building-warehouse",
    "sent": "clipboard-check",
    "storm": "storm",
}


@bp.get("/notices")
@signed_in
def notices() -> Any:
    by = current_user._get_current_object()
    shown = [_shown(notice, name) for notice, name in listed(by, now())] if by.here else []
    standing = [one for one in shown if one["stands"]]
    return render_template("notices/list.html", standing=standing, past=[one for one in shown if not one["stands"]])


@bp.get("/notices/<uuid:notice_id>")
@signed_in
def show(notice_id: UUID) -> Any:
    """Where a tap on a notice leads: to the matter itself."""
    notice = notice_for(current_user._get_current_object(), notice_id)
    return redirect(_where(notice) or "/notices", 303)


@bp.post("/notices/<uuid:notice_id>/acknowledgement")
@signed_in
def take_note(notice_id: UUID) -> Any:
    by = current_user._get_current_object()
    with write(by.site_id):
        notice = acknowledge(notice_id, by=by, at=now())
        if notice.kind == "critical":
            know_of(UUID(notice.key.partition(":")[2]), by=by, when=When.now())
    flash(gettext("Noted. Nobody is asked about it again."))
    return go("/notices")


@bp.get("/notices/mine")
@signed_in
def mine() -> Any:
    """For the bell: how many stand, and the critical ones in words."""
    return jsonify(bell_of(current_user._get_current_object(), now()))


def bell_of(by: Any, _at: datetime) -> dict[str, Any]:
    """What a phone shows of it, with signal and without: the pack carries the same."""
    if not by.here or not by.here.bell:
        return {"count": 0, "urgent": []}
    urgent = [
        {"id": str(one.id), "title": title_of(one.kind, one.facts, language()), "url": f"/notices/{one.id}"}
        for one in urgent_for(by)
    ]
    return {"count": by.here.bell, "urgent": urgent}


@bp.get("/notices/log")
@needs("site.edit")
def log() -> Any:
    rows = [
        {
            "at": sent.at,
            "what": _kind_words(kind),
            "channel": gettext(CHANNELS.get(sent.channel, "")) if sent.channel != "push" else gettext("Push"),
            "whom": " · ".join(name for name in (person, target) if name),
            "attempt": sent.attempt,
            "result": sent.result,
            "words": gettext(RESULTS.get(sent.result, sent.result)),
            "reason": sent.reason,
        }
        for sent, kind, person, target in sent_lately(current_user.site_id)
    ]
    return render_template("notices/log.html", rows=rows)


def _kind_words(kind: str | None) -> str:
    return gettext(KINDS[kind]) if kind else gettext("Trial")


def _shown(notice: Notice, taken_by: str | None) -> dict[str, Any]:
    lang = language()
    return {
        "id": notice.id,
        "kind": notice.kind,
        "critical": notice.critical,
        "icon": ICONS[notice.kind],
        "title": title_of(notice.kind, notice.facts, lang),
        "line": line_of(notice.kind, notice.facts, lang),
        "who": notice.facts.get("name", ""),
        "url": _where(notice),
        "since": notice.since,
        "stands": notice.stands,
        "ended": notice.ended_at,
        "taken_at": notice.acknowledged_at,
        "taken_by": taken_by,
        "level": notice.level,
    }


def _where(notice: Notice) -> str:
    """The matter's page; what waits on a phone can be seen on that phone only, a storm by those who lead."""
    if notice.kind == "unsent" and notice.facts.get("user") != str(current_user.user_id):
        return ""
    if notice.kind == "storm" and not current_user.may("review.see"):
        return "/today"
    return notice.url
