"""A network as stacked feature maps to scale: one SVG from a trace."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log2, sqrt

from xraylib.model.trace import TraceRow

_HEIGHT = 190
_MAP_SIDE = 110
_GAP = 26
_COLOURS = {
    "Input": "#7d8a92",
    "Conv2D": "#0072b2",
    "Pooling2D": "#009e73",
    "Dense": "#d55e00",
    "Flatten": "#cc79a7",
    "": "#7d8a92",
}


def network_svg(rows: Sequence[TraceRow], *, dark: bool = False) -> str:
    """Layers from left to right. The side of a map grows with the square root of its height.

    Layers that keep shape and values apart (activations, normalisation, dropout) are thin bars,
    so that thirty layers stay readable.

    Args:
        rows: From `trace`, at least the Input.
        dark: For a dark background.

    Returns:
        An SVG document without links or scripts.
    """
    ink = "#c9d3d9" if dark else "#45525b"
    largest = max((row.output_shape[0] for row in rows if len(row.output_shape) == 3), default=1)
    parts: list[str] = []
    x = 10.0
    for row in rows:
        part, width = _layer(row, x, largest, ink)
        parts.append(part)
        x += width + (10 if _is_thin(row) else _GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{x:.0f}" height="{_HEIGHT}" '
        f'viewBox="0 0 {x:.0f} {_HEIGHT}" role="img" font-family="system-ui, sans-serif">'
        f"<title>{escape(describe(rows))}</title>{''.join(parts)}</svg>"
    )


def describe(rows: Sequence[TraceRow]) -> str:
    """The picture in words, for those who cannot see it."""
    steps = (f"{row.kind} {_size(row)}" for row in rows if not _is_thin(row))
    return f"Network of {len(rows)} layers: " + ", then ".join(steps)


def _layer(row: TraceRow, x: float, largest: int, ink: str) -> tuple[str, float]:
    middle = 78.0
    colour = _COLOURS[next((kind for kind in _COLOURS if kind in row.kind), "")]
    if _is_thin(row):
        bar = f'<rect x="{x:.1f}" y="{middle - 40}" width="5" height="80" rx="2" fill="{colour}"/>'
        return f"<g>{_tip(row)}{bar}</g>", 5.0
    if len(row.output_shape) == 3:
        height, _, channels = row.output_shape
        side = max(6.0, _MAP_SIDE * sqrt(height / largest))
        copies = min(8, 1 + round(log2(channels))) if channels > 1 else 1
        step = 4.0
        width = side + step * (copies - 1)
        top = middle - width / 2
        maps = "".join(
            f'<rect x="{x + step * i:.1f}" y="{top + step * i:.1f}" '
            f'width="{side:.1f}" height="{side:.1f}" rx="2" fill="{colour}" '
            f'fill-opacity="{0.25 if i < copies - 1 else 0.75}" stroke="{colour}"/>'
            for i in range(copies)
        )
    else:
        width = 14.0
        length = min(130.0, 18 + 9 * log2(max(2, row.output_shape[0])))
        maps = (
            f'<rect x="{x:.1f}" y="{middle - length / 2:.1f}" width="{width}" '
            f'height="{length:.1f}" rx="3" fill="{colour}" fill-opacity="0.75" stroke="{colour}"/>'
        )
    centre = x + width / 2
    words = (
        f'<text x="{centre:.1f}" y="160" font-size="10.5" text-anchor="middle" fill="{ink}">'
        f"{escape(_short(row.kind))}</text>"
        f'<text x="{centre:.1f}" y="175" font-size="10" text-anchor="middle" fill="{ink}">'
        f"{escape(_size(row))}</text>"
    )
    return f"<g>{_tip(row)}{maps}{words}</g>", max(width, 44.0)


def _is_thin(row: TraceRow) -> bool:
    return row.kind in (
        "Activation",
        "BatchNormalization",
        "Dropout",
        "LayerNormalization",
        "Rescaling",
    )


def _tip(row: TraceRow) -> str:
    return f"<title>{escape(f'{row.index} {row.label}: {_size(row)}')}</title>"


def _size(row: TraceRow) -> str:
    return "×".join(str(side) for side in row.output_shape)


def _short(kind: str) -> str:
    return kind.replace("GlobalAveragePooling2D", "Global mean").replace("Pooling2D", "Pool")
