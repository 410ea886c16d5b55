"""The watermark (水印) burnt into a copy of a photo for download, print and the bundle."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from patrol.photos.pixels import DECODING

QUALITY = 85
INK = (255, 255, 255)
SHADOW = (0, 0, 0)

# (file, face of the collection that holds simplified Chinese), best looking first
PLACES = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 0),
    ("/System/Library/Fonts/Hiragino Sans GB.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
    ("/system/fonts/NotoSansCJK-Regular.ttc", 2),
)
BOLD = (("Regular", "Bold"), ("msyh.ttc", "msyhbd.ttc"))


@dataclass(frozen=True, slots=True)
class Face:
    """A font file and the face in it; `bold` is the file of its bold sister, if there is one."""

    path: str
    index: int
    bold: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """What the watermark says, already as text.

    time: in the site's zone, e.g. "2026-03-18 22:31:07".
    errand: round and point, or the order's number; may be empty.
    record: a short Latin name of the record, shown where no Chinese font is installed.
    sha256: hex of the bytes the proof code speaks for.
    """

    time: str
    site: str
    place: str
    person: str
    errand: str
    record: str
    sha256: str
    proof_label: str = "防伪码"


def find_font(path: str | None = None) -> Face | None:
    """The Chinese font to use: the one in the settings, else one from the usual places, else None.

    A path from the settings that cannot be used is passed over; `has_cjk_font(path)` tells of the result.
    """
    return next((face for file, index in ((path, 0), *PLACES) if file and (face := _face(file, index))), None)


def has_cjk_font(path: str | None = None) -> bool:
    return find_font(path) is not None


def proof_code(sha256: str) -> str:
    """The first 32 bits of the hash, as people compare them: a41c77e0... -> A41C-77E0."""
    return f"{sha256[:4]}-{sha256[4:8]}".upper()


def burn(master: bytes, marks: Marks, face: Face | None) -> bytes:
    """A copy of a JPEG of ours with the watermark on it; the master stays as it is.

    face: from find_font(). Without one only Latin text and digits can be drawn, and the record's name
    stands in for the lines that are lost.
    """
    with DECODING, Image.open(BytesIO(master), formats=("JPEG",)) as image:
        picture = Image.new("RGB", image.size)  # a new one, or a comment would come along
        picture.paste(image)
    unit = min(picture.width, picture.height * 1.2) / 760
    _darken(picture, round(190 * unit))
    lines = _left(marks, face is not None)
    proof = [f"Patrol{' 巡检' if face else ''}", f"{_drawable(marks.proof_label, face) or 'Proof'} "]
    proof[1] += proof_code(marks.sha256)
    small, plain, large = (_font(face, size * unit, bold=size == 22) for size in (13, 16, 22))
    draw = ImageDraw.Draw(picture)
    margin, right_width = 20 * unit, max(small.getlength(line) for line in proof)
    room = picture.width - 3 * margin - right_width
    baseline = picture.height - margin
    for line in reversed(lines[1:]):
        _write(draw, (margin, baseline), _cut(line, plain, room), plain, "ls")
        baseline -= 23 * unit
    _write(draw, (margin, baseline - 3 * unit), _cut(lines[0], large, room), large, "ls")
    for number, line in enumerate(reversed(proof)):
        at = (picture.width - margin, picture.height - margin - number * 19 * unit)
        _write(draw, at, line, small, "rs")
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _left(marks: Marks, chinese: bool) -> list[str]:
    rows = ((marks.site, marks.place), (marks.person, marks.errand))
    if chinese:
        return [marks.time, *(line for row in rows if (line := " · ".join(filter(None, row))))]
    latin = [" · ".join(part for part in row if part and part.isascii()) for row in rows]
    if not all(part.isascii() for row in rows for part in row):
        latin.append(marks.record)
    return [marks.time, *filter(None, latin)]


def _drawable(text: str, face: Face | None) -> str:
    return text if face or text.isascii() else ""


def _darken(picture: Image.Image, height: int) -> None:
    """Night falls towards the lower edge, so that white letters read on any picture."""
    height = min(height, picture.height)
    mask = Image.linear_gradient("L").resize((picture.width, height)).point(lambda value: value * 0.78)
    picture.paste(SHADOW, (0, picture.height - height), mask)


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: ImageFont.FreeTypeFont, anchor: str
) -> None:
    drop = max(1, font.size / 16)
    draw.text((at[0] + drop, at[1] + drop), text, fill=SHADOW, font=font, anchor=anchor)
    draw.text(at, text, fill=INK, font=font, anchor=anchor)


def _cut(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip(' ·')}…"


@lru_cache(maxsize=64)
def _font(face: Face | None, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    size = max(8, round(size))
    if face is None:
        default = ImageFont.load_default(size)
        if not isinstance(default, ImageFont.FreeTypeFont):
            raise RuntimeError("Pillow was built without FreeType, so it cannot draw letters")
        return default
    return ImageFont.truetype(face.bold if bold and face.bold else face.path, size, index=face.index)


@lru_cache(maxsize=32)
def _face(file: str, index: int) -> Face | None:
    """The face, if the file can be read and really holds Chinese."""
    try:
        font = ImageFont.truetype(file, 24, index=index)
        missing = bytes(font.getmask("\U0010fffd"))
        if any(bytes(font.getmask(letter)) in (b"", missing) for letter in "巡检项目"):
            return None
    except (OSError, ValueError):
        return None
    sisters = (file.replace(regular, bold) for regular, bold in BOLD if regular in file)
    return Face(file, index, next((sister for sister in sisters if Path(sister).is_file()), None))
