"""Drawn scenes in the open air: balcony, facade, gate, roof, street lamp.

Each takes the canvas, `look` (the place: the same for a picture before and its picture after) and
whether the fault is there.
"""

from math import cos, pi, sin
from random import Random

from patrol.demo.brush import HEIGHT, WIDTH, Canvas, Colour, fork, mix, shade

STEEL: Colour = (150, 158, 164)
NIGHT: Colour = (13, 20, 36)
LAMP: Colour = (255, 205, 120)


def balcony(c: Canvas, look: Random, fault: bool) -> None:
    c.wall((0, 0, WIDTH, 760), look.choice([(178, 163, 138), (170, 160, 146), (186, 172, 150)]), 0.22)
    shift = look.uniform(-50, 50)
    for x in (10 + shift, 860 + shift):
        _window(c, x, -40, 330, 470)
    c.ramp((0, 620, WIDTH, 690), [(176, 168, 152), (150, 142, 127)])
    c.mottle((0, 620, WIDTH, 690), 0.2)
    c.ramp((0, 686, WIDTH, HEIGHT), [(96, 86, 72), (120, 108, 90), (104, 93, 77)])
    c.mottle((0, 686, WIDTH, HEIGHT), 0.25)
    for number in range(13):
        x = 84 + number * 100 + shift / 2
        c.tube((x, 240, x + 17, 632), STEEL, upright=True)
    c.tube((0, 210, WIDTH, 246), shade(STEEL, 0.95))
    if not fault:
        c.tube((0, 470, WIDTH, 486), shade(STEEL, 0.9))
    _pot(c, 620 + look.uniform(-70, 70), 618 if fault else 632, look, 0.17 if fault else 0.0)
    if fault:
        c.crack([(340, 655), (430, 642), (500, 664), (590, 646)], width=5)
    else:
        x = 560 + shift / 2
        c.line([(x - 90, 560), (x + 180, 560)], (60, 60, 58), 7)


def _window(c: Canvas, x: float, y: float, width: float, height: float) -> None:
    c.rect((x, y, x + width, y + height), (52, 66, 80))
    for left in (x + 14, x + width / 2 + 7):
        right = left + width / 2 - 21
        c.ramp((left, y + 10, right, y + height - 14), [(70, 92, 110), (88, 112, 130), (100, 126, 143)])
        c.poly(
            [(left, y + height - 14), (left, y + height - 130), (right, y + 150), (right, y + height - 80)],
            (116, 142, 158),
        )
    c.line([(x, y + height), (x + width, y + height)], (38, 50, 62), 8)


def _pot(c: Canvas, x: float, bottom: float, look: Random, lean: float) -> None:
    clay = look.choice([(168, 88, 62), (176, 98, 68), (150, 80, 60)])
    c.shadow((x - 150, bottom - 28, x + 220, bottom + 40), 0.75)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * cos(lean) - dy * sin(lean), bottom + dx * sin(lean) + dy * cos(lean)

    leaves = fork(look)
    for number in range(46):
        angle = -pi / 2 + (number % 23 - 11) / 11 * 1.42 + leaves.uniform(-0.08, 0.08)
        length = leaves.uniform(130, 270) * (1.0 if number > 22 else 0.9)
        root, tip = at(0, -212), (x + cos(angle) * length, bottom - 232 + sin(angle) * length * 0.95)
        side = (-sin(angle) * 15, cos(angle) * 15)
        middle = ((root[0] + tip[0]) / 2, (root[1] + tip[1]) / 2 - 20)
        green = mix((44, 88, 52), (112, 158, 96), leaves.random())
        c.poly([root, (middle[0] + side[0], middle[1] + side[1]), tip], shade(green, 0.78))
        c.poly([root, (middle[0] - side[0], middle[1] - side[1]), tip], green)
    c.cone([at(-118, -205), at(118, -205), at(86, 0), at(-86, 0)], clay)
    c.poly([at(-118, -196), at(118, -196), at(114, -172), at(-114, -172)], shade(clay, 0.6))
    c.cone([at(-138, -230), at(138, -230), at(134, -184), at(-134, -184)], shade(clay, 1.08))


