"""A few strokes for the demo's drawn photos: plaster, pipes, shadows, lamps, film grain.

Everything is given in units of a 1200 x 900 picture and drawn at twice the size asked for, so edges
come out smooth; light and grain are laid on at the end. Of Pillow's operations those are used that
cost least for the same look: halving by ``reduce`` and adding noise, not scaling and overlays.
"""

import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFont

from patrol.photos.stamp import find_font

WIDTH, HEIGHT = 1200, 900
FINE = 2  # times as fine as the picture asked for
SPARE = 1.06  # a little more is drawn than is seen: the camera is held differently every time
Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """`part` 0 gives one, 1 the other."""
    return (
        round(one[0] + (other[0] - one[0]) * part),
        round(one[1] + (other[1] - one[1]) * part),
        round(one[2] + (other[2] - one[2]) * part),
    )


def shade(colour: Colour, by: float) -> Colour:
    """Lighter above 1, darker below."""
    return mix(colour, (255, 255, 255), by - 1) if by > 1 else mix((0, 0, 0), colour, by)


def fork(look: random.Random) -> random.Random:
    """Dice of its own for one part of a scene, so that a fault elsewhere cannot change how they fall."""
    return random.Random(look.getrandbits(32))  # noqa: S311 (a picture, no secret)


class Canvas:
    def __init__(self, size: tuple[int, int], rng: random.Random) -> None:
        self.size, self.rng = size, rng
        self.scale = FINE * SPARE * max(size[0] / WIDTH, size[1] / HEIGHT)
        self.image = Image.new("RGB", (round(WIDTH * self.scale), round(HEIGHT * self.scale)))
        self.pen = ImageDraw.Draw(self.image)

    def _px(self, box: Box) -> tuple[int, int, int, int]:
        left, top, right, bottom = (round(value * self.scale) for value in box)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    # -- flat shapes ------------------------------------------------------------------------------
    def rect(self, box: Box, fill: Colour, radius: float = 0) -> None:
        self.pen.rounded_rectangle(self._px(box), radius * self.scale, fill)

    def frame(self, box: Box, colour: Colour, width: float, radius: float = 0) -> None:
        self.pen.rounded_rectangle(
            self._px(box), radius * self.scale, outline=colour, width=max(1, round(width * self.scale))
        )

    def poly(self, points: Sequence[Point], fill: Colour) -> None:
        self.pen.polygon([(x * self.scale, y * self.scale) for x, y in points], fill)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        thick = max(1, round(width * self.scale))
        self.pen.line([(x * self.scale, y * self.scale) for x, y in points], colour, thick, joint="curve")

    def oval(self, box: Box, fill: Colour | None = None, edge: Colour | None = None, width: float = 0) -> None:
        self.pen.ellipse(self._px(box), fill, edge, max(1, round(width * self.scale)) if edge else 0)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.oval((x - radius, y - radius, x + radius, y + radius), fill)

    def ring(self, x: float, y: float, radius: float, colour: Colour, width: float) -> None:
        self.oval((x - radius, y - radius, x + radius, y + radius), None, colour, width)

    def arc(self, box: Box, start: float, end: float, colour: Colour, width: float) -> None:
        self.pen.arc(self._px(box), start, end, colour, max(1, round(width * self.scale)))

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, bold: bool = False) -> None:
        """Centred on (x, y); Chinese is left out where no font can draw it."""
        if text.isascii() or find_font():
            font = _letters(round(size * self.scale), bold)
            self.pen.text((x * self.scale, y * self.scale), text, colour, font, anchor="mm")

    # -- shapes with light on them ----------------------------------------------------------------
    def ramp(self, box: Box, colours: Sequence[Colour], across: bool = False, radius: float = 0) -> None:
        """A smooth run of colours, downwards, or to the right with `across`."""
        area = self._px(box)
        size = (area[2] - area[0], area[3] - area[1])
        self.image.paste(_stretched(tuple(colours), size, across), area[:2], self._rounded(size, radius))

    def tube(self, box: Box, colour: Colour, upright: bool = False, radius: float = 0) -> None:
        """A round pipe or vessel lit from above left."""
        tones = [shade(colour, by) for by in (0.62, 1.12, 1.5, 1.08, 0.8, 0.5, 0.4)]
        self.ramp(box, tones, across=upright, radius=radius)

    def cone(self, points: Sequence[Point], colour: Colour) -> None:
        """A polygon rounded like a pot: bright left of the middle, dark at the right."""
        box = (
            min(x for x, _ in points),
            min(y for _, y in points),
            max(x for x, _ in points),
            max(y for _, y in points),
        )
        area = self._px(box)
        size = (area[2] - area[0], area[3] - area[1])
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x * self.scale - area[0], y * self.scale - area[1]) for x, y in points], 255)
        tones = tuple(shade(colour, by) for by in (0.7, 1.05, 1.22, 1.0, 0.78, 0.52))
        self.image.paste(_stretched(tones, size, True), area[:2], mask)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Light of a lamp in the air around it."""
        area = self._px((x - radius, y - radius, x + radius, y + radius))
        spot = (
            _spot()
            .resize((area[2] - area[0], area[3] - area[1]), Image.Resampling.BILINEAR)
            .point(lambda v: v * strength)
        )
        lit = Image.merge("RGB", [spot.point(lambda v, part=part: v * part / 255) for part in colour])
        self.image.paste(ImageChops.screen(self.image.crop(area), lit), area[:2])

    def shadow(self, box: Box, strength: float = 0.6, colour: Colour = (0, 0, 0)) -> None:
        """A soft dark oval, as under a thing that stands on the floor."""
        area = self._px(box)
        spot = (
            _spot()
            .resize((area[2] - area[0], area[3] - area[1]), Image.Resampling.BILINEAR)
            .point(lambda v: min(255, v * 1.5) * strength)
        )
        self.image.paste(colour, area, spot)

    def stain(self, box: Box, colour: Colour, strength: float = 0.5) -> None:
        """A blotch with a ragged edge: damp, rust, oil."""
        area = self._px(box)
        size = (area[2] - area[0], area[3] - area[1])
        rough = self._noise((9, 7)).resize(size, Image.Resampling.BICUBIC)
        spot = _spot().resize(size, Image.Resampling.BILINEAR).point(lambda v: min(255, v * 1.9))
        mask = ImageChops.multiply(spot, rough.point(lambda v: min(255, 90 + v))).point(lambda v: v * strength)
        self.image.paste(colour, area, mask)

    def crack(self, points: Sequence[Point], colour: Colour = (52, 44, 38), width: float = 4) -> None:
        """A line that trembles between the points."""
        path = [points[0]]
        for (x0, y0), (x1, y1) in pairwise(points):
            for step in (0.25, 0.5, 0.75, 1.0):
                jitter = 10 if step < 1 else 0
                path.append(
                    (
                        x0 + (x1 - x0) * step + self.rng.uniform(-jitter, jitter),
                        y0 + (y1 - y0) * step + self.rng.uniform(-jitter, jitter),
                    )
                )
        self.line([(x + 2, y + 3) for x, y in path], shade(colour, 1.5), width * 0.7)
        self.line(path, colour, width)

    # -- surfaces ---------------------------------------------------------------------------------
    def wall(self, box: Box, colour: Colour, rough: float = 0.2, streaks: bool = True) -> None:
        """Plaster or concrete: the colour, mottled in wide and fine patches."""
        self.rect(box, colour)
        self.mottle(box, rough, streaks)

    def mottle(self, box: Box, rough: float = 0.2, streaks: bool = True) -> None:
        area = self._px(box)
        size = (area[2] - area[0], area[3] - area[1])
        half = (max(1, size[0] // 4), max(1, size[1] // 4))
        wide = self._noise((11, 16) if streaks else (12, 9)).resize(half, Image.Resampling.BICUBIC)
        fine = self._noise((50, 120) if streaks else (96, 72)).resize(half, Image.Resampling.BICUBIC)
        both = ImageChops.blend(wide, fine, 0.5).point(lambda v: 128 + (v - 128) * rough * 0.75)
        both = both.resize(size, Image.Resampling.NEAREST)
        part = self.image.crop(area)
        self.image.paste(_with_noise(part, both), area[:2])

    # -- the camera -------------------------------------------------------------------------------
    def photo(self, look: random.Random, light: float = 1.0, vignette: float = 0.5) -> Image.Image:
        """What the phone's camera makes of it: where it was held, colour cast, fall-off, grain."""
        width, height = self.size
        spare = (self.image.width - FINE * width, self.image.height - FINE * height)
        left, top = round(spare[0] * look.random()), round(spare[1] * look.uniform(0.3, 0.7))
        image = self.image.reduce(FINE, (left, top, left + FINE * width, top + FINE * height))
        warm = look.uniform(-0.035, 0.035)
        bright = light * look.uniform(0.95, 1.06)
        gains = (bright * (1 + warm), bright, bright * (1 - warm))
        image = image.point([min(255, round(v * gain)) for gain in gains for v in range(256)])
        image = _with_noise(image, self._noise((width, height)).point(lambda v: 128 + (v - 128) * 0.08))
        dark = _vignette().resize(self.size, Image.Resampling.BILINEAR).point(lambda v: 255 - (255 - v) * vignette)
        return ImageChops.multiply(image, Image.merge("RGB", (dark, dark, dark)))

    def _noise(self, size: tuple[int, int]) -> Image.Image:
        return Image.frombytes("L", size, self.rng.randbytes(size[0] * size[1]))

    def _rounded(self, size: tuple[int, int], radius: float) -> Image.Image | None:
        if not radius:
            return None
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius * self.scale, 255)
        return mask


