"""create_app: settings, extensions, blueprints. The only file that knows everybody."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from flask_login import LoginManager
from flask_migrate import Migrate
from htmx_flask import Htmx
from sqlalchemy import select
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from patrol import settings
from patrol.accounts import device, roster, user
from patrol.accounts.reader import reader_by_token
from patrol.briefings import handover
from patrol.complaints import complaint
from patrol.complaints.kind import KIND as COMPLAINT
from patrol.core import queue
from patrol.core.clock import now
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.equipment import (
    checklist,
    dated,
    equipment,
    footage,
    inspection,
    keeping_rules,
    not_reached,
    sending,
    supplies,
)
from patrol.exports import export
from patrol.hazards import hazard
from patrol.hazards.kind import KIND as HAZARD
from patrol.journal import entry
from patrol.maintenance import link as contractor_link
from patrol.maintenance import log as work_log
from patrol.maintenance import order as maintenance_order
from patrol.maintenance import plan as maintenance_plan
from patrol.maintenance.kind import KIND as MAINTENANCE
from patrol.notices import notice, person, sent, site_notices, target
from patrol.owners import forget
from patrol.owners import report as owner_report
from patrol.owners.report import count_waiting as count_reports
from patrol.photos import photo
from patrol.repairs import repair
from patrol.repairs.kind import KIND as REPAIR
from patrol.reviews import day_tally, signature
from patrol.rounds import (
    ending,
    evidence,
    evidence_site,
    excuse,
    make_up,
    presence,
    round,
    route,
    scan,
    suspension,
    walk_times,
)
from patrol.rounds.ensure import also_make
from patrol.rounds.exceptions_list import WAITING as EXCEPTIONS_WAIT
from patrol.rounds.exceptions_list import count_open as count_exceptions
from patrol.rounds.excuse import count_waiting as count_asks
from patrol.rounds.reasons import DECIDE_WITHIN
from patrol.sites import day, label, label_symbol, place, site
from patrol.sync import received
from patrol.sync.shelf import count_open as count_shelved
from patrol.sync.shelf import forget_owner
from patrol.translations import FOLDER, compile_catalogue
from patrol.weather import event as weather_event
from patrol.weather import rounds as weather_rounds
from patrol.web import health
from patrol.web.access import init_access
from patrol.web.assets import init_assets
from patrol.web.errors import init_errors
from patrol.web.filters import init_filters
from patrol.web.headers import init_headers
from patrol.web.i18n import init_i18n
from patrol.web.icon import init_icon
from patrol.web.inner import init_inner
from patrol.web.nav import init_nav
from patrol.web.once import init_once
from patrol.web.pdf import init_pdf
from patrol.web.question import without_nul
from patrol.web.rendering import init_rendering
from patrol.web.signing import HeaderFirst, KeptSerializer
from patrol.words import init_words
from patrol.workorders import order
from patrol.workorders.kinds import register
from patrol.workorders.queries import count_open

register(HAZARD, REPAIR, COMPLAINT, MAINTENANCE)
forget.ALSO[:] = [forget_owner]
TABLES = (
    *(site, place, label, label_symbol, day),
    *(user, device, roster, entry, photo),
    *(owner_report, repair, complaint),
    *(order, hazard, checklist, equipment, inspection),
    *(maintenance_plan, maintenance_order, contractor_link, work_log),
    *(dated, keeping_rules, sending, not_reached, footage, supplies),
    *(route, round, scan, ending, excuse, make_up, suspension, weather_event, weather_rounds),
    *(evidence, evidence_site, presence, walk_times),
    *(day_tally, signature, handover, received),
    *(queue, notice, person, sent, site_notices, target, export),
)

csrf = HeaderFirst()
migrate = Migrate(directory=str(Path(__file__).parent / "migrations"), render_as_batch=True, compare_type=True)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    values = settings.load(overrides=overrides)
    home = settings.home()
    app = Flask(
        "patrol",
        template_folder=str(home / "templates"),
        static_folder=None,
        instance_path=str(values["INSTANCE"]),
    )
    app.config.update(values)
    app.session_interface = KeptSerializer()
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # no view or hook of ours is async
    _configure(app)
    if settings.in_checkout():
        compile_catalogue()
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    Htmx(app)
    without_nul(app)
    _init_login(app)
    init_rendering(app)
    init_i18n(app, str(FOLDER))
    init_assets(app, home / "static")
    init_icon(app)
    init_filters(app)
    init_errors(app)
    init_headers(app)
    init_access(app, {"rounds.checkpoint": owner_at_the_label})
    also_make("weather", weather_rounds.make_ahead)
    init_nav(app, waiting)
    app.extensions["pack_more"] = {"notices": _bell}
    app.extensions["tick_more"] = {"files": _files}
    init_inner(app)
    init_pdf(app)
    init_once(app)
    init_words(app)
    for blueprint in _doors():
        app.register_blueprint(blueprint)
    if app.config["PROXY_COUNT"]:
        hops = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


_WAITING = Prepared(
    select(
        count_open("hazard").scalar_subquery().label("hazards"),
        count_exceptions().scalar_subquery().label("exceptions"),
        count_asks().scalar_subquery().label("excuses"),
        count_shelved().scalar_subquery().label("shelf"),
        count_reports().scalar_subquery().label("desk"),
    )
)


def waiting(reader: Any) -> dict[str, int]:
    """What waits for somebody, by the address of its page. One query."""
    at = now()
    asked = {
        "site_id": reader.site_id,
        "exceptions_since": (at - EXCEPTIONS_WAIT).date(),
        "asks_since": at - DECIDE_WITHIN,
    }
    return {f"/{name}": n for name, n in _WAITING.all(connection(), asked)[0]._asdict().items()}


def owner_at_the_label(code: str) -> Any:
    """A label opened without a sign-in: on to the owner's report, where the site takes them."""
    from patrol.repairs.views_public import from_label

    return from_label(code)


