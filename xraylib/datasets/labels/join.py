"""A data set and its table of labels -> the data set with findings, patients, splits, metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.arguments import checked
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.labels.cells import coded
from xraylib.datasets.labels.images import Meaning, meaning_of
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.metadata import known_of, of_images
from xraylib.datasets.labels.partners import find_partners
from xraylib.datasets.labels.plan import LabelPlan, make_plan, refuse
from xraylib.datasets.labels.report import LabelReport
from xraylib.datasets.labels.sources import check_formulas, open_tables
from xraylib.datasets.labels.told import in_one_spelling, renamed
from xraylib.datasets.reading.folder_names import split_of
from xraylib.datasets.tables.proposal import rival_columns
from xraylib.datasets.tables.table import Table

_ANSWERED: Final = frozenset(
    ["no-classes", "tables", "labels-in-names", "class-without-training", "one-class-two-names"]
)
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
    index: DatasetIndex,
    choice: LabelChoice,
    names: Mapping[str, str] | None = None,
    *,
    merge: bool = True,
) -> Labelled:
    """What `label_images` gives, made once for an index.

    Raises:
        DatasetError: As `label_images`.
    """
    key = ("labels", choice, merge, *sorted((names or {}).items()))
    found: Labelled | None = index.memo.get(key)
    if found is None:
        found = label_images(index, choice, names, merge=merge)
        index.memo[key] = found.index.memo[key] = found
    return found


@checked
def label_images(
    index: DatasetIndex,
    choice: LabelChoice,
    names: Mapping[str, str] | None = None,
    *,
    merge: bool = True,
) -> Labelled:
    """Joins a table to the images of an index.

    Args:
        index: A data set as it was scanned.
        choice: Which table, and what was decided about it.
        names: ``{finding or class of the table: what it is here}``; ``""`` leaves it out, and two
            that become one are there where either is.
        merge: Whether names that differ in case, blanks, ``_`` and ``-`` alone are one.

    Raises:
        DatasetError: code ``table``: it cannot be read; ``label-table``: it names no image of this
            data set, says no label, too many or nothing that is known, or holds formulas.
    """
    paths = index.table["path"].to_pylist()
    table = open_tables(index.root, choice, paths)
    plan = make_plan(table, paths, choice)
    check_formulas(table, plan)
    met = find_partners(table, plan, paths)
    rows, images = met.rows, met.images
    readers = coded(table.cells[plan.reader])[0] if plan.reader else None
    told = plan.form.read(table.cells, plan.labels)
    told = renamed(in_one_spelling(told) if merge else told, names or {})
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
    blank = _blank_rows(table)

    def named(of: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(paths[row] for row in np.flatnonzero(of).tolist())

    labelled = meaning.labelled & (first >= 0)
    guessed = None if choice.image or plan.form.image else plan.image
    report = LabelReport(
        file=table.name,
        plan=plan,
        kind=meaning.findings.kind,
        findings=meaning.findings.take(index.readable).counts(),
        patients=_patients(index, columns, first >= 0 if meaning.is_single else None),
        rows=len(table) - blank,
        rows_alone=len(table) - blank - len(np.unique(rows)),
        names_alone=met.alone,
        images_alone=named(first < 0),
        repeated=named(several) if meaning.one_row else (),
        contradicted=named(contradicted),
        without_class=named(~labelled & (first >= 0)) if meaning.is_single else (),
        unread_cells=meaning.unread_cells,
        by_folder=met.by_folder,
        by_number=met.by_number,
        spellings=told.spellings,
        untold=_untold(index, table, plan, first),
        sheets_left=tuple(name for one in table.sources for name in one.sheets_left),
        rivals=() if guessed is None else rival_columns(table, paths, guessed),
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


def _blank_rows(table: Table) -> int:
    """How many rows say nothing at all, as spreadsheets leave them at the end."""
    blank = np.ones(len(table), np.bool_)
    for column in table.cells.itercolumns():
        if not blank.any():
            break
        blank &= pc.equal(column, "").to_numpy()
    return int(blank.sum())


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


def _untold(index: DatasetIndex, table: Table, plan: LabelPlan, first: NDArray[np.int64]) -> int:
    """Images with a row whose cell of the patient is empty, and whose name tells none."""
    if not plan.patient:
        return 0
    rows = np.flatnonzero(first >= 0)
    empty = pc.equal(table.cells[plan.patient].take(pa.array(first[rows])), "").to_numpy()
    paths, whose = (index.table[name].to_pylist() for name in ("path", "patient"))
    return sum(paths[row] == whose[row] for row in rows[empty].tolist())


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
    reading = replace(
        index.reading, hints=(*hints, *report.hints()), spellings=dict(report.spellings)
    )
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
