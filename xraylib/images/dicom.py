"""DICOM bytes -> Radiograph: what is accepted, what is refused, and what is kept.

What a stored value looks like is decided in `grayscale`.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.pixels import convert_color_space, get_decoder
from pydicom.uid import UID

from xraylib.images.grayscale import grey_table, has_window
from xraylib.images.radiograph import (
    ALLOWED_ATTRIBUTES,
    MAX_PIXELS,
    Radiograph,
    grey_if_equal,
    look_up,
    refuse,
)

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
_PILLOW_COLOUR: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 90, 91))
_JPEG_2000: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (90, 91))
_JPEG_EXTENDED: Final = "1.2.840.10008.1.2.4.51"
_JPEG_LS: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (80, 81))

_MADE: Final = ("TransferSyntax", "Kind", "ViewCode")  # written here

# The allowed attributes that stand in the file under their own name, and the file's kind.
_KEPT: Final = ("SOPClassUID", *(name for name in ALLOWED_ATTRIBUTES if name not in _MADE))

# What decoding needs. Every other element is skipped while parsing and never in memory.
_NEEDED: Final = (
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "PresentationIntentType",
    "ViewCodeSequence",
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

    Grey images become uint8 (up to 8 bits stored) or uint16 at the bit depth stored. Without a
    window the full range of the stored bits stays the full range; only the file's own window
    or VOI LUT clips. Declared padding becomes black.

    Raises:
        ImageError: With one of the codes of `radiograph`.
    """
    syntax = _transfer_syntax(data)
    notes: list[str] = []
    if _SYNTAXES[syntax]:
        data = _delimited(data, notes)
    dataset = pydicom.dcmread(io.BytesIO(data), specific_tags=[*_KEPT, *_NEEDED])
    _tidy(dataset)
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        kind = _uid_name(dataset.get("SOPClassUID", ""))
        raise refuse("no-pixels", f"This DICOM file has no pixel data (it is {kind})")
    _check_pixels(dataset, syntax)
    stored = _stored_values(dataset, syntax)
    expected = (int(dataset.Rows), int(dataset.Columns))
    if stored.shape[:2] != expected:
        raise refuse("damaged", f"The DICOM pixels are {stored.shape}, the header says {expected}")
    photometric = str(dataset.PhotometricInterpretation).strip()
    attributes = _attributes(dataset, syntax)
    if stored.ndim == 3:
        pixels, depth = grey_if_equal(stored), 8
    else:
        pixels, depth = _grey(dataset, stored, notes, photometric)
    return Radiograph(
        pixels=pixels,
        bit_depth=depth,
        mode=f"DICOM {photometric}",
        format="DICOM",
        attributes=attributes,
        notes=tuple(notes),
    )


def _tidy(dataset: pydicom.Dataset) -> None:
    """Leading and trailing blanks of code strings are not significant (PS3.5 6.2)."""
    for name in ("PhotometricInterpretation", "VOILUTFunction", "PresentationLUTShape"):
        value = dataset.get(name)
        if isinstance(value, str) and value != value.strip():
            setattr(dataset, name, value.strip())
    for name, usual in (("PixelRepresentation", 0), ("NumberOfFrames", 1), ("SamplesPerPixel", 1)):
        if name not in dataset or dataset[name].value in (None, ""):
            setattr(dataset, name, usual)
    if "HighBit" in dataset and dataset.HighBit in (None, ""):
        del dataset.HighBit


_ITEM: Final = b"\xfe\xff\x00\xe0"
_DELIMITER: Final = b"\xfe\xff\xdd\xe0"
_PIXELS: Final = re.compile(rb"\xe0\x7f\x10\x00O[BW]\x00\x00\xff\xff\xff\xff")


def _delimited(data: bytes, notes: list[str]) -> bytes:
    """Compressed pixels with the mark of their end, where that alone is missing (PS3.5 A.4).

    Raises:
        ImageError: code ``damaged``: the pixels themselves are cut short.
    """
    found = _PIXELS.search(data)
    if found is None:
        return data
    place = found.end()
    while data[place : place + 4] == _ITEM:
        place += 8 + int.from_bytes(data[place + 4 : place + 8], "little")
    if place > len(data):
        raise refuse("damaged", "The DICOM file is cut short in the middle of its pixels")
    if data[place : place + 4] == _DELIMITER:
        return data
    notes.append("cut-delimiter")
    return data[:place] + _DELIMITER + bytes(4)


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
        name = _uid_name(syntax)
        raise refuse("unsupported-compression", f"The DICOM file is encoded as {name}")
    return syntax


def _after_file_meta(tag: Any, vr: str | None, length: int) -> bool:  # noqa: ARG001
    return bool(tag >> 16 != 2)


def _uid_name(uid: object) -> str:
    """A registered name, or the number; never other text from the file."""
    text = str(uid)
    return UID(text).name[:80] if re.fullmatch(r"[0-9.]{1,64}", text) else "of no known kind"


