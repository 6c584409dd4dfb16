"""What each column of a table is: proposed from its header and its cells, or as it was decided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.cells import says_yes_or_no
from xraylib.datasets.labels.forms import FORMS, Form, has_lists, known_form
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.tables.proposal import image_column, patient_column, split_column
from xraylib.datasets.tables.table import Table
from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject

_LABELLED: Final = re.compile(
    r"(class|label|finding|diagnosis|diagnos[ei]s|target|category|pathology|disease|outcome)"
    r"(s|es|[ _-]?(name|names|label|labels|text|id))?|.*[ _-](label|labels|class|diagnosis)"
)
_READER: Final = re.compile(r"(rad|reader|rater|annotator|radiologist|observer)[ _-]?(id|no|name)?")
_METADATA: Final = {
    "sex": re.compile(r"(patient)?[ _-]?(sex|gender)([ _-]?dicom)?"),
    "age": re.compile(r"(patient)?[ _-]?age([ _-]?(years?|y|at.*))?"),
    "view": re.compile(r"(view|view[ _-]?position|projection|ap[/_]pa|pa[/_]ap)([ _-]?dicom)?"),
    "scanner": re.compile(
        r"(scanner|detector|device|manufacturer|vendor|machine)"
        r"([ _-]?(model|name|model[ _-]?name))?([ _-]?dicom)?"
    ),
    "site": re.compile(r"(site|hospital|institution|cent(er|re)|location|(data)?[ _-]?source)"),
    "year": re.compile(r"(study|acquisition)?[ _-]?(year|date)([ _-]?dicom)?"),
    "modality": re.compile(r"modality([ _-]?dicom)?"),
}
_MOST_NAMES: Final = 60
_LOOKED_AT: Final = 200


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
        metadata: ``{name: columns}``; the first of them that says something counts.
    """

    form: Form
    image: str
    labels: tuple[str, ...]
    patient: str = ""
    split: str = ""
    reader: str = ""
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
        return "; ".join([*told, *(f"{k} {' or '.join(v)}" for k, v in self.metadata.items())])

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
    image = known.decided(choice.image) or known.column(known.form.image)
    folders = [path.rpartition("/")[0] for path in paths]
    image = image or image_column(table, paths) or image_column(table, folders)
    if image is None:
        some = ", ".join(cells[name][0].as_py() for name in table.columns[:2]) if len(table) else ""
        raise refuse(
            f"No column of {table.name} names an image of this data set"
            + (f"; its first row begins with {some}" if some else ""),
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another table, or say which column names the images: --column image=NAME",
        )
    patient = known.optional(choice.patient, known.form.patient)
    split = known.optional(choice.split, "")
    metadata = known.metadata(choice.metadata)
    reader = known.optional(choice.reader, known.form.reader)
    if not known.published:
        patient = patient if patient is not None else patient_column(_but(table.columns, image))
        reader = reader if reader is not None else _first(table.columns, _READER)
    if split is None:
        split = split_column(cells)
    several = [column for columns in metadata.values() for column in columns]
    rest = _but(table.columns, image, patient, split, reader, *several)
    labels = tuple(known.decided(name) or "" for name in choice.labels) or known.labels()
    found = known.form
    if not labels or (choice.form is None and not known.published):
        labels = labels or _label_columns(cells, rest)
        found = FORMS[choice.form] if choice.form else _generic(cells, labels)
    if not labels:
        raise refuse(
            f"No column of {table.name} says a label",
            "a column of names, or columns of 0 and 1, beside that of the images",
            "say which it is: --column label=NAME",
        )
    return LabelPlan(
        form=found,
        image=image,
        labels=labels,
        patient=patient or "",
        split=split or "",
        reader=reader or "",
        metadata=metadata,
    )


class _Known:
    """A table beside a form, and what was decided about its columns."""

    def __init__(self, table: Table, form: Form, headless: bool) -> None:
        self.table = table
        self.form = form
        self.published = bool(form.needs)
        self.names = {name.casefold(): name for name in table.columns}
        if headless:
            self.names |= dict(zip(form.needs, table.columns, strict=True))

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
        for name, pattern in _METADATA.items():
            usual = [self.column(one) for one in self.form.metadata.get(name, ())]
            there = tuple(one for one in usual if one is not None)
            guess = None if self.published else _first(self.table.columns, pattern)
            if there or guess:
                found[name] = there or (str(guess),)
        for name, column in said.items():
            found.pop(name, None)
            if chosen := self.decided(column):
                found[name] = (chosen,)
        return found


def _covidx(table: Table, paths: Sequence[str]) -> Form | None:
    """The form of a list without a header, whose second of four columns names the images."""
    form = FORMS["covidx"]
    if len(table.columns) == len(form.needs) and image_column(table, paths) == table.columns[1]:
        return form
    return None


def _label_columns(cells: pa.Table, rest: Sequence[str]) -> tuple[str, ...]:
    """The column that is named as one of labels; else all that say yes or no; else the one with
    the fewest names."""
    named = _first(rest, _LABELLED)
    if named is not None:
        return (named,)
    different = {name: _texts(cells, name) for name in rest}
    flags = tuple(name for name in rest if says_yes_or_no(different[name]))
    if flags:
        return flags
    few = [name for name in rest if 2 <= len(different[name]) <= _MOST_NAMES]
    return tuple(sorted(few, key=lambda name: len(different[name]))[:1])


def _generic(cells: pa.Table, labels: Sequence[str]) -> Form:
    if len(labels) > 1:
        return FORMS["onehot"]
    if len(labels) == 1 and says_yes_or_no(_texts(cells, labels[0])):
        return FORMS["binary"]
    return FORMS["list" if labels and has_lists(cells[labels[0]]) else "names"]


def _texts(cells: pa.Table, name: str) -> list[str]:
    """The different texts of a column, no more than tell what it is."""
    found: list[str] = pc.unique(cells[name]).slice(0, _LOOKED_AT).to_pylist()
    return found


def _but(names: Sequence[str], *taken: str | None) -> list[str]:
    return [name for name in names if name not in taken]


def _first(names: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    return next((one for one in names if pattern.fullmatch(one.strip().casefold())), None)


def refuse(what: str, expected: str, remedy: str) -> DatasetError:
    """The error for a table that tells no labels of these images."""
    return DatasetError(what, expected=expected, remedy=remedy, code="label-table")
