"""The watermark: legible on any picture, honest about what this machine can draw."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageFont

from patrol.photos import stamp
from patrol.photos.stamp import Marks, burn, find_font, has_cjk_font, proof_code

POT = Marks(
    time="2026-03-18 22:31:07",
    site="翠湖花园",
    place="3 栋 12 层 东阳台",
    person="王建国",
    errand="夜巡二线 7 号点",
    record="GD-0318-07",
    sha256="a41c77e0" + "0" * 56,
)


def jpeg(size=(800, 600), colour="#b9ad97") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def burnt(marks=POT, size=(800, 600), face=None, colour="#b9ad97") -> Image.Image:
    return Image.open(BytesIO(burn(jpeg(size, colour), marks, face)), formats=("JPEG",)).convert("L")


def brightest(image: Image.Image, box) -> int:
    return image.crop(box).getextrema()[1]


@pytest.mark.parametrize("size", [(800, 600), (600, 800), (320, 240), (1600, 1200)])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_white_letters_stand_on_dark_ground_at_both_lower_corners(size, colour):
    image = burnt(size=size, colour=colour)
    width, height = size

    for box in ((0, height * 3 // 4, width // 3, height), (width * 2 // 3, height * 3 // 4, width, height)):
        assert brightest(image, box) > 225
    assert image.getpixel((width // 2, height - 2)) < 90


def test_the_upper_half_of_the_picture_is_untouched():
    before = Image.open(BytesIO(jpeg()), formats=("JPEG",)).convert("L")
    change = ImageChops.difference(before, burnt()).crop((0, 0, 800, 300))

    assert change.getextrema()[1] <= 2


def test_a_very_long_place_does_not_run_into_the_proof_code():
    font = find_font()
    usual = burnt(replace(POT, errand=""), face=font)
    long = burnt(replace(POT, errand="", place="Landing beside the shaft " * 9), face=font)

    change = ImageChops.difference(usual, long).point(lambda value: 255 if value > 60 else 0)
    assert change.getbbox()[2] < 675


def test_the_proof_code_is_the_beginning_of_the_hash():
    assert proof_code(POT.sha256) == "A41C-77E0"


def test_another_hash_gives_another_picture():
    other = burnt(replace(POT, sha256="b" * 64))

    assert ImageChops.difference(burnt(), other).getbbox()[0] > 400


def test_without_a_chinese_font_the_records_name_stands_in():
    named, nameless = burnt(), burnt(replace(POT, record=""))

    assert ImageChops.difference(named, nameless).getbbox()[2] < 400


def test_without_a_chinese_font_latin_names_are_still_written():
    latin = replace(POT, site="Green Lake", place="Block 3", person="Wang", errand="", record="")

    assert ImageChops.difference(burnt(latin), burnt(replace(latin, person="Li"))).getbbox()


def test_a_font_without_chinese_is_not_taken_for_one(tmp_path, monkeypatch):
    monkeypatch.setattr(stamp, "PLACES", ())
    latin = tmp_path / "latin.ttf"
    latin.write_bytes(ImageFont.load_default(20).font_bytes)
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")

    for path in (None, "", str(latin), str(broken), str(tmp_path / "missing.ttf")):
        assert find_font(path) is None
        assert not has_cjk_font(path)


def test_the_font_of_the_settings_comes_first(tmp_path, monkeypatch):
    monkeypatch.setattr(stamp, "_face", lambda file, index: stamp.Face(file, index, None))

    assert find_font("/somewhere/own.ttc").path == "/somewhere/own.ttc"
    assert find_font().path == stamp.PLACES[0][0]


def test_nothing_of_the_file_but_pixels_is_in_the_copy():
    out = BytesIO()
    Image.new("RGB", (300, 200)).save(out, "JPEG", comment=b"secret", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")

    assert b"secret" not in burn(out.getvalue(), POT, None)
