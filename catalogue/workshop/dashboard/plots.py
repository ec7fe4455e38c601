"""Bars, stacked bars and the shades of a heat table, from the numbers of a figure, without any script.

Lengths are percentages of the width of the drawing, so that its text keeps the size of the page's at any
width; heights are pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalogue.workshop.dashboard.figures import Figure

LABELS = 38.0
"""Share of the width reserved for the labels of the rows, percent."""
BARS = 50.0
"""Share of the width of the longest bar; its number follows it."""
ROW_HEIGHT = 26
BAR_HEIGHT = 16
GAP = 1.0
SHADES = 5


@dataclass(frozen=True)
class Part:
    """A piece of a bar: where it begins and how wide it is (percent), and its class."""

    x: str
    width: str
    style: str


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    top: int
    middle: int
    end: str
    parts: list[Part]


@dataclass(frozen=True)
class Plot:
    """A drawing: its height in pixels, a description for who does not see it, its rows and its legend."""

    code: str
    title: str
    description: str
    height: int
    labels_end: str
    bars: list[Bar]
    legend: list[tuple[str, str]]


def draw_bars(figure: Figure) -> Plot:
    """Draw the rows of a figure as bars; stacked by column when it gives a style to each."""
    values = [[cell.value for cell in row.cells] for row in figure.rows]
    longest = max((numbers[0] for numbers in values), default=0) or 1
    drawn = [
        _draw_bar(row.label, numbers, longest, place, figure.styles)
        for place, (row, numbers) in enumerate(zip(figure.rows, values, strict=True))
    ]
    legend = list(zip(figure.styles, figure.columns[1:], strict=True)) if figure.styles else []
    return Plot(
        code=figure.code,
        title=figure.title,
        description=describe_figure(figure),
        height=ROW_HEIGHT * len(drawn),
        labels_end=format_percent(LABELS),
        bars=drawn,
        legend=legend,
    )


def _draw_bar(label: str, numbers: list[int], longest: int, place: int, styles: list[str]) -> Bar:
    parts, x = [], LABELS + GAP
    pieces = zip(styles, numbers[1:], strict=True) if styles else [("seul", numbers[0])]
    for style, number in pieces:
        width = BARS * number / longest
        if number:
            parts.append(Part(format_percent(x), format_percent(width), style))
        x += width
    top = place * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) // 2
    return Bar(label, numbers[0], top, place * ROW_HEIGHT + ROW_HEIGHT // 2, format_percent(x + GAP), parts)


def format_percent(share: float) -> str:
    """Return a length as SVG reads it, whatever the language of the page."""
    return f"{share:.2f}%"


def describe_figure(figure: Figure) -> str:
    if figure.is_empty:
        return _("Rien à montrer.")
    most = max(figure.rows, key=lambda row: row.cells[0].value)
    words = {
        "total": number_format(sum(row.cells[0].value for row in figure.rows), force_grouping=True),
        "label": most.label,
        "n": number_format(most.cells[0].value, force_grouping=True),
    }
    return _("%(total)s en tout ; le plus : %(label)s, %(n)s. Le tableau donne chaque nombre.") % words


def get_shade(value: int, highest: int) -> int:
    """Return 0 (nothing) to SHADES (the highest of the table), by square root so that small numbers show."""
    if value <= 0:
        return 0
    return max(1, round(SHADES * math.sqrt(value / highest)))


def get_shades(figure: Figure) -> list[list[int]]:
    """Return the shade of each number of a heat table, its totals excluded."""
    values = [[cell.value for cell in row.cells[1:]] for row in figure.rows]
    highest = max((max(row, default=0) for row in values), default=0)
    return [[get_shade(value, highest) for value in row] for row in values]
