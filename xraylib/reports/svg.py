"""Small SVG pictures for reports: a matrix, curves, reliability, intervals.

Every text is escaped; each picture says in ``aria-label`` what it shows. Colours work on white
paper, and lines are told apart by their dashes too.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from xraylib.metrics.calibration import ReliabilityBin
from xraylib.rounding import percent, rounded

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 4")
_SIDE: Final = 240
_LEFT: Final = 46
_TOP: Final = 14
_BOTTOM: Final = 40

Line = tuple[str, Sequence[float], Sequence[float]]


def matrix_svg(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> str:
    """The confusion matrix with counts and the share of each true class."""
    cell, left, top = 78, 110, 46
    size = cell * len(classes)
    parts = []
    for j, name in enumerate(classes):
        parts.append(words(left + cell * (j + 0.5), top - 10, name, anchor="middle"))
    for i, row in enumerate(confusion):
        total = sum(row)
        parts.append(words(left - 8, top + cell * (i + 0.5) + 4, classes[i], anchor="end"))
        for j, count in enumerate(row):
            share = count / total if total else 0.0
            ink = "#ffffff" if share > 0.55 else "#1b2733"
            x, y = left + cell * j, top + cell * i
            parts.append(
                f'<rect x="{x + 1}" y="{y + 1}" width="{cell - 2}" height="{cell - 2}" '
                f'fill="{_shade(share)}"/>'
            )
            middle = x + cell / 2
            parts.append(words(middle, y + 36, f"{count:,}", anchor="middle", size=18, fill=ink))
            if total:
                parts.append(
                    words(middle, y + 56, percent(share), anchor="middle", size=11, fill=ink)
                )
    told = "; ".join(
        f"of {sum(row)} {classes[i]} X-rays {row[i]} were called so"
        for i, row in enumerate(confusion)
    )
    parts.append(words(left + size / 2, 14, "Called", anchor="middle", fill="#5a6670"))
    return drawing(left + size + 4, top + size + 4, parts, f"Confusion matrix: {told}.")


def together_svg(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Images that show each finding and both of two, shaded by the share of the row's finding.

    Args:
        names: Of the findings.
        counts: Square; on the diagonal those that show one.
    """
    cell, left, top = 44, 150, 150
    size = cell * len(names)
    parts = []
    for i, row in enumerate(counts):
        parts.append(words(left - 8, top + cell * (i + 0.5) + 4, names[i], anchor="end"))
        x = left + cell * (i + 0.5) + 4
        parts.append(
            f'<text x="{x:.1f}" y="{top - 8}" font-size="11" fill="#1b2733" '
            f'transform="rotate(-60 {x:.1f} {top - 8})">{escape(names[i])}</text>'
        )
        for j, count in enumerate(row):
            share = count / row[i] if row[i] else 0.0
            parts.append(
                f'<rect x="{left + cell * j + 1}" y="{top + cell * i + 1}" width="{cell - 2}" '
                f'height="{cell - 2}" fill="{_shade(share)}"/>'
            )
            ink = "#ffffff" if share > 0.55 else "#1b2733"
            middle = left + cell * (j + 0.5)
            parts.append(
                words(middle, top + cell * (i + 0.5) + 4, f"{count:,}", anchor="middle", fill=ink)
            )
    told = "; ".join(f"{row[i]} {names[i]}" for i, row in enumerate(counts))
    return drawing(left + size + 90, top + size + 4, parts, f"Findings together: {told}.")


