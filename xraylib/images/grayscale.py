"""DICOM stored values -> grey values, in the order that the standard gives.

Modality LUT (or rescale), then VOI LUT (or window), then MONOCHROME1 inverted. All of it is one
table over the values that can be stored (at most 65,536), so that every step is exact and an image
is mapped once. Without a window the full range stays the full range: only the file's own window
or VOI LUT clips. (DICOM PS3.3 C.7.5.1.1.2, C.11.1 and C.11.2; PS3.4 N.2.)
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.multival import MultiValue

CODE_STRINGS: Final = (
    "PhotometricInterpretation",
    "VOILUTFunction",
    "PresentationLUTShape",
    "PresentationIntentType",
)
"""Elements with one of a few words that decide about greys."""

_FUNCTIONS: Final = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
_DECIMAL_COMMA: Final = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


def grey_table(
    dataset: pydicom.Dataset, *, bits: int, signed: bool, inverted: bool
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The displayed grey value of every value that can be stored.

    Args:
        dataset: With the elements of the modality LUT, VOI LUT and pixel padding modules.
        bits: BitsStored, 1 to 16.
        signed: Whether stored values are in two's complement.
        inverted: Whether the highest value is black (MONOCHROME1).

    Returns:
        ``(2**bits,)``, lowest stored value first; uint8 0..255 for up to 8 bits, else uint16
        ``0..2**bits - 1``; 0 is black. And the names of what had to be decided: `notes`.
    """
    notes: list[str] = []
    lowest = -(2 ** (bits - 1)) if signed else 0
    domain = np.arange(lowest, lowest + 2**bits, dtype=np.float64)
    shade = _displayed(dataset, domain, notes)
    if inverted:
        shade = 1.0 - shade
    shade[_padding(dataset, lowest, bits, signed=signed)] = 0.0
    depth = max(8, bits)
    table: NDArray[Any] = np.floor(shade * (2**depth - 1) + 0.5)
    return table.astype(np.uint8 if depth == 8 else np.uint16), tuple(dict.fromkeys(notes))


def _displayed(
    dataset: pydicom.Dataset, domain: NDArray[np.float64], notes: list[str]
) -> NDArray[np.float64]:
    """Stored values -> shades 0 (dark) to 1 (bright), before any inversion."""
    slope = 1.0
    modality = _lut(dataset, "ModalityLUTSequence", notes)
    if modality is not None:
        value, low, high = _lookup(modality, domain, notes)
    else:
        slope = number(dataset.get("RescaleSlope"), 1.0, notes) or 1.0
        intercept = number(dataset.get("RescaleIntercept"), 0.0, notes)
        value = domain * slope + intercept
        low, high = float(value.min()), float(value.max())
    shown = _lut(dataset, "VOILUTSequence", notes)
    if shown is not None:
        value, low, high = _lookup(shown, value, notes)
    else:
        window = _first_window(dataset, notes)
        if window is not None:
            function = str(dataset.get("VOILUTFunction") or "LINEAR")
            if function not in _FUNCTIONS:
                notes.append("window-function")
            return _window(value, *window, function, notes, fine=abs(slope) < 1)
    return (value - low) / (high - low) if high > low else np.zeros_like(value)


def shown_by(dataset: pydicom.Dataset) -> str:
    """What makes grey levels of the stored values, in words; see `grey_table`."""
    first = _lut(dataset, "ModalityLUTSequence", [])
    steps = [] if first is None else [f"modality LUT of {first.length:,} entries"]
    table, window = _lut(dataset, "VOILUTSequence", []), _first_window(dataset, [])
    if table is not None:
        steps.append(f"VOI LUT of {table.length:,} entries")
    elif window is not None:
        function = str(dataset.get("VOILUTFunction") or "LINEAR").strip()
        steps.append(f"window {window[0]:.6g}/{window[1]:.6g} {function[:16]}")
    else:
        steps.append("full range")
    return ", ".join(steps)


def _first_window(dataset: pydicom.Dataset, notes: list[str]) -> tuple[float, float] | None:
    """Centre and width of the first window that can be used."""
    centres, widths = _several(dataset.get("WindowCenter")), _several(dataset.get("WindowWidth"))
    for centre, width in zip(centres, widths, strict=False):
        found = number(centre, math.nan, notes), number(width, math.nan, notes)
        if math.isfinite(found[0]) and math.isfinite(found[1]) and found[1] > 0:
            return found
    if any(str(part).strip() for part in (*centres, *widths)):
        notes.append("window-unusable")
    return None


