"""What a table made of a data set: counts, and by name what has no partner or is contradicted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xraylib.datasets.labels.findings import Kind
from xraylib.datasets.labels.plan import LabelPlan
from xraylib.datasets.reading.plan import Hint
from xraylib.json_values import JsonObject

HINTS: Final = frozenset(
    [
        "rows-without-image",
        "images-without-row",
        "labels-repeated",
        "labels-contradict",
        "images-without-class",
        "labels-unread",
        "columns-left",
        "numbers-matched",
        "image-columns",
        "labels-spelled",
        "sheets-unread",
        "patients-untold",
        "classes-of-one",
    ]
)
"""Codes of what a table lets one know."""
_FEW: Final = 4


@dataclass(frozen=True, kw_only=True)
class LabelReport:
    """What a table told.

    Attributes:
        file: The name of the table.
        plan: What its columns are.
        kind: ``"single"`` or ``"multilabel"``.
        findings: ``{finding: {"present", "absent", "unknown", "uncertain"}}`` over readable images.
        patients: Different patients of the readable images; None where nothing tells one.
        rows: How many rows the table has.
        rows_alone: How many of them name no image of the data set.
        names_alone: What those say, each once.
        images_alone: Paths of images without a row.
        repeated: Paths of images with several rows that should be one.
        contradicted: Paths of images whose rows say different things: those are uncertain.
        without_class: Paths of images that are left out because no class is said, or several are.
        unread_cells: Cells of labels that say neither yes nor no nor nothing; they are unknown.
        by_folder: Whether names are those of the folders that images are in.
        by_number: How many names of numbers lack the zeros in front.
        spellings: ``{name: (how it is written)}`` where that is in several ways.
        untold: Images that have a row with an empty cell of the patient.
        sheets_left: Sheets of workbooks that are not read.
        rivals: Columns that name images too, others in the same rows.
    """

    file: str
    plan: LabelPlan
    kind: Kind
    findings: Mapping[str, Mapping[str, int]]
    patients: int | None
    rows: int
    rows_alone: int
    names_alone: tuple[str, ...]
    images_alone: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    without_class: tuple[str, ...] = ()
    unread_cells: int = 0
    by_folder: bool = False
    by_number: int = 0
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()
    sheets_left: tuple[str, ...] = ()
    untold: int = 0

    def to_json(self) -> JsonObject:
        """The counts: ``{"form", "kind", "findings", "patients", …}``."""
        return {
            "form": self.plan.form.name,
            "kind": self.kind,
            "findings": {name: {**counts} for name, counts in self.findings.items()},
            "patients": self.patients,
            "rows_without_image": self.rows_alone,
            "images_without_row": len(self.images_alone),
        }

    def details(self) -> JsonObject:
        """The columns, and every name that was counted."""
        return {
            "table": self.file,
            "rows": self.rows,
            "columns": self.plan.to_json(),
            "matched_by": "folder" if self.by_folder else "name",
            "rows_without_image": list(self.names_alone),
            "images_without_row": list(self.images_alone),
            "duplicates": list(self.repeated),
            "contradictions": list(self.contradicted),
            "images_without_class": list(self.without_class),
            "unread_cells": self.unread_cells,
        }

    def hints(self) -> Iterator[Hint]:
        """What a person should know before anything is trained."""
        single = self.kind == "single"
        for code, numbers, says, names, remedy in (
            (
                "rows-without-image",
                (self.rows_alone, "row", "rows"),
                f"of {self.file} without an image here",
                self.names_alone,
                "nothing, if the folder holds a part of the set; else look whether the column "
                "names the images",
            ),
            (
                "images-without-row",
                (len(self.images_alone), "image", "images"),
                f"without a row in {self.file}: "
                + ("left out" if single else "what is to be seen is unknown"),
                self.images_alone,
                "add rows for them, or go on without",
            ),
            (
                "labels-repeated",
                (len(self.repeated), "image", "images"),
                f"with several rows in {self.file} that should be one",
                self.repeated,
                "nothing, where the rows agree",
            ),
            (
                "labels-contradict",
                (len(self.contradicted), "image", "images"),
                f"of which {self.file} says contradicting things: "
                + ("left out" if single else "these are uncertain"),
                self.contradicted,
                "mend the table",
            ),
            (
                "images-without-class",
                (len(self.without_class), "image", "images"),
                "with no class, or with several: left out",
                self.without_class,
                "read the table as one of several findings (multilabel) to use them",
            ),
            (
                "labels-unread",
                (self.unread_cells, "cell", "cells"),
                f"of {self.file} that say neither yes nor no: unknown",
                (),
                "write 1, 0, -1 (uncertain) or nothing",
            ),
            (
                "numbers-matched",
                (self.by_number, "name", "names"),
                f"of {self.file} matched by the number alone, as 7 with 007.png",
                (),
                "nothing, if a spreadsheet took the zeros away",
            ),
        ):
            count, one, several = numbers
            if count:
                what = f"{count:,} {one if count == 1 else several} {says}"
                yield Hint(
                    code=code,
                    message=f"{what} ({_some(names)})" if names else what,
                    remedy=remedy,
                    images=count if one == "image" else 0,
                )
        if self.plan.doubtful:
            yield Hint(
                code="columns-left",
                message=f"Not taken for labels of {self.file}: {_some(self.plan.doubtful)}; some "
                "cells there say neither yes nor no",
                remedy="write 1, 0, -1 (uncertain) or nothing, or name every column of labels "
                "(--column label=NAME)",
            )
        if self.untold:
            yield Hint(
                code="patients-untold",
                message=f"{self.untold:,} image{'' if self.untold == 1 else 's'} of no patient in "
                f"the column {self.plan.patient} of {self.file}: each counts as one of its own",
                remedy="fill the empty cells, or one patient may come to train and to test",
                images=self.untold,
            )
        if self.sheets_left:
            yield Hint(
                code="sheets-unread",
                message=f"Not read of {self.file}: the sheets {', '.join(self.sheets_left)}",
                remedy="nothing, if they hold no labels; else save each as a table of its own",
            )
        if self.rivals:
            yield Hint(
                code="image-columns",
                message=f"{', '.join((self.plan.image, *self.rivals))} of {self.file} name images, "
                f"not the same ones in a row: {self.plan.image} is taken",
                remedy="look which of them is meant",
            )
        for name, written in self.spellings.items():
            yield Hint(
                code="labels-spelled",
                message=f"{', '.join(written)} are read as one, {name}",
                remedy="nothing, or read them as they are written",
            )
        ones = [name for name, counts in self.findings.items() if counts["present"] == 1]
        if len(ones) > _FEW and 2 * len(ones) > len(self.findings):
            yield Hint(
                code="classes-of-one",
                message=f"{len(ones):,} of {len(self.findings):,} names in {self.file} stand at "
                f"one image alone ({_some(ones)})",
                remedy="look whether the column holds names of findings, or sentences",
            )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (", …" if len(names) > _FEW else "")
