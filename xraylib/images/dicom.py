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
from pydicom.uid import UID

from xraylib.images.grayscale import CODE_STRINGS, grey_table, shown_by
from xraylib.images.radiograph import (
    ALLOWED_ATTRIBUTES,
    MAX_PIXELS,
    Radiograph,
    grey_if_equal,
    look_up,
    refuse,
)
from xraylib.images.stored.bare import with_beginning
from xraylib.images.stored.delimited import delimited
from xraylib.images.stored.pixels import RLE, SYNTAXES, stored_values
from xraylib.images.stored.square import SPACINGS, squared
from xraylib.images.views import view_of

_MADE: Final = ("TransferSyntax", "Kind", "View", "ViewCode", "Shown")  # written here

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
    *SPACINGS,
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
    """Decodes one DICOM file; ``force`` is never used.

    Without its preamble it is read if it is surely DICOM; see `stored.bare`. Grey images become
    uint8 (up to 8 bits stored) or uint16 at the bit depth stored. Without a window the full range
    of the stored bits stays the full range; only the file's own window or VOI LUT clips. Declared
    padding becomes black. Pixels that are not square become so.

    Raises:
        ImageError: With one of the codes of `radiograph`.
    """
    data, told = with_beginning(data)
    notes: list[str] = ["no-beginning"] if told else []
    syntax = transfer_syntax(data)
    if SYNTAXES[syntax]:
        data = delimited(data, notes)
    dataset = pydicom.dcmread(io.BytesIO(data), specific_tags=[*_KEPT, *_NEEDED])
    _tidy(dataset)
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        kind = _uid_name(dataset.get("SOPClassUID", ""))
        raise refuse("no-pixels", f"This DICOM file has no pixel data (it is {kind})")
    _check_pixels(dataset, syntax)
    attributes = _attributes(dataset, syntax)
    stored = stored_values(dataset, syntax, notes)
    photometric = str(dataset.PhotometricInterpretation)
    if stored.ndim == 3:
        pixels, depth = grey_if_equal(stored), 8
    else:
        pixels, depth = _grey(dataset, stored, notes, photometric)
    return Radiograph(
        pixels=squared(pixels, dataset, notes),
        bit_depth=depth,
        mode=f"DICOM {photometric}",
        format="DICOM",
        attributes=attributes,
        notes=tuple(dict.fromkeys(notes)),
    )


def _tidy(dataset: pydicom.Dataset) -> None:
    """What optional elements usually are, and code strings in capitals and without blanks.

    Blanks around them are not significant, and they have no small letters (PS3.5 6.2).
    """
    for name in CODE_STRINGS:
        value = dataset.get(name)
        if isinstance(value, str) and value != value.strip().upper():
            setattr(dataset, name, value.strip().upper())
    for name, usual in (
        ("PixelRepresentation", 0),
        ("NumberOfFrames", 1),
        ("SamplesPerPixel", 1),
        ("PlanarConfiguration", 0),
    ):
        if name not in dataset or dataset[name].value in (None, ""):
            setattr(dataset, name, usual)
    if "HighBit" in dataset and dataset.HighBit in (None, ""):
        del dataset.HighBit


def transfer_syntax(data: bytes) -> str:
    """The transfer syntax, from the file meta alone: a deflated file of 1 MB can become 2 GB."""
    stream = io.BytesIO(data)
    stream.seek(132)
    meta = read_dataset(
        stream, is_implicit_VR=False, is_little_endian=True, stop_when=_after_file_meta
    )
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if not syntax:
        raise refuse("damaged", "The DICOM file does not say how its data is encoded")
    if syntax not in SYNTAXES:
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
    high = _whole(dataset, "HighBit", stored - 1)
    as_usual = high == stored - 1
    plain = grey and (not SYNTAXES[syntax] or syntax == RLE)
    if not as_usual and not (plain and stored - 1 <= high < allocated):
        raise refuse("unsupported-pixels", "The DICOM image keeps its bits in an unusual place")


_COLOURS: Final = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


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
    return look_up(table, position), max(8, bits)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, MultiValue) else [] if value is None else [value]


def _attributes(dataset: pydicom.Dataset, syntax: str) -> dict[str, str | int | float]:
    """The allowed technical facts; texts are cut at 64 characters."""
    kept: dict[str, str | int | float] = {"TransferSyntax": UID(syntax).name}
    codes = [
        (str(item.get("CodeValue") or "").strip(), str(item.get("CodeMeaning") or ""))
        for view in dataset.get("ViewCodeSequence") or []
        for item in (view, *(view.get("ViewModifierCodeSequence") or []))
    ]
    if meaning := " ".join(" ".join(meaning for _, meaning in codes).split()):
        kept["ViewCode"] = meaning[:64]
    rows = _several(dataset.get("PatientOrientation"))[:1]
    view = view_of(str(dataset.get("ViewPosition") or ""), codes, *map(str, rows))
    if view:
        kept["View"] = view
    if dataset.SamplesPerPixel == 1:
        kept["Shown"] = shown_by(dataset)
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
