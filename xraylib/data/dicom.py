"""DICOM bytes -> Radiograph, with the grey values in the order that the standard gives.

Stored values -> modality LUT (or rescale) -> VOI LUT (or window) -> MONOCHROME1 inverted. All of
it is one table over the possible stored values (at most 65,536), so that every step is exact and
a film is mapped once (DICOM PS3.3 C.7.6.3, C.11.1 and C.11.2; PS3.4 N.2).
"""

from __future__ import annotations

import io
import math
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.pixels import pixel_array
from pydicom.uid import UID

from xraylib.data.radiograph import MAX_PIXELS, Radiograph, look_up, refuse

# Transfer syntax UID -> the pydicom plugin that decodes it ("" for none: uncompressed).
_SYNTAXES: Final = {
    "1.2.840.10008.1.2": "",
    "1.2.840.10008.1.2.1": "",
    "1.2.840.10008.1.2.2": "",
    "1.2.840.10008.1.2.5": "pydicom",  # RLE
    "1.2.840.10008.1.2.4.50": "gdcm",  # JPEG baseline, 8 bit
    "1.2.840.10008.1.2.4.51": "gdcm",  # JPEG extended: 8 bit only
    "1.2.840.10008.1.2.4.57": "gdcm",  # JPEG lossless
    "1.2.840.10008.1.2.4.70": "gdcm",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.80": "gdcm",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81": "gdcm",  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.90": "gdcm",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": "gdcm",  # JPEG 2000
}
_JPEG_EXTENDED: Final = "1.2.840.10008.1.2.4.51"

# Technical facts; nothing that says who the patient is, where or when.
_KEPT: Final = (
    "Modality",
    "SOPClassUID",
    "PhotometricInterpretation",
    "BodyPartExamined",
    "ViewPosition",
    "PatientOrientation",
    "Laterality",
    "ImageLaterality",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "PresentationLUTShape",
    "BurnedInAnnotation",
    "LossyImageCompression",
)

# What decoding needs. Every other element is skipped while parsing and never in memory.
_NEEDED: Final = (
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "HighBit",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "ModalityLUTSequence",
    "VOILUTSequence",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "PixelData",
    "FloatPixelData",
    "DoubleFloatPixelData",
)


def read_dicom(data: bytes) -> Radiograph:
    """Decodes one DICOM file with its preamble; ``force`` is never used.

    Grey films become uint8 (up to 8 bits stored) or uint16 at the bit depth stored. Without a
    window the full range of the stored bits stays the full range; only the file's own window
    or VOI LUT clips. Declared padding becomes black.

    Raises:
        ImageError: With one of the codes of `radiograph`.
    """
    syntax = _transfer_syntax(data)
    dataset = pydicom.dcmread(io.BytesIO(data), specific_tags=[*_KEPT, *_NEEDED])
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        kind = _kind(dataset)
        raise refuse("no-pixels", f"This DICOM file has no pixel data (it is {kind})")
    _check_pixels(dataset, syntax)
    stored = _stored_values(dataset, syntax)
    expected = (int(dataset.Rows), int(dataset.Columns))
    if stored.shape[:2] != expected:
        raise refuse("damaged", f"The DICOM pixels are {stored.shape}, the header says {expected}")
    photometric = str(dataset.PhotometricInterpretation).strip()
    attributes = _attributes(dataset, syntax)
    if stored.ndim == 3:
        pixels: NDArray[Any] = np.ascontiguousarray(stored)
        depth = 8
    else:
        pixels, depth = _grey(dataset, stored, inverted=photometric == "MONOCHROME1")
    return Radiograph(
        pixels=pixels,
        bit_depth=depth,
        mode=f"DICOM {photometric}",
        format="DICOM",
        attributes=attributes,
    )


def _transfer_syntax(data: bytes) -> str:
    """The transfer syntax, from the file meta alone: a deflated file of 1 MB can become 2 GB."""
    stream = io.BytesIO(data)
    stream.seek(132)
    meta = read_dataset(
        stream, is_implicit_VR=False, is_little_endian=True, stop_when=_after_file_meta
    )
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if not syntax:
        raise refuse("damaged", "The DICOM file does not say how its data is encoded")
    if syntax not in _SYNTAXES:
        name = UID(syntax).name[:80]
        raise refuse("unsupported-compression", f"The DICOM file is encoded as {name}")
    return syntax


def _after_file_meta(tag: Any, vr: str | None, length: int) -> bool:  # noqa: ARG001
    return bool(tag >> 16 != 2)


def _kind(dataset: pydicom.Dataset) -> str:
    name = UID(str(dataset.get("SOPClassUID", ""))).name
    return name[:80] if name else "of no stated kind"


def _whole(dataset: pydicom.Dataset, name: str, default: int | None = None) -> int:
    value = dataset.get(name, default)
    if value is None or isinstance(value, MultiValue | str | bytes):
        raise refuse("damaged", f"The DICOM file's {name} is missing or no number")
    return int(value)


