"""What was understood -> the plan as people see it, with what they should look at."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from xraylib.datasets.names import visible
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.patient_names import folder_pattern
from xraylib.datasets.reading.plan import Hint, Part, ReadingPlan, listed
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.split_file import said_split, split_in_name
from xraylib.datasets.reading.understood import LEFT_OUT, NO_CLASS, Understood
from xraylib.datasets.tables.decoding import unpacked
from xraylib.datasets.tables.proposal import split_column
from xraylib.datasets.tables.table import parse_table
from xraylib.errors import DatasetError
from xraylib.regular import read_head

_TABLES: Final = 20
_KINDS: Final = 10
_HEAD: Final = 65_536  # bytes of a table that are looked at
_LOOK: Final = {
    "shards": "parts of one large set, not classes",
    "patients": "patients, not classes",
    "folds": "the folds of a cross-validation, not classes",
    "groups": "places, sides or versions, each with the same classes in it",
    "alike": "classes, but each holds the same folders: those may be the classes",
    "divisions": "divisions of the same images; the first is read",
    "sets": "several sets, each with splits of its own; one of them is read",
}
_REMEDIES: Final = {
    "folds": "they can be used as the folds of a cross-validation",
    "groups": "nothing, or say which class each folder is",
    "alike": "look which of them are the classes, and say so",
    "divisions": "nothing, or name another one as the root",
    "sets": "nothing, or name another one as the root",
}
_OF_LABELS: Final = re.compile(r"label|entry|class|metadata|annotation|ground[-_ ]?truth|report")
_OF_OTHERS: Final = re.compile(r"bbox|box(es)?|submission|(^|[^a-z])(lists?|sums|urls?|licen[cs]e)")


def make_plan(
    root: Path,
    top: Folder,
    understood: Understood,
    choice: ReadingChoice,
    tables: Sequence[str] = (),
) -> ReadingPlan:
    """The plan of a folder; of tables in it the first lines are looked at.

    Args:
        root: The data set's folder.
        top: The folders in it.
        understood: What they are.
        choice: What was decided by hand.
        tables: Paths of all tables and lists, those nearest to the data set's folder first.

    Raises:
        DatasetError: code ``reading``: the choice names a folder that holds no image.
    """
    _check(top, understood, choice)
    parts, more = listed(understood.parts)
    tables = tuple(tables[:_TABLES])
    pattern, patients = folder_pattern(understood.people)
    return ReadingPlan(
        root=visible(understood.root.path),
        parts=parts,
        more_parts=more,
        spellings=understood.spellings,
        tables=tables,
        patients=patients,
        patient_pattern=pattern,
        hints=tuple(_hints(root, top, understood, tables, choice)),
        choice=choice,
    )


def _check(top: Folder, understood: Understood, choice: ReadingChoice) -> None:
    folders = list(top.all())
    names = {one.path for one in folders} | {one.name for one in folders}
    names |= {part.path for part in understood.parts}
    said = [*choice.splits, *choice.leave_out, *choice.keep]
    if choice.root is not None and top.find(choice.root) is None:
        said.append(f"{choice.root} (as the root)")
    for name in said:
        if name not in names:
            known = ", ".join(visible(one.path) for one in folders[1:7]) or "none"
            raise DatasetError(
                f"There is no folder {name!r} with images in it",
                expected=f"a folder below the data set's own, for example: {known}",
                remedy="correct the name, or leave this decision out",
                code="reading",
            )


def _hints(
    root: Path,
    top: Folder,
    understood: Understood,
    tables: tuple[str, ...],
    choice: ReadingChoice,
) -> Iterator[Hint]:
    read = [part for part in understood.parts if part.is_read]
    for kind, path, count, images in understood.sorts:
        where = f" in {visible(path)}/" if path else ""
        table = (
            f"name the table of labels ({_of_labels(tables, path)})"
            if tables
            else "look for a table of labels"
        )
        yield Hint(
            code="folders-look-like",
            message=f"The {count:,} folders{where} ({images:,} images) look like {_LOOK[kind]}",
            remedy=_REMEDIES.get(kind, f"{table}, or say which class a folder is"),
            images=images,
        )
    for name, spellings in understood.spellings.items():
        yield Hint(
            code="one-class-two-names",
            message=f"{_words(spellings)} are read as one class, {name}",
            remedy="nothing, or read them as they are written",
        )
    trained = {part.label for part in read if part.split == "train"}
    for label in sorted({part.label or "" for part in read if part.label} - trained):
        if trained:
            images = sum(part.images for part in read if part.label == label)
            yield Hint(
                code="class-without-training",
                message=f"The class {label} has {images:,} image{'' if images == 1 else 's'}, "
                "none of them to train on",
                remedy="give the class the name that it has in training, or none if its images "
                "are unlabelled",
                images=images,
            )
    if read and not any(part.label for part in read):
        yield Hint(
            code="no-classes",
            message="No folder says a class",
            remedy=f"name the table of labels ({_of_labels(tables)})"
            if tables
            else "put the images of each class into a folder of its own, or bring a table",
        )
        yield from _labels_in_names(top, read)
    elif tables:
        numbers = sorted({part.label for part in read if part.label and part.label.isdigit()})
        if len(numbers) > 1 and all(part.split == "train" for part in read):
            yield Hint(
                code="tables",
                message=f"{_words(tuple(numbers))} are read as classes, and a table lies beside "
                f"them: {_of_labels(tables)}",
                remedy="look whether these folders are grades, or parts of a set whose labels are "
                "in the table",
            )
        else:
            yield Hint(
                code="tables",
                message=f"{len(tables)} tables lie beside the images, {tables[0]} first"
                if len(tables) > 1
                else f"A table lies beside the images: {tables[0]}",
                remedy="use them where they tell patients, splits or labels better than the "
                "folders",
            )
    if not choice.split_files and all(part.split == "train" for part in read):
        yield from _split_lists(root, tables)
    unread: dict[str, list[Part]] = {}
    for part in understood.parts:
        if part.role == "left out" and part.images and part.reason not in (LEFT_OUT, NO_CLASS):
            unread.setdefault(part.reason, []).append(part)
    for reason, parts in unread.items():
        images, several = sum(part.images for part in parts), len(parts) > 1
        yield Hint(
            code="unread-folder",
            message=f"{_words(tuple(part.path or 'The folder itself' for part in parts))} "
            f"{'are' if several else 'is'} not read: {images:,} "
            f"image{'' if images == 1 else 's'}, {reason}",
            remedy="say what they are (splits, classes), or leave them out"
            if several
            else "say what it is (a split, a class), or leave it out",
            images=images,
        )


def _of_labels(tables: Sequence[str], folder: str = "") -> str:
    """The table that most likely tells the labels of images in this folder."""

    def rank(table: str) -> tuple[bool, ...]:
        name = table.rpartition("/")[2].casefold()
        stem, _, ending = name.rpartition(".")
        ours = stem == folder.rpartition("/")[2].casefold()
        return (
            bool(_OF_OTHERS.search(stem)),
            not ours,
            said_split(stem) == "test",
            not _OF_LABELS.search(stem),
            ending == "txt",
        )

    return min(tables, key=rank)


def _split_lists(root: Path, tables: tuple[str, ...]) -> Iterator[Hint]:
    """Lists whose names say more than one split, or else tables with a column of splits."""
    beside: dict[str, list[tuple[str, str]]] = {}
    for name in tables:
        if said := split_in_name(name):
            beside.setdefault(name.rpartition("/")[0], []).append((name, said))
    named = next((one for one in beside.values() if len({split for _, split in one}) > 1), [])
    if not named:
        columns = ((name, _column_of_splits(root / name)) for name in tables)
        named = [(name, f"column {column}") for name, column in columns if column]
    if named:
        told = _words(tuple(f"{name} ({what})" for name, what in named))
        yield Hint(
            code="split-lists",
            message=f"{told} may say which images train and which test",
            remedy="use them as lists of the splits ("
            + " ".join(f"--split-file {shlex.quote(name)}" for name, _ in named)
            + ")",
        )


def _column_of_splits(file: Path) -> str | None:
    """What the first lines of a table call their column of splits."""
    if not file.name.lower().removesuffix(".gz").endswith((".csv", ".tsv")):
        return None
    try:
        head = unpacked(read_head(file, _HEAD), _HEAD, whole=False)
        whole = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1]
        return split_column(parse_table(whole, file.name).cells)
    except (OSError, ValueError, DatasetError):
        return None


def _labels_in_names(top: Folder, read: list[Part]) -> Iterator[Hint]:
    """Where all names end in one of a few short words, as in ``MCUCXR_0001_1.png``."""
    names = [
        name.rpartition(".")[0]
        for part in read
        for folder in [top.find(part.path)]
        if folder is not None
        for name in folder.names
    ]
    endings = {name.rpartition("_")[2] for name in names if "_" in name}
    each_has_one = all("_" in name for name in names)
    short = all(len(one) <= 10 and one for one in endings)
    few = 2 <= len(endings) <= min(_KINDS, len(names) // 2)
    if each_has_one and short and few:
        yield Hint(
            code="labels-in-names",
            message="Labels may be in the endings of the file names: "
            + _words(tuple(f"_{one}" for one in sorted(endings))),
            remedy="put the images of each ending into a folder of its own",
        )


def _words(names: tuple[str, ...]) -> str:
    shown = [visible(name) for name in names[:6]]
    if len(names) > 6:
        return ", ".join(shown) + f" and {len(names) - 6} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