def facade(c: Canvas, look: Random, fault: bool) -> None:
    brick = look.choice([(172, 108, 78), (164, 98, 72), (178, 122, 92)])
    c.wall((0, 0, WIDTH, HEIGHT), (150, 140, 126), 0.2, streaks=False)
    tones = fork(look)
    hole = {(4, 4), (4, 5), (5, 4), (5, 5), (5, 6), (6, 5)}
    for row in range(13):
        for column in range(-1, 9):
            x, y = column * 150 + (75 if row % 2 else 0) - 20, row * 74 - 20
            tone = shade(brick, tones.uniform(0.84, 1.14))
            if (row, column) in hole and fault:
                c.ramp((x - 3, y - 3, x + 149, y + 73), [(74, 70, 60), (112, 107, 92), (120, 114, 100)])
                continue
            if (row, column) in hole:
                tone = shade(brick, tones.uniform(1.16, 1.24))
            c.rect((x, y, x + 141, y + 66), shade(tone, 0.84))
            c.rect((x, y, x + 141, y + 61), shade(tone, 1.12))
            c.rect((x + 2, y + 4, x + 141, y + 61), tone)
    c.mottle((0, 0, WIDTH, HEIGHT), 0.22, streaks=False)
    if not fault:
        return
    c.crack([(150, 0), (300, 170), (380, 240), (520, 300), (560, 380)])
    c.crack([(430, 900), (520, 640), (560, 520)])
    c.crack([(760, 500), (860, 620), (900, 780), (960, 900)], width=5)
    c.shadow((640, 520, 860, 600), 0.7)
    c.poly([(660, 470), (800, 500), (780, 566), (640, 534)], shade(brick, 1.12))
    c.poly([(640, 534), (780, 566), (778, 580), (638, 548)], shade(brick, 0.6))


def gate(c: Canvas, look: Random, fault: bool) -> None:
    """The main gate on a wet night; with a fault its barrier hangs broken."""
    c.ramp((0, 0, WIDTH, 640), [NIGHT, (22, 30, 50), (40, 46, 62)])
    lights = fork(look)
    for left, top, right in ((40, 150, 300), (880, 60, 1180), (620, 210, 800), (330, 240, 470)):
        c.ramp((left, top, right, 640), [(17, 23, 38), (25, 31, 46)])
        for x in range(left + 18, right - 30, 44):
            for y in range(top + 24, 610, 50):
                if lights.random() < 0.3:
                    c.rect((x, y, x + 22, y + 28), mix((236, 190, 104), (120, 100, 70), lights.random() * 0.8))
    c.ramp((0, 640, WIDTH, HEIGHT), [(34, 36, 44), (24, 27, 36), (18, 20, 30)])
    for x in (240, 900):
        c.glow(x, 770, 210, (200, 140, 60), 0.6)
        c.tube((x - 8, 260, x + 8, 660), (60, 62, 70), upright=True)
    stone: Colour = (142, 112, 76)
    for left in (360, 740):
        c.ramp((left, 380, left + 70, 660), [shade(stone, 1.1), shade(stone, 0.6)])
    c.ramp((310, 300, 860, 384), [shade(stone, 1.3), shade(stone, 0.8)], radius=6)
    c.text(585, 342, "翠湖花园", 44, (250, 220, 150), bold=True)
    _barrier(c, fault)
    for x in (240, 900):
        c.glow(x, 260, 270, LAMP, 0.85)
        c.disc(x, 260, 20, (255, 240, 205))
    for _ in range(230):
        left_end, upper, long = c.rng.uniform(0, WIDTH), c.rng.uniform(0, HEIGHT), c.rng.uniform(16, 40)
        c.line([(left_end, upper), (left_end - long * 0.22, upper + long)], (96, 106, 124), 1.6)


def _barrier(c: Canvas, fault: bool) -> None:
    c.rect((432, 566, 462, 664), (198, 150, 40), radius=4)
    for number in range(8):
        left = 450 + number * 36
        drop = (number * 12 + 6, number * 12 + 18) if fault else (0, 0)
        points = [
            (left, 584 + drop[0]),
            (left + 36, 584 + drop[1]),
            (left + 36, 602 + drop[1]),
            (left, 602 + drop[0]),
        ]
        c.poly(points, (206, 52, 48) if number % 2 else (238, 236, 228))


