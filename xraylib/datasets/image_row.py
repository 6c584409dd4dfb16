"""One image of a data set as a value, and the columns that hold many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

SCHEMA: Final = pa.schema(
    [
        ("path", pa.string()),
        ("label", pa.string()),
        ("split", pa.string()),
        ("patient", pa.string()),
        ("bytes", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("mode", pa.string()),
        ("bit_depth", pa.int8()),
        ("sha256", pa.string()),
        ("phash", pa.uint64()),
        ("mean", pa.float32()),
        ("sd", pa.float32()),
        ("lowest", pa.int32()),
        ("highest", pa.int32()),
        ("view", pa.string()),
        ("notes", pa.string()),
        ("error_code", pa.string()),
        ("error_reason", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRow:
    """One row of an index.

    Attributes:
        path: Relative to the root, with ``/``.
        label: Class, ``""`` in a folder without classes.
        split: ``"train"``, ``"val"`` or ``"test"``, as the folders say.
        patient: From the file name by the index's pattern; the path itself without a match.
        bytes: Size of the file.
        mtime_ns: Time of its last change, nanoseconds since 1970.
        width: Columns in pixels, 0 if unreadable.
        height: Rows in pixels, 0 if unreadable.
        mode: How the file stores its pixels, for example ``"RGBA"`` or ``"DICOM MONOCHROME1"``.
        bit_depth: 8 to 16, 0 if unreadable.
        sha256: Of the file's bytes, hexadecimal.
        phash: Perceptual hash, 64 bits.
        mean: Mean grey level, 0..255 over the full range of the image's depth; None in an index of
            version 1.
        sd: Standard deviation of the grey levels, on the same scale.
        lowest: Lowest grey value, 0 to ``2**bit_depth - 1``; None in an index before version 3,
            likewise the next three.
        highest: Highest grey value.
        view: ``"PA"``, ``"AP"`` or ``"lateral"``, perhaps ``"portable"``; ``""`` if not told.
        notes: What had to be decided about the greys: names of `xraylib.images.notes.NOTES`, with
            a blank between them; ``""`` for nothing.
        error_code: ``""`` if readable, else one of the image error codes.
        error_reason: ``""`` if readable, else the whole message.
    """

    path: str
    label: str
    split: str
    patient: str
    bytes: int
    mtime_ns: int
    width: int
    height: int
    mode: str
    bit_depth: int
    sha256: str
    phash: int
    mean: float | None
    sd: float | None
    lowest: int | None
    highest: int | None
    view: str | None
    notes: str | None
    error_code: str
    error_reason: str
