"""Every setting: its name, its default and one sentence. ``PATROL_<NAME>`` in the environment sets it."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patrol.core.kept_file import kept_file

SETTINGS: tuple[tuple[str, Any, str], ...] = (
    (
        "INSTANCE",
        None,
        "Folder for the database, the photos and the keys; default: instance/ beside the code.",
    ),
    ("DATABASE_URL", None, "SQLAlchemy address; default: SQLite in the instance folder."),
    ("PHOTO_STORE", None, "Folder for the photos; default: photos/ in the instance folder."),
    ("PUBLIC_URL", "http://localhost:8000", "Address that labels and links carry; set it before printing."),
    ("TRUSTED_HOSTS", "", "Host names that are answered besides the one in PUBLIC_URL, separated by commas."),
    ("PROXY_COUNT", 0, "How many proxies in front may set X-Forwarded-* headers."),
    (
        "SECRET_KEY",
        None,
        "Signing key of at least 32 characters; default: made on first start, kept in the instance.",
    ),
    ("SECRET_KEY_FALLBACKS", "", "Older signing keys that are still accepted, separated by commas."),
    ("HOST", "127.0.0.1", "Address the server listens on."),
    ("PORT", 8000, "Port the server listens on."),
    ("LAN", False, "Serve HTTPS for phones in the local network with an own certificate, as `serve --lan` does."),
    ("LAN_SETUP_PORT", 8080, "With LAN: port of the page, on plain http, that explains how phones come to trust it."),
    ("WORKERS", 2, "Server processes."),
    ("THREADS", 16, "Threads in each process."),
    ("TICK_EVERY", 20, "Seconds between the ticks `serve` runs beside itself; 0: none, `patrol tick` runs elsewhere."),
    (
        "NOTICES_LOCAL",
        False,
        "For tests only: lets notices go to 127.0.0.1 in plain http, which whoever may add a robot could misuse.",
    ),
    (
        "FONT",
        None,
        "Font file with Chinese characters for the stamp on photos; default: the first one found.",
    ),
    ("PHOTO_MAX_BYTES", 20 * 1024 * 1024, "Largest photo that is taken, in bytes."),
    ("PHOTOS_PER_DAY", 500, "Photos one person may send in 24 hours."),
    ("DISK_RESERVE", 1024**3, "Free bytes below which no more photos are taken (records still are)."),
    ("OUTBOX_DAYS", 90, "Days a message that went out stays in the outbox; one that failed for good stays in it."),
    ("EXPORT_DAYS", 7, "Days a file that was made for somebody is kept for download."),
    ("LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR."),
    ("LOWER_CASE_LABELS", False, "Print label addresses in lower case, for readers that need it."),
)

_HERE = Path(__file__).resolve().parent


def home() -> Path:
    """Folder that holds templates/ and static/: the checkout, or the copy inside an installed wheel."""
    checkout = _HERE.parent
    if (checkout / "pyproject.toml").exists() and (checkout / "templates").is_dir():
        return checkout
    return _HERE / "_web"


def in_checkout() -> bool:
    return home() != _HERE / "_web"


def load(environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All settings from defaults, then the environment, then ``overrides`` (tests)."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for name, default, _sentence in SETTINGS:
        raw = environ.get(f"PATROL_{name}")
        values[name] = default if raw in (None, "") else _typed(name, raw, default)
    values.update(overrides or {})
    return _complete(values)


def _typed(name: str, raw: str | None, default: Any) -> Any:
    assert raw is not None
    if isinstance(default, bool):
        return raw.strip().lower() in ("1", "true", "yes", "on")
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError as error:
            raise SystemExit(f"PATROL_{name} must be a whole number, not {raw!r}") from error
    return raw


def _complete(values: dict[str, Any]) -> dict[str, Any]:
    instance = Path(values["INSTANCE"] or _default_instance()).expanduser().resolve()
    instance.mkdir(parents=True, exist_ok=True)
    values["INSTANCE"] = instance
    values["PHOTO_STORE"] = Path(values["PHOTO_STORE"] or instance / "photos")
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance / 'patrol.db'}"
    values["SECRET_KEY"] = values["SECRET_KEY"] or _kept_key(instance / "secret.key")
    if len(values["SECRET_KEY"]) < 32:
        raise SystemExit("PATROL_SECRET_KEY is too short: use at least 32 random characters")
    return values


def _default_instance() -> Path:
    return _HERE.parent / "instance" if in_checkout() else Path.home() / ".local" / "share" / "patrol"


def _kept_key(path: Path) -> str:
    """The signing key in the instance folder."""
    return kept_file(path, lambda: secrets.token_urlsafe(48).encode()).read_text().strip()
