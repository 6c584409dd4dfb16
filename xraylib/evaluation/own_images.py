"""A run's own images, as far as they are still where and as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.errors import DatasetError, ImageError
from xraylib.training.run.test_use import is_withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run


def images_in(run: Run, split: str, *, most: int) -> tuple[DatasetIndex, list[int]]:
    """The run's index, and rows of a split's images that are still as they were.

    Args:
        run: The run.
        split: ``"train"``, ``"val"`` or ``"test"``.
        most: How many at most, spread evenly.
    """
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split_table import from_csv

    table = from_csv(run.folder / "split.csv")
    index = DatasetIndex.load(run.folder / "index.parquet")
    places = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    names = [p for p, place in zip(table.path, table.split, strict=True) if place == split]
    rows = []
    for name in names[:: max(1, -(-len(names) // most))]:
        try:
            index.read(places[name])
        except (KeyError, ImageError):
            continue
        rows.append(places[name])
    return index, rows


def rows_in(run: Run, index: DatasetIndex, split: str, *, own: bool) -> tuple[list[int], str]:
    """Rows of a data set's readable images of one split, and what that is called.

    Args:
        run: The run.
        index: The data set.
        split: ``"train"``, ``"val"`` or ``"test"``.
        own: Whether it is the run's own: its training images are those that it did not keep for
            validation. Another one of which neither folders nor a table tell splits is used
            whole, as ``"all"``.
    """
    from xraylib.datasets.split_table import from_csv

    if own:
        table = from_csv(run.folder / "split.csv")
        places = dict(zip(table.path, table.split, strict=True))
        every = index.rows()
        return [
            int(row)
            for row, image in zip(every, index.images(every), strict=True)
            if places.get(image.path) == split
        ], split
    told = any(index.in_split(name).any() for name in ("val", "test"))  # by folders or a table
    whole = not (told or index.reading.has_splits)
    return index.rows(None if whole else split).tolist(), "all" if whole else split


def known_table(index: DatasetIndex, rows: Sequence[int]) -> pa.Table | None:
    """``path`` and what a table says of these images beside their labels; None where none does."""
    if index.metadata is None:
        return None
    import pyarrow as pa

    places = pa.array(rows, pa.int64())
    table = index.metadata.take(places)
    if "path" in table.column_names:
        table = table.drop_columns(["path"])
    return table.add_column(0, "path", index.table["path"].take(places))


def judged_rows(run: Run, split: str, *, most: int) -> tuple[str, DatasetIndex, list[int]]:
    """The split that is looked at, the run's index, and the rows of its images.

    Args:
        run: The run.
        split: ``"test"`` or ``"val"``; without test images, or while they are locked, ``"val"``.
        most: How many at most, spread evenly.

    Raises:
        DatasetError: code ``no-films``: none of them is where it was.
    """
    names = (split, "val") if split == "test" else (split,)
    for name in names[1:] if split == "test" and is_withheld(run) else names:
        index, rows = images_in(run, name, most=most)
        if rows:
            return name, index, rows
    raise DatasetError(
        f"None of the {split} images of the run {run.id} is where it was",
        expected=f"the images of {run.data.name}, unchanged, in {run.data.root}",
        remedy="put the data set back where it was",
        code="no-films",
    )