def _window(
    value: NDArray[np.float64],
    centre: float,
    width: float,
    function: str,
    notes: list[str],
    *,
    fine: bool,
) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2 (linear) and C.11.2.1.3 (sigmoid and linear, exact), onto 0..1.

    The linear function is defined for widths of 1 and more; its width of 1 is a step, which makes
    sense between whole numbers alone.

    Args:
        value: After the modality LUT.
        centre: Of the window.
        width: Of the window, positive.
        function: The VOI LUT function.
        notes: Gets a name where something was decided.
        fine: Whether neighbouring values are less than 1 apart.
    """
    if function == "SIGMOID":
        power = np.clip(-4.0 * (value - centre) / width, -700.0, 700.0)
        return 1.0 / (1.0 + np.exp(power))
    if function != "LINEAR_EXACT" and (width < 1 or (fine and width == 1)):
        notes.append("window-narrow")
    elif function != "LINEAR_EXACT":
        centre, width = centre - 0.5, width - 1.0
    if width <= 0:
        return (value > centre).astype(np.float64)
    return np.clip((value - centre) / width + 0.5, 0.0, 1.0)


class _Table(NamedTuple):
    """A lookup table as it stands in the file: its three descriptors, unsigned, and its bytes."""

    length: int
    first: int
    bits: int
    words: NDArray[np.uint16]


def _lut(dataset: pydicom.Dataset, name: str, notes: list[str]) -> _Table | None:
    """The first item of a sequence that holds a table; None where there is none.

    Both elements are taken as bytes: their type depends on other elements, and pydicom 3.0.2 takes
    the number of entries for signed where the pixels are.
    """
    items: list[pydicom.Dataset] = list(dataset.get(name) or [])
    for item in items:
        descriptor, data = _words(item, "LUTDescriptor"), _words(item, "LUTData")
        if len(descriptor) == 3 and len(data):
            count, first, bits = (int(word) for word in descriptor)
            return _Table(count or 65_536, first, bits, data)
    if items:
        notes.append("lut-empty")
    return None


def _words(item: pydicom.Dataset, name: str) -> NDArray[np.uint16]:
    """An element's value as unsigned words of two bytes; an odd last byte is no word."""
    if name not in item:
        return np.zeros(0, np.uint16)
    element = item.get_item(name)
    value = element.value
    if isinstance(value, bytes):
        little = getattr(element, "is_little_endian", True)
        kind = "<u2" if little else ">u2"
        return np.frombuffer(value[: len(value) // 2 * 2], kind).astype(np.uint16)
    return (np.asarray(_several(value), np.int64) & 0xFFFF).astype(np.uint16)


def _lookup(
    table: _Table, value: NDArray[np.float64], notes: list[str]
) -> tuple[NDArray[np.float64], float, float]:
    """A modality or VOI lookup table applied to ``value``; its lowest and highest output.

    The number of entries and the entries themselves are unsigned whatever the elements' VR says;
    the first value mapped is signed where the values are (PS3.3 C.11.1.1). Entries of up to 8 bits
    may stand two to a word, the first in its lower half.
    """
    count, first, bits, words = table
    if value.min() < 0 and first >= 32_768:
        first -= 65_536
    if bits <= 8 and count > 1 and len(words) == (count + 1) // 2:
        words = np.frombuffer(words.astype("<u2").tobytes(), np.uint8).astype(np.uint16)
    short = len(words) < count
    if short:
        notes.append("lut-short")
        count = len(words)
    entries = words[:count].astype(np.float64)
    needed = max(1, int(entries.max()).bit_length())
    if not 1 <= bits <= 16 or needed > bits or (needed < bits > 8 and not short):
        if needed != bits:
            notes.append("lut-depth")
        bits = max(needed, 8)
    position = np.clip(np.rint(value) - first, 0, count - 1).astype(np.int64)
    return entries[position], 0.0, 2.0**bits - 1


def _padding(
    dataset: pydicom.Dataset, lowest: int, bits: int, *, signed: bool
) -> NDArray[np.bool_]:
    """Which stored values are declared to be padding outside the image."""
    chosen = np.zeros(2**bits, dtype=np.bool_)
    if "PixelPaddingValue" not in dataset:
        return chosen
    ends = []
    for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        told = number(dataset.get(name), math.nan)
        if math.isfinite(told):
            end = int(told)
            if signed and end >= 2 ** (bits - 1):  # written as unsigned
                end -= 2 ** int(dataset.BitsAllocated)
            ends.append(end - lowest)
    if ends and min(ends) < chosen.size and max(ends) >= 0:
        chosen[max(0, min(ends)) : max(ends) + 1] = True
    return chosen


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def number(value: Any, default: float, notes: list[str] | None = None) -> float:
    """A number of the file, or ``default``; ``notes`` gets a name where it is a guess."""
    text = value.strip() if isinstance(value, str) else value
    if notes is not None and isinstance(text, str) and _DECIMAL_COMMA.fullmatch(text):
        notes.append("decimal-comma")
        text = text.replace(",", ".")
    try:
        found = float(text)
    except (TypeError, ValueError):
        return default
    return found if math.isfinite(found) else default
