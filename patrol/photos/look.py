"""What a picture looks like in 64 bits, so that a copy is known again: smaller, pressed once more, cropped a little."""

from collections.abc import Iterator, Sequence

from PIL import Image

WIDE, HIGH = 9, 8
BLANDEST = 12  # bits whose two sides differ enough to mean something; a black night has none
CLEAR = 4  # grey levels between neighbours
BANDS = 4

Look = tuple[int, int, int, int]


def look_of(image: Image.Image) -> Look | None:
    """Difference hash: for 8 rows of 9 greys whether each is darker than its right neighbour; 4 numbers of 16 bits.

    None for a picture with next to nothing in it, since all such pictures are alike.
    """
    small = image.convert("L").resize((WIDE, HIGH), Image.Resampling.BOX)
    grey = small.tobytes()
    pairs = [(grey[y * WIDE + x], grey[y * WIDE + x + 1]) for y in range(HIGH) for x in range(WIDE - 1)]
    if sum(abs(left - right) >= CLEAR for left, right in pairs) < BLANDEST:
        return None
    bits = sum((left < right) << n for n, (left, right) in enumerate(pairs))
    return bits & 0xFFFF, bits >> 16 & 0xFFFF, bits >> 32 & 0xFFFF, bits >> 48


def apart(a: Sequence[int], b: Sequence[int]) -> int:
    """Bits in which two looks differ: 0 to 64."""
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True))


def near_bands(value: int) -> Iterator[int]:
    """A band and everything one bit away from it.

    Of looks up to 7 bits apart at least one of the four bands differs by at most one bit, so these 17 values in
    four indexes find them all.
    """
    yield value
    for bit in range(16):
        yield value ^ 1 << bit
