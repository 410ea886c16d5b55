"""What comes out of an uploaded picture, and what never does."""

import random
import struct
import zlib
from datetime import datetime
from io import BytesIO

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from patrol.photos.pixels import MAX_PIXELS, PhotoError, Pixels, decode_and_shrink

SECRET = b"GPS-AND-SECRETS"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"


def saved(image: Image.Image, form: str = "JPEG", **options) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("JPEG",))


def corners(width=60, height=40) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    for colour, at in (("red", (0, 0)), ("lime", (width // 2, 0)), ("blue", (0, height // 2))):
        image.paste(colour, (*at, at[0] + width // 2, at[1] + height // 2))
    return image


def with_exif(orientation: int | None = None) -> Image.Exif:
    exif = Image.Exif()
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:18 22:31:07"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (30.0, 15.0, 36.0), 3: "W", 4: (120.0, 9.0, 0.0)})
    return exif


def close_to(pixel, colour) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


def refusal(data: bytes, **options) -> str:
    with pytest.raises(PhotoError) as caught:
        decode_and_shrink(data, **options)
    return caught.value.code


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb_png(width: int, height: int) -> bytes:
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(width // 8 + 1)) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def test_a_phone_photo_becomes_a_master_of_1600_and_a_thumbnail_of_480():
    pixels = decode_and_shrink(saved(corners(4000, 3000)))

    assert (pixels.width, pixels.height) == opened(pixels.master).size == (1600, 1200)
    assert opened(pixels.thumb).size == (480, 360)
    assert opened(pixels.master).format == opened(pixels.thumb).format == "JPEG"


def test_a_small_picture_keeps_its_size_but_is_still_encoded_anew():
    small = saved(corners(), quality=95)
    pixels = decode_and_shrink(small)

    assert opened(pixels.master).size == (60, 40)
    assert pixels.master != small


def test_a_picture_can_be_read_from_a_file(tmp_path):
    path = tmp_path / "photo"
    path.write_bytes(saved(corners()))

    assert decode_and_shrink(path) == decode_and_shrink(path.read_bytes())


def test_a_missing_file_is_our_fault_and_no_photo_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        decode_and_shrink(tmp_path / "gone")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_upright(orientation, form):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = corners().transpose(undo[orientation]) if orientation in undo else corners()
    upright = opened(decode_and_shrink(saved(held, form, exif=with_exif(orientation))).master)

    assert upright.size == (60, 40)
    assert close_to(upright.getpixel((8, 8)), (255, 0, 0))
    assert close_to(upright.getpixel((52, 8)), (0, 255, 0))
    assert close_to(upright.getpixel((8, 32)), (0, 0, 255))


def test_the_cameras_time_and_place_are_read_before_they_are_dropped():
    pixels = decode_and_shrink(saved(corners(), exif=with_exif(6)))

    assert pixels.exif_taken_at == datetime(2026, 3, 18, 22, 31, 7)  # (EXIF has no zone)
    assert pixels.exif_position == pytest.approx((30.26, -120.15))


def test_a_picture_without_notes_claims_nothing():
    pixels = decode_and_shrink(saved(corners()))

    assert (pixels.exif_taken_at, pixels.exif_position) == (None, None)


@pytest.mark.parametrize(
    ("tag", "value"),
    [(2, (0.0, 1.0)), (2, (float("inf"), 0.0, 0.0)), (2, (120.0, 0.0, 0.0)), (1, "X"), (1, "")],
)
def test_impossible_positions_are_ignored(tag, value):
    exif = with_exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[tag] = value

    assert decode_and_shrink(saved(corners(), exif=exif)).exif_position is None


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_spoilt_exif_does_not_cost_the_picture():
    pixels = decode_and_shrink(saved(corners(), exif=b"Exif\0\0II*\0" + b"\xff" * 40))

    assert (pixels.width, pixels.exif_taken_at) == (60, None)


def noted(form: str) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if form == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return saved(corners(), form, exif=with_exif(), pnginfo=notes, icc_profile=profile)
    extra = {"comment": SECRET} if form == "JPEG" else {}
    return saved(corners(), form, exif=with_exif(), xmp=XMP, icc_profile=profile, **extra)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_goes_through(form):
    assert SECRET in noted(form)
    pixels = decode_and_shrink(noted(form))

    for data in (pixels.master, pixels.thumb):
        assert SECRET not in data
        assert not any(mark in data for mark in (b"Exif", b"ICC_PROFILE", b"xmpmeta", b"http"))
        assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_bytes_behind_the_picture_do_not_go_through():
    page = b"<html><script>alert(1)</script></html>"
    pixels = decode_and_shrink(saved(corners()) + page)

    assert b"script" not in pixels.master + pixels.thumb


def test_a_multi_picture_jpeg_counts_as_its_first_picture():
    data = saved(corners(2000, 1000), "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])

    assert Image.open(BytesIO(data), formats=("JPEG",)).format == "MPO"
    assert decode_and_shrink(data).width == 1600


def grey16() -> Image.Image:
    row = struct.pack("<64H", *(x * 65535 // 63 for x in range(64)))
    return Image.frombytes("I;16", (64, 32), row * 32)


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped():
    grey = opened(decode_and_shrink(saved(grey16(), "PNG")).master)

    assert [round(grey.getpixel((x, 16))[0] / 32) for x in (0, 32, 63)] == [0, 4, 8]


@pytest.mark.parametrize("colours", ["CMYK", "L", "1", "P", "YCbCr"])
def test_other_colour_models_become_rgb(colours):
    image = Image.new("RGB", (64, 64), (255, 255, 255)).convert(colours)
    data = saved(image, "JPEG" if colours in ("CMYK", "YCbCr") else "PNG")

    master = opened(decode_and_shrink(data).master)
    assert master.mode == "RGB"
    assert close_to(master.getpixel((30, 30)), (255, 255, 255))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("size", [(64, 64), (4000, 700)])
def test_what_shines_through_becomes_white(form, size):
    data = saved(Image.new("RGBA", size, (255, 0, 0, 0)), form, lossless=True)

    assert close_to(opened(decode_and_shrink(data).master).getpixel((30, 30)), (255, 255, 255))


def test_a_palette_with_a_clear_colour_stands_on_white():
    image = Image.new("P", (64, 64), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])

    master = opened(decode_and_shrink(saved(image, "PNG", transparency=1)).master)
    assert close_to(master.getpixel((30, 30)), (255, 255, 255))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # pytest undoes our "error"
@pytest.mark.parametrize("size", [(13000, 13000), (8001, 8000), (30000, 30000)])
def test_a_bomb_is_refused_by_its_header(size):
    assert refusal(bomb_png(*size)) == "photo.too_many_pixels"


def test_the_pixel_limit_can_be_set_lower():
    assert refusal(saved(corners()), limit_px=60 * 40 - 1) == "photo.too_many_pixels"
    assert decode_and_shrink(saved(corners()), limit_px=60 * 40).width == 60


def test_a_webp_has_a_lower_limit():
    assert refusal(saved(Image.new("1", (6100, 4000)).convert("RGB"), "WEBP")) == "photo.too_many_pixels"
    assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS


def test_a_thread_of_a_picture_keeps_at_least_one_pixel():
    pixels = decode_and_shrink(saved(Image.new("RGB", (9000, 2), "red")))

    assert (pixels.width, pixels.height) == (1600, 1)


FITS = b"SIMPLE  =                    T" + b" " * 2850
PSD = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 10, 10, 8, 3) + bytes(200)


@pytest.mark.parametrize(
    "data",
    [
        FITS,
        PSD,
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<!doctype html><script>alert(1)</script>" + saved(corners()),
        saved(corners().convert("P"), "GIF"),
        saved(corners(), "BMP"),
        saved(corners(), "TIFF"),
        b"\0\0\0\x18ftypheic" + bytes(40),
        b"%PDF-1.7",
        b"PK\3\4" + bytes(40),
        b"\xff",
    ],
    ids=["fits", "psd", "svg", "html", "gif", "bmp", "tiff", "heic", "pdf", "zip", "one byte"],
)
def test_other_kinds_of_file_are_refused_by_kind(data):
    assert refusal(data) == "photo.unsupported_type"


def test_no_bytes_are_no_photo():
    assert refusal(b"") == "photo.empty"


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_half_a_picture_is_refused_and_not_filled_with_grey(form):
    noise = Image.frombytes("RGB", (400, 300), random.Random(1).randbytes(360000))
    data = saved(noise, form)

    assert refusal(data[: len(data) // 2]) == "photo.truncated"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_bare_header_is_refused(form):
    assert refusal(saved(corners(), form)[:24]) in ("photo.undecodable", "photo.truncated")


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow names each spoilt tag
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_spoilt_bytes_end_in_a_picture_or_a_named_refusal(form):
    rng = random.Random(7)
    clean = noted(form)
    for _ in range(150):
        spoilt = bytearray(clean)
        for _ in range(rng.randint(1, 8)):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        try:
            assert isinstance(decode_and_shrink(bytes(spoilt)), Pixels)
        except PhotoError as error:
            assert error.code.startswith("photo.")  # noqa: PT017