def _check_pixels(dataset: pydicom.Dataset, syntax: str) -> None:
    """Refuses by the header alone whatever must not be decoded."""
    rows, columns = _whole(dataset, "Rows"), _whole(dataset, "Columns")
    frames, samples = _whole(dataset, "NumberOfFrames", 1), _whole(dataset, "SamplesPerPixel", 1)
    if rows < 1 or columns < 1:
        raise refuse("damaged", f"The DICOM image has {columns} × {rows} pixels")
    if frames > 1:
        raise refuse("several-frames", f"The DICOM file has {frames} frames")
    if rows * columns > MAX_PIXELS:
        megapixels = rows * columns / 1e6
        raise refuse("too-large", f"The image has {columns} × {rows} = {megapixels:.1f} megapixels")
    allocated, stored = _whole(dataset, "BitsAllocated"), _whole(dataset, "BitsStored")
    photometric = str(dataset.get("PhotometricInterpretation", "")).strip()
    grey = photometric in ("MONOCHROME1", "MONOCHROME2") and samples == 1
    colour = photometric in _COLOURS and samples == 3 and allocated == stored == 8
    if "PixelData" not in dataset or not (grey or colour):
        raise refuse(
            "unsupported-pixels",
            f"The DICOM image stores {samples} × {stored} bits of {photometric or 'nothing named'}",
        )
    if allocated not in (8, 16) or not 1 <= stored <= allocated:
        raise refuse("unsupported-pixels", f"The DICOM image stores {stored} of {allocated} bits")
    if _whole(dataset, "HighBit", stored - 1) != stored - 1:
        raise refuse("unsupported-pixels", "The DICOM image keeps its bits in an unusual place")
    if syntax == _JPEG_EXTENDED and stored > 8:
        name = UID(syntax).name
        raise refuse(
            "unsupported-compression", f"The DICOM file is encoded as {name}, {stored} bit"
        )


_COLOURS: Final = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def _stored_values(dataset: pydicom.Dataset, syntax: str) -> NDArray[Any]:
    plugin = _SYNTAXES[syntax]
    try:
        values: NDArray[Any] = pixel_array(
            dataset, **({"decoding_plugin": plugin} if plugin else {})
        )
    except MemoryError:
        raise
    except Exception as error:  # plugins raise whatever they like on damaged streams
        name = UID(syntax).name
        reason = " ".join(str(error).split())[:160].rstrip(".")
        why = "the stream is broken or cut short" if plugin else reason
        raise refuse(
            "damaged", f"The DICOM file's pixel data ({name}) cannot be decoded: {why}"
        ) from error
    return values


def _grey(
    dataset: pydicom.Dataset, stored: NDArray[Any], *, inverted: bool
) -> tuple[NDArray[Any], int]:
    """Displayed grey values and their bit depth, by one table over the stored values."""
    bits = int(dataset.BitsStored)
    signed = _whole(dataset, "PixelRepresentation", 0) == 1
    lowest = -(2 ** (bits - 1)) if signed else 0
    domain = np.arange(lowest, lowest + 2**bits, dtype=np.float64)
    shade = _displayed(dataset, domain)
    if inverted:
        shade = 1.0 - shade
    shade[_padding(dataset, lowest, bits, signed=signed)] = 0.0
    depth = max(8, bits)
    kind = np.uint8 if depth == 8 else np.uint16
    table = np.floor(shade * (2**depth - 1) + 0.5).astype(kind)
    # Bits above BitsStored may hold old overlays; they are no part of the value.
    position = stored.astype(np.uint16)  # negative values wrap, and the next line unwraps them
    position -= np.uint16(lowest % 65_536)
    position &= np.uint16(2**bits - 1)
    return look_up(table, position), depth


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
    data = item.LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, "<u2" if len(data) >= 2 * count else "u1")
    entries = np.asarray(data, dtype=np.float64)[:count]
    if not 1 <= bits <= 16 or entries.size != count:
        raise refuse("damaged", "A lookup table of the DICOM file is incomplete")
    top = max(2.0**bits - 1, float(entries.max()))
    position = np.clip(np.rint(value) - first, 0, count - 1).astype(np.int64)
    return entries[position], 0.0, top


def _padding(
    dataset: pydicom.Dataset, lowest: int, bits: int, *, signed: bool
) -> NDArray[np.bool_]:
    """Which stored values are declared to be padding outside the film."""
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


def _attributes(dataset: pydicom.Dataset, syntax: str) -> dict[str, str | int | float]:
    """The allowed technical facts; texts are cut at 64 characters."""
    kept: dict[str, str | int | float] = {"TransferSyntax": UID(syntax).name}
    for name in _KEPT:
        value = dataset.get(name)
        if value is None or value == "":
            continue
        if name == "SOPClassUID":
            kept["Kind"] = UID(str(value)).name[:64]
        elif isinstance(value, int):
            kept[name] = int(value)
        elif isinstance(value, float):
            kept[name] = float(value)
        elif isinstance(value, MultiValue):
            kept[name] = "\\".join(str(part) for part in value)[:64]
        else:
            kept[name] = str(value)[:64]
    return kept
