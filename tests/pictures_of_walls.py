"""Photos that somebody might take at checkpoints, drawn: scenes, other hours, and what is done to copies."""

import io
import random

from PIL import Image, ImageDraw, ImageEnhance

SIZE = (320, 240)


def scene(seed: int) -> Image.Image:
    """A wall with doors, pipes and boxes on it."""
    dice = random.Random(seed)
    picture = Image.new("RGB", SIZE, tuple(dice.randrange(60, 200) for _ in range(3)))
    brush = ImageDraw.Draw(picture)
    for _ in range(dice.randrange(10, 25)):
        x, y = dice.randrange(SIZE[0]), dice.randrange(SIZE[1])
        box = (x, y, x + dice.randrange(12, 160), y + dice.randrange(12, 120))
        brush.rectangle(box, fill=tuple(dice.randrange(256) for _ in range(3)))
    return picture


def by_hand(picture: Image.Image, dice: random.Random, light: float) -> Image.Image:
    """The same scene at another hour: held a little otherwise, in another light, with the grain of a phone."""
    shift = (1, 0, dice.uniform(-16, 16), 0, 1, dice.uniform(-16, 16))
    turned = picture.rotate(dice.uniform(-4, 4), fillcolor=(90, 90, 90)).transform(SIZE, Image.Transform.AFFINE, shift)
    return ImageEnhance.Brightness(turned).enhance(light * dice.uniform(0.9, 1.1))


def night(dice: random.Random) -> Image.Image:
    """A lamp that does not reach anything: black, with a little grain."""
    grey = dice.randrange(4, 14)
    return Image.new("RGB", SIZE, (grey, grey, grey + 2))


def pressed(picture: Image.Image, quality: int = 60) -> Image.Image:
    raw = io.BytesIO()
    picture.save(raw, "JPEG", quality=quality)
    return Image.open(raw)


def smaller(picture: Image.Image) -> Image.Image:
    return pressed(picture.resize((160, 120)), 70)


def cropped(picture: Image.Image, part: float = 0.01) -> Image.Image:
    wide, high = picture.size
    return picture.crop((round(wide * part), round(high * part), round(wide * (1 - part)), round(high * (1 - part))))
