"""What is known of a data set: one row an image, in columns that stay columns.

100,000 images are about 20 MB of Arrow memory and one Parquet file. `index` makes and renews it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xraylib.datasets import arrow_memory
from xraylib.datasets.names import SPLITS
from xraylib.errors import DatasetError, PathError
from xraylib.images.decode import Radiograph, read_bytes, read_image
from xraylib.images.radiograph import refuse
from xraylib.workspace import resolve_inside, write_atomic

_VERSION: Final = 2
_REPEATED: Final = ["label", "split", "mode", "error_code", "error_reason"]  # few values, often
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
        mean: Mean grey level, 0..255 over the full range of the image's depth.
        sd: Standard deviation of the grey levels, on the same scale.
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
    mean: float
    sd: float
    error_code: str
    error_reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class DatasetIndex:
    """What is in a data set's folder, readable or not, sorted by path.

    Attributes:
        root: The folder, absolute.
        classes: Names of the classes, sorted; a label's number is its place here.
        passed_over: Files beside the images that are no images.
        patient_pattern: Regular expression with the group ``patient``.
        table: The rows as columns; `ImageRow` describes them.
        complete: False if the scan ended early, so that images are missing.
    """

    root: Path
    classes: tuple[str, ...]
    passed_over: int
    patient_pattern: str
    table: pa.Table
    complete: bool = True

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def image(self, row: int) -> ImageRow:
        """The row as a value."""
        return self.images([row])[0]

    def images(self, rows: Sequence[int] | NDArray[np.int64]) -> list[ImageRow]:
        """Several rows as values, in the order given."""
        taken = self.table.take(pa.array(rows, pa.int64()))
        return [ImageRow(**values) for values in taken.to_pylist()]

    def file(self, row: int) -> Path:
        """Where the image is on disk.

        Raises:
            PathError: code ``path-outside``: a link now leads out of the root.
        """
        return resolve_inside(self.root, self.table["path"][row].as_py())

    def read(self, row: int) -> Radiograph:
        """Decodes the image, which must still be what was indexed.

        Raises:
            ImageError: codes ``missing``, ``changed``, ``outside``, or why it is unreadable.
        """
        try:
            data = read_bytes(self.file(row))
        except PathError:
            raise refuse("outside", "The image now leads out of the data set's folder") from None
        if hashlib.sha256(data).hexdigest() != self.table["sha256"][row].as_py():
            raise refuse("changed", "The image changed after the folder was scanned")
        return read_image(data)

    @cached_property
    def readable(self) -> NDArray[np.bool_]:
        """``(rows,)``: which rows are readable images."""
        return np.equal(_codes(self.table["error_code"], [""]), 0)

    @cached_property
    def label_numbers(self) -> NDArray[np.int64]:
        """``(rows,)``: each row's place in ``classes``."""
        return _codes(self.table["label"], self.classes)

    def rows(self, split: str | None = None, label: str | None = None) -> NDArray[np.int64]:
        """Numbers of the readable rows, of one split and one class if given, ascending.

        Raises:
            DatasetError: code ``no-such-films``: there is no such split or class.
        """
        chosen = self.readable
        if split is not None:
            chosen = chosen & self.in_split(split)
        if label is not None:
            chosen = chosen & self.in_class(label)
        return np.flatnonzero(chosen)

    def in_split(self, split: str) -> NDArray[np.bool_]:
        """``(rows,)``: which rows, readable or not, are of this split.

        Raises:
            DatasetError: code ``no-such-films``: there is no such split.
        """
        return np.equal(self._split_numbers, _place(split, SPLITS, "split"))

    def in_class(self, label: str) -> NDArray[np.bool_]:
        """``(rows,)``: which rows, readable or not, are of this class.

        Raises:
            DatasetError: code ``no-such-films``: there is no such class.
        """
        return np.equal(self.label_numbers, _place(label, self.classes, "class"))

    def patients(self, rows: NDArray[np.int64]) -> list[str]:
        """The patient of each of these rows."""
        return list(self.table["patient"].take(pa.array(rows, pa.int64())).to_pylist())

    def counts(self) -> dict[str, dict[str, int]]:
        """``{split: {class: readable images}}`` for the splits that there are."""
        result = {}
        for number, split in enumerate(SPLITS):
            here = self._split_numbers == number
            if here.any():
                labels = self.label_numbers[here & self.readable]
                numbers = np.bincount(labels, minlength=len(self.classes))
                result[split] = dict(zip(self.classes, numbers.tolist(), strict=True))
        return result

    def unreadable(self) -> list[ImageRow]:
        """The rows that are no readable images, with their reasons."""
        return self.images(np.flatnonzero(~self.readable))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over path and content of every readable image: equal data, equal fingerprint."""
        rows = pa.array(self.rows(), pa.int64())
        paths = self.table["path"].take(rows).to_pylist()
        sums = self.table["sha256"].take(rows).to_pylist()
        digest = hashlib.sha256()
        for path, content in sorted(zip(paths, sums, strict=True)):
            digest.update(f"{path}\0{content}\n".encode())
        return digest.hexdigest()

    def without(self, paths: Iterable[str]) -> DatasetIndex:
        """The same index without these images (the files stay where they are)."""
        left_out = pa.array(sorted(set(paths)), pa.string())
        numbers = _codes(self.table["path"], left_out)
        return replace(self, table=self.table.filter(pa.array(numbers < 0)))

    def same_as(self, other: DatasetIndex) -> bool:
        """Whether both hold the same rows of the same folder."""
        return (
            (self.root, self.classes, self.passed_over, self.patient_pattern, self.complete)
            == (other.root, other.classes, other.passed_over, other.patient_pattern, other.complete)
        ) and bool(self.table.equals(other.table))

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What others worked out from these rows, kept as long as the index is."""
        return {}

    @cached_property
    def _split_numbers(self) -> NDArray[np.int64]:
        return _codes(self.table["split"], SPLITS)

    def save(self, file: Path) -> None:
        """Writes one Parquet file, atomically.

        Raises:
            PathError: code ``cannot-write``.
        """
        facts = {
            "version": _VERSION,
            "root": str(self.root),
            "classes": self.classes,
            "passed_over": self.passed_over,
            "patient_pattern": self.patient_pattern,
            "complete": self.complete,
        }
        buffer = pa.BufferOutputStream()
        table = self.table.replace_schema_metadata({"xraylib": json.dumps(facts)})
        pq.write_table(table, buffer, compression="zstd", use_dictionary=_REPEATED)
        write_atomic(file, buffer.getvalue().to_pybytes())
        del buffer
        arrow_memory.give_back(len(self))

    @classmethod
    def load(cls, file: Path) -> DatasetIndex:
        """Reads what `save` wrote, also in version 1, where ``mean`` and ``sd`` are unknown (null).

        Raises:
            DatasetError: code ``index``: the file is missing, damaged or of another version.
        """
        arrow_memory.use_little()
        try:
            table = pq.read_table(pa.BufferReader(file.read_bytes()))
            facts = json.loads(table.schema.metadata[b"xraylib"])
            if facts["version"] == 1:
                for at in (SCHEMA.get_field_index(name) for name in ("mean", "sd")):
                    unknown = pa.nulls(table.num_rows, SCHEMA.field(at).type)
                    table = table.add_column(at, SCHEMA.field(at), unknown)
            elif facts["version"] != _VERSION:
                raise ValueError(f"version {facts['version']}, not {_VERSION}")
            if table.schema.names != SCHEMA.names:
                raise ValueError("other columns")
            arrow_memory.give_back(len(table))
            return cls(
                root=Path(facts["root"]),
                classes=tuple(facts["classes"]),
                passed_over=int(facts["passed_over"]),
                patient_pattern=str(facts["patient_pattern"]),
                table=table,
                complete=bool(facts["complete"]),
            )
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise DatasetError(
                f"The index {file.name} cannot be used ({type(error).__name__}: {error})",
                expected=f"an index of version {_VERSION}",
                remedy="scan the folder again",
                code="index",
            ) from None


def _place(name: str, names: Sequence[str], kind: str) -> int:
    if name not in names:
        raise DatasetError(
            f"There is no {kind} named {name!r}",
            expected=f"one of: {', '.join(names)}",
            remedy=f"choose another {kind}",
            code="no-such-films",
        )
    return names.index(name)


def _codes(column: pa.ChunkedArray, values: Any) -> NDArray[np.int64]:
    """The place of each of ``column`` in ``values``; -1 where it is not there."""
    places = pc.index_in(column, value_set=pa.array(values, pa.string()))
    return np.asarray(places.fill_null(-1).to_numpy(), dtype=np.int64)
