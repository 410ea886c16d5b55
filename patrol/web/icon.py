"""One of the sprite's icons: drawn hundreds of times a page, so each is written once."""

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from patrol.web.assets import Assets

_ICON = Markup('<svg class="icon{cls}" viewBox="0 0 24 24"{role}><use href="{sprite}#{name}"/></svg>')
_SILENT, _SAID = Markup(' aria-hidden="true"'), Markup(' role="img" aria-label="{}"')


def init_icon(app: Flask) -> None:
    app.jinja_env.globals["draw_icon"] = _icon_of(app.extensions["assets"])


def _icon_of(assets: Assets) -> Callable[..., Markup]:
    def icon(name: str, label: str | None = None, cls: str = "") -> Markup:
        """label: only for an icon that stands alone; beside a word it stays silent."""
        return _drawn(assets.url("vendor/icons.svg"), name, label, cls)

    return icon


@lru_cache(maxsize=1024)
def _drawn(sprite: str, name: str, label: str | None, cls: str) -> Markup:
    role = _SAID.format(label) if label else _SILENT
    return _ICON.format(cls=f" {cls}" if cls else "", role=role, sprite=sprite, name=name)
