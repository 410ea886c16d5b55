"""Patrol's mark, three beads and a ticked ring, as SVG and as the PNG icons phones ask for.

`python -m patrol.pwa.icons` draws them into static/img; they are committed, so nothing draws at run time.
"""

from pathlib import Path

from PIL import Image, ImageDraw

GROUND, DEEP, MINT, WHITE = "#0B5754", "#073B39", "#8FE3D3", "#FFFFFF"
GRID = 48
BEADS = ((11.0, 35.0), (20.0, 25.0), (28.2, 29.0))
BEAD, LINE = 4.6, 3.0
RING, RING_RADIUS, RING_LINE = (36.0, 15.0), 7.95, 2.7
TICK, TICK_LINE = ((32.5, 15.0), (35.1, 17.8), (39.7, 12.5)), 2.7
CORNER = 12
PNGS = {  # name: (pixels, corner in grid units, share of the square the mark may fill)
    "icon-192.png": (192, CORNER, 1.0),
    "icon-512.png": (512, CORNER, 1.0),
    "icon-maskable-512.png": (512, 0, 0.78),  # phones cut a circle of 80 % out of it
    "apple-touch-icon.png": (180, 0, 0.9),  # the phone rounds the corners itself
}
FOLDER = Path(__file__).parents[2] / "static" / "img"


def svg(corner: float = CORNER) -> str:
    """The mark on a 48 grid."""
    way = "L".join(f"{x:g} {y:g}" for x, y in (*BEADS, RING))
    beads = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{BEAD}" fill="{WHITE}"/>' for x, y in BEADS)
    tick = "L".join(f"{x:g} {y:g}" for x, y in TICK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">'
        f'<rect width="{GRID}" height="{GRID}" rx="{corner:g}" fill="{GROUND}"/>'
        f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="M{way}" stroke="{MINT}" stroke-width="{LINE:g}"/>{beads}'
        f'<circle cx="{RING[0]:g}" cy="{RING[1]:g}" r="{RING_RADIUS}" fill="{DEEP}"'
        f' stroke="{MINT}" stroke-width="{RING_LINE}"/>'
        f'<path d="M{tick}" stroke="{WHITE}" stroke-width="{TICK_LINE}"/></g></svg>\n'
    )


def png(pixels: int, corner: float = CORNER, fill: float = 1.0) -> Image.Image:
    """The same mark in pixels, drawn four times too large and made small for smooth edges."""
    side = pixels * 4
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), corner / GRID * side, GROUND)
    scale = side / GRID * fill
    shift = side * (1 - fill) / 2

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * scale + shift, point[1] * scale + shift

    def disc(point: tuple[float, float], radius: float, colour: str) -> None:
        x, y = at(point)
        pen.ellipse((x - radius * scale, y - radius * scale, x + radius * scale, y + radius * scale), colour)

    def stroke(points: tuple[tuple[float, float], ...], width: float, colour: str) -> None:
        pen.line([at(point) for point in points], colour, round(width * scale), "curve")
        for end in (points[0], points[-1]):
            disc(end, width / 2, colour)

    stroke((*BEADS, RING), LINE, MINT)
    for bead in BEADS:
        disc(bead, BEAD, WHITE)
    disc(RING, RING_RADIUS + RING_LINE / 2, MINT)
    disc(RING, RING_RADIUS - RING_LINE / 2, DEEP)
    stroke(TICK, TICK_LINE, WHITE)
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def draw(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logo.svg").write_text(svg(), "utf-8", newline="\n")
    for name, (pixels, corner, fill) in PNGS.items():
        image = png(pixels, corner, fill)
        if corner == 0:
            image = image.convert("RGB")
        image.quantize(64, dither=Image.Dither.NONE).save(folder / name, optimize=True)
    png(48).save(folder / "favicon.ico", sizes=[(32, 32), (48, 48)])


if __name__ == "__main__":
    draw()
