"""Door: what a person chooses (quiet hours, what to be told of, push, mail), and the browser that takes push."""

from typing import Any

from flask import Blueprint, current_app, flash, jsonify, render_template, request
from flask_babel import gettext
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.core.wording import tidy
from patrol.notices import push
from patrol.notices.person import choice_of, choose, subscribe, subscriptions_of, unsubscribe
from patrol.notices.rules import KINDS
from patrol.notices.target import targets_of
from patrol.sites.shifts import read_time
from patrol.web.access import signed_in
from patrol.web.errors import words
from patrol.web.replies import go

bp = Blueprint("notice_choices", __name__)


@bp.get("/me/notices")
@signed_in
def my_notices() -> Any:
    return _page()


@bp.post("/me/notices")
@signed_in
def choose_notices() -> Any:
    typed = request.form
    try:
        quiet = tuple(
            read_time(typed.get(name, ""), name) if typed.get(name, "").strip() else None
            for name in ("quiet_from", "quiet_to")
        )
        told = set(typed.getlist("told"))
        with write():
            choose(
                current_user.user_id,
                quiet=(quiet[0], quiet[1]),
                muted=[kind for kind in KINDS if kind not in told],
                push=typed.get("push") == "on",
                mail=tidy(typed.get("mail"), 254),
            )
    except Problem as problem:
        return _page(problem), problem.status
    flash(gettext("Saved."))
    return go("/me/notices")


@bp.post("/me/push")
@signed_in
def start_push() -> Any:
    """From the page's script: {"endpoint": …, "keys": {"p256dh": …, "auth": …}}."""
    said = _said()
    keys = said.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    endpoint, p256dh, auth = (str(part or "") for part in (said.get("endpoint"), keys.get("p256dh"), keys.get("auth")))
    with write():
        subscribe(endpoint, p256dh, auth, by=current_user._get_current_object(), at=now())
    return jsonify(subscribed=True), 201


@bp.post("/me/push/ending")
@signed_in
def end_push() -> Any:
    endpoint = str(_said().get("endpoint") or "")
    with write():
        unsubscribe(endpoint, by=current_user._get_current_object())
    return jsonify(subscribed=False)


def _said() -> dict[str, Any]:
    said = request.get_json(silent=True)
    return said if isinstance(said, dict) else {}


@bp.get("/me/push/key")
@signed_in
def push_key() -> Any:
    """What a browser subscribes with; the service worker asks for it when its subscription has changed."""
    return jsonify(key=_key())


def _key() -> str:
    return push.public_key(current_app.config["INSTANCE"]) if push.installed() else ""


def _page(problem: Problem | None = None) -> str:
    user_id, here = current_user.user_id, current_user.here
    choice = choice_of(user_id)
    typed = {
        "quiet_from": f"{choice.quiet_from:%H:%M}" if choice.quiet_from else "",
        "quiet_to": f"{choice.quiet_to:%H:%M}" if choice.quiet_to else "",
        "told": [kind for kind in KINDS if kind not in choice.muted],
        "push": choice.push,
        "mail": choice.mail,
    }
    if problem:
        form = request.form
        typed = {name: form.get(name, "") for name in ("quiet_from", "quiet_to", "mail")}
        typed |= {"told": form.getlist("told"), "push": form.get("push") == "on"}
    return render_template(
        "notices/mine.html",
        typed=typed,
        kinds=[(kind, gettext(word)) for kind, word in KINDS.items()],
        key=_key(),
        browsers=len(subscriptions_of([user_id], now())),
        by_mail=here is not None and any(target.channel == "mail" for target in targets_of(here.site_id)),
        problem=problem,
        text=words(problem) if problem else "",
    )