def _whole(dataset: pydicom.Dataset, name: str, default: int | None = None) -> int:
    value = dataset.get(name, default)
    if value in (None, "") and default is not None:
        return default
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
    if rows * columns > (MAX_PIXELS if samples == 1 else MAX_PIXELS // 2):
        megapixels = rows * columns / 1e6
        raise refuse("too-large", f"The image has {columns} × {rows} = {megapixels:.1f} megapixels")
    allocated, stored = _whole(dataset, "BitsAllocated"), _whole(dataset, "BitsStored")
    photometric = str(dataset.get("PhotometricInterpretation", "")).strip()
    grey = photometric in ("MONOCHROME1", "MONOCHROME2") and samples == 1
    colour = photometric in _COLOURS and samples == 3 and allocated == stored == 8
    if "PixelData" not in dataset or not (grey or colour):
        kind = photometric if re.fullmatch(r"[A-Z0-9_ ]{1,16}", photometric) else "no known kind"
        raise refuse(
            "unsupported-pixels",
            f"The DICOM image stores {samples} × {stored} bits of {kind}",
        )
    if allocated not in (8, 16) or not 1 <= stored <= allocated:
        raise refuse("unsupported-pixels", f"The DICOM image stores {stored} of {allocated} bits")
    if _whole(dataset, "HighBit", stored - 1) != stored - 1:
        raise refuse("unsupported-pixels", "The DICOM image keeps its bits in an unusual place")
    if (syntax == _JPEG_EXTENDED and stored > 8) or (syntax in _JPEG_LS and stored < 8):
        name = UID(syntax).name
        raise refuse(
            "unsupported-compression", f"The DICOM file is encoded as {name}, {stored} bit"
        )


_COLOURS: Final = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def _stored_values(dataset: pydicom.Dataset, syntax: str) -> NDArray[Any]:
    """``(rows, columns)`` as stored, or ``(rows, columns, 3)`` as RGB."""
    plugin = _SYNTAXES[syntax]
    signed = _whole(dataset, "PixelRepresentation", 0) == 1
    if dataset.SamplesPerPixel == 3 and syntax in _PILLOW_COLOUR:
        plugin = "pillow"  # 350 MB less for 25 megapixels in colour
    elif syntax in _JPEG_2000 and not signed:
        plugin = "pillow"  # the same values, no slower, 230 MB less for 25 megapixels
    try:
        values: NDArray[Any]
        values, facts = get_decoder(syntax).as_array(dataset, raw=True, decoding_plugin=plugin)
    except MemoryError:
        raise
    except Exception as error:  # plugins raise whatever they like on damaged streams
        name = UID(syntax).name
        reason = " ".join(str(error).split())[:160].rstrip(".")
        why = "the stream is broken or cut short" if plugin else reason
        raise refuse(
            "damaged", f"The DICOM file's pixel data ({name}) cannot be decoded: {why}"
        ) from error
    if values.ndim == 3 and str(facts["photometric_interpretation"]).startswith("YBR_FULL"):
        values = values if values.flags.writeable else values.copy()
        for top in range(0, len(values), 64):  # a block at a time: it works in 32-bit floats
            block = values[top : top + 64]
            block[:] = convert_color_space(block, "YBR_FULL", "RGB")
    return values


def _grey(
    dataset: pydicom.Dataset,
    stored: NDArray[Any],
    notes: list[str],
    photometric: str,
) -> tuple[NDArray[Any], int]:
    """Displayed grey values and their bit depth, by one table over the stored values."""
    inverted = photometric == "MONOCHROME1"
    bits = int(dataset.BitsStored)
    signed = _whole(dataset, "PixelRepresentation", 0) == 1
    table, decided = grey_table(dataset, bits=bits, signed=signed, inverted=inverted)
    notes += decided
    shape = str(dataset.get("PresentationLUTShape") or "")
    if shape and (shape == "INVERSE") != inverted:
        notes.append("presentation-shape")
    if str(dataset.get("PresentationIntentType") or "").strip() == "FOR PROCESSING":
        notes.append("for-processing")
    # Negative values wrap, and adding half the range unwraps them. Bits above BitsStored may
    # hold old overlays; they are no part of the value.
    position = stored.astype(np.uint16)
    if signed:
        position += np.uint16(2 ** (bits - 1))
    position &= np.uint16(2**bits - 1)
    if bits > 8 and not has_window(dataset) and _spread(position) < 2 ** (bits - 2):
        notes.append("low-range")
    return look_up(table, position), max(8, bits)


def _spread(values: NDArray[np.uint16]) -> int:
    return int(values.max()) - int(values.min())


def _attributes(dataset: pydicom.Dataset, syntax: str) -> dict[str, str | int | float]:
    """The allowed technical facts; texts are cut at 64 characters."""
    kept: dict[str, str | int | float] = {"TransferSyntax": UID(syntax).name}
    views = dataset.get("ViewCodeSequence") or []
    if meaning := " ".join(str(view.get("CodeMeaning") or "") for view in views).strip():
        kept["ViewCode"] = " ".join(meaning.split())[:64]
    for name in _KEPT:
        value = dataset.get(name)
        if value is None or value == "":
            continue
        if name == "SOPClassUID":
            kept["Kind"] = _uid_name(value)
        elif isinstance(value, int | float):
            kept[name] = float(value) if isinstance(value, float) else int(value)
        else:
            parts = value if isinstance(value, MultiValue) else [value]
            kept[name] = " ".join("\\".join(str(part) for part in parts).split())[:64]
    return kept
