"""What a table says of each image: its findings, and its class where it has just one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.labels.cells import coded, said
from xraylib.datasets.labels.findings import (
    ABSENT,
    PRESENT,
    UNCERTAIN,
    UNKNOWN,
    Findings,
    Kind,
)
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.plan import LabelPlan, refuse
from xraylib.datasets.labels.together import put_together
from xraylib.datasets.labels.told import Told
from xraylib.datasets.tables.table import Table

MOST_FINDINGS: Final = 256
"""Of one data set; PadChest, which has most of the public ones, names under 200."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Meaning:
    """What a table says of each image.

    Attributes:
        findings: Of every image of the data set.
        labels: The class of each image; ``""`` where it has none, or where images have several.
        labelled: bool ``(images,)``: which of them have a class; all where images have several.
        contradicted: bool ``(images,)``: which have rows that contradict each other.
        one_row: Whether an image should have one row.
        unread_cells: Cells of labels that say neither yes, no nor nothing.
    """

    findings: Findings
    labels: list[str]
    labelled: NDArray[np.bool_]
    contradicted: NDArray[np.bool_]
    one_row: bool
    unread_cells: int

    @property
    def is_single(self) -> bool:
        """Whether each image is of one class."""
        return self.findings.kind == "single"


def meaning_of(
    told: Told,
    table: Table,
    plan: LabelPlan,
    choice: LabelChoice,
    *,
    rows: NDArray[np.int64],
    images: NDArray[np.int64],
    count: int,
    readers: NDArray[np.int64] | None,
) -> Meaning:
    """What the labels of a table say of each image.

    Args:
        told: What its rows say.
        table: The table.
        plan: What its columns are.
        choice: What was decided.
        rows: ``(pairs,)``: rows that are about an image.
        images: ``(pairs,)``: the image that each of them is about.
        count: How many images there are.
        readers: ``(rows,)``: the number of each row's reader, where there are several.

    Raises:
        DatasetError: code ``label-table``: too many findings, none that is known, or chosen ones
            that there are not.
    """
    if readers is not None:
        told = replace(told, together="readers")
    told = _chosen(told, choice, table.name)
    _check(told, plan, table)
    both = told.values
    if told.nothing is not None:
        both = np.column_stack([told.values, told.nothing])
    merged = put_together(
        both, rows, images, count, together=told.together, readers=readers, policy=choice.readers
    )
    values, nothing = merged.values, np.full(count, UNKNOWN, np.int8)
    if told.nothing is not None:
        values, nothing = merged.values[:, :-1].copy(), merged.values[:, -1]
    kind = choice.kind or plan.form.kind or _kind(both)
    contradicted = merged.contradicted
    if kind == "single":
        names = (*told.names, told.nothing_name) if told.nothing is not None else told.names
        findings = Findings(names=names, values=merged.values, kind=kind, form=plan.form.name)
        labels = _classes(findings)
    else:
        clash = np.zeros(count, np.bool_)
        if told.together == "same":
            spared = np.array([name not in told.spared for name in told.names], np.bool_)
            there = (nothing == PRESENT)[:, None] & (values == PRESENT) & spared
            values[there] = UNCERTAIN
            clash = there.any(axis=1)
        findings = Findings(
            names=told.names,
            values=_without_any(values, nothing, told),
            kind=kind,
            form=plan.form.name,
        )
        labels, contradicted = [""] * count, contradicted | clash
    return Meaning(
        findings=findings,
        labels=labels,
        labelled=np.array([bool(label) or kind == "multilabel" for label in labels], np.bool_),
        contradicted=contradicted,
        one_row=told.together == "same",
        unread_cells=_unread(table, plan),
    )


def _chosen(told: Told, choice: LabelChoice, table: str) -> Told:
    """The findings that somebody chose; all without a choice."""
    if not choice.findings:
        return told
    missing = [name for name in choice.findings if name not in told.names]
    if missing:
        raise refuse(
            f"The table {table} tells nothing of {', '.join(missing)}",
            f"some of: {', '.join(told.names[:40])}",
            "choose findings that are there",
        )
    places = [told.names.index(name) for name in choice.findings]
    return replace(told, names=choice.findings, values=told.values[:, places])


def _check(told: Told, plan: LabelPlan, table: Table) -> None:
    where = ", ".join(plan.labels[:4]) + (" …" if len(plan.labels) > 4 else "")
    if len(told.names) > MOST_FINDINGS:
        raise refuse(
            f"The labels of {table.name} ({where}) have {len(told.names):,} different names",
            f"at most {MOST_FINDINGS}",
            "choose the column of labels, or the findings that are to be used",
        )
    known = (told.values == PRESENT) | (told.values == ABSENT)
    if not known.any() and not (told.nothing is not None and (told.nothing == PRESENT).any()):
        columns = len(plan.labels)
        raise refuse(
            f"The {f'{columns} columns' if columns > 1 else 'column'} of labels of {table.name} "
            f"({where}) say nothing that is known",
            "1 and 0, or names of findings",
            "choose other columns of labels, or another table",
        )


def _kind(values: NDArray[np.int8]) -> Kind:
    """Single where each row that says anything has exactly one finding."""
    said_rows = (values != UNKNOWN).any(axis=1)
    ones = (values[said_rows] == PRESENT).sum(axis=1)
    return "single" if values.shape[1] > 1 and (ones == 1).all() else "multilabel"


def _without_any(
    values: NDArray[np.int8], nothing: NDArray[np.int8], told: Told
) -> NDArray[np.int8]:
    """Where there is no finding, what nothing is said of is absent."""
    for at, name in enumerate(told.names):
        if name not in told.spared:
            values[(nothing == PRESENT) & (values[:, at] == UNKNOWN), at] = ABSENT
    return values


def _classes(findings: Findings) -> list[str]:
    """The class of each image: the one finding that it has; ``""`` without, or with several."""
    values, names = findings.values, findings.names
    if len(names) == 1:
        words = {PRESENT: names[0], ABSENT: f"No {names[0]}"}
        return [words.get(value, "") for value in values[:, 0].tolist()]
    one = ((values == PRESENT).sum(axis=1) == 1) & ~(values == UNCERTAIN).any(axis=1)
    places = np.argmax(values == PRESENT, axis=1)
    return [
        names[place] if sure else ""
        for place, sure in zip(places.tolist(), one.tolist(), strict=True)
    ]


def _unread(table: Table, plan: LabelPlan) -> int:
    """Cells of yes and no that say something else."""
    if plan.form.name not in ("onehot", "binary", "chexpert", "mimic-cxr", "rsna"):
        return 0
    number = 0
    for name in plan.labels:
        places, texts = coded(table.cells[name])
        odd = np.array([said(text) is None for text in texts], np.bool_)
        number += int(odd[places].sum()) if len(texts) else 0
    return number
