"""A traced network as an SVG: stacked feature maps to scale, from the image to the answer.

Values in, text out. The fills are half clear and their colours lie between light and dark.
"""

from __future__ import annotations

import math
import re
import textwrap
from dataclasses import dataclass
from html import escape
from typing import Final

from xraylib.networks.trace import Trace, TraceRow

MAX_SHEETS: Final = 6
"""Most sheets drawn for the channels of a map; the number itself stands below."""

_ERROR: Final = "#e04848"

_WIDTH: Final = 96  # of a column
_SIDE: Final = 74.0  # of the largest map
_STEP: Final = 3.2  # between two sheets
_TOP: Final = 54.0  # three lines of words over a map, and the sheets that rise above it
_WORDS: Final = 12.5  # line of words
_CHARACTERS: Final = 16
_BELOW: Final = 4  # most lines under a map


@dataclass(frozen=True, kw_only=True)
class Station:
    """One column of the picture.

    Attributes:
        row: The layer that makes the shape; None for the layer that is impossible.
        title: Its words, over the map.
        notes: The layers after it that leave the shape alone.
    """

    row: TraceRow | None
    title: str
    notes: tuple[str, ...]


def stations(trace: Trace) -> list[Station]:
    """The columns of the picture: one for each layer that changes the shape, and the error."""
    found: list[tuple[TraceRow, list[str]]] = []
    for row in trace.rows:
        if row.layer.group.quiet and found:
            found[-1][1].append(row.layer.note)
        else:
            found.append((row, []))
    columns = [Station(row=row, title=row.label, notes=tuple(notes)) for row, notes in found]
    if trace.error is not None:
        columns.append(Station(row=None, title=trace.error.kind or "Layer", notes=()))
    return columns


COLUMNS: Final = 7
"""Most maps side by side; longer networks go on in the next line."""


def network_width(trace: Trace) -> int:
    """Width of `network_svg`, in pixels."""
    return _WIDTH * min(COLUMNS, len(stations(trace)))


def network_svg(trace: Trace, *, dark: bool = False, columns: int = COLUMNS) -> str:
    """The picture.

    Args:
        trace: The network; up to its first impossible layer, which is drawn as a red gap.
        dark: For a dark background.
        columns: Most maps side by side.

    Returns:
        An SVG document without links or scripts.
    """
    drawn = stations(trace)
    columns = max(1, min(columns, len(drawn)))
    lines = [drawn[start : start + columns] for start in range(0, len(drawn), columns)]
    longest = max(trace.rows[0].output_shape[:2])
    parts: list[str] = []
    top = 0.0
    for number, line in enumerate(lines):
        notes = max(len(_note_lines(station)) for station in line)
        height = _TOP + _SIDE + 14 + _WORDS * (1.6 + notes)
        for place, station in enumerate(line):
            last = number == len(lines) - 1 and place == len(line) - 1
            parts.append(_column(station, place * _WIDTH, top, longest, last=last))
        top += height + 10
    width = columns * _WIDTH
    label = escape(describe(trace), quote=True)
    ink = "#c9d3d9" if dark else "#3d4a53"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top:g}" '
        f'width="{width:g}" height="{top:g}" role="img" aria-label="{label}" '
        'font-family="system-ui, sans-serif" font-size="10.5" '
        f'fill="{ink}" color="{ink}">{"".join(parts)}</svg>'
    )


def describe(trace: Trace) -> str:
    """The picture in words, for those who cannot see it."""
    steps = [
        f"{station.row.kind} {_size(station.row.output_shape)}"
        for station in stations(trace)
        if station.row is not None
    ]
    text = f"Network of {len(trace.rows)} layers: " + ", then ".join(steps)
    if trace.error is not None:
        text += f"; after that {trace.error.kind} is impossible"
    return text + "."


def _column(station: Station, left: float, top: float, longest: int, *, last: bool) -> str:
    middle = left + _WIDTH / 2
    base = top + _TOP + _SIDE  # where every map stands
    parts = [
        _text(middle, top + 12 + _WORDS * place, words, bold=place == 0)
        for place, words in enumerate(_title_lines(station.title))
    ]
    if station.row is None:
        parts.append(_gap(middle, base))
        parts.append(_text(middle, base + 24, "impossible here", colour=_ERROR))
        return "".join(parts)
    shape = station.row.output_shape
    fill = station.row.layer.group.colour
    parts.append(
        _maps(shape, middle, base, longest, fill)
        if len(shape) == 3
        else _bar(shape[0], middle, base, fill)
    )
    parts.append(_text(middle, base + 24, _size(shape), bold=True))
    parts += [
        _text(middle, base + 24 + _WORDS * (place + 1), words, faint=True)
        for place, words in enumerate(_note_lines(station))
    ]
    if not last:
        parts.append(_arrow(left + _WIDTH, base - _SIDE / 2))
    return "".join(parts)


