"""What each column of a table is: proposed from its header and its cells, or as it was decided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from xraylib.datasets.labels import reading
from xraylib.datasets.labels.forms import FORMS, Form, known_form, set_without_labels
from xraylib.datasets.labels.guess import (
    BIRTH_COLUMN,
    LABELLED,
    METADATA_COLUMNS,
    doubtful_columns,
    first_named,
    further_columns,
    generic_form,
    label_columns,
)
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.tables.proposal import (
    image_column,
    number_column,
    patient_column,
    split_column,
)
from xraylib.datasets.tables.table import Table
from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject

_READER: Final = re.compile(
    r"(rad|reader|rater|annotator|radiologist|observer|befunder)[ _-]?(id|no|name)?"
)


@dataclass(frozen=True, kw_only=True)
class LabelPlan:
    """What the columns of a table are.

    Attributes:
        form: How it is written.
        image: The column that names the images.
        labels: The columns of labels.
        patient: That of patients; ``""`` without one, likewise the next two.
        split: That of training, validation and test.
        reader: That of readers.
        metadata: ``{name: columns}``; the first of them that says something counts. An age may be
            told by a column of births and one of dates.
        doubtful: Columns that are not taken for labels, though many of their cells say yes or no.
    """

    form: Form
    image: str
    labels: tuple[str, ...]
    patient: str = ""
    split: str = ""
    reader: str = ""
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()

    @property
    def used(self) -> Iterator[str]:
        """Every column that is read, each once."""
        several = [column for columns in self.metadata.values() for column in columns]
        named = [self.image, *self.labels, self.patient, self.split, self.reader, *several]
        yield from dict.fromkeys(name for name in named if name)

    def words(self) -> str:
        """What each column is: ``"images file; labels Covid, Edema; sex Gender"``."""
        one = {"patients": self.patient, "splits": self.split, "readers": self.reader}
        told = [f"images {self.image}", f"labels {', '.join(self.labels)}"]
        told += [f"{what} {column}" for what, column in one.items() if column]
        born = self.metadata.get("age", ())[:1]
        between = " to " if born and BIRTH_COLUMN.fullmatch(born[0].casefold()) else " or "
        for name, columns in self.metadata.items():
            told.append(f"{name} {(between if name == 'age' else ' or ').join(columns)}")
        return "; ".join(told)

    def to_json(self) -> JsonObject:
        """The columns as the command prints them."""
        return {
            "image": self.image,
            "labels": list(self.labels),
            "patient": self.patient or None,
            "split": self.split or None,
            "reader": self.reader or None,
            "metadata": {name: list(columns) for name, columns in self.metadata.items()},
        }


def make_plan(table: Table, paths: Sequence[str], choice: LabelChoice) -> LabelPlan:
    """What the columns are, as decided, and as proposed where nothing was.

    Args:
        table: The table.
        paths: Of the data set's images.
        choice: What was decided.

    Raises:
        DatasetError: code ``label-table``: there is no such column or form, or none names an image
            or says a label.
    """
    plan = propose_plan(table, paths, choice)
    if not plan.image:
        first = [table.cells[name][0].as_py() for name in table.columns[:2]] if len(table) else []
        raise refuse(
            f"No column of {table.name} names an image of this data set"
            + (f"; its first row begins with {', '.join(first)}" if first else ""),
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another table, or say which column names the images (--column image=NAME)",
        )
    if not plan.labels:
        of = set_without_labels(table.columns)
        raise refuse(
            f"No column of {table.name} says a label"
            + (f": {of} has its labels in another place" if of else ""),
            "a column of names, or columns of 0 and 1, beside that of the images",
            f"name the table of labels, and then this one (--labels LABELS --labels {table.name})"
            if of
            else "say which it is (--column label=NAME)",
        )
    return plan


def propose_plan(table: Table, paths: Sequence[str], choice: LabelChoice) -> LabelPlan:
    """What `make_plan` gives; without the column of images or those of labels where none is found.

    Args:
        table: As in `make_plan`, likewise the others.
        paths: Of the data set's images.
        choice: What was decided.

    Raises:
        DatasetError: code ``label-table``: there is no such column or form.
    """
    if choice.form is not None and choice.form not in FORMS:
        raise refuse(
            f"There is no form of tables named {choice.form!r}",
            f"one of: {', '.join(FORMS)}",
            "choose one of these, or none, so that it is found",
        )
    cells = table.cells
    form = known_form(table.columns) if choice.form is None else FORMS[choice.form]
    headless = None if table.has_header or form is not None else _covidx(table, paths)
    known = _Known(table, form or headless or FORMS["names"], headless is not None)
    image = known.decided(choice.image)
    each = known.column(known.form.each)
    if each is None and known.form.each:
        each = image_column(table, paths)
    if image is None and each is not None:
        known.form = replace(known.form, image=each, folders=False)
    image = image or known.column(known.form.image) or _names_images(table, paths) or ""
    patient = known.optional(choice.patient, known.form.patient)
    split = known.optional(choice.split, "")
    metadata = known.metadata(choice.metadata)
    reader = known.optional(choice.reader, known.form.reader)
    if patient is None and not known.form.patient:
        patient = patient_column(_but(table.columns, image))
    if reader is None and not known.published:
        reader = first_named(table.columns, _READER)
    if split is None:
        split = split_column(cells)
    several = [column for columns in metadata.values() for column in columns]
    rest = _but(table.columns, image, patient, split, reader, *several)
    labels = tuple(known.decided(name) or "" for name in choice.labels) or known.labels()
    if labels and known.form.further and not choice.labels:
        labels += further_columns(cells, _but(rest, *labels))
    found = known.form
    if not labels or (choice.form is None and not known.published):
        if not labels and not set_without_labels(table.columns):
            labels = label_columns(cells, rest)
        found = FORMS[choice.form] if choice.form else generic_form(cells, image, labels)
    columns = found.read in (reading.columns, reading.chexpert) and not choice.labels
    return LabelPlan(
        form=found,
        image=image,
        labels=labels,
        patient=patient or "",
        split=split or "",
        reader=reader or "",
        metadata=metadata,
        doubtful=doubtful_columns(cells, _but(rest, *labels)) if columns else (),
    )


def _names_images(table: Table, paths: Sequence[str]) -> str | None:
    """The column that names images, or the folders that they are in, at any depth."""
    parts = {tuple(path.split("/")[:-1]) for path in paths}
    folders = sorted({"/".join(one[:depth]) for one in parts for depth in range(1, len(one) + 1)})
    others = [name for name in table.columns if not LABELLED.fullmatch(name.casefold())]
    no_labels = replace(table, cells=table.cells.select(others))
    return (
        image_column(table, paths)
        or image_column(no_labels, folders)
        or number_column(no_labels, paths)
    )


class _Known:
    """A table beside a form, and what was decided about its columns."""

    def __init__(self, table: Table, form: Form, headless: bool) -> None:
        self.table = table
        self.form = form
        self.published = bool(form.needs)
        self.names = {name.casefold(): name for name in table.columns}
        if headless:
            self.names |= dict(zip(form.needs, table.columns, strict=False))

    def column(self, name: str) -> str | None:
        """The table's column of this name, in any case."""
        return self.names.get(name.casefold()) if name else None

    def decided(self, name: str | None) -> str | None:
        """The column that somebody named.

        Raises:
            DatasetError: code ``label-table``: it is not there.
        """
        if not name:
            return None
        found = self.column(name)
        if found is None:
            raise refuse(
                f"The table {self.table.name} has no column {name!r}",
                f"one of: {', '.join(self.table.columns[:40])}",
                "choose another column",
            )
        return found

    def optional(self, said: str | None, usual: str) -> str | None:
        """That which was named, ``""`` for none on purpose; else the form's."""
        return self.decided(said) or "" if said is not None else self.column(usual)

    def labels(self) -> tuple[str, ...]:
        found = (self.column(name) for name in self.form.labels)
        return tuple(name for name in found if name is not None)

    def metadata(self, said: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, pattern in METADATA_COLUMNS.items():
            usual = [self.column(one) for one in self.form.metadata.get(name, ())]
            there = tuple(one for one in usual if one is not None)
            guess = first_named(self.table.columns, pattern)
            if there or guess:
                found[name] = there or (str(guess),)
        birth = first_named(self.table.columns, BIRTH_COLUMN)
        if birth and "age" not in found and "year" in found:
            found["age"] = (birth, found["year"][0])
        for name, column in said.items():
            found.pop(name, None)
            if chosen := self.decided(column):
                found[name] = (chosen,)
        return found


def _covidx(table: Table, paths: Sequence[str]) -> Form | None:
    """The form of a list without a header, whose second of four columns names the images; its first
    versions had no source."""
    form = FORMS["covidx"]
    if (
        len(table.columns) in (len(form.needs) - 1, len(form.needs))
        and image_column(table, paths) == table.columns[1]
    ):
        return form
    return None


def _but(names: Sequence[str], *taken: str | None) -> list[str]:
    return [name for name in names if name not in taken]


def refuse(what: str, expected: str, remedy: str) -> DatasetError:
    """The error for a table that tells no labels of these images."""
    return DatasetError(what, expected=expected, remedy=remedy, code="label-table")
