"""The month's review as a workbook: numbers as numbers, and nothing typed by anybody can become a formula."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from patrol.reviews.day_page import hazards_found
from patrol.reviews.figures import PatrolFigures, Ratio
from patrol.reviews.review import Review

Words = Callable[[str], str]
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def month_workbook(review: Review, language: str, words: Words) -> bytes:
    """The .xlsx of a review: summary, days, routes, missed points, hazards, equipment, people.

    language: "zh" or "en", for titles of checklists; words: gettext in that language.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, SAFE) as book:
        book.set_properties({"title": f"{review.period.number} {review.site.name}"})
        _Sheets(book, review, language, words).write()
    return buffer.getvalue()


class _Sheets:
    def __init__(self, book: Any, review: Review, language: str, words: Words):
        self.book, self.review, self.language, self._ = book, review, language, words
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.percent = book.add_format({"num_format": "0.0%"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def write(self) -> None:
        self._summary()
        self._days()
        self._routes()
        self._missed()
        self._hazards()
        self._equipment()
        self._people()

    def _table(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self.book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        widths = [len(text) for text in head]
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, self.bold)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._cell(sheet, at, column, value)
                widths[column] = max(widths[column], min(40, len(str(value))))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width * 1.4 + 3)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, Ratio):
            if value.d:
                sheet.write_number(row, column, (value.tenths or 0) / 1000, self.percent)
            else:
                sheet.write_string(row, column, value.text)
        elif isinstance(value, datetime):
            local = value.astimezone(self.review.site.zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, self.moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), self.day)  # noqa: DTZ001
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value)
        elif value is not None:
            sheet.write_string(row, column, str(value))

    def _summary(self) -> None:
        review, _ = self.review, self._
        hazards, counts, cover = review.hazards, review.patrol.counts, review.equipment.coverage.ratio
        rows: list[Sequence[Any]] = [
            (_("No."), review.period.number),
            (_("Site"), review.site.name),
            (_("First day"), review.period.first),
            (_("Last day"), review.period.last),
            (_("Rounds"), counts.rounds),
            (_("Points due"), counts.planned),
            (_("Points reached"), review.patrol.visited),
            (_("Arrival rate"), review.patrol.completion),
            (_("On-time rate"), review.patrol.on_time),
            (_("Missed points"), counts.missed),
            (_("Late"), counts.late),
            (_("Excused"), counts.excused),
            (_("Open at the start"), hazards.balance.open_at_start),
            (_("Hazards found"), hazards.found),
            (_("Hazards closed"), hazards.closed),
            (_("Open at the end"), len(review.open_now)),
            (_("Overdue"), len(review.overdue)),
            (_("Rectified on time"), hazards.on_time),
            (_("Reopen rate"), hazards.reopen),
            (_("Mean time to rectify, hours"), _hours(hazards.rectify.mean_s)),
            (_("Median time to rectify, hours"), _hours(hazards.rectify.median_s)),
            (_("Fire equipment counted"), cover.d),
            (_("Fire equipment inspected"), cover.n),
            (_("Coverage"), cover),
            (_("Usable rate"), review.equipment.usable),
        ]
        self._table(self._("Summary"), [_("Figure"), _("Value")], rows)

    def _days(self) -> None:
        _ = self._
        rows = [
            (day, *_patrol(figures), tally["hazards"]["found"]["valid"], tally["hazards"]["closed"])
            for (day, figures), tally in zip(self.review.daily, self.review.by_day.values(), strict=True)
            if day in self.review.begun
        ]
        self._table(
            self._("Days"), [_("Business day"), *self._patrol_head(), _("Hazards found"), _("Hazards closed")], rows
        )

    def _routes(self) -> None:
        rows = [(line.name, *_patrol(line.total)) for line in self.review.routes]
        rows.append((self._("Together"), *_patrol(self.review.patrol)))
        self._table(self._("Routes"), [self._("Route"), *self._patrol_head()], rows)

    def _patrol_head(self) -> list[str]:
        _ = self._
        return [
            *(_("Rounds"), _("Points due"), _("On time"), _("Late"), _("Missed"), _("Excused")),
            *(_("Arrival rate"), _("On-time rate")),
        ]

    def _missed(self) -> None:
        _ = self._
        rows = [
            (datetime.fromisoformat(point["starts_at"]), point["route"], point["place_name"])
            for point in self.review.total["missed_points"]
        ]
        self._table(self._("Missed points"), [_("Round of"), _("Route"), _("Point")], rows)

    def _hazards(self) -> None:
        _, period = self._, self.review.period
        rows = [
            (h.number, h.title, h.place, _(_SEVERITY[h.severity]), _(_STATE[h.state]), h.reported_at, h.due_at,
             h.rectified_at, h.note)
            for h in hazards_found(self.review.site.id, period.first, period.last)
        ]  # fmt: skip
        head = [_("No."), _("Hazard"), _("Place"), _("Severity"), _("State"), _("Reported"), _("Rectify by"),
                _("Rectified"), _("Note")]  # fmt: skip
        self._table(self._("Hazards"), head, rows)

    def _equipment(self) -> None:
        _, equipment = self._, self.review.equipment
        rows: list[Sequence[Any]] = [
            (_("Not inspected"), equipment.codes.get(item.id, ""), item.name, item.place, None)  # type: ignore[arg-type]
            for item in equipment.coverage.missing
        ]
        kinds = {"service": _("Service due"), "scrap": _("Scrap due")}
        rows += [(kinds[due.kind], due.code, due.name, due.place, due.on) for due in equipment.due]
        self._table(
            self._("Equipment"), [_("What"), _("Asset no."), _("Item name"), _("Place"), _("Business day")], rows
        )

    def _people(self) -> None:
        _ = self._
        rows = [
            (p.name, w["rounds"], w["scans"], _hours(w["on_route_s"]), w["late"], w["missed"], w["hazards_reported"],
             w["hazards_rectified"], w["inspections"], w["photos"])
            for p in self.review.people
            for w in (p.work,)
        ]  # fmt: skip
        head = [_("Person"), _("Rounds"), _("Points"), _("Hours on the route"), _("Late"), _("Missed"),
                _("Hazards reported"), _("Hazards rectified"), _("Inspections"), _("Photos")]  # fmt: skip
        self._table(self._("Workload"), head, rows)


_SEVERITY = {"minor": "Minor", "major": "Major", "critical": "Critical"}
_STATE = {
    "reported": "Received",
    "assigned": "Being fixed",
    "to_verify": "To verify",
    "closed": "Fixed",
    "transferred": "Transferred",
}


def _patrol(figures: PatrolFigures) -> tuple[Any, ...]:
    c = figures.counts
    return c.rounds, c.planned, c.on_time, c.late, c.missed, c.excused, figures.completion, figures.on_time


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 1)
