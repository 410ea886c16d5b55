"""Door: signing in and out, one-time links, 我的, people, the site's settings. One blueprint in several files."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from patrol.accounts.views import links, me, people, person, roster, set_up, signing_in, site  # noqa: E402

__all__ = ["bp", "links", "me", "people", "person", "roster", "set_up", "signing_in", "site"]
