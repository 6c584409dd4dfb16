"""How a window that moves over a map (convolution or pooling) changes its size.

``valid``: ``⌊(n−k)/s⌋+1`` positions fit into n pixels for a window of k and a stride of s;
``same``: ``⌈n/s⌉``, with zeros added at the edges. (Dumoulin and Visin, A guide to convolution
arithmetic for deep learning, 2016, arXiv:1603.07285.)
"""

from __future__ import annotations

from xraylib.model.layers.base import ImpossibleError, Pair, Shape, compact
from xraylib.model.layers.words import both, side, times


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
    size: Pair, *, window: Pair, strides: Pair, padding: str, field: str, noun: str
) -> tuple[Pair, str]:
    """Positions that a window takes, and the arithmetic in words.

    Args:
        size: Height and width of the map.
        window: Height and width of the window.
        strides: Steps down and to the right.
        padding: ``"valid"`` or ``"same"``.
        field: The setting that holds the window, for the error.
        noun: What it is called in the error.

    Raises:
        ImpossibleError: The window does not fit.
    """
    if padding == "valid" and (window[0] > size[0] or window[1] > size[1]):
        raise _too_large(size, window, field, noun)
    counted = [_count(n, k, s, padding) for n, k, s in zip(size, window, strides, strict=True)]
    return (counted[0][0], counted[1][0]), both(counted[0][1], counted[1][1])


def _count(n: int, k: int, s: int, padding: str) -> tuple[int, str]:
    if padding == "same":
        count = -(-n // s)
        return count, f"⌈{n}/{s}⌉ = {count}"
    count = (n - k) // s + 1
    return count, f"⌊({n}−{k})/{s}⌋+1 = {count}"


def _too_large(size: Pair, window: Pair, field: str, noun: str) -> ImpossibleError:
    largest = (min(window[0], size[0]), min(window[1], size[1]))
    smaller = (max(1, largest[0] - 1), max(1, largest[1] - 1))
    values = tuple(dict.fromkeys((compact(largest), compact(smaller))))
    return ImpossibleError(
        f"{noun} {side(window)} does not fit into {times(size)}",
        expected=f"a {noun} of at most {times(size)} with valid padding",
        remedy=f"set {field} to {compact(largest)} or padding to same, or keep the map larger",
        field=field,
        nearest=values,
    )
