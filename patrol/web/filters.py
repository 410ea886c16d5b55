"""How times, days and codes read on a screen, in the reader's language and the site's zone."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from patrol.core.clock import now
from patrol.web import charts
from patrol.web.i18n import language, zone
from patrol.web.inner import kept_name

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = "January February March April May June July August September October November December".split()


def init_filters(app: Flask) -> None:
    app.jinja_env.filters.update(
        local_input=local_input,
        clock=clock,
        day=day,
        day_short=day_short,
        weekday=weekday,
        month=month,
        moment=moment,
        ago=ago,
        until=until,
        dom_id=dom_id,
        span=span,
        stamp=stamp,
    )
    app.jinja_env.globals.update(csrf_field=csrf_field, now=now, charts=charts, next_page=next_page)


def csrf_field() -> Markup:
    """The hidden field that every form carries; a page kept on the phone has none."""
    if kept_name():
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _local(at: datetime, tz: ZoneInfo | None = None) -> datetime:
    return at.astimezone(tz or zone())


def next_page(cursor: str) -> str:
    """This page's address with another cursor; every filter stays."""
    args = {**request.args.to_dict(), "cursor": cursor}
    return f"{request.path}?{urlencode(args)}"


def local_input(at: datetime | None) -> str:
    """As a datetime-local field takes it: the site's wall clock."""
    return _local(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def clock(at: datetime | None) -> str:
    """22:41"""
    return _local(at).strftime("%H:%M") if at else "—"


def day(value: date | datetime, weekday: bool = True) -> str:
    """3 月 18 日 周三 / Wed 18 March"""
    value = _local(value).date() if isinstance(value, datetime) else value
    if language() == "zh":
        text = f"{value.month} 月 {value.day} 日"
        return f"{text} 周{_WEEKDAYS_ZH[value.weekday()]}" if weekday else text
    text = f"{value.day} {_MONTHS_EN[value.month - 1]}"
    return f"{_WEEKDAYS_EN[value.weekday()]} {text}" if weekday else text


def month(value: date, year: bool = True) -> str:
    """2026 年 3 月 / March 2026; without its year 3 月 / March"""
    if language() == "zh":
        return f"{value.year} 年 {value.month} 月" if year else f"{value.month} 月"
    name = _MONTHS_EN[value.month - 1]
    return f"{name} {value.year}" if year else name


def weekday(value: date) -> str:
    """周三 / Wed"""
    return f"周{_WEEKDAYS_ZH[value.weekday()]}" if language() == "zh" else _WEEKDAYS_EN[value.weekday()]


def day_short(value: date | datetime) -> str:
    """3-18 / 18 Mar"""
    value = _local(value).date() if isinstance(value, datetime) else value
    if language() == "zh":
        return f"{value.month}-{value.day:02d}"
    return f"{value.day} {_MONTHS_EN[value.month - 1][:3]}"


def moment(at: datetime | None) -> str:
    """22:41 today, else 3-18 22:41; another year carries its year."""
    if at is None:
        return "—"
    local, today = _local(at), _local(now()).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    if local.year != today.year:
        return local.strftime("%Y-%m-%d %H:%M")
    return f"{day_short(local.date())} {local:%H:%M}"


def span(length: timedelta) -> str:
    """25 分 / 3 小时 / 2 天, rounded down, at least one minute."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)s min", "%(num)s min", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // 1440)


def ago(at: datetime) -> str:
    return span(now() - at)


def until(at: datetime) -> str:
    """When something is due, as people say it: today 14:00, tomorrow 09:00, Fri 18:00, 3-18 18:00."""
    local, today = _local(at), _local(now()).date()
    gap = (local.date() - today).days
    if gap == 0:
        return _("today %(time)s", time=local.strftime("%H:%M"))
    if gap == 1:
        return _("tomorrow %(time)s", time=local.strftime("%H:%M"))
    return f"{day_short(local.date())} {local:%H:%M}"


def dom_id(row: object) -> str:
    """hazard-0192…: the id of the element that shows a row."""
    key = getattr(row, "id", None)
    assert isinstance(key, UUID)
    return f"{type(row).__name__.lower()}-{key.hex}"


def stamp(at: datetime) -> str:
    """2026-03-18 22:31, whole, for lists and papers."""
    return _local(at).strftime("%Y-%m-%d %H:%M")
