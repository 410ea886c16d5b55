"""Drawn scenes of things to inspect: pumps, hydrants, extinguishers, switchgear, pipes."""

from math import cos, radians, sin
from random import Random

from patrol.demo.brush import HEIGHT, WIDTH, Canvas, Colour, shade

RED: Colour = (188, 38, 40)
STEEL: Colour = (158, 165, 170)
GREEN: Colour = (44, 150, 84)


def pump_room(c: Canvas, look: Random, fault: bool) -> None:
    """Three fire pumps under a red main; with a fault the gauge is at zero and the floor wet."""
    c.wall((0, 0, WIDTH, 660), look.choice([(122, 138, 140), (136, 142, 138), (116, 130, 142)]), 0.24)
    c.ramp((0, 640, WIDTH, HEIGHT), [(76, 82, 80), (104, 108, 104), (92, 96, 92)])
    c.mottle((0, 640, WIDTH, HEIGHT), 0.26)
    if fault:
        c.stain((420, 700, 1100, 900), (38, 48, 50), 0.95)
        c.oval((560, 770, 900, 850), (88, 104, 106))
    c.tube((0, 104, WIDTH, 176), RED)
    for x in (245, 650, 1020):
        c.tube((x - 30, 165, x + 30, 560), RED, upright=True)
        for y in (160, 300, 520):
            c.tube((x - 46, y, x + 46, y + 26), shade(RED, 0.75), upright=True)
        _wheel(c, x, 400)
        c.shadow((x - 160, 770, x + 170, 850), 0.8)
        c.rect((x - 130, 740, x + 130, 812), (42, 74, 116), 6)
        c.tube((x - 112, 560, x + 112, 762), STEEL, upright=True, radius=34)
        for fin in range(7):
            c.line([(x - 84 + fin * 28, 600), (x - 84 + fin * 28, 740)], (98, 104, 110), 4)
        c.rect((x - 42, 650, x + 42, 690), (214, 216, 208), 3)
        c.line([(x - 30, 664), (x + 30, 664)], (90, 90, 88), 4)
        c.line([(x - 30, 678), (x + 14, 678)], (90, 90, 88), 4)
    c.line([(450, 176), (450, 220)], (120, 60, 50), 14)
    _gauge(c, 450, 280, 68, -125 if fault else look.uniform(20, 60), zones=False)


def _wheel(c: Canvas, x: float, y: float) -> None:
    c.ring(x, y, 58, shade(RED, 0.55), 17)
    c.ring(x - 2, y - 3, 56, shade(RED, 1.12), 11)
    for turn in range(0, 180, 45):
        dx, dy = cos(radians(turn)) * 50, sin(radians(turn)) * 50
        c.line([(x - dx, y - dy), (x + dx, y + dy)], shade(RED, 0.95), 8)
    c.disc(x, y, 14, shade(RED, 0.6))


def _gauge(c: Canvas, x: float, y: float, radius: float, turn: float, zones: bool) -> None:
    """`turn`: degrees of the needle from upright, clockwise."""
    c.disc(x + 3, y + 5, radius, (40, 42, 44))
    c.disc(x, y, radius, (150, 154, 156))
    c.disc(x, y, radius * 0.87, (244, 244, 238))
    box = (x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7)
    if zones:
        for start, end, colour in ((140, 230, (208, 44, 44)), (230, 310, GREEN), (310, 400, (232, 186, 50))):
            c.arc(box, start, end, colour, radius * 0.26)
    for tick in range(-130, 131, 26):
        dx, dy = sin(radians(tick)), -cos(radians(tick))
        c.line(
            [
                (x + dx * radius * 0.66, y + dy * radius * 0.66),
                (x + dx * radius * 0.8, y + dy * radius * 0.8),
            ],
            (60, 60, 60),
            radius * 0.05,
        )
    dx, dy = sin(radians(turn)) * radius * 0.68, -cos(radians(turn)) * radius * 0.68
    c.line(
        [(x - dx * 0.25, y - dy * 0.25), (x + dx, y + dy)],
        (170, 24, 24) if not zones else (20, 20, 20),
        radius * 0.09,
    )
    c.disc(x, y, radius * 0.12, (30, 30, 30))


