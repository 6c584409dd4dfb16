"""The images of a run, as its own files name them, prepared and sorted into splits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.findings import policy
from xraylib.datasets.names import SPLITS
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.split_table import read_table
from xraylib.errors import RunError
from xraylib.loading.loader import Ints, Labels, PreparedPixels, build_cache, cache_key, contents
from xraylib.markup import csv_text
from xraylib.training.prepared_cache import CACHE_FILE
from xraylib.training.process.progress import Progress
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json


@dataclass(frozen=True, eq=False)
class Images:
    """The images of a run, prepared and sorted into splits.

    Attributes:
        prepared: Their pixels.
        labels: (n,), or (n, findings) of 1, 0 and -1, in the order of ``prepared.pixels``.
        splits: (n,) their splits, as places in ``SPLITS``.
        patients: (n,) numbers of their patients.
        held: (m,) places, ascending, of those that do not train.
        table: Path, label, split and patient of these, as Arrow keeps them: a hundred thousand
            names as Python's own would fill the memory.
    """

    prepared: PreparedPixels
    labels: Labels
    splits: npt.NDArray[np.int32]
    patients: npt.NDArray[np.int32]
    held: Ints
    table: pa.Table

    def positions(self, split: str) -> Ints:
        """Places in ``prepared.pixels`` of the images of one split."""
        return np.flatnonzero(self.splits == SPLITS.index(split)).astype(np.int64)

    def described(self, positions: Ints) -> list[tuple[str, str, str, str]]:
        """Path, label, split and patient of images that do not train, by their places."""
        chosen = self.table.take(np.searchsorted(self.held, positions))
        return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))


def prepare_images(run: Run, progress: Progress) -> Images:
    """Reads the run's images, or finds them in the cache."""
    index = DatasetIndex.load(run.folder / "index.parquet")
    split = split_of(run, index)
    rows = split["row"].to_numpy().astype(np.int64)
    progress.update(phase="films", message="Reading the images.", step=0, steps=len(rows))
    key = cache_key(contents(index, rows), run.preparation)
    write_json(run.folder / CACHE_FILE, {"key": key}, new_folder=False)
    prepared = build_cache(
        index,
        rows,
        run.preparation,
        Workspace(run.folder.parent.parent).cache,
        lambda done, count: progress.update(step=done, steps=count),
    )
    splits = split["part"].to_numpy()
    labels = labels_of(run, index, split)
    held = np.flatnonzero(splits != SPLITS.index("train"))
    table = split.select(["path", "label", "split", "patient"]).take(held)
    names = split["patient"].combine_chunks().dictionary_encode()
    patients = names.indices.to_numpy()
    return Images(prepared, labels, splits, patients, held, table)


def labels_of(run: Run, index: DatasetIndex, split: pa.Table) -> Labels:
    """``(n,)`` classes, or ``(n, findings)`` of 1, 0 and -1, in the order of `split_of`."""
    if not run.data.several:
        return _classes(split)
    rows = split["row"].to_numpy().astype(np.int64)
    return _findings(run, index, rows, split["part"].to_numpy())


def _classes(split: pa.Table) -> Labels:
    classes: Ints = split["class"].to_numpy().astype(np.int64)
    return classes


def _findings(run: Run, index: DatasetIndex, rows: Ints, splits: npt.NDArray[np.int32]) -> Labels:
    """``(n, findings)``: what is uncertain is decided for training images alone."""
    told = index.findings
    if told is None or told.names != run.classes:
        raise _misfit("The run's images have other findings than it learns")
    values = told.values[rows]
    train = (splits == SPLITS.index("train"))[:, None]
    return np.where(train, policy(values, run.train.uncertain), policy(values))


def findings_csv(run: Run) -> str:
    """``path,split`` and a column a finding, a line an image, as the run learns from them.

    A cell is 1, 0 or, where that is not known, empty.

    Raises:
        RunError: code ``damaged``: the run's files do not fit each other.
    """
    index = DatasetIndex.load(run.folder / "index.parquet")
    split = split_of(run, index)
    values = labels_of(run, index, split)
    cells = np.where(values < 0, "", values.astype(str)).tolist()
    places = zip(split["path"].to_pylist(), split["split"].to_pylist(), cells, strict=True)
    rows = ((path, part, *told) for path, part, told in places)
    return csv_text(chain([("path", "split", *run.classes)], rows))


def split_of(run: Run, index: DatasetIndex) -> pa.Table:
    """``split.csv`` by the images' ``row`` in the index, with the places of ``part`` and ``class``.

    In Arrow from end to end: 100,000 images as Python's own would fill the memory.

    Raises:
        RunError: code ``damaged``: the run's files do not fit each other.
    """
    split = read_table(run.folder / "split.csv")
    known = {"row": ("path", index.table["path"]), "part": ("split", pa.array(SPLITS))}
    if not run.data.several:
        known["class"] = ("label", pa.array(run.classes))
    for name, (column, values) in known.items():
        places = pc.index_in(split[column], value_set=values)
        if places.null_count:
            raise _misfit(f"The run's split.csv names a {column} that is not among its images")
        split = split.append_column(name, places)
    return split.sort_by("row")


def _misfit(problem: str) -> RunError:
    return RunError(
        problem,
        expected="the files that were written when the run was made",
        remedy="restore them, or start a new run",
        code="damaged",
    )