def _maps(shape: tuple[int, ...], middle: float, base: float, longest: int, fill: str) -> str:
    """Sheets, one for each channel up to `MAX_SHEETS`, with sides to scale."""
    height, width, channels = shape
    tall = max(2.0, _SIDE * height / longest)
    wide = max(2.0, _SIDE * width / longest)
    sheets = min(channels, MAX_SHEETS)
    # A full stack of the largest maps must fit into its column.
    step = min(_STEP, (_WIDTH - 14 - wide) / max(1, sheets - 1)) if sheets > 1 else 0.0
    spread = step * (sheets - 1)
    parts = []
    for sheet in reversed(range(sheets)):
        x = middle - (wide + spread) / 2 + sheet * step
        y = base - tall - sheet * step
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="1" '
            f'fill="{fill}" fill-opacity="0.38" stroke="{fill}" stroke-width="1"/>'
        )
    return "".join(parts)


def _bar(values: int, middle: float, base: float, fill: str) -> str:
    """A row of values as an upright bar; its length grows with their logarithm."""
    tall = _SIDE * min(1.0, (math.log10(values) + 0.35) / 5)
    parts = [
        f'<rect x="{middle - 5:.1f}" y="{base - tall:.1f}" width="10" height="{tall:.1f}" rx="1" '
        f'fill="{fill}" fill-opacity="0.38" stroke="{fill}" stroke-width="1"/>'
    ]
    if 1 < values <= 12:
        parts += [
            f'<line x1="{middle - 5:.1f}" x2="{middle + 5:.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{fill}" stroke-width="1"/>'
            for y in (base - tall * place / values for place in range(1, values))
        ]
    return "".join(parts)


def _gap(middle: float, base: float) -> str:
    """Where no map can be."""
    side = _SIDE * 0.6
    left, top = middle - side / 2, base - side
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}" rx="2" '
        f'fill="none" stroke="{_ERROR}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        f'<path d="M {left + 9:.1f} {top + 9:.1f} l {side - 18:.1f} {side - 18:.1f} '
        f'm 0 {18 - side:.1f} l {18 - side:.1f} {side - 18:.1f}" stroke="{_ERROR}" '
        'stroke-width="2" fill="none"/>'
    )


def _arrow(x: float, y: float) -> str:
    return (
        f'<path d="M {x - 4:.1f} {y - 4:.1f} l 5 4 l -5 4" fill="none" stroke="currentColor" '
        'stroke-opacity="0.55" stroke-width="1.2"/>'
    )


def _text(
    x: float, y: float, words: str, *, bold: bool = False, faint: bool = False, colour: str = ""
) -> str:
    style = ' font-weight="600"' if bold else ""
    style += ' fill-opacity="0.72"' if faint else ""
    style += f' fill="{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{style}>{escape(words)}</text>'


def _title_lines(label: str) -> list[str]:
    """``Conv2D 5 @ 5×5, stride 3, relu`` as ``Conv2D`` and lines of its settings."""
    kind, _, rest = label.partition(" ")
    name = kind.rstrip(",")
    if len(name) > _CHARACTERS - 2:  # in words: "Average pooling", "Separable conv"
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("2D")).capitalize()
    return [*_wrapped(name), *_wrapped(rest)][:3]


def _note_lines(station: Station) -> list[str]:
    lines = []
    for note in station.notes:
        lines += _wrapped(f"+ {note}")
    if len(lines) > _BELOW:
        lines = [*lines[: _BELOW - 1], "…"]
    return lines


def _wrapped(words: str) -> list[str]:
    """Lines of at most so many characters, broken after commas, else between words."""
    lines: list[str] = []
    for part in words.split(", "):
        if lines and len(lines[-1]) + 2 + len(part) <= _CHARACTERS:
            lines[-1] += f", {part}"
        elif len(part) <= _CHARACTERS:
            lines.append(part)
        else:
            lines += textwrap.wrap(part, _CHARACTERS)
    return [line for line in lines if line]


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(str(side) for side in shape) if len(shape) > 1 else f"{shape[0]:,}"