def _configure(app: Flask) -> None:
    config = app.config
    url = make_url(str(config["DATABASE_URL"]))
    config["SQLALCHEMY_DATABASE_URI"] = url
    config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 24,
        "max_overflow": 16,
        "pool_use_lifo": True,
    }  # a warm one first
    public = urlsplit(config["PUBLIC_URL"])
    secure = public.scheme == "https"
    config.update(
        SESSION_COOKIE_NAME="__Host-patrol" if secure else "patrol",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=60 * 60 * 24 * 31,
        SESSION_REFRESH_EACH_REQUEST=False,  # the device it names ends before it: nothing to sign anew with each scan
        WTF_CSRF_TIME_LIMIT=None,  # a phone may be offline for days; the session itself ends
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=config["PHOTO_MAX_BYTES"] * 6,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=600,
        SECRET_KEY_FALLBACKS=[key for key in str(config["SECRET_KEY_FALLBACKS"]).split(",") if key],
    )
    hosts = {public.hostname or "localhost", "localhost", "127.0.0.1"}
    hosts.update(host.strip() for host in str(config["TRUSTED_HOSTS"]).split(",") if host.strip())
    config["TRUSTED_HOSTS"] = sorted(hosts)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _init_logging(config["LOG_LEVEL"])


def _init_logging(level: str) -> None:
    root = logging.getLogger("patrol")
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        root.addHandler(handler)
    root.setLevel(level.upper())


def _init_login(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = None  # the device row is what counts; phones change addresses all the time
    login._session_identifier_generator = str  # ... so nothing to make of the address with each request either
    login.user_loader(lambda token: reader_by_token(token, now()))


def _bell(by: Any, at: Any) -> dict[str, Any]:
    """What stands for a person, for the pack: doors do not know each other."""
    from patrol.notices.views import bell_of

    return bell_of(by, at)


def _files(app: Any) -> int:
    """What a tick does beside telling people: doors do not know each other."""
    from patrol.exports.kit_cli import run_exports

    return run_exports(app)


def _doors() -> list[Blueprint]:
    """Every package's door. Imported late, so that commands that need no pages start quickly."""
    from patrol.accounts import views as accounts
    from patrol.briefings import views as briefings
    from patrol.complaints import views as complaints
    from patrol.equipment import views as equipment_views
    from patrol.exports import (
        views_bundle,
        views_choice,
        views_equipment,
        views_exports,
        views_import,
        views_labels,
        views_orders,
        views_review,
    )
    from patrol.hazards import views as hazards
    from patrol.maintenance import views as maintenance
    from patrol.maintenance import views_link as contractors
    from patrol.maintenance import views_log as work_logs
    from patrol.maintenance import views_orders as maintenance_orders
    from patrol.notices import views as notices
    from patrol.notices import views_choices, views_targets
    from patrol.photos import views as photos
    from patrol.pwa import views as pwa
    from patrol.pwa import views_install
    from patrol.repairs import views as repairs
    from patrol.repairs import views_desk, views_public
    from patrol.reviews import (
        board_views,
        photo_views,
        views_company,
        views_measures,
        views_pdf,
        views_samples,
        views_sign,
    )
    from patrol.reviews import views as reviews
    from patrol.rounds import (
        exceptions_views,
        views_by_hand,
        views_excuses,
        views_questions,
        views_routes,
        views_start,
        visits_views,
    )
    from patrol.rounds import views as rounds
    from patrol.sites import views as places
    from patrol.sync import views as sync
    from patrol.sync import views_shelf as refused
    from patrol.weather import views as weather
    from patrol.workorders import views as workorders
    from patrol.workorders import views_lists as order_lists

    walked = (rounds, views_excuses, views_by_hand, visits_views)
    guard = (accounts, *walked, hazards, order_lists, workorders, equipment_views, photos)
    readers = (
        board_views, briefings, photo_views, reviews, views_sign, views_measures, views_samples, views_company,
        views_pdf, exceptions_views,
    )  # fmt: skip
    papers = (
        views_review, views_orders, views_equipment, views_labels, views_import, views_exports, views_bundle,
        views_choice,
    )  # fmt: skip
    desk = (*readers, views_questions, weather, places, *papers)
    owners = (views_public, views_desk, repairs, complaints)
    upkeep = (maintenance, maintenance_orders, work_logs, contractors)
    plans, told = (views_routes, views_start), (notices, views_choices, views_targets)
    doors = (*guard, *desk, *owners, *upkeep, *plans, *told, sync, refused, pwa, views_install)
    return [health.bp, *(door.bp for door in doors)]
