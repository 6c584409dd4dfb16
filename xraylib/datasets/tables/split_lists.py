"""Lists of a split, as public sets bring them: each image in the split that a file says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.names import SPLITS
from xraylib.datasets.reading.plan import Hint
from xraylib.datasets.reading.split_file import SplitFile, said_split, split_in_name
from xraylib.datasets.tables.matching import match_names
from xraylib.datasets.tables.proposal import image_column, number_column, split_column
from xraylib.datasets.tables.table import Table, read_table
from xraylib.errors import DatasetError, PathError
from xraylib.workspace import resolve_inside

_FEW: Final = 4
_HINT: Final = "split-file"


def with_split_lists(index: DatasetIndex, files: Sequence[SplitFile]) -> DatasetIndex:
    """The same images, each in the split that the files say; others stay where their folder is.

    Rows that name no image, and images that no file names, are told by hints of the reading plan.

    Args:
        index: The data set.
        files: Lists and tables; none changes nothing.

    Raises:
        DatasetError: code ``table``: a file cannot be read; ``split-file``: it names no image of
            the data set, does not say a split, or says another one than a file before.
    """
    if not files:
        return index
    paths = index.table["path"].to_pylist()
    told: dict[int, tuple[str, str]] = {}
    hints = [hint for hint in index.reading.hints if hint.code not in (_HINT, "split-lists")]
    for one in files:
        rows_alone = _read(one, index.root, paths, told)
        if rows_alone:
            hints.append(_hint(f"rows of {one.file} name no image here", rows_alone))
    unnamed = [path for place, path in enumerate(paths) if place not in told]
    if unnamed:
        hints.append(_hint("images are in no list, and stay in the split of their folder", unnamed))
    before = index.table["split"].to_pylist()
    splits = [told.get(place, (split, ""))[0] for place, split in enumerate(before)]
    at = SCHEMA.get_field_index("split")
    table = index.table.set_column(at, SCHEMA.field(at), pa.array(splits, pa.string()))
    counts = {split: splits.count(split) for split in SPLITS}
    words = ", ".join(f"{split} {number:,}" for split, number in counts.items() if number)
    names = " and ".join(one.file for one in files)
    reading = replace(index.reading, split_source=f"{names}: {words}", hints=tuple(hints))
    return replace(index, table=table, reading=reading)


def _read(
    one: SplitFile, root: Path, paths: Sequence[str], told: dict[int, tuple[str, str]]
) -> list[str]:
    """Puts down the split of each image that the file names; names that are no image's."""
    table = _open(one.file, root)
    if table.has_header and len(match_names(table.columns, paths)):
        table = table.headless()  # a list of names without endings
    image = one.image or image_column(table, paths) or number_column(table, paths)
    if image is None:
        raise _refuse(
            f"No column of {one.file} names an image of this data set",
            f"paths or file names, for example {paths[0]!r}",
            "choose another list",
        )
    names = table.column(image).to_pylist()
    matches = match_names(names, paths)
    splits = _splits(one, table)
    for row, place in zip(matches.rows.tolist(), matches.images.tolist(), strict=True):
        split = splits[row]
        if split is None:
            continue
        before, where = told.setdefault(place, (split, one.file))
        if before != split:
            raise _refuse(
                f"{paths[place]!r} is in {before} by {where} and in {split} by {one.file} "
                f"(row {row + table.first_row})",
                "one split for each image",
                "mend the lists, or use only one of them",
            )
    return [names[row] for row in matches.rows_alone.tolist()]


def _splits(one: SplitFile, table: Table) -> Sequence[str | None]:
    """The split of each row; None where its cell is empty."""
    column = one.column or ("" if one.split else split_column(table.cells) or "")
    if not column:
        split = one.split or split_in_name(one.file)
        if not split:
            raise _refuse(
                f"Neither the name of {one.file} nor a column of it says a split",
                "a name like test_list.txt, or a column named split with train, val and test",
                f"say it: {one.file}=val, or name the columns: {one.file}:IMAGE:SPLIT",
            )
        return [split] * len(table)
    texts = table.column(column).to_pylist()
    known = {text: said_split(text) for text in set(texts) if text}
    odd = sorted(text for text, split in known.items() if split is None)
    if odd:
        raise _refuse(
            f"The column {column!r} of {one.file} says {', '.join(map(repr, odd[:_FEW]))}",
            "names of splits: train, val, test and their like",
            "choose another column, or make a list of each split",
        )
    return [known.get(text) for text in texts]


def _open(file: str, root: Path) -> Table:
    try:
        path = Path(file) if Path(file).is_absolute() else resolve_inside(root, file)
    except PathError as error:
        raise _refuse(error.what, error.expected, error.remedy) from None
    return read_table(path, shown=file)


def _hint(what: str, names: Sequence[str]) -> Hint:
    some = ", ".join(names[:_FEW]) + (", …" if len(names) > _FEW else "")
    return Hint(
        code=_HINT,
        message=f"{len(names):,} {what}: {some}",
        remedy="look whether the list belongs to these images",
    )


def _refuse(what: str, expected: str, remedy: str) -> DatasetError:
    return DatasetError(what, expected=expected, remedy=remedy, code="split-file")
