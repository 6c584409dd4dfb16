"""Options that say how a folder of X-rays is read, the same for every command that reads one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.patients import PatientColumn

RootOption = Annotated[
    str | None, typer.Option("--root", help="The folder inside DIR that holds the data.")
]
SplitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--split",
        metavar="FOLDER=SPLIT",
        help='Which split a folder is: "valid=val"; train, val or test. May be repeated.',
    ),
]
ClassOption = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="FOLDER=CLASS",
        help='Which class a folder is: "NORMAL=Normal"; nothing after = is no class. Repeatable.',
    ),
]
LeaveOutOption = Annotated[
    list[str] | None,
    typer.Option("--leave-out", metavar="FOLDER", help="A folder not to read. May be repeated."),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="FOLDER", help="Read a folder that looks like masks. May be repeated."
    ),
]
FoldsOption = Annotated[
    bool | None,
    typer.Option("--folds/--no-folds", help="The folders are folds of a cross-validation, or not."),
]
DatasetOption = Annotated[
    str | None, typer.Option("--dataset", help="A data set of the workspace in place of DIR.")
]
AsWrittenOption = Annotated[
    bool, typer.Option("--as-written", help="NORMAL and normal are two classes.")
]
PatternOption = Annotated[
    str | None,
    typer.Option(
        "--patient-pattern",
        help="Regular expression for file names with a group called patient.",
    ),
]
PatientsOption = Annotated[
    str | None,
    typer.Option(
        "--patients",
        metavar="FILE[:IMAGE:PATIENT]",
        help="A table of images and patients, perhaps with the columns that name them.",
    ),
]


def decided(
    *,
    root: str | None = None,
    splits: list[str] | None = None,
    classes: list[str] | None = None,
    leave_out: list[str] | None = None,
    keep: list[str] | None = None,
    as_written: bool = False,
    folds: bool | None = None,
    patients: str | None = None,
) -> Curation:
    """What these options decide about a folder.

    Raises:
        ConfigError: code ``reading``, or ``--patients`` is not of its form.
    """
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.reading.choice import ReadingChoice, pairs

    return Curation(
        patients=_column(patients),
        reading=ReadingChoice(
            root=root,
            splits=pairs(splits or (), "--split"),
            classes=pairs(classes or (), "--class"),
            leave_out=tuple(leave_out or ()),
            keep=tuple(keep or ()),
            folds=folds,
            merge=not as_written,
        ),
    )


def placed(curation: Curation, root: Path) -> Curation:
    """With the table of patients where it lies: in the data set's folder, or at a whole path."""
    column = curation.patients
    if column is None or (root / column.file).is_file() or not Path(column.file).is_file():
        return curation
    return replace(curation, patients=replace(column, file=str(Path(column.file).absolute())))


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