def roof_drain(c: Canvas, look: Random, fault: bool) -> None:
    c.wall((0, 0, WIDTH, 330), look.choice([(168, 164, 154), (178, 170, 156)]), 0.24)
    c.ramp((0, 300, WIDTH, 352), [(120, 116, 108), (92, 90, 84)])
    c.ramp((0, 346, WIDTH, HEIGHT), [(118, 120, 118), (142, 143, 139), (160, 160, 154)])
    c.mottle((0, 346, WIDTH, HEIGHT), 0.3, streaks=False)
    for x in (-80, 300, 680, 1060):
        c.line([(x * 0.82 + 110, 350), (x, HEIGHT)], (112, 112, 108), 4)
    if fault:
        c.stain((60, 420, 1140, 900), (52, 66, 70), 0.95)
        c.oval((190, 500, 1010, 860), (70, 88, 94))
        c.oval((250, 530, 900, 740), (96, 116, 122))
        c.mottle((190, 500, 1010, 860), 0.12)
    else:
        c.stain((260, 470, 940, 880), (92, 96, 94), 0.5)
    c.shadow((400, 520, 820, 850), 0.55)
    c.tube((420, 530, 780, 830), (104, 108, 110), radius=150)
    c.oval((446, 552, 754, 808), (44, 48, 50))
    for number in range(9):
        x = 466 + number * 33
        half = (1 - ((x - 600) / 160) ** 2) ** 0.5 * 124
        c.tube((x - 6, 680 - half, x + 8, 680 + half), (134, 138, 138), upright=True)
    if fault:
        _leaves(c, look)


def _leaves(c: Canvas, look: Random) -> None:
    wind = fork(look)
    for _ in range(150):
        x, y = wind.gauss(600, 130), wind.gauss(680, 78)
        turn, long = wind.uniform(0, 2 * pi), wind.uniform(22, 44)
        dx, dy = cos(turn) * long, sin(turn) * long * 0.8
        tone = mix((112, 76, 34), (176, 134, 62), wind.random())
        if wind.random() < 0.25:
            tone = mix((66, 84, 40), (110, 124, 60), wind.random())
        c.poly(
            [(x - dx, y - dy), (x - dy * 0.4, y + dx * 0.4), (x + dx, y + dy), (x + dy * 0.4, y - dx * 0.4)],
            tone,
        )
        c.line([(x - dx, y - dy), (x + dx, y + dy)], shade(tone, 0.6), 2)


def street_lamp(c: Canvas, look: Random, fault: bool) -> None:
    c.ramp((0, 0, WIDTH, 620), [NIGHT, (26, 34, 54), (52, 56, 70)])
    trees = fork(look)
    for _ in range(70):
        x, y = trees.uniform(0, WIDTH), trees.uniform(360, 600)
        c.disc(x, y, trees.uniform(36, 84), mix((14, 24, 24), (26, 42, 36), trees.random()))
    c.ramp((0, 610, WIDTH, HEIGHT), [(36, 44, 38), (26, 32, 30)])
    path = (70, 70, 72) if not fault else (44, 46, 52)
    c.poly([(470, 612), (600, 612), (1010, HEIGHT), (190, HEIGHT)], path)
    c.mottle((0, 610, WIDTH, HEIGHT), 0.3, streaks=False)
    for x, y, height, lit in ((820, 700, 560, not fault), (420, 630, 280, True), (560, 616, 130, True)):
        part = height / 560
        c.tube((x - 9 * part, y - height, x + 9 * part, y), (70, 76, 82), upright=True)
        c.line([(x, y - height), (x - 110 * part, y - height - 16 * part)], (74, 80, 86), 12 * part)
        c.rect(
            (x - 190 * part, y - height - 32 * part, x - 90 * part, y - height - 8 * part),
            (58, 62, 68),
            8 * part,
        )
        if lit:
            lamp = (x - 140 * part, y - height)
            c.glow(lamp[0], y, 330 * part, (210, 170, 100), 0.6)
            c.glow(*lamp, 330 * part, LAMP, 0.9)
            c.oval(
                (lamp[0] - 40 * part, lamp[1] - 12 * part, lamp[0] + 40 * part, lamp[1] + 10 * part),
                (255, 244, 214),
            )
        else:
            c.oval((x - 180 * part, y - height - 14 * part, x - 100 * part, y - height + 6 * part), (34, 38, 44))