def hydrant_box(c: Canvas, look: Random, fault: bool) -> None:
    """A hydrant box with its hose; with a fault the hose is gone and the glass cracked."""
    c.wall((0, 0, WIDTH, 790), look.choice([(196, 190, 178), (186, 190, 188), (204, 194, 176)]), 0.2)
    c.ramp((0, 780, WIDTH, HEIGHT), [(84, 84, 82), (112, 110, 104)])
    c.shadow((280, 70, 960, 830), 0.6)
    c.ramp((300, 60, 900, 790), [(206, 50, 48), (188, 36, 38), (160, 28, 32)], radius=8)
    c.frame((300, 60, 900, 790), (130, 20, 26), 8, 8)
    c.frame((326, 86, 874, 764), (150, 26, 30), 4, 6)
    c.text(600, 142, "消火栓", 66, (255, 246, 240), bold=True)
    c.ramp((370, 206, 830, 590), [(74, 86, 92), (52, 62, 66)], radius=4)
    c.tube((400, 206, 440, 590), (150, 40, 38), upright=True)
    if not fault:
        for radius in range(146, 30, -20):
            c.disc(610, 396, radius, (148, 126, 88))
            c.disc(610, 394, radius - 4, (214, 196, 154))
        c.disc(610, 396, 30, (72, 70, 62))
        c.line([(676, 484), (744, 556)], (208, 164, 50), 34)
        c.line([(684, 486), (742, 548)], (246, 214, 110), 10)
    c.tube((404, 330, 500, 372), (176, 60, 50), radius=8)
    c.poly([(390, 590), (540, 206), (620, 206), (470, 590)], (84, 96, 102)) if fault else None
    if fault:
        for path in (
            [(560, 380), (480, 290), (430, 215)],
            [(560, 380), (690, 330), (826, 240)],
            [(560, 380), (640, 470), (740, 588)],
            [(560, 380), (500, 480), (450, 585)],
        ):
            c.crack(path, (196, 208, 210), 4)
    c.rect((850, 380, 872, 470), (232, 232, 226), 5)
    c.text(600, 656, "火警 119", 52, (255, 232, 224), bold=True)
    c.text(600, 724, f"{look.randint(1, 9)}-{look.randint(1, 18):02}", 32, (255, 214, 206))


def extinguisher(c: Canvas, look: Random, fault: bool) -> None:
    """A dry-powder extinguisher; with a fault the needle stands in the red."""
    c.wall((0, 0, WIDTH, 760), look.choice([(206, 200, 186), (196, 200, 196), (202, 192, 174)]), 0.16)
    for x in (330, 760, 1120):
        c.line([(x, 0), (x, 760)], (176, 170, 158), 4)
    c.ramp((0, 750, WIDTH, HEIGHT), [(96, 96, 92), (126, 124, 116)])
    c.mottle((0, 750, WIDTH, HEIGHT), 0.2)
    c.ramp((820, 84, 1100, 270), [(190, 44, 44), (164, 30, 34)], radius=6)
    c.frame((830, 94, 1090, 260), (244, 226, 220), 4, 4)
    c.text(960, 152, "灭火器", 52, (255, 246, 240), bold=True)
    c.text(960, 218, f"{look.randint(1, 5)}B1-{look.randint(1, 24):02}", 34, (255, 226, 220))
    c.shadow((400, 750, 860, 860), 0.85)
    c.line([(560, 240), (470, 330), (440, 520), (452, 740)], (26, 27, 30), 32)
    c.line([(446, 690), (456, 770)], (44, 46, 50), 46)
    c.tube((500, 262, 770, 820), RED, upright=True, radius=70)
    c.tube((570, 200, 700, 290), shade(RED, 0.9), upright=True, radius=30)
    c.tube((590, 152, 680, 214), (120, 124, 128), upright=True)
    c.poly([(600, 128), (836, 92), (840, 120), (640, 164)], (32, 33, 36))
    c.poly([(600, 168), (800, 186), (796, 206), (620, 196)], (44, 45, 48))
    c.ring(566, 170, 24, (214, 178, 60), 6)
    c.rect((504, 432, 766, 486), (236, 190, 44))
    c.text(635, 459, "干粉灭火器", 40, (40, 34, 20), bold=True)
    c.ramp((504, 486, 766, 690), [(236, 234, 224), (246, 244, 236), (198, 194, 184)], across=True)
    for number in range(6):
        c.line([(534, 520 + number * 28), (734 if number % 2 else 690, 520 + number * 28)], (110, 108, 104), 7)
    _gauge(c, 635, 262, 70, -88 if fault else look.uniform(-18, 24), zones=True)


