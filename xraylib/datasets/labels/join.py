"""A data set and its table of labels -> the data set with findings, patients, splits, metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.arguments import checked
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.labels.cells import FORMULA, coded
from xraylib.datasets.labels.images import Meaning, meaning_of
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.metadata import known_of, of_images
from xraylib.datasets.labels.plan import LabelPlan, make_plan, refuse
from xraylib.datasets.labels.report import LabelReport
from xraylib.datasets.labels.told import renamed
from xraylib.datasets.reading.folder_names import split_of
from xraylib.datasets.tables.matching import match_bare, match_names
from xraylib.datasets.tables.table import Table, read_table
from xraylib.errors import PathError
from xraylib.workspace import resolve_inside

_ANSWERED: Final = frozenset(["no-classes", "tables", "labels-in-names"])
_NO_CLASSES: Final = ("parts of one large set", "patients")


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """A data set with what its table says.

    Attributes:
        index: The images with their findings and metadata, and the patients and splits of the
            table; of one class an image, only those that have one.
        report: What was found, and what has no partner.
        source: The table itself.
        rows: int64 ``(images,)``: for each image of the index its (first) row; -1 without one.
    """

    index: DatasetIndex
    report: LabelReport
    source: Table
    rows: NDArray[np.int64]


def labelled_once(
    index: DatasetIndex, choice: LabelChoice, names: Mapping[str, str] | None = None
) -> Labelled:
    """What `label_images` gives, made once for an index.

    Raises:
        DatasetError: As `label_images`.
    """
    key = ("labels", choice, *sorted((names or {}).items()))
    found: Labelled | None = index.memo.get(key)
    if found is None:
        found = label_images(index, choice, names)
        index.memo[key] = found.index.memo[key] = found
    return found


@checked
def label_images(
    index: DatasetIndex, choice: LabelChoice, names: Mapping[str, str] | None = None
) -> Labelled:
    """Joins a table to the images of an index.

    Args:
        index: A data set as it was scanned.
        choice: Which table, and what was decided about it.
        names: ``{finding or class of the table: what it is here}``; ``""`` leaves it out, and two
            that become one are there where either is.

    Raises:
        DatasetError: code ``table``: it cannot be read; ``label-table``: it names no image of this
            data set, says no label, too many or nothing that is known, or holds formulas.
    """
    table = open_table(index.root, choice.file)
    paths = index.table["path"].to_pylist()
    plan = make_plan(table, paths, choice)
    _check_formulas(table, plan)
    rows, images, keys, alone, by_folder = _partners(table, plan, paths)
    readers = coded(table.cells[plan.reader])[0] if plan.reader else None
    told = renamed(plan.form.read(table.cells, plan.labels), names or {})
    meaning = meaning_of(
        told, table, plan, choice, rows=rows, images=images, count=len(index), readers=readers
    )
    first = np.full(len(index), -1, np.int64)
    first[images[::-1]] = rows[::-1]
    columns, contradicted = _columns(index, table, plan, rows, images, first)
    contradicted = contradicted | meaning.contradicted
    metadata = None
    if plan.metadata:
        known = {
            name: known_of(name, [table.cells[column] for column in columns_of])
            for name, columns_of in plan.metadata.items()
        }
        metadata = of_images(pa.table(known), first)
    several = np.bincount(images, minlength=len(index)) > 1

    def named(of: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(paths[row] for row in np.flatnonzero(of).tolist())

    labelled = meaning.labelled & (first >= 0)
    report = LabelReport(
        file=table.name,
        plan=plan,
        kind=meaning.findings.kind,
        findings=meaning.findings.take(index.readable).counts(),
        patients=_patients(index, columns, first >= 0 if meaning.is_single else None),
        rows=len(table),
        rows_alone=len(table) - len(np.unique(rows)),
        names_alone=tuple(keys[place] for place in alone if keys[place]),
        images_alone=named(first < 0),
        repeated=named(several) if meaning.one_row else (),
        contradicted=named(contradicted),
        without_class=named(~labelled & (first >= 0)) if meaning.is_single else (),
        unread_cells=meaning.unread_cells,
        by_folder=by_folder,
    )
    made = _with(index, columns, meaning, metadata, report)
    if meaning.is_single:
        made = _only(made, labelled)
        first = first[labelled]
        if not len(made):
            raise refuse(
                f"The table {table.name} says of no image of which one class it is",
                "one class for each image",
                "read it as a table of several findings (multilabel), or choose other columns",
            )
    return Labelled(index=made, report=report, source=table, rows=first)


def open_table(root: Path, file: str) -> Table:
    """The table of a choice: in the data set's folder, or at a whole path.

    Raises:
        DatasetError: code ``table``: it cannot be read; ``label-table``: it leads out of the
            folder.
    """
    path = Path(file)
    if not path.is_absolute():
        try:
            path = resolve_inside(root, file)
        except PathError as error:
            raise refuse(error.what, error.expected, error.remedy) from None
    return read_table(path, shown=file if not Path(file).is_absolute() else path.name)


def _check_formulas(table: Table, plan: LabelPlan) -> None:
    """Refuses formulas in the columns that are used: what they come to is not in the file."""
    for name in plan.used:
        column = table.cells[name]
        bad = np.flatnonzero(pc.match_substring_regex(column, FORMULA).to_numpy())
        if len(bad):
            row = int(bad[0])
            raise refuse(
                f"The table {table.name} holds a formula in row {row + table.first_row}, column "
                f"{name!r}: {column[row].as_py()[:60]}",
                "values alone",
                "save the table with the values in place of the formulas",
            )


def _partners(
    table: Table, plan: LabelPlan, paths: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str], list[int], bool]:
    """Rows and images that belong together, pair by pair, in the order of the rows; the different
    names of the table, those of them without an image, and whether they are names of folders."""
    places, names = coded(table.cells[plan.image])
    if plan.form.folders and plan.patient:
        both = pc.binary_join_element_wise("p", table.cells[plan.patient], "/s", "")
        both = pc.binary_join_element_wise(both, table.cells[plan.image], "")
        places, names = coded(both)
    found = None
    if not plan.form.folders:
        found = match_bare(names, paths) or match_names(names, paths)
    by_folder = found is None or not len(found)
    if found is None or not len(found):
        found = match_names(names, [path.rpartition("/")[0] or "." for path in paths])
    kept = np.array([bool(name) for name in names], np.bool_)[found.rows]
    keys, images = found.rows[kept], found.images[kept]
    if not len(keys):
        raise refuse(
            f"The column {plan.image!r} of {table.name} names no image of this data set; it has "
            f"{next((name for name in names if name), '')!r}",
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another table, or say which column names the images: --column image=NAME",
        )
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(names) + 1))
    counts = starts[keys + 1] - starts[keys]
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows, of = order[np.repeat(starts[keys], counts) + offsets], np.repeat(images, counts)
    by_row = np.argsort(rows, kind="stable")
    alone = np.setdiff1d(np.arange(len(names)), keys).tolist()
    return rows[by_row], of[by_row], names, alone, by_folder


def _columns(
    index: DatasetIndex,
    table: Table,
    plan: LabelPlan,
    rows: NDArray[np.int64],
    images: NDArray[np.int64],
    first: NDArray[np.int64],
) -> tuple[dict[str, list[str]], NDArray[np.bool_]]:
    """Patients and splits with those of the table; and which images have rows that differ there."""
    columns = {name: index.table[name].to_pylist() for name in ("patient", "split")}
    contradicted = np.zeros(len(index), np.bool_)
    for name, column in (("patient", plan.patient), ("split", plan.split)):
        if not column:
            continue
        places, texts = coded(table.cells[column])
        if name == "split":
            texts = [split_of(text) or "" for text in texts]
        contradicted[images[places[rows] != places[first[images]]]] = True
        told = columns[name]
        for image in np.flatnonzero(first >= 0).tolist():
            told[image] = texts[places[first[image]]] or told[image]
    return columns, contradicted


def _patients(
    index: DatasetIndex, columns: dict[str, list[str]], of: NDArray[np.bool_] | None
) -> int | None:
    """How many different patients there are; None where nothing tells one."""
    counted = index.readable if of is None else index.readable & of
    paths = index.table["path"].to_pylist()
    whose = columns["patient"]
    known = {whose[row] for row in np.flatnonzero(counted).tolist() if whose[row] != paths[row]}
    return len(known) or None


def _with(
    index: DatasetIndex,
    columns: dict[str, list[str]],
    meaning: Meaning,
    metadata: pa.Table | None,
    report: LabelReport,
) -> DatasetIndex:
    """The index with all of this."""
    table = index.table
    for name, values in {**columns, "label": meaning.labels}.items():
        at = SCHEMA.get_field_index(name)
        table = table.set_column(at, SCHEMA.field(at), pa.array(values, pa.string()))
    plan = report.plan
    hints = [
        hint
        for hint in index.reading.hints
        if hint.code not in _ANSWERED
        and not (hint.code == "split-lists" and plan.split)
        and not (hint.code == "folders-look-like" and any(w in hint.message for w in _NO_CLASSES))
    ]
    reading = replace(index.reading, hints=(*hints, *report.hints()))
    if plan.patient:
        reading = replace(reading, patients=f"the column {plan.patient} of {report.file}")
    return replace(
        index,
        table=table,
        classes=tuple(sorted(set(meaning.labels))),
        findings=meaning.findings,
        metadata=metadata,
        reading=reading,
    )


def _only(index: DatasetIndex, kept: NDArray[np.bool_]) -> DatasetIndex:
    """The images that have a class."""
    if kept.all():
        return index
    left = index.without(index.table["path"].filter(pa.array(~kept)).to_pylist())
    return replace(left, classes=tuple(sorted(pc.unique(left.table["label"]).to_pylist())))
