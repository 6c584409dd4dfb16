"""What follows from a layer's settings, in words with its numbers."""

from __future__ import annotations

from xraylib.networks.layers import Layer
from xraylib.networks.trace import TraceRow


def explain(layer: Layer, row: TraceRow, before: TraceRow) -> list[str]:
    """What follows from this layer's settings, with its numbers, line by line."""
    shape, lines = before.output_shape, list[str]()
    if not row.shape_arithmetic and not row.params_arithmetic:
        lines.append(layer.meaning)
    if row.shape_arithmetic:
        sized = row.output_shape != shape or layer.window == "sum"
        words = row.shape_arithmetic
        lines.append(
            f"Output size: {words}." if sized else f"What it does: {words}; the size stays."
        )
    if layer.window is not None:
        lines.append(
            "Padding same: zeros are put around, so that only the stride decides the size."
            if getattr(layer, "padding", "valid") == "same"
            else "Padding valid: the window stays inside the map, so the edge is met less often."
        )
    lines += layer.remarks(shape)
    if row.params_arithmetic:
        lines.append(f"With this layer's numbers: {row.params_arithmetic}.")
    if row.output_shape == shape and not row.shape_arithmetic:
        lines.append("It changes neither the size nor the place of anything.")
    return lines
