"""One image of a data set as a value, and the columns that hold many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.errors import DatasetError

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


def place_of(name: str, names: Sequence[str], kind: str) -> int:
    """Where ``name`` is in ``names``; ``kind`` says what they name.

    Raises:
        DatasetError: code ``no-such-films``: it is not there.
    """
    if name not in names:
        raise DatasetError(
            f"There is no {kind} named {name!r}",
            expected=f"one of: {', '.join(names)}",
            remedy=f"choose another {kind}",
            code="no-such-films",
        )
    return names.index(name)


def places_in(column: pa.ChunkedArray | pa.Array, values: Any) -> NDArray[np.int64]:
    """``(rows,)``: the place of each of ``column`` in ``values``; -1 where it is not there."""
    places = pc.index_in(column, value_set=pa.array(values, pa.string()))
    return np.asarray(places.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
