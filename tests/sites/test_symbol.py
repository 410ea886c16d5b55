"""The label's code and symbol: typed by cold fingers, read by cheap cameras."""

import json
import re
from dataclasses import asdict

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from patrol.sites.symbol import ALPHABET, Symbol, fold_code, grouped, new_code, symbol

CODE = "7K3M9QX2ABCD"
codes = st.text(ALPHABET, min_size=12, max_size=12)
LOOKS = {"0": "0oO", "1": "1iIlL"}


def rendered(made: Symbol, module: int = 4) -> Image.Image:
    """The path as a printer would draw it, its viewBox taken from the symbol."""
    image = Image.new("L", (made.size * module, made.size * module), 255)
    draw = ImageDraw.Draw(image)
    assert re.fullmatch(r"(M\d+ \d+h\d+v\d+h-\d+z)+", made.path_d)
    for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", made.path_d):
        left, top = int(x) * module, int(y) * module
        draw.rectangle((left, top, left + int(width) * module - 1, top + int(height) * module - 1), fill=0)
    return image


def url_of(length: int) -> str:
    tail = f"/C/{CODE}"
    return "HTTPS://" + "A" * (length - len(tail) - 8 - 3) + ".CN" + tail


@given(codes, st.data())
def test_a_code_is_understood_however_it_is_typed(code, data):
    typed = "".join(
        data.draw(st.sampled_from(LOOKS.get(letter, letter + letter.lower())))
        + data.draw(st.sampled_from(["", "", "", "-", " ", "—", "－"]))
        for letter in code
    )

    assert fold_code(typed) == code
    assert fold_code(grouped(code)) == code


@given(codes)
def test_an_address_is_folded_to_its_code(code):
    for address in (f"HTTPS://XUNCHA.EXAMPLE.CN/C/{code}", f"https://x.cn/c/{code.lower()}/", f"x/C/{code}"):
        assert fold_code(address) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_whole_code_or_nothing(text):
    code = fold_code(text)

    assert code is None or (len(code) == 12 and set(code) <= set(ALPHABET) and fold_code(code) == code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7K3M9QX2ABC",
        "7K3M9QX2ABCDE",
        "7K3M9QX2ABCU",  # U is no letter of ours
        "7K3M9QX2ABC!",
        "HTTPS://X.CN/7K3M9QX2ABCD",
        "/C/7K3M9QX2ABCD",
        "https://x.cn/c/7K3M9QX2ABCD?next=/",
        "٧K3M9QX2ABCD",
        "7K3M9QX2ABCD" + " " * 400,
    ],
)
def test_what_is_no_code_is_none(text):
    assert fold_code(text) is None


def test_full_width_letters_of_a_chinese_keyboard_are_understood():
    assert fold_code("７Ｋ３Ｍ－９ＱＸ２－ＡＢＣＤ") == CODE


def test_a_code_is_printed_in_groups_of_four():
    assert grouped(CODE) == "7K3M-9QX2-ABCD"


def test_new_codes_are_twelve_characters_and_do_not_repeat():
    made = {new_code() for _ in range(2000)}

    assert len(made) == 2000
    assert all(fold_code(code) == code for code in made)


@pytest.mark.parametrize("length", [32, 36, 40, 46, 47])
def test_a_url_of_up_to_47_capitals_gives_version_three(length):
    url = url_of(length)
    made = symbol(url)

    assert len(url) == length
    assert (made.version, made.size) == (3, 29 + 8)


def test_a_longer_or_lower_case_url_needs_more_modules():
    assert symbol(url_of(48)).version == 4
    assert symbol(url_of(40).lower()).version > 3


@pytest.mark.parametrize("url", [url_of(40), url_of(47), url_of(60), "https://192.168.1.20:8443/c/7k3m9qx2abcd"])
def test_the_symbol_is_read_back_by_a_camera(url):
    found = zxingcpp.read_barcodes(rendered(symbol(url)))

    assert [code.text for code in found] == [url]


def test_the_symbol_survives_a_thumb_of_dirt():
    image = rendered(symbol(url_of(40)), module=6)
    ImageDraw.Draw(image).ellipse((110, 110, 150, 150), fill=0)

    assert [code.text for code in zxingcpp.read_barcodes(image)] == [url_of(40)]


def test_four_modules_around_the_symbol_stay_white():
    made = symbol(url_of(40))
    ink = rendered(made, module=1).point(lambda value: 255 - value).getbbox()

    assert ink == (4, 4, made.size - 4, made.size - 4)


def test_a_symbol_is_kept_and_travels_as_json():
    made = symbol(url_of(40))

    assert symbol(url_of(40)) is made
    assert Symbol(**json.loads(json.dumps(asdict(made)))) == made
    assert len(made.path_d) < 6000
