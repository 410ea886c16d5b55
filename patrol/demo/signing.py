"""A name written with a finger, for the demo's checklists."""

import random

from PIL import Image, ImageDraw

SIZE = (560, 220)
INK, PAPER = (24, 38, 40), (255, 255, 255)


def draw_signature(hand: random.Random) -> Image.Image:
    """Two or three quick strokes from left to right; another hand, another name."""
    paper = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(paper)
    left = 60
    for _stroke in range(hand.randint(2, 3)):
        points = [(left + step * hand.randint(9, 16), hand.randint(60, 160)) for step in range(9)]
        pen.line(points, INK, 5, joint="curve")
        left += 130
    return paper
