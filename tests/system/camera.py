"""What a phone's camera sees: labels as video frames for Chromium's fake device."""

import io
import random
from pathlib import Path

import qrcode
from PIL import Image, ImageEnhance, ImageFilter
from qrcode.constants import ERROR_CORRECT_Q

SIZE = (1280, 720)


def label(url: str, side: int = 420) -> Image.Image:
    """The printed symbol on white paper."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4, box_size=10)
    code.add_data(url)
    paper = code.make_image().get_image().convert("RGB")
    return paper.resize((side, side), Image.Resampling.LANCZOS)


def wall(seed: int = 1) -> Image.Image:
    """A rough grey wall without any label."""
    rng = random.Random(seed)
    small = Image.new("RGB", (64, 36))
    small.putdata([(g, g, g) for g in (rng.randint(95, 130) for _ in range(64 * 36))])
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def seen(url: str, *, tilt: float = 0, light: float = 1.0, blur: float = 0, side: int = 420) -> Image.Image:
    """One frame: the label on the wall, turned by ``tilt`` degrees, in ``light`` (1 is day)."""
    frame = wall()
    paper = label(url, side).convert("RGBA").rotate(tilt, expand=True, resample=Image.Resampling.BICUBIC)
    frame.paste(paper, ((SIZE[0] - paper.width) // 2, (SIZE[1] - paper.height) // 2), paper)
    if blur:
        frame = frame.filter(ImageFilter.GaussianBlur(blur))
    return ImageEnhance.Brightness(frame).enhance(light)


def video(path: Path, frames: list[Image.Image]) -> Path:
    """An mjpeg file; Chromium plays it in a loop at 30 frames a second."""
    with path.open("wb") as file:
        for frame in frames:
            buffer = io.BytesIO()
            frame.save(buffer, "JPEG", quality=85, subsampling=2)
            file.write(buffer.getvalue())
    return path


def phone_photo(path: Path, seed: int = 7) -> Path:
    """A 12-megapixel JPEG as a phone writes it: lying on its side (orientation 6), with GPS; red is up-left."""
    rng = random.Random(seed)
    upright = Image.new("RGB", (756, 1008))
    upright.putdata([(60 + rng.randint(0, 40), 110, 90) for _ in range(756 * 1008)])
    upright = upright.resize((3024, 4032), Image.Resampling.BILINEAR)
    upright.paste((230, 20, 20), (0, 0, 600, 600))
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Patrol test phone"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:18 22:31:07"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 30.0), 3: "E", 4: (120.0, 9.0, 0.0)})
    lying.save(path, "JPEG", quality=80, exif=exif)
    return path