def curve_svg(lines: Sequence[Line], *, x: str, y: str, diagonal: bool = False) -> str:
    """Curves in the unit square, with a legend of their names.

    Args:
        lines: Name, x and y of each, 0..1.
        x: What is to the right.
        y: What is upwards.
        diagonal: Whether guessing is the diagonal.
    """
    parts = _axes(x, y)
    if diagonal:
        parts.append(_path([0, 1], [0, 1], "#8a96a0", "4 4", 1))
    for place, (name, xs, ys) in enumerate(lines):
        colour = COLOURS[place % len(COLOURS)]
        dash = _DASHES[place % len(_DASHES)]
        parts.append(_path(xs, ys, colour, dash, 2))
        top = _TOP + _SIDE + _BOTTOM + 14 * place
        parts.append(
            f'<line x1="{_LEFT}" x2="{_LEFT + 26}" y1="{top}" y2="{top}" stroke="{colour}" '
            f'stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        parts.append(words(_LEFT + 32, top + 4, name))
    height = _TOP + _SIDE + _BOTTOM + 14 * len(lines)
    names = ", ".join(name for name, _, _ in lines)
    return drawing(_LEFT + _SIDE + 14, height, parts, f"{y} against {x}: {names}.")


def reliability_svg(curve: Sequence[ReliabilityBin]) -> str:
    """Accuracy with its interval against confidence; the diagonal is perfect."""
    parts = [
        *_axes("confidence", "share that was right"),
        _path([0, 1], [0, 1], "#8a96a0", "4 4", 1),
    ]
    for row in curve:
        x, (low, high) = _x(row.confidence), row.interval
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(low):.1f}" y2="{_y(high):.1f}" '
            f'stroke="{COLOURS[0]}" stroke-width="1.5"/>'
        )
        parts.append(
            f'<circle cx="{x:.1f}" cy="{_y(row.accuracy):.1f}" r="4" fill="{COLOURS[0]}"/>'
        )
    told = "; ".join(
        f"at {rounded(row.confidence)} {rounded(row.accuracy)} of {row.n}" for row in curve
    )
    return drawing(_LEFT + _SIDE + 14, _TOP + _SIDE + _BOTTOM, parts, f"Reliability: {told}.")


def intervals_svg(what: str, rows: Sequence[tuple[str, float, Sequence[float] | None]]) -> str:
    """Differences with their intervals, one a line; the dashed line is 0.

    Args:
        what: What differs: ``accuracy``.
        rows: Name, difference and interval of each.
    """
    reach = max([0.1, *(abs(v) for _, d, ci in rows for v in (d, *(ci or ())))])
    left, width, step = 300, 300, 24
    parts = []

    def place(value: float) -> float:
        return left + width * (value + reach) / (2 * reach)

    height = 14 + step * len(rows)
    parts.append(
        f'<line x1="{place(0):.1f}" x2="{place(0):.1f}" y1="4" y2="{height}" stroke="#8a96a0" '
        'stroke-dasharray="4 4"/>'
    )
    for number, (name, value, interval) in enumerate(rows):
        y = 18 + step * number
        parts.append(words(left - 10, y + 4, name, anchor="end"))
        if interval:
            parts.append(
                f'<line x1="{place(interval[0]):.1f}" x2="{place(interval[1]):.1f}" y1="{y}" '
                f'y2="{y}" stroke="{COLOURS[0]}" stroke-width="2"/>'
            )
        parts.append(f'<circle cx="{place(value):.1f}" cy="{y}" r="4" fill="{COLOURS[0]}"/>')
    for value in (-reach, 0.0, reach):
        parts.append(words(place(value), height + 14, f"{value:+.2f}", anchor="middle"))
    told = "; ".join(f"{name}: {value:+.2f}" for name, value, _ in rows)
    return drawing(left + width + 30, height + 20, parts, f"Differences in {what}: {told}.")


def _axes(x: str, y: str) -> list[str]:
    parts = [
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        'stroke="#c5ced5"/>'
    ]
    for tick in (0.0, 0.5, 1.0):
        parts.append(words(_x(tick), _TOP + _SIDE + 14, f"{tick:.1f}", anchor="middle"))
        parts.append(words(_LEFT - 6, _y(tick) + 4, f"{tick:.1f}", anchor="end"))
    parts.append(words(_LEFT + _SIDE / 2, _TOP + _SIDE + 28, x, anchor="middle"))
    middle = _TOP + _SIDE / 2
    parts.append(
        f'<text x="12" y="{middle}" text-anchor="middle" font-size="11" '
        f'transform="rotate(-90 12 {middle})">{escape(y)}</text>'
    )
    return parts


def _x(value: float) -> float:
    return _LEFT + _SIDE * float(value)


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - float(value))


def _path(xs: Sequence[float], ys: Sequence[float], colour: str, dash: str, width: int) -> str:
    points = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in zip(xs, ys, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-dasharray="{dash}"/>'
    )


def words(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 11, fill: str = "#1b2733"
) -> str:
    """A text of a picture, escaped."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _shade(share: float) -> str:
    low, high = (0xEE, 0xF3, 0xF8), (0x1F, 0x5F, 0x96)
    mixed = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def drawing(width: float, height: float, parts: Sequence[str], label: str) -> str:
    """The picture of these parts; ``label`` says what it shows, and is escaped."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )
