"""DICOM stored values -> grey values, in the order that the standard gives.

Modality LUT (or rescale), then VOI LUT (or window), then MONOCHROME1 inverted. All of it is one
table over the values that can be stored (at most 65,536), so that every step is exact and an image
is mapped once. Without a window the full range stays the full range: only the file's own window
or VOI LUT clips. (DICOM PS3.3 C.7.5.1.1.2, C.11.1 and C.11.2; PS3.4 N.2.)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.multival import MultiValue

from xraylib.images.radiograph import refuse


def grey_table(
    dataset: pydicom.Dataset, *, bits: int, signed: bool, inverted: bool
) -> NDArray[Any]:
    """The displayed grey value of every value that can be stored.

    Args:
        dataset: With the elements of the modality LUT, VOI LUT and pixel padding modules.
        bits: BitsStored, 1 to 16.
        signed: Whether stored values are in two's complement.
        inverted: Whether the highest value is black (MONOCHROME1).

    Returns:
        ``(2**bits,)``, lowest stored value first; uint8 0..255 for up to 8 bits, else uint16
        ``0..2**bits - 1``; 0 is black.
    """
    lowest = -(2 ** (bits - 1)) if signed else 0
    shade = _displayed(dataset, np.arange(lowest, lowest + 2**bits, dtype=np.float64))
    if inverted:
        shade = 1.0 - shade
    shade[_padding(dataset, lowest, bits, signed=signed)] = 0.0
    depth = max(8, bits)
    table: NDArray[Any] = np.floor(shade * (2**depth - 1) + 0.5)
    return table.astype(np.uint8 if depth == 8 else np.uint16)


def _displayed(dataset: pydicom.Dataset, domain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stored values -> shades 0 (dark) to 1 (bright), before any inversion."""
    if dataset.get("ModalityLUTSequence"):
        value, low, high = _lookup(dataset.ModalityLUTSequence[0], domain)
    else:
        slope = _number(dataset.get("RescaleSlope"), 1.0) or 1.0
        intercept = _number(dataset.get("RescaleIntercept"), 0.0)
        value = domain * slope + intercept
        low, high = float(value.min()), float(value.max())
    if dataset.get("VOILUTSequence"):
        value, low, high = _lookup(dataset.VOILUTSequence[0], value)
    else:
        centre = _number(_first(dataset.get("WindowCenter")), math.nan)
        width = _number(_first(dataset.get("WindowWidth")), math.nan)
        if math.isfinite(centre) and math.isfinite(width) and width > 0:
            return _window(value, centre, width, str(dataset.get("VOILUTFunction", "LINEAR")))
    return (value - low) / (high - low) if high > low else np.zeros_like(value)


def _window(
    value: NDArray[np.float64], centre: float, width: float, function: str
) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2 (linear) and C.11.2.1.3 (sigmoid and linear, exact), onto 0..1."""
    if function == "SIGMOID":
        power = np.clip(-4.0 * (value - centre) / width, -700.0, 700.0)
        return 1.0 / (1.0 + np.exp(power))
    if function != "LINEAR_EXACT":
        centre, width = centre - 0.5, width - 1.0
    if width <= 0:
        return (value > centre).astype(np.float64)
    return np.clip((value - centre) / width + 0.5, 0.0, 1.0)


def _lookup(
    item: pydicom.Dataset, value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float]:
    """A modality or VOI lookup table applied to ``value``; its lowest and highest output."""
    count, first, bits = (int(part) for part in item.LUTDescriptor)
    count = count or 65_536
    if first >= 32_768 and value.min() < 0:  # written as unsigned
        first -= 65_536
    data = item.LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, "<u2" if len(data) >= 2 * count else "u1")
    elif bits <= 8 and len(data) == (count + 1) // 2:  # two entries to a word
        data = np.frombuffer(np.asarray(data, "<u2").tobytes(), "u1")
    entries = np.asarray(data, dtype=np.float64)[:count]
    if not 1 <= bits <= 16 or entries.size != count:
        raise refuse("damaged", "A lookup table of the DICOM file is incomplete")
    top = max(2.0**bits - 1, float(entries.max()))
    position = np.clip(np.rint(value) - first, 0, count - 1).astype(np.int64)
    return entries[position], 0.0, top


def _padding(
    dataset: pydicom.Dataset, lowest: int, bits: int, *, signed: bool
) -> NDArray[np.bool_]:
    """Which stored values are declared to be padding outside the image."""
    chosen = np.zeros(2**bits, dtype=np.bool_)
    if "PixelPaddingValue" not in dataset:
        return chosen
    ends = []
    for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        number = _number(dataset.get(name), math.nan)
        if math.isfinite(number):
            end = int(number)
            if signed and end >= 2 ** (bits - 1):  # written as unsigned
                end -= 2 ** int(dataset.BitsAllocated)
            ends.append(end - lowest)
    if ends and min(ends) < chosen.size and max(ends) >= 0:
        chosen[max(0, min(ends)) : max(ends) + 1] = True
    return chosen


def _first(value: Any) -> Any:
    several = isinstance(value, MultiValue | list | tuple)
    return (value[0] if len(value) else None) if several else value


def _number(value: Any, default: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if math.isfinite(number) else default
