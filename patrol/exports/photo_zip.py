"""Photos of a period, or chosen ones, as a ZIP: each with its stamp, and an index as HTML and CSV."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from patrol.core.db import db
from patrol.exports.kit import Kit
from patrol.exports.made import Made, Steps
from patrol.exports.pictures import Archive, picture_name, stamped
from patrol.exports.sheets import CsvTables
from patrol.exports.tables_of.photos import chosen_photos, photo_cells, photo_heads, photos_of_day
from patrol.exports.tables_of.table import Period
from patrol.photos.photo import Photo
from patrol.reviews.photo_plan import OF_OWNERS, SHOWS
from patrol.sites.place import places_below

AT_ONCE = 12  # photos up to which one waits for the answer
MOST_CHOSEN = 500


def make_photos(asked: Mapping[str, Any], period: Period, part: Path, folder: Path, steps: Steps, kit: Kit) -> Made:
    """asked: ``photos`` (ids), or else what narrows the period: ``show``, ``building``, ``person``."""
    archive, total, count, missing = Archive(part), count_photos(asked, period), 0, 0
    table, page = folder / "index.csv", folder / "index.html"
    index = CsvTables(table, period.site.zone, alone=True)
    index.begin("photos", "", [(kit.words("File"), 0), *photo_heads(period)])
    with page.open("w", encoding="utf-8") as html:
        facts = {"site": period.site, "first": period.first, "last": period.last, "chosen": bool(asked.get("photos"))}
        html.write(kit.render("exports/photo_index.html", part="head", css=kit.css(), logo=kit.logo(), **facts))
        for rows in chunks_of(asked, period):
            shown = []
            for photo in rows:
                picture = stamped(photo, period.site, kit)
                name = picture_name(photo, period.site) if picture else ""
                if picture:
                    archive.add(name, picture)
                missing += not picture
                count += 1
                index.row([name, *photo_cells(photo, period)])
                shown.append((name, photo, photo_cells(photo, period)))
                steps.step("photos", count, total)
            html.write(kit.render("exports/photo_index.html", part="rows", rows=shown, zone=period.site.zone))
        html.write(kit.render("exports/photo_index.html", part="foot", count=count, missing=missing))
    index.close()
    steps.step("pack", 1, 1)
    archive.add_file("index.csv", table)
    archive.add_file("index.html", page)
    archive.close()
    return Made(f"photos-{period.first:%Y%m%d}-{period.last:%Y%m%d}.zip", {"photos": count, "missing": missing})


def chunks_of(asked: Mapping[str, Any], period: Period) -> Iterator[list[Any]]:
    if asked.get("photos"):
        ids = [UUID(photo) for photo in asked["photos"]]
        yield from chosen_photos(period.site.id, ids, *_seen(period))
        return
    more = [*_narrowed(asked, period), *_seen(period)]
    for day in period.each_day():
        yield from photos_of_day(period, day, *more)


def count_photos(asked: Mapping[str, Any], period: Period, most: int | None = None) -> int:
    """How many there are, up to ``most``."""
    if asked.get("photos"):
        return len(asked["photos"])
    query = select(Photo.id).where(
        Photo.site_id == period.site.id, Photo.business_day.between(period.first, period.last),
        Photo.kind != "signature", *_narrowed(asked, period), *_seen(period),
    )  # fmt: skip
    few = (query.limit(most) if most else query).subquery()
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def _seen(period: Period) -> list[Any]:
    """What owners sent is for those who may see owners, and only where it was asked for."""
    return [] if period.owners else [Photo.subject_kind.not_in(OF_OWNERS)]


def _narrowed(asked: Mapping[str, Any], period: Period) -> list[Any]:
    found: list[Any] = []
    if asked.get("show"):
        found.append(Photo.kind.in_(SHOWS[asked["show"]]))
    if asked.get("building"):
        found.append(Photo.place_id.in_(places_below(period.site.id, UUID(asked["building"]))))
    if asked.get("person"):
        found.append(Photo.user_id == UUID(asked["person"]))
    return found
