"""What a photo becomes: upright, shrunk, newly encoded, with nothing of the uploaded file left in it."""

import struct
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import isfinite
from pathlib import Path
from threading import BoundedSemaphore

from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from patrol.photos.look import Look, look_of

# Phones' multi-picture JPEGs (MPO) come in through JPEG.
FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
MAX_PIXELS = 64_000_000
WEBP_PIXELS = 24_000_000  # libwebp holds the whole picture four times over; draft() cannot help it
MASTER_QUALITY = 82
THUMB_QUALITY = 75
BAND = 256  # rows flattened at a time, so that a large PNG is never in memory twice

# Pillow alone only warns between one and two times this figure, and a warning decodes the bomb.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

# No pixel limit sees a JPEG with a thousand scans: what bounds its cost is how many decode at once.
DECODING = BoundedSemaphore(2)

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    AttributeError,
)
BROKEN_DATA = (*BROKEN, struct.error, zlib.error)

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PhotoError(ValueError):
    """A picture that will never be taken, however often it is sent; `code` says why.

    Codes: photo.empty, photo.unsupported_type, photo.too_many_pixels, photo.truncated, photo.undecodable.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Pixels:
    """A photo made clean. `master` and `thumb` are JPEG bytes without any metadata.

    width, height: of the upright master, in pixels.
    exif_taken_at: as the camera wrote it, naive (EXIF has no zone); a claim, not a fact.
    exif_position: latitude and longitude in degrees, south and west negative; a claim as well.
    look: what it looks like (look.py), None when there is next to nothing to see.
    """

    master: bytes
    thumb: bytes
    width: int
    height: int
    exif_taken_at: datetime | None
    exif_position: tuple[float, float] | None
    look: Look | None = None


def decode_and_shrink(
    source: Path | bytes, *, limit_px: int = MAX_PIXELS, master_side: int = 1600, thumb_side: int = 480
) -> Pixels:
    """Turns an uploaded file into a master and a thumbnail; waits while two others are being decoded.

    source: the whole file in memory, or the path of it (the caller has limited its size in bytes).
    limit_px: pixels the file may announce; checked before anything is decoded.
    master_side, thumb_side: longest side in pixels; a smaller picture keeps its size.

    Raises PhotoError when the picture is at fault. A disk that cannot be read raises OSError and
    memory that runs out MemoryError, untouched: those are ours, and the phone should try again.
    """
    with DECODING:
        data = source if isinstance(source, bytes) else source.read_bytes()
        if not data:
            raise PhotoError("photo.empty")
        if not _kind_is_ours(data[:16]):
            raise PhotoError("photo.unsupported_type")
        try:
            return _shrink(data, limit_px, master_side, thumb_side)
        except PhotoError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PhotoError("photo.too_many_pixels") from error
        except BROKEN_DATA as error:
            cut = isinstance(error, EOFError) or "truncated" in str(error)
            raise PhotoError("photo.truncated" if cut else "photo.undecodable") from error


def _kind_is_ours(prefix: bytes) -> bool:
    accepts = (Image.OPEN[name][1] for name in FORMATS)
    return any(accept is not None and accept(prefix) is True for accept in accepts)


def _shrink(data: bytes, limit_px: int, master_side: int, thumb_side: int) -> Pixels:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        limit = min(limit_px, WEBP_PIXELS) if image.format == "WEBP" else limit_px
        if image.width * image.height > limit:
            raise PhotoError("photo.too_many_pixels")
        # draft() keeps both sides at least as long as asked, so a square target would do nothing.
        image.draft(None, fitted(image.size, master_side))
        image.load()
        exif = _exif(image)
        clean = _flat_copy(image, master_side)
    master = _fit(clean, master_side)
    turn = UPRIGHT.get(exif.get(ExifTags.Base.Orientation, 1))
    if turn is not None:
        master = master.transpose(turn)
    return Pixels(
        master=_jpeg(master, MASTER_QUALITY),
        thumb=_jpeg(_fit(master, thumb_side), THUMB_QUALITY),
        width=master.width,
        height=master.height,
        exif_taken_at=_taken_at(exif),
        exif_position=_position(exif),
        look=look_of(master),
    )


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size with its longest side at most `side`, never larger than before, never below 1."""
    longest = max(size)
    if longest <= side:
        return size
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def _fit(image: Image.Image, side: int) -> Image.Image:
    size = fitted(image.size, side)
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _flat_copy(image: Image.Image, side: int) -> Image.Image:
    """The pixels alone, on white, as a new RGB image: no EXIF, XMP, profile or comment can follow them.

    A picture more than twice too large is halved, thirded ... on the way, band by band.
    """
    factor = max(1, max(image.size) // (side * 2))
    copy = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, BAND * factor):
        bottom = min(image.height, top + BAND * factor)
        band = _flat(image.crop((0, top, image.width, bottom)))
        copy.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return copy


def _flat(band: Image.Image) -> Image.Image:
    if band.mode.startswith("I"):  # 16 bits of grey; converting alone would clip them to white
        return band.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    if band.has_transparency_data:
        band = band.convert("RGBA")
        white = Image.new("RGB", band.size, "white")
        white.paste(band, mask=band.getchannel("A"))
        return white
    return band if band.mode == "RGB" else band.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except BROKEN_DATA:
        return Image.Exif()  # a picture with spoilt notes is still a picture


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        shot = exif.get_ifd(ExifTags.IFD.Exif)
    except BROKEN_DATA:
        shot = {}
    tags = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
    for text in (*(shot.get(tag) for tag in tags), exif.get(ExifTags.Base.DateTime)):
        try:
            return datetime.strptime(str(text)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (EXIF has no zone)
        except ValueError:
            continue
    return None


def _position(exif: Image.Exif) -> tuple[float, float] | None:
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "NS")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "EW")
    except (*BROKEN_DATA, ZeroDivisionError):
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _degrees(parts: tuple[float, float, float], ref: str, letters: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    letter = ref.strip().upper()
    if not isfinite(value) or len(letter) != 1 or letter not in letters:
        raise ValueError(parts)
    return round(-value if letter in "SW" else value, 7)
