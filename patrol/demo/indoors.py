"""Drawn scenes inside: garage, corridor, fire door, lift, lobby. Arguments as in outdoors.py."""

from random import Random

from patrol.demo.brush import HEIGHT, WIDTH, Canvas, Colour, fork, mix, shade

STEEL: Colour = (158, 163, 166)


def garage(c: Canvas, look: Random, fault: bool) -> None:
    """Rows of pillars under tube lights; with a fault, a puddle under a dripping pipe."""
    floor = look.choice([(38, 104, 84), (46, 96, 104), (92, 98, 94)])
    c.ramp((0, 0, WIDTH, 420), [(58, 66, 68), (44, 52, 54), (34, 42, 44)])
    c.poly([(0, HEIGHT), (0, 640), (520, 390), (680, 390), (WIDTH, 640), (WIDTH, HEIGHT)], floor)
    c.poly([(0, 120), (520, 300), (520, 400), (0, 660)], (94, 104, 102))
    c.poly([(WIDTH, 120), (680, 300), (680, 400), (WIDTH, 660)], (80, 90, 88))
    c.rect((520, 300, 680, 400), (56, 66, 66))
    c.mottle((0, 0, WIDTH, HEIGHT), 0.24)
    c.poly([(594, 400), (606, 400), (640, HEIGHT), (560, HEIGHT)], shade(floor, 1.35))
    c.poly([(598, 400), (602, 400), (612, HEIGHT), (588, HEIGHT)], shade(floor, 1.7))
    for part in (0.24, 0.4, 0.66, 1.0):
        half, y = 190 * part, 330 - 310 * part
        c.glow(600, y + 10 * part, 330 * part + 30, (226, 240, 236), 0.55)
        c.rect((600 - half, y, 600 + half, y + 22 * part), (246, 252, 250), 6 * part)
    for part in (0.3, 0.5, 1.0):
        for side in (-1, 1):
            _pillar(c, 600 + side * 440 * part, part, side)
    c.tube((0, 96, WIDTH, 122), (146, 44, 40))
    if fault:
        c.tube((826, 116, 846, 300), (120, 170, 164), upright=True)
        c.stain((500, 650, 1180, 880), shade(floor, 0.4), 0.9)
        c.oval((570, 700, 1100, 838), shade(floor, 0.5))
        c.oval((600, 706, 1070, 800), shade(floor, 0.66))
        c.shadow((640, 716, 960, 780), 0.55, (226, 240, 236))
        for y in (330, 420, 540, 640):
            c.oval((832, y, 842, y + 26), (176, 208, 206))
        c.oval((770, 722, 906, 768), None, (170, 200, 196), 3)


def _pillar(c: Canvas, x: float, part: float, side: int) -> None:
    wide, top, foot = 62 * part, 330 - 310 * part, 400 + 330 * part
    c.ramp((x - wide, top, x + wide, foot), [(150, 156, 152), (176, 180, 174), (128, 134, 130)], across=True)
    for number in range(4):
        y = foot - (150 - number * 34) * part
        c.rect((x - wide, y, x + wide, y + 34 * part), (30, 30, 28) if number % 2 else (228, 178, 34))
    if part == 1.0:
        c.text(x, top + 190, "C" if side > 0 else "B", 64, (66, 78, 76), bold=True)


