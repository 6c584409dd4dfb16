"""Options that say which images a command reads and how, the same for every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.options.image_table import OPTIONS
from xraylib.cli.options.tables import with_table
from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.cli.start.again import Answer
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.dataset_ref import DatasetRef
    from xraylib.datasets.labels.label_choice import LabelChoice
    from xraylib.datasets.patients import PatientColumn
    from xraylib.datasets.source import Source
    from xraylib.images.descriptors import TakesLooks
    from xraylib.images.prepare import TakesPrepared

FolderOrNone = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A folder of class folders.")
]
DatasetOption = Annotated[
    str | None, typer.Option("--dataset", help="A data set of the workspace in place of DIR.")
]


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What options decide about images.

    Attributes:
        curation: For folders, classes, splits and the table of patients.
        patient_pattern: For patients in names; None where nothing is said.
    """

    curation: Curation
    patient_pattern: str | None = None

    def __bool__(self) -> bool:
        from xraylib.datasets.curation import Curation

        return self.patient_pattern is not None or self.curation != Curation()


def reads_images(
    *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options that say how images are read, as its argument ``decisions``.

    Args:
        without: Options that it has in another meaning, by the names of `decided`'s arguments.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        options = {name: told for name, told in OPTIONS.items() if name not in without}
        return with_table(command, "decisions", options, decided)

    return wrap


def decided(
    *,
    root: str | None = None,
    splits: list[str] | None = None,
    split_files: list[str] | None = None,
    classes: list[str] | None = None,
    order: str | None = None,
    leave_out: list[str] | None = None,
    keep: list[str] | None = None,
    as_written: bool = False,
    folds: bool | None = None,
    patients: str | None = None,
    patient_pattern: str | None = None,
    dicom_metadata: bool = False,
    **labels: Any,
) -> Decisions:
    """What these options decide about images.

    Raises:
        ConfigError: code ``reading``, ``label-column``, ``label-options``, or ``--patients`` is
            not of its form.
    """
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.reading.reading_choice import ReadingChoice, pairs
    from xraylib.datasets.reading.split_file import SplitFile

    names = [name.strip() for name in (order or "").split(",")]
    reading = ReadingChoice(
        root=root,
        splits=pairs(splits or (), "--split"),
        classes=pairs(classes or (), "--class"),
        split_files=tuple(SplitFile.parse(text) for text in split_files or ()),
        order=() if order is None else tuple(names),
        leave_out=tuple(leave_out or ()),
        keep=tuple(keep or ()),
        folds=folds,
        merge=not as_written,
    )
    return Decisions(
        curation=Curation(
            patients=_column(patients),
            reading=reading,
            label_table=_label_table(**labels),
            dicom_metadata=dicom_metadata,
        ),
        patient_pattern=patient_pattern,
    )


def open_images(
    folder: Path | None,
    dataset: str | None,
    decisions: Decisions,
    *,
    quiet: bool,
    lines: bool = False,
    seen: TakesLooks | None = None,
    prepared: TakesPrepared | None = None,
    answer: Answer | None = None,
) -> Source:
    """The images that a command is about.

    Args:
        folder: Or a folder that is a data set; or none.
        dataset: Or the name of one.
        decisions: What goes before everything.
        quiet, lines: Nothing is said; progress as lines.
        seen, prepared: See `scan`.
        answer: Is told what the command's answer is made of.

    Raises:
        ConfigError: code ``audit-what``: both a folder and a data set.
        DatasetError: As `open_source`.
    """
    from xraylib.datasets.catalog import find_dataset
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.source import find_source, open_source

    if folder is None and dataset is None:
        raise typer.BadParameter("the argument DIR is missing, and there is no --dataset NAME")
    if folder is not None and dataset is not None:
        raise ConfigError(
            "It is not clear what to read",
            expected="a folder, or --dataset NAME",
            remedy="name one of the two",
            code="audit-what",
        )
    ref = find_source(str(folder)) if dataset is None else find_dataset(dataset)
    decided = _placed(decisions.curation, ref.root)
    if answer is not None and not (ref.name and decisions):  # else they are kept anew
        _tell(answer, ref, decided)
    with console.progress("Reading images", quiet=quiet, lines=lines) as bar:
        source = open_source(
            ref,
            decided=decided,
            patient_pattern=decisions.patient_pattern,
            progress=bar,
            seen=seen,
            prepared=prepared,
        )
    if folder is not None and not quiet and ref.curation != Curation():
        console.print_note(f"This is the data set {source.name}; what was decided there holds.")
    return source


def _tell(answer: Answer, ref: DatasetRef, decided: Curation) -> None:
    """What the images of a data set and what is decided about them are made of."""
    curation = decided.over(ref.curation)
    table = curation.label_table
    if table is not None and any(Path(file).is_absolute() for file in table.files):
        return  # tables beside it tell more
    patients = () if curation.patients is None else (curation.patients.file,)
    files = (*patients, *(one.file for one in curation.reading.split_files))
    answer.made_of(ref.root, [file for file in files if Path(file).is_absolute()])


def open_external(
    folder: Path | None,
    dataset: str | None,
    decisions: Decisions,
    classes: Sequence[str],
    *,
    quiet: bool,
    lines: bool = False,
) -> tuple[Source, dict[str, str]]:
    """The images of another place, with the classes of a run where their names mean the same, and
    ``{name there: the run's}`` of those that were renamed.

    Args:
        folder: As of `open_images`, likewise the others.
        dataset: Or this.
        decisions: What goes before everything.
        classes: Of the run.
        quiet, lines: Nothing is said; progress as lines.
    """
    from xraylib.datasets.reading.folder_names import class_key

    source = open_images(folder, dataset, decisions, quiet=quiet, lines=lines)
    ours = {class_key(name): name for name in classes}
    spellings = source.whole.reading.spellings
    alike = {
        theirs: ours[class_key(name)]
        for name in _names(source.whole)
        if name not in classes and class_key(name) in ours
        for theirs in spellings.get(name, (name,))
    }
    if alike:
        told = replace(decisions.curation.reading, order=())
        reading = replace(told, classes={**alike, **told.classes})
        curation = replace(decisions.curation, reading=reading)
        again = replace(decisions, curation=curation)
        source = open_images(folder, dataset, again, quiet=True)
        if not quiet:
            same = ", ".join(f"{theirs} as {name}" for theirs, name in sorted(alike.items()))
            kinds = "findings" if source.whole.multilabel is not None else "classes"
            console.print_note(f"Read as {kinds} of the run: {same}.")
    others = [name or "(no class)" for name in _names(source.chosen) if name not in classes]
    if others and not quiet:
        kind = "finding" if source.chosen.multilabel is not None else "class"
        words = f"Left out, no {kind} of the run: {', '.join(others)}; name them by --class."
        console.print_note(words)
    return source, _renamed(source, folder, dataset, decisions)


def _renamed(
    source: Source, folder: Path | None, dataset: str | None, decisions: Decisions
) -> dict[str, str]:
    """Of the names that were to be read as others, those that the images have."""
    from xraylib.datasets.reading.folder_names import class_key

    asked = source.curation.reading.classes
    if not asked:
        return {}
    reading = replace(decisions.curation.reading, classes={}, order=())
    plain = replace(decisions, curation=replace(decisions.curation, reading=reading))
    before = open_images(folder, dataset, plain, quiet=True)
    spellings = before.whole.reading.spellings
    there = {
        class_key(one) for name in _names(before.whole) for one in spellings.get(name, (name,))
    }
    there |= set(map(class_key, before.curation.reading.classes))
    return {old: new for old, new in asked.items() if class_key(old) in there}


def _names(index: DatasetIndex) -> tuple[str, ...]:
    """Its classes, or the findings where an image may have several."""
    told = index.findings
    return told.names if told is not None and index.multilabel is not None else index.classes


def _placed(curation: Curation, root: Path) -> Curation:
    """With its tables where they lie: in the data set's folder, or at whole paths."""
    told: dict[str, Any] = {}
    if (patients := curation.patients) is not None:
        told["patients"] = replace(patients, file=_place(patients.file, root))
    if (labels := curation.label_table) is not None:
        file, *beside = (_place(one, root) for one in labels.files)
        told["label_table"] = replace(labels, file=file, beside=tuple(beside))
    lists = curation.reading.split_files
    placed = tuple(replace(one, file=_place(one.file, root)) for one in lists)
    return replace(curation, **told, reading=replace(curation.reading, split_files=placed))


def _place(file: str, root: Path) -> str:
    """A file of the data set's folder by its path there, another one by its whole path."""
    given = Path(file)
    if (root / given).is_file() and not given.is_absolute():
        return file
    whole = given.absolute()
    inside = whole.is_file() and whole.is_relative_to(root.absolute())
    return whole.relative_to(root.absolute()).as_posix() if inside else str(whole)


def _column(text: str | None) -> PatientColumn | None:
    if text is None:
        return None
    from xraylib.datasets.patients import PatientColumn

    parts = text.rsplit(":", 2)
    if len(parts) == 3 and all(parts) and not Path(text).is_file():
        return PatientColumn(file=parts[0], image=parts[1], patient=parts[2])
    if not text or text.endswith(":"):
        raise ConfigError(
            f"--patients is {text!r}",
            expected="a table, or FILE:IMAGE:PATIENT with two of its columns",
            remedy="write for example --patients images.csv:image:patient_id",
        )
    return PatientColumn(file=text)


def _label_table(
    *,
    labels: list[str] | None = None,
    columns: list[str] | None = None,
    label_form: str | None = None,
    label_kind: str | None = None,
    readers: str | None = None,
    findings: list[str] | None = None,
) -> LabelChoice | None:
    """The table of labels and what these options say about it."""
    from xraylib.datasets.labels.label_choice import LabelChoice, columns_from

    said = columns or label_form or label_kind or readers or findings
    if not labels and said:
        raise ConfigError(
            "Options about a table of labels were given without the table",
            expected="--labels TABLE beside --column, --label-form, --label-kind, --readers and "
            "--finding",
            remedy="name the table, or leave these out",
            code="label-options",
        )
    if not labels:
        return None
    told: dict[str, Any] = {"form": label_form, "kind": label_kind, **columns_from(columns or ())}
    if readers is not None:
        told["readers"] = readers
    file, *beside = labels
    return LabelChoice(file=file, beside=tuple(beside), findings=tuple(findings or ()), **told)
