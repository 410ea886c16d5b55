"""Deciding (审批) about what was asked: by a supervisor, never for oneself, within 48 hours."""

from datetime import datetime
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note as journal
from patrol.rounds.by_hand import count_visit
from patrol.rounds.excuse import Asked, Decision, ask_by_id
from patrol.rounds.walk import Walk, walk_by_id
from patrol.sites.day import mark_day


def decide(ask_id: UUID, approved: bool, *, by: Reader, at: datetime, note: str = "") -> Decision:
    """Approve or refuse, inside the caller's ``write()``. The day's figures are counted anew."""
    ask = ask_by_id(by.site_id, ask_id, at)
    walk = walk_by_id(by.site_id, ask.round_id, at) if ask else None
    if ask is None or walk is None:
        raise NotHere("ask")
    if ask.state == "kept":
        raise Problem("excuse.never", N_("This reason explains; it can never be excused."), status=409)
    if ask.state == "lapsed":
        raise Problem("excuse.lapsed", N_("The 48 hours are over. The point stays missed."), status=409)
    if ask.state != "waiting":
        raise Problem("excuse.decided", N_("This was decided already."), status=409)
    if concerns(by.user_id, ask, walk):
        raise Problem("excuse.own", N_("Nobody decides about his own round. Ask another supervisor."), status=403)
    note = note.strip()[:500]
    if not approved and not note:
        raise Problem("excuse.refusal", N_("Say in a few words why it is refused."), field="note")
    decision = Decision(
        id=uuid7(), site_id=by.site_id, ask_id=ask.id, approved=approved, by_id=by.user_id, at=at, note=note
    )
    db.session.add(decision)
    db.session.flush()
    if approved and ask.kind != "excuse":
        count_visit(by.site_id, ask, walk, at)
    mark_day(by.site_id, ask.business_day)
    journal(
        f"visit.{ask.kind}_{'approved' if approved else 'refused'}", "round", ask.round_id, site_id=by.site_id,
        by=by.user_id, at=at, place=ask.place_id, reason=ask.reason, text=note,
    )  # fmt: skip
    return decision


def concerns(user_id: UUID, ask: Asked, walk: Walk) -> bool:
    """Whether this person asked, is said to have been there, or scanned in the round."""
    return user_id in (ask.asked_by_id, ask.person_id) or any(person == user_id for person, _name in walk.people)