def corridor(c: Canvas, look: Random, fault: bool) -> None:
    """The way out at the end of a corridor; with a fault, boxes and an e-bike stand in it."""
    tint = look.choice([(206, 202, 190), (198, 202, 198), (210, 200, 184)])
    c.ramp((0, 0, WIDTH, 300), [shade(tint, 1.25), shade(tint, 0.95)])
    c.poly([(0, 0), (400, 170), (400, 560), (0, HEIGHT)], shade(tint, 0.9))
    c.poly([(WIDTH, 0), (800, 170), (800, 560), (WIDTH, HEIGHT)], shade(tint, 0.8))
    c.poly([(0, HEIGHT), (400, 560), (800, 560), (WIDTH, HEIGHT)], (128, 128, 122))
    c.rect((400, 170, 800, 560), shade(tint, 0.84))
    c.mottle((0, 0, WIDTH, HEIGHT), 0.16)
    c.poly([(0, 790), (400, 526), (400, 560), (0, HEIGHT)], (104, 108, 104))
    c.poly([(WIDTH, 790), (800, 526), (800, 560), (WIDTH, HEIGHT)], (92, 96, 92))
    c.glow(600, 90, 360, (250, 252, 240), 0.7)
    c.poly([(520, 60), (680, 60), (650, 120), (550, 120)], (252, 253, 246))
    c.ramp((505, 232, 695, 560), [(150, 44, 42), (128, 36, 36), (112, 30, 32)])
    c.frame((505, 232, 695, 566), (96, 26, 28), 8)
    c.rect((548, 272, 652, 350), (88, 100, 104))
    c.rect((530, 430, 670, 446), STEEL, 6)
    c.glow(600, 200, 120, (80, 220, 140), 0.6)
    c.rect((530, 178, 670, 222), (26, 140, 84), 4)
    c.text(600, 200, "安全出口", 27, (234, 255, 242), bold=True)
    if fault:
        _boxes(c, look)
        _ebike(c, 850, look.choice([(42, 60, 130), (150, 40, 44), (40, 96, 84)]))


def _boxes(c: Canvas, look: Random) -> None:
    card: Colour = (176, 130, 76)
    c.shadow((170, 690, 620, 830), 0.8)
    for left, top, wide, high in ((210, 520, 230, 240), (236, 330, 210, 190), (430, 570, 150, 180)):
        tone = shade(card, look.uniform(0.88, 1.08))
        c.ramp((left, top, left + wide, top + high), [shade(tone, 1.12), shade(tone, 0.82)])
        c.poly(
            [
                (left + wide, top),
                (left + wide + 44, top - 26),
                (left + wide + 44, top + high - 40),
                (left + wide, top + high),
            ],
            shade(tone, 0.58),
        )
        c.poly(
            [(left, top), (left + 44, top - 26), (left + wide + 44, top - 26), (left + wide, top)],
            shade(tone, 1.25),
        )
        c.rect((left + wide * 0.42, top, left + wide * 0.58, top + high), shade(tone, 1.2))
        c.line([(left + 16, top + high - 40), (left + 76, top + high - 40)], shade(tone, 0.5), 6)


def _ebike(c: Canvas, x: float, paint: Colour) -> None:
    c.shadow((x - 250, 730, x + 270, 850), 0.85)
    for wheel in (x - 165, x + 175):
        c.disc(wheel, 720, 92, (24, 25, 28))
        c.disc(wheel, 720, 58, (120, 124, 128))
        c.disc(wheel, 720, 46, (52, 55, 60))
        c.disc(wheel, 720, 14, (160, 164, 168))
    c.line([(x + 175, 720), (x + 96, 430)], (70, 74, 80), 20)
    c.line([(x + 52, 424), (x + 128, 402), (x + 150, 376)], (36, 38, 42), 15)
    c.poly([(x + 118, 470), (x + 150, 560), (x + 60, 690), (x - 60, 690), (x - 70, 640), (x + 40, 640)], paint)
    c.poly([(x - 240, 600), (x - 60, 560), (x - 20, 640), (x - 90, 690), (x - 210, 660)], shade(paint, 0.85))
    c.poly([(x - 240, 600), (x - 60, 560), (x - 50, 580), (x - 236, 622)], shade(paint, 1.35))
    c.poly([(x - 226, 560), (x - 60, 536), (x - 30, 566), (x - 210, 594)], (28, 28, 30))
    c.poly([(x + 220, 600), (x + 90, 640), (x + 110, 664), (x + 240, 634)], shade(paint, 0.95))
    c.disc(x + 112, 462, 30, (226, 222, 196))
    c.disc(x + 112, 462, 19, (255, 250, 226))