def switchgear(c: Canvas, look: Random, fault: bool) -> None:
    """Distribution cabinets; with a fault one door stands open over scorched wiring."""
    c.wall((0, 0, WIDTH, HEIGHT), (132, 136, 134), 0.2)
    for number in range(3):
        left = 62 + number * 366
        if fault and number == 1:
            _open_cabinet(c, left)
            continue
        c.ramp((left, 26, left + 340, 870), [(206, 210, 208), (190, 194, 192), (164, 168, 168)])
        c.mottle((left, 26, left + 340, 870), 0.1)
        c.frame((left, 26, left + 340, 870), (120, 126, 126), 6)
        c.rect((left + 40, 84, left + 300, 214), (24, 44, 42), 6)
        c.text(left + 170, 150, f"{look.randint(380, 398)} V", 60, (130, 240, 200), bold=True)
        for lamp, colour in enumerate(((48, 176, 104), (230, 180, 50), (216, 60, 56))):
            x = left + 80 + lamp * 90
            c.disc(x, 300, 33, (104, 108, 108))
            c.disc(x, 300, 26, colour if lamp == 0 else shade(colour, 0.82))
            c.disc(x - 8, 292, 8, shade(colour, 1.6))
        for switch in range(4):
            x = left + 46 + switch * 66
            c.rect((x, 392, x + 50, 522), (34, 37, 38), 4)
            c.rect((x + 14, 410, x + 36, 456), (220, 222, 218), 3)
        _warning(c, left + 170, 660)
        c.rect((left + 306, 560, left + 322, 680), (70, 74, 76), 6)


def _warning(c: Canvas, x: float, y: float) -> None:
    c.poly([(x, y - 70), (x + 70, y + 52), (x - 70, y + 52)], (40, 36, 20))
    c.poly([(x, y - 50), (x + 52, y + 42), (x - 52, y + 42)], (244, 196, 40))
    c.poly(
        [
            (x + 6, y - 24),
            (x - 18, y + 14),
            (x - 2, y + 14),
            (x - 8, y + 36),
            (x + 18, y - 2),
            (x + 2, y - 2),
        ],
        (30, 28, 20),
    )


def _open_cabinet(c: Canvas, left: float) -> None:
    c.ramp((left, 26, left + 340, 870), [(58, 62, 62), (40, 44, 46)])
    for row in range(3):
        c.rect((left + 40, 120 + row * 190, left + 300, 190 + row * 190), (186, 190, 188), 4)
        for switch in range(6):
            x = left + 50 + switch * 42
            c.rect((x, 128 + row * 190, x + 32, 182 + row * 190), (44, 48, 50), 3)
            colour = ((200, 60, 50), (228, 184, 50), (60, 140, 90))[switch % 3]
            c.line(
                [
                    (x + 16, 190 + row * 190),
                    (x + 10 + switch * 3, 250 + row * 190),
                    (x + 16, 310 + row * 190),
                ],
                colour,
                7,
            )
    c.stain((left + 100, 240, left + 330, 470), (12, 10, 8), 0.95)
    c.poly([(left, 26), (left - 90, 60), (left - 90, 900), (left, 870)], (150, 154, 154))
    c.glow(left + 210, 350, 60, (255, 150, 60), 0.8)


def pipe(c: Canvas, look: Random, fault: bool) -> None:
    """A main along a wall: leaking at a rusty joint, or held by a new clamp."""
    c.wall((0, 0, WIDTH, 830), look.choice([(196, 194, 186), (186, 188, 182), (200, 194, 180)]), 0.26)
    c.ramp((0, 820, WIDTH, HEIGHT), [(70, 70, 66), (98, 96, 90)])
    x = 600 + look.uniform(-70, 70)
    if fault:
        c.stain((x - 430, 120, x + 430, 860), (104, 94, 72), 0.9)
        c.stain((x - 220, 330, x + 220, 880), (78, 70, 54), 0.8)
        c.shadow((x - 330, 790, x + 330, 900), 0.95, (18, 22, 24))
        c.oval((x - 170, 836, x + 150, 866), (92, 104, 108))
    c.shadow((-200, 360, 1400, 470), 0.5)
    c.tube((0, 268, WIDTH, 376), (142, 150, 156))
    for bracket in (x - 430, x + 430):
        c.tube((bracket - 16, 254, bracket + 16, 392), (92, 98, 102))
    if fault:
        c.stain((x - 150, 240, x + 150, 410), (150, 84, 44), 1.0)
        c.crack([(x - 46, 286), (x - 26, 330), (x - 34, 372)], (70, 30, 16), 7)
        c.crack([(x + 40, 282), (x + 22, 332), (x + 18, 372)], (70, 30, 16), 7)
        for _ in range(26):
            drop, y = x + c.rng.gauss(0, 34), 390 + c.rng.random() ** 0.8 * 430
            long = c.rng.uniform(14, 34)
            c.oval((drop - 5, y, drop + 5, y + long), (226, 236, 240))
    else:
        blue = (62, 110, 176)
        c.ramp(
            (x - 96, 244, x + 96, 402),
            [shade(blue, 1.4), shade(blue, 1.1), blue, shade(blue, 0.66)],
            radius=10,
        )
        c.rect((x - 10, 238, x + 10, 408), shade(blue, 0.7), 4)
        for dx in (-60, 60):
            for y in (272, 374):
                c.disc(x + dx, y, 17, (60, 66, 72))
                c.disc(x + dx - 2, y - 2, 13, (214, 218, 222))
