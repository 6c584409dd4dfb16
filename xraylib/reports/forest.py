"""A forest plot as SVG: shares or areas with their intervals, one a line, beside what all reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xraylib.metrics.intervals import Interval
from xraylib.reports.svg import COLOURS, drawing, words
from xraylib.rounding import rounded

_LEFT: Final = 260
_WIDTH: Final = 300
_STEP: Final = 22
_QUIET: Final = "#8a96a0"


@dataclass(frozen=True, kw_only=True)
class ForestLine:
    """A line of a forest plot.

    Attributes:
        name: Before it.
        value: None where there is none.
        interval: 95 %.
        marked: Whether it differs from the others beyond chance, which has a colour of its own.
    """

    name: str
    value: float | None
    interval: Interval | None
    marked: bool = False


def forest_start(lines: Sequence[ForestLine]) -> float:
    """Where the axis begins: at 0.5, or under the lowest end of an interval."""
    ends = [end for one in lines for end in (one.value, *(one.interval or ())) if end is not None]
    return max(0.0, int(min([0.5, *ends]) * 10) / 10)


def forest_svg(lines: Sequence[ForestLine], *, what: str, overall: float | None) -> str:
    """The lines, and a dashed one where ``overall`` is.

    Args:
        lines: From top to bottom.
        what: What the values are: ``AUC``.
        overall: What all images together reach.
    """
    low = forest_start(lines)

    def place(value: float) -> float:
        return _LEFT + _WIDTH * (value - low) / (1 - low)

    height = 14 + _STEP * len(lines)
    parts = []
    if overall is not None:
        x = place(max(overall, low))
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height}" stroke="{_QUIET}" '
            'stroke-dasharray="4 4"/>'
        )
    for number, one in enumerate(lines):
        y, colour = 18 + _STEP * number, COLOURS[1] if one.marked else COLOURS[0]
        parts.append(words(_LEFT - 10, y + 4, one.name, anchor="end"))
        if one.value is None:
            parts.append(words(place((1 + low) / 2), y + 4, "–", anchor="middle"))
            continue
        if one.interval:
            left, right = (place(end) for end in one.interval)
            parts.append(
                f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y}" y2="{y}" stroke="{colour}" '
                'stroke-width="2"/>'
            )
        shape = (
            f'<rect x="{place(one.value) - 4:.1f}" y="{y - 4}" width="8" height="8" '
            f'fill="{colour}"/>'
            if one.marked
            else f'<circle cx="{place(one.value):.1f}" cy="{y}" r="4" fill="{colour}"/>'
        )
        parts.append(shape)
    for value in (low, (1 + low) / 2, 1.0):
        parts.append(words(place(value), height + 14, rounded(value), anchor="middle"))
    parts.append(words(_LEFT + _WIDTH / 2, height + 30, f"{what}, 95 % interval", anchor="middle"))
    told = "; ".join(
        f"{one.name}: {'none' if one.value is None else rounded(one.value)}" for one in lines
    )
    return drawing(_LEFT + _WIDTH + 30, height + 36, parts, f"{what}. {told}.")