def _with_noise(image: Image.Image, noise: Image.Image) -> Image.Image:
    """Lighter where the noise is above 128, darker below."""
    return ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -128)


@lru_cache(maxsize=512)
def _ramp(colours: tuple[Colour, ...], across: bool) -> Image.Image:
    steps = 128
    row = Image.new("RGB", (steps, 1))
    for at in range(steps):
        place = at / (steps - 1) * (len(colours) - 1)
        first = min(int(place), len(colours) - 2)
        row.putpixel((at, 0), mix(colours[first], colours[first + 1], place - first))
    return row if across else row.transpose(Image.Transpose.ROTATE_270)


def _stretched(colours: tuple[Colour, ...], size: tuple[int, int], across: bool) -> Image.Image:
    """Smooth along the run of colours, and repeated, which is quicker, the other way."""
    line = _ramp(colours, across).resize((size[0], 1) if across else (1, size[1]), Image.Resampling.BILINEAR)
    return line.resize(size, Image.Resampling.NEAREST)


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    """White in the middle, black towards the edge."""
    return ImageChops.invert(Image.radial_gradient("L")).point(lambda v: 255 * (max(0, v - 76) / 179) ** 1.4)


@lru_cache(maxsize=1)
def _vignette() -> Image.Image:
    return Image.radial_gradient("L").point(lambda v: 255 - max(0, v - 70) * 0.85)


@lru_cache(maxsize=64)
def _letters(size: int, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    face = find_font()
    if face is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(face.bold if bold and face.bold else face.path, size, index=face.index)
