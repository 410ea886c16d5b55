"""Languages: the person's own choice, then the browser's, Chinese when in doubt."""

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request, session
from flask_babel import Babel, force_locale, get_locale, get_translations, gettext
from flask_login import current_user
from markupsafe import Markup

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
DEFAULT = "zh"


def language() -> str:
    """ "zh" or "en" for this request."""
    if "language" not in g:
        g.language = _chosen()
    return g.language


def _chosen() -> str:
    wish = current_user.language if current_user and current_user.is_authenticated else None
    wish = wish or session.get("language")
    if wish in LOCALES:
        return wish
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "en", "en-US", "en-GB"])
    return "en" if best and best.startswith("en") else DEFAULT


def pick(both: Any, field: str = "") -> str:
    """The reader's half of trade content: {"zh": …, "en": …}, or an object with ``field_zh``, ``field_en``."""
    locale = get_locale()
    code = "en" if locale is not None and locale.language == "en" else "zh"
    if isinstance(both, dict):
        return str(both.get(code) or both.get("zh") or "")
    return str(getattr(both, f"{field}_{code}"))


def init_i18n(app: Flask, folder: str) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = folder
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES[DEFAULT]
    Babel(app, locale_selector=lambda: LOCALES[language()] if request else LOCALES[DEFAULT])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, n: _catalogue().ungettext(one, many, n),
        newstyle=True,
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, n: _catalogue().unpgettext(context, one, many, n),
    )
    app.jinja_env.globals.update(language=language, pick=pick, _=_said, gettext=_said)


def _said(text: str, /, **facts: Any) -> Markup:
    """``_()`` of a page: what Jinja's own makes of a text, which it makes anew for each of a page's hundred words."""
    return _marked(_catalogue(), text) % facts if facts else _whole(_catalogue(), text)


@lru_cache(maxsize=8192)
def _marked(catalogue: Any, text: str) -> Markup:
    return Markup(catalogue.ugettext(text))  # noqa: S704  a catalogue's text is ours; facts are escaped when put in


@lru_cache(maxsize=8192)
def _whole(catalogue: Any, text: str) -> Markup:
    """The text without facts; a percent sign is written twice there as well."""
    return _marked(catalogue, text) % {}


def word(text: str) -> str:
    """A text without facts in the reader's language; for what asks for dozens of them."""
    return str(_catalogue().ugettext(text))


def _catalogue() -> Any:
    """The translations in force: looked up once, not for each of a page's hundred words, and anew where a part of a
    request is written in another language."""
    here = g._get_current_object()
    locale = getattr(here.get("_flask_babel"), "babel_locale", None) or get_locale()  # it stands there once asked for
    kept = here.get("catalogue")
    if kept is None or kept[0] is not locale:
        kept = here.catalogue = (locale, get_translations())
    return kept[1]


def zone() -> ZoneInfo:
    """The reader's site's."""
    if "zone" not in g:
        g.zone = current_user.zone if current_user and current_user.is_authenticated else ZoneInfo("Asia/Shanghai")
    return g.zone


def said_in(code: str, text: str, **facts: Any) -> str:
    """A marked sentence in a language that is not a reader's own: for mail, robots and push."""
    with force_locale(LOCALES.get(code, LOCALES[DEFAULT])):
        return gettext(text) % facts if facts else gettext(text)
