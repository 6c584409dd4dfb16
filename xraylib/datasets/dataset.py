"""What is known of a data set: one row an image, in columns that stay columns.

100,000 images are about 20 MB of Arrow memory and one Parquet file. `scan` makes and renews it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib import notebook
from xraylib.arguments import PathLike, as_path, checked, checked_fields, refused_argument
from xraylib.datasets.image_row import SCHEMA, ImageRow, place_of, places_in
from xraylib.datasets.index.file import IndexMetadata, read_index, write_index
from xraylib.datasets.labels.columns import with_labels
from xraylib.datasets.labels.findings import Findings
from xraylib.datasets.names import SPLITS
from xraylib.datasets.reading.plan import ReadingPlan
from xraylib.datasets.root import image_file
from xraylib.errors import DatasetError, PathError, XrayError
from xraylib.images.decode import Radiograph
from xraylib.images.radiograph import refuse
from xraylib.images.sandbox.shared import read_known
from xraylib.images.thumbnail import small_jpeg

_SHOWN: Final = 12
_SHOWN_SIDE: Final = 96


@checked_fields
@dataclass(frozen=True, kw_only=True, eq=False)
class DatasetIndex:
    """What is in a data set's folder, readable or not, sorted by path.

    It is a sequence of `ImageRow`: ``len(index)``, ``index[-1]``, ``index[:10]`` (a list) and
    ``for image in index``.

    Attributes:
        root: The folder, absolute.
        classes: Names of the classes, sorted unless another order was asked for; a label's number
            is its place here.
        passed_over: Files beside the images that are no images.
        patient_pattern: Regular expression with the group ``patient``.
        table: The rows as columns; `ImageRow` describes them.
        complete: False if the scan ended early, so that images are missing.
        reading: How the folder was understood: which folders are splits, classes or left out.
        findings: What a table says of each image, where there is one.
        metadata: What else a table says of each (sex, age, view, …), a row an image.

    Raises:
        ConfigError: code ``argument``: a value of another type, or a table of other columns.
    """

    root: Path
    classes: tuple[str, ...]
    passed_over: int
    patient_pattern: str
    table: pa.Table
    complete: bool = True
    reading: ReadingPlan = field(default_factory=ReadingPlan)
    findings: Findings | None = None
    metadata: pa.Table | None = None

    def __post_init__(self) -> None:
        if self.table.schema.names != SCHEMA.names:
            names = ", ".join(self.table.schema.names)
            expected = f"the columns {', '.join(SCHEMA.names)}, not {names}"
            raise refused_argument("table", "of other columns", expected, of="DatasetIndex")
        for name, told in (("findings", self.findings), ("metadata", self.metadata)):
            if told is not None and len(told) != len(self):
                rows = f"a row for each of the {len(self):,} images"
                raise refused_argument(name, f"{len(told):,} rows", rows, of="DatasetIndex")

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, place: int) -> ImageRow: ...

    @overload
    def __getitem__(self, place: slice) -> list[ImageRow]: ...

    @checked
    def __getitem__(self, place: int | slice) -> ImageRow | list[ImageRow]:
        if isinstance(place, slice):
            try:
                return self.images(range(len(self))[place])
            except (TypeError, ValueError):
                raise refused_argument("place", place, "whole numbers, the step not 0") from None
        return self.image(place)

    def __iter__(self) -> Iterator[ImageRow]:
        for batch in self.table.to_batches(max_chunksize=1024):
            for values in batch.to_pylist():
                yield ImageRow(**values)

    def __repr__(self) -> str:
        some = ", ".join(label or "(no class)" for label in self.classes[:4])
        more = f" and {len(self.classes) - 4} more" if len(self.classes) > 4 else ""
        rest = "" if self.complete else ", incomplete"
        return f"DatasetIndex({str(self.root)!r}: {len(self):,} images of {some}{more}{rest})"

    def _repr_html_(self) -> str:
        counts = self.counts()
        each = counts.values()
        rows = [(name or "(no class)", *(n[name] for n in each)) for name in self.classes]
        unreadable = int((~self.readable).sum())
        title = f"{self.root.name}: {len(self):,} images" + (
            f", {unreadable:,} of them unreadable" if unreadable else ""
        )
        return notebook.table(["class", *counts], rows, title=title) + notebook.pictures(
            self._pictures()
        )

    def _pictures(self) -> Iterator[tuple[bytes, str]]:
        """A few small pictures, as many of each class; files that are gone are passed over."""
        of = [
            np.flatnonzero(self.readable & (self.label_numbers == n))
            for n in range(len(self.classes))
        ]
        each = max(1, _SHOWN // max(1, len(of)))
        for row in [int(row) for rows in of for row in rows[:each]][:_SHOWN]:
            try:
                picture = small_jpeg(self.read(row).as_uint8(), _SHOWN_SIDE)
            except XrayError:
                continue
            yield picture, self.image(row).label or self.image(row).path

    @checked
    def image(self, row: int) -> ImageRow:
        """The row as a value.

        Raises:
            DatasetError: code ``no-such-row``.
        """
        return self.images([self._place(row)])[0]

    def images(self, rows: Sequence[int] | NDArray[np.int64]) -> list[ImageRow]:
        """Several rows as values, in the order given."""
        taken = self.table.take(pa.array(rows, pa.int64()))
        return [ImageRow(**values) for values in taken.to_pylist()]

    @checked
    def file(self, row: int) -> Path:
        """Where the image is on disk.

        Raises:
            DatasetError: code ``no-such-row``.
            PathError: code ``path-outside``: a link now leads out of the root.
        """
        return image_file(self.root, self.table["path"][self._place(row)].as_py())

    def _place(self, row: int) -> int:
        """The row's number from 0; negative ones count from the end."""
        if not -len(self) <= row < len(self):
            raise DatasetError(
                f"There is no row {row} among {len(self):,} images",
                expected=f"a number from {-len(self)} to {len(self) - 1}"
                if len(self)
                else "an index with images",
                remedy="ask for a row that is there",
                code="no-such-row",
            )
        return int(row) % len(self)

    @checked
    def read(self, row: int) -> Radiograph:
        """Decodes the image in a child process; it must still be what was indexed.

        Raises:
            DatasetError: code ``no-such-row``.
            ImageError: codes ``missing``, ``changed``, ``outside``, or why it is unreadable.
        """
        row = self._place(row)
        try:
            file = self.file(row)
        except PathError:
            raise refuse("outside", "The image now leads out of the data set's folder") from None
        return read_known(file, self.table["sha256"][row].as_py())

    @cached_property
    def readable(self) -> NDArray[np.bool_]:
        """``(rows,)``: which rows are readable images."""
        return np.equal(places_in(self.table["error_code"], [""]), 0)

    @cached_property
    def label_numbers(self) -> NDArray[np.int64]:
        """``(rows,)``: each row's place in ``classes``."""
        return places_in(self.table["label"], self.classes)

    @property
    def multilabel(self) -> Findings | None:
        """The findings, where an image may have several; None where each is of one class."""
        return self.findings if self.findings and self.findings.kind == "multilabel" else None

    @checked
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
        return np.equal(self._split_numbers, place_of(split, SPLITS, "split"))

    def in_class(self, label: str) -> NDArray[np.bool_]:
        """``(rows,)``: which rows, readable or not, are of this class.

        Raises:
            DatasetError: code ``no-such-films``: there is no such class.
        """
        return np.equal(self.label_numbers, place_of(label, self.classes, "class"))

    def patients(self, rows: NDArray[np.int64]) -> list[str]:
        """The patient of each of these rows."""
        return list(self.table["patient"].take(pa.array(rows, pa.int64())).to_pylist())

    def counts(self) -> dict[str, dict[str, int]]:
        """``{split: {class: readable images}}`` for the splits that there are."""
        result: dict[str, dict[str, int]] = {}
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

    @checked
    def without(self, paths: Iterable[str]) -> DatasetIndex:
        """The same index without these images (the files stay where they are)."""
        left_out = pa.array(sorted(set(paths)), pa.string())
        kept = np.less(places_in(self.table["path"], left_out), 0)
        return replace(
            self,
            table=self.table.filter(pa.array(kept)),
            findings=None if self.findings is None else self.findings.take(kept),
            metadata=None if self.metadata is None else self.metadata.filter(pa.array(kept)),
        )

    def same_as(self, other: DatasetIndex) -> bool:
        """Whether both hold the same rows of the same folder."""
        names = ("root", "classes", "passed_over", "patient_pattern", "complete", "reading")
        alike = all(getattr(self, name) == getattr(other, name) for name in names)
        mine, theirs = (with_labels(one.table, one.findings, one.metadata) for one in (self, other))
        return alike and mine[1] == theirs[1] and bool(mine[0].equals(theirs[0]))

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What others worked out from these rows, kept as long as the index is."""
        return {}

    @cached_property
    def _split_numbers(self) -> NDArray[np.int64]:
        return places_in(self.table["split"], SPLITS)

    def save(self, file: PathLike) -> None:
        """Writes one Parquet file, atomically.

        Raises:
            PathError: codes ``cannot-write`` and ``not-a-path``.
        """
        about = IndexMetadata(
            root=str(self.root),
            classes=list(self.classes),
            passed_over=self.passed_over,
            patient_pattern=self.patient_pattern,
            complete=self.complete,
            reading=self.reading.to_json(),
            labels=None,
        )
        table, about["labels"] = with_labels(self.table, self.findings, self.metadata)
        write_index(as_path(file, "file"), table, about)

    @classmethod
    def load(cls, file: PathLike) -> DatasetIndex:
        """Reads what `save` wrote, also in versions before, where some columns are unknown (null).

        Raises:
            DatasetError: code ``index``: the file is missing, damaged or of another version.
            PathError: code ``not-a-path``.
        """
        path = as_path(file, "file")
        (table, findings, metadata), about = read_index(path)
        return cls(
            root=Path(about["root"]),
            classes=tuple(about["classes"]),
            passed_over=about["passed_over"],
            patient_pattern=about["patient_pattern"],
            table=table,
            complete=about["complete"],
            reading=ReadingPlan.from_json(about["reading"]),
            findings=findings,
            metadata=metadata,
        )