def fire_door(c: Canvas, look: Random, fault: bool) -> None:
    """A fire door, shut; with a fault it is wedged open and the dark stairs show behind it."""
    tint = look.choice([(188, 184, 172), (180, 186, 182)])
    c.wall((0, 0, WIDTH, 790), tint, 0.2)
    c.ramp((0, 780, WIDTH, HEIGHT), [(104, 104, 100), (134, 132, 126)])
    red = look.choice([(158, 40, 40), (140, 48, 40)])
    c.rect((330, 96, 880, 800), shade(red, 0.62))
    if fault:
        c.ramp((356, 122, 854, 800), [(26, 30, 32), (44, 48, 48)], across=True)
        for step in range(6):
            c.rect((470 + step * 60, 740 - step * 62, 854, 752 - step * 62), (84, 88, 86))
        leaf = [(356, 122), (560, 60), (560, 878), (356, 800)]
        c.poly(leaf, red)
        c.poly([(356, 122), (560, 60), (560, 84), (356, 142)], shade(red, 1.3))
        c.poly([(430, 250), (500, 236), (500, 470), (430, 470)], (110, 128, 132))
        c.poly([(440, 540), (548, 540), (548, 562), (440, 556)], STEEL)
        c.shadow((520, 820, 800, 890), 0.7)
        c.poly([(566, 800), (720, 812), (724, 868), (568, 872)], (150, 88, 62))
        c.poly([(566, 800), (600, 780), (750, 792), (720, 812)], (182, 114, 84))
        return
    for left in (356, 608):
        c.ramp((left, 122, left + 246, 800), [shade(red, 1.16), red, shade(red, 0.8)])
        c.frame((left + 4, 126, left + 242, 796), shade(red, 0.72), 4)
        c.ramp((left + 86, 236, left + 160, 470), [(86, 104, 110), (140, 158, 160)])
        c.frame((left + 80, 230, left + 166, 476), shade(red, 0.55), 8)
        c.tube((left + 20, 540, left + 226, 564), STEEL, radius=10)
    c.rect((560, 110, 700, 142), (70, 74, 78), 4)
    c.line([(640, 128), (780, 112)], (90, 94, 98), 8)
    c.rect((940, 330, 1100, 400), (26, 132, 84), 6)
    c.text(1020, 365, "常闭防火门", 27, (240, 255, 246), bold=True)


def lift(c: Canvas, look: Random, fault: bool) -> None:
    """Lift doors, shut; with a fault a gap stays between them and the display shows a fault."""
    c.wall((0, 0, WIDTH, 800), look.choice([(176, 168, 152), (186, 178, 166)]), 0.2)
    c.ramp((0, 790, WIDTH, HEIGHT), [(98, 92, 84), (150, 142, 130)])
    c.mottle((0, 790, WIDTH, HEIGHT), 0.2)
    c.rect((330, 70, 870, 810), (84, 82, 80))
    gap = 46 if fault else 3
    c.rect((370, 104, 830, 810), (14, 15, 17))
    for left, right in ((370, 600 - gap), (600 + gap, 830)):
        c.ramp(
            (left, 104, right, 810),
            [(98, 100, 102), (150, 152, 154), (196, 198, 198), (142, 144, 146), (104, 106, 108)],
            across=True,
        )
    c.mottle((370, 104, 830, 810), 0.1)
    c.rect((520, 4, 680, 66), (22, 24, 26), 6)
    c.text(600, 36, "E-04" if fault else f"{look.randint(2, 18)} ▲", 42, (255, 92, 60), bold=True)
    c.rect((950, 350, 1050, 560), (186, 190, 190), 12)
    c.frame((950, 350, 1050, 560), (140, 144, 144), 4, 12)
    c.glow(1000, 500, 70, (255, 190, 90), 0.5)
    for y, lamp in ((410, (226, 228, 226)), (500, (250, 204, 120))):
        c.disc(1000, y, 33, (120, 122, 122))
        c.disc(1000, y, 27, lamp)
    _notice(c, 130, 250)


