"""Where a sheet of labels is cut."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    cuts: list[str]
    crosses: list[str]
    ruler: str


def cut_marks(
    columns: int = 2,
    rows: int = 5,
    cell: tuple[float, float] = (95, 53),
    page: tuple[float, float] = (210, 297),
) -> Marks:
    """Cut lines, crosses and the 20 mm ruler of a label sheet: SVG path data in millimetres."""
    width, height = cell
    left, top = (page[0] - width * columns) / 2, 15.0
    xs = [left + width * c for c in range(columns + 1)]
    ys = [top + height * r for r in range(rows + 1)]
    cuts = [f"M{x:g} {ys[0]:g}V{ys[-1]:g}" for x in xs] + [f"M{xs[0]:g} {y:g}H{xs[-1]:g}" for y in ys]
    crosses = [f"M{x - 2:g} {y:g}h4M{x:g} {y - 2:g}v4" for x in xs for y in ys]
    right, foot = xs[-1] - 12, page[1] - 6.5
    ruler = f"M{right - 20:g} {foot:g}h20M{right - 20:g} {foot - 1.5:g}v3M{right:g} {foot - 1.5:g}v3"
    return Marks(cuts, crosses, ruler)
