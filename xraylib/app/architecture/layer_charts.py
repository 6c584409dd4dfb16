"""Parameters and map size of each layer as bars in an SVG. Values in, text out.

Every bar has its words beside it, and a browser draws a picture far faster than a chart, after
each edit.
"""

from __future__ import annotations

from html import escape
from typing import Final

from xraylib.networks.trace import Trace

_FILL: Final = "#2b88a6"  # between light and dark
_LABELS: Final = 138  # pixels left of the bars
_LETTERS: Final = 18  # of a name that fits there
_LONGEST: Final = 100  # bar
_WIDTH: Final = 320
_LINE: Final = 22


def parameter_bars(trace: Trace, *, dark: bool = False) -> str:
    """Parameters by layer.

    Args:
        trace: The network, up to its first impossible layer.
        dark: For a dark background.

    Returns:
        An SVG document without links or scripts.
    """
    return _bars(
        trace,
        [row.params for row in trace.rows],
        [f"{row.params:,}" for row in trace.rows],
        dark=dark,
    )


def size_bars(trace: Trace, *, dark: bool = False) -> str:
    """Height of the map by layer, with the whole shape beside it, as `parameter_bars`.

    A row of values has no height; its number stands there alone.
    """
    shapes = [row.output_shape for row in trace.rows]
    return _bars(
        trace,
        [shape[0] if len(shape) == 3 else 0 for shape in shapes],
        [
            "×".join(map(str, shape)) if len(shape) == 3 else f"{shape[-1]:,} in a row"
            for shape in shapes
        ],
        dark=dark,
    )


def parameter_sentence(trace: Trace) -> str:
    """The parameters in words."""
    if not trace.total_params:
        return "No layer has parameters."
    most = max(trace.rows, key=lambda row: row.params)
    return (
        f"{trace.total_params:,} parameters in all, most of them ({most.params:,}) in layer "
        f"{most.index}, {most.kind}."
    )


def size_sentence(trace: Trace) -> str:
    """The sizes in words."""
    maps = [row.output_shape for row in trace.rows if len(row.output_shape) == 3]
    first, last = (f"{shape[0]}×{shape[1]}" for shape in (maps[0], maps[-1]))
    return f"The map goes from {first} pixels to {last} through {len(maps)} layers."


def _bars(trace: Trace, values: list[int], words: list[str], *, dark: bool) -> str:
    most = max(1, *values)
    parts = []
    for place, (row, value, said) in enumerate(zip(trace.rows, values, words, strict=True)):
        top, length = place * _LINE, _LONGEST * value / most
        kind = row.kind if len(row.kind) <= _LETTERS else row.kind.removesuffix("2D")
        name = escape(f"{row.index} {kind}")
        parts.append(
            f'<text x="{_LABELS - 6}" y="{top + 15}" text-anchor="end">{name}</text>'
            f'<rect x="{_LABELS}" y="{top + 3}" width="{length:.1f}" height="16" rx="2" '
            f'fill="{_FILL}"/>'
            f'<text x="{_LABELS + length + 5:.1f}" y="{top + 15}" fill-opacity="0.8">{said}</text>'
        )
    height = _LINE * len(trace.rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="system-ui, sans-serif" font-size="11" '
        f'fill="{"#c9d3d9" if dark else "#3d4a53"}">{"".join(parts)}</svg>'
    )