def _notice(c: Canvas, left: float, top: float) -> None:
    c.rect((left + 6, top + 8, left + 136, top + 198), (110, 104, 94))
    c.rect((left, top, left + 130, top + 190), (240, 238, 230))
    for number in range(8):
        c.line(
            [
                (left + 16, top + 26 + number * 20),
                (left + (112 if number % 3 else 84), top + 26 + number * 20),
            ],
            (112, 112, 110),
            4,
        )


def lobby(c: Canvas, look: Random, fault: bool) -> None:
    """The entrance hall, clean; with a fault the floor is wet and a tile broken."""
    stone = look.choice([(206, 194, 172), (198, 196, 190), (212, 200, 184)])
    c.wall((0, 0, WIDTH, 560), stone, 0.14, streaks=False)
    for x in range(-20, WIDTH, 240):
        c.line([(x, 0), (x, 560)], shade(stone, 0.86), 3)
    c.line([(0, 250), (WIDTH, 250)], shade(stone, 0.86), 3)
    c.ramp((0, 0, WIDTH, 92), [(238, 234, 224), (214, 206, 192)])
    for x in (200, 600, 1000):
        c.glow(x, 92, 260, (255, 236, 190), 0.62)
        c.oval((x - 54, 60, x + 54, 88), (255, 250, 232))
    c.ramp((370, 160, 830, 560), [(150, 186, 190), (196, 216, 210), (170, 190, 176)])
    garden = fork(look)
    for _ in range(60):
        c.disc(
            garden.uniform(390, 810),
            garden.uniform(400, 540),
            garden.uniform(14, 34),
            mix((84, 124, 84), (150, 180, 130), garden.random()),
        )
    c.rect((370, 536, 830, 560), (176, 172, 160))
    for left in (362, 594, 826):
        c.tube((left, 150, left + 14, 562), (120, 120, 118), upright=True)
    c.tube((356, 146, 846, 164), (120, 120, 118))
    c.rect((628, 330, 644, 440), (222, 222, 218), 6)
    c.ramp((0, 556, WIDTH, HEIGHT), [shade(stone, 0.76), shade(stone, 0.98), shade(stone, 1.04)])
    for x in range(-900, 2200, 220):
        c.line([(600 + (x - 600) * 0.5, 556), (x, HEIGHT)], shade(stone, 0.72), 3)
    for y in (600, 668, 770):
        c.line([(0, y), (WIDTH, y)], shade(stone, 0.72), 3)
    c.shadow((370, 540, 830, 720), 0.5, (226, 236, 230))
    c.mottle((0, 556, WIDTH, HEIGHT), 0.12)
    _mailboxes(c)
    if fault:
        c.stain((420, 620, 1010, 890), (96, 100, 98), 0.75)
        c.oval((520, 680, 930, 830), shade(stone, 0.66))
        c.oval((540, 686, 900, 800), shade(stone, 0.82))
        c.shadow((580, 694, 860, 780), 0.7, (236, 244, 240))
        c.crack([(470, 700), (540, 760), (520, 830), (600, 880)])


def _mailboxes(c: Canvas) -> None:
    c.shadow((30, 540, 310, 610), 0.5)
    for row in range(5):
        for column in range(4):
            left, top = 60 + column * 58, 268 + row * 58
            c.ramp((left, top, left + 54, top + 54), [(152, 160, 160), (112, 120, 122)])
            c.rect((left + 12, top + 14, left + 42, top + 19), (60, 66, 68))
            c.disc(left + 27, top + 38, 4, (60, 66, 68))
