"""Where the marks of every chart stand. Pure arithmetic: no Flask, no words, no colours.

All lengths are SVG user units of the chart's own viewBox; y grows downwards. The macros in
templates/shared/charts.html turn these numbers into SVG and put the words to them; the app hands them
this package as the template global `charts`.
"""

from patrol.web.charts.axis import number, share
from patrol.web.charts.bars import bars
from patrol.web.charts.beads import STATES, beads, window
from patrol.web.charts.cut_marks import cut_marks
from patrol.web.charts.heat import heat, level
from patrol.web.charts.line import band, line
from patrol.web.charts.shares import shares
from patrol.web.charts.timeline import timeline
from patrol.web.charts.trend import trend

__all__ = [
    "STATES",
    "band",
    "bars",
    "beads",
    "cut_marks",
    "heat",
    "level",
    "line",
    "number",
    "share",
    "shares",
    "timeline",
    "trend",
    "window",
]
