"""Which store and which limits this installation uses for photos."""

from typing import Any

from patrol.photos.intake import Limits
from patrol.photos.shelf import PhotoStore, Shelf


def shelf(app: Any) -> PhotoStore:
    """The app's photo store, made on first use."""
    if "photo_shelf" not in app.extensions:
        app.extensions["photo_shelf"] = Shelf(app.config["PHOTO_STORE"])
    store: PhotoStore = app.extensions["photo_shelf"]
    return store


def limits(app: Any) -> Limits:
    config = app.config
    return Limits(config["PHOTO_MAX_BYTES"], config["PHOTOS_PER_DAY"], config["DISK_RESERVE"])
