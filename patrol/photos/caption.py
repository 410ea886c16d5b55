"""What the stamp on a photo says: the facts of its record, as text."""

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.stamp import Marks
from patrol.sites.place import Place
from patrol.sites.site import Site


def caption_of(photo: Photo, file: PhotoFile) -> Marks:
    """Time in the site's zone, site, place, person, and the proof code of the bytes received."""
    site = db.session.get_one(Site, photo.site_id)
    place = db.session.get(Place, (photo.site_id, photo.place_id)) if photo.place_id else None
    person = db.session.get(User, photo.user_id) if photo.user_id else None
    return Marks(
        time=photo.taken_at.astimezone(site.zone).strftime("%Y-%m-%d %H:%M:%S"),
        site=site.name,
        place=place.full_name if place else "",
        person=person.name if person else "",
        errand="",
        record=f"P-{photo.id.hex[-8:].upper()}",
        sha256=file.sha256,
    )
