"""How a window that moves over a map (convolution or pooling) changes its size.

``valid``: ``⌊(n−k)/s⌋+1`` positions fit into n pixels for a window of k and a stride of s;
``same``: ``⌈n/s⌉``, with zeros added at the edges. (Dumoulin and Visin, A guide to convolution
arithmetic for deep learning, 2016, arXiv:1603.07285.)
"""

from __future__ import annotations

from xraylib.networks.declaration.effect import ImpossibleError, Pair, Shape
from xraylib.networks.declaration.words import both, compact, side, times


def map_size(kind: str, shape: Shape) -> tuple[int, int, int]:
    """``(height, width, channels)`` of a feature map.

    Raises:
        ImpossibleError: The shape is a row of values.
    """
    if len(shape) != 3:
        raise ImpossibleError(
            f"{kind} needs a map (height × width × channels) and gets a row of {shape[0]:,} values",
            expected="a map, as layers before Flatten, GlobalAveragePooling2D or Dense give it",
            remedy=f"move {kind} before the layer that makes the row, or remove it",
        )
    return shape[0], shape[1], shape[2]


def slide(
    size: Pair,
    *,
    window: Pair,
    strides: Pair,
    padding: str,
    field: str,
    noun: str,
    dilation: Pair = (1, 1),
) -> tuple[Pair, str]:
    """Positions that a window takes, and the arithmetic in words.

    Args:
        size: Height and width of the map.
        window: Height and width of the window.
        strides: Steps down and to the right.
        padding: ``"valid"`` or ``"same"``.
        field: The setting that holds the window, for the error.
        noun: What it is called in the error.
        dilation: Distance between the window's own pixels; above 1 it spans more than its size.

    Raises:
        ImpossibleError: The window does not fit.
    """
    spans = span(window, dilation)
    if padding == "valid" and (spans[0] > size[0] or spans[1] > size[1]):
        raise _too_large(size, window, dilation, field, noun)
    counted = [_count(n, k, s, padding) for n, k, s in zip(size, spans, strides, strict=True)]
    words = both(counted[0][1], counted[1][1])
    if spans != window:
        words = f"{noun} {side(window)} spans {side(spans)}, {words}"
    return (counted[0][0], counted[1][0]), words


def span(window: Pair, dilation: Pair) -> Pair:
    """Pixels from the first to the last that a window sees: ``(k − 1) × dilation + 1``."""
    return (window[0] - 1) * dilation[0] + 1, (window[1] - 1) * dilation[1] + 1


def _count(n: int, k: int, s: int, padding: str) -> tuple[int, str]:
    if padding == "same":
        count = -(-n // s)
        return count, f"⌈{n}/{s}⌉ = {count}"
    count = (n - k) // s + 1
    return count, f"⌊({n}−{k})/{s}⌋+1 = {count}"


def _too_large(size: Pair, window: Pair, dilation: Pair, field: str, noun: str) -> ImpossibleError:
    most = ((size[0] - 1) // dilation[0] + 1, (size[1] - 1) // dilation[1] + 1)
    largest = (min(window[0], most[0]), min(window[1], most[1]))
    smaller = (max(1, largest[0] - 1), max(1, largest[1] - 1))
    spans = span(window, dilation)
    spread = f", spread over {side(spans)}," if spans != window else ""
    return ImpossibleError(
        f"{noun} {side(window)}{spread} does not fit into {times(size)}",
        expected=f"a {noun} of at most {times(most)} with valid padding",
        remedy=f"set {field} to {compact(largest)} or padding to same, or keep the map larger",
        field=field,
        nearest=tuple(dict.fromkeys((compact(largest), compact(smaller)))),
    )
