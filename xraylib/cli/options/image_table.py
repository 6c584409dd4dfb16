"""The options that say how images are read, by the arguments that they become."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

_FOLDER: Final = "FOLDER"
OPTIONS: Final[dict[str, tuple[Any, Any]]] = {
    "root": (
        Annotated[
            str | None, typer.Option("--root", help="The folder inside DIR that holds the data.")
        ],
        None,
    ),
    "splits": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--split",
                metavar="FOLDER=SPLIT",
                help='Which split a folder is: "valid=val"; train, val or test. Repeatable.',
            ),
        ],
        None,
    ),
    "split_files": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--split-file",
                metavar="FILE[=SPLIT]",
                help="A list of a split, or a table with a column of splits; FILE:IMAGE:SPLIT "
                "names its columns. Repeatable.",
            ),
        ],
        None,
    ),
    "classes": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--class",
                metavar="FOLDER=CLASS",
                help='Which class a folder is: "NORMAL=Normal"; nothing after = is no class. '
                "Repeatable.",
            ),
        ],
        None,
    ),
    "order": (
        Annotated[
            str | None,
            typer.Option("--classes", metavar="A,B,C", help="The classes in the order of outputs."),
        ],
        None,
    ),
    "leave_out": (
        Annotated[
            list[str] | None,
            typer.Option("--leave-out", metavar=_FOLDER, help="A folder not to read. Repeatable."),
        ],
        None,
    ),
    "keep": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--keep", metavar=_FOLDER, help="Read a folder that looks like masks. Repeatable."
            ),
        ],
        None,
    ),
    "as_written": (
        Annotated[bool, typer.Option("--as-written", help="NORMAL and normal are two classes.")],
        False,
    ),
    "folds": (
        Annotated[
            bool | None,
            typer.Option(
                "--folds/--no-folds", help="The folders are folds of a cross-validation, or not."
            ),
        ],
        None,
    ),
    "patient_pattern": (
        Annotated[
            str | None,
            typer.Option(
                "--patient-pattern",
                help="Regular expression for file names with a group called patient.",
            ),
        ],
        None,
    ),
    "patients": (
        Annotated[
            str | None,
            typer.Option(
                "--patients",
                metavar="FILE[:IMAGE:PATIENT]",
                help="A table of images and patients, perhaps with the columns that name them.",
            ),
        ],
        None,
    ),
    "labels": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--labels",
                metavar="TABLE",
                help="A table that tells the labels: CSV, TSV, Excel or Parquet, in DIR or not; "
                "then those that belong to it, with more rows or columns. Repeatable.",
            ),
        ],
        None,
    ),
    "columns": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--column",
                metavar="WHAT=COLUMN",
                help="What a column of it is: image, label (repeatable), patient, split, reader, "
                "sex, age, view, scanner, site, year or a name of your own; nothing after = is "
                "none. The others are found. Repeatable.",
            ),
        ],
        None,
    ),
    "label_form": (
        Annotated[
            str | None,
            typer.Option(
                "--label-form", metavar="FORM", help="How it is written: nih, chexpert, onehot, …"
            ),
        ],
        None,
    ),
    "label_kind": (
        Annotated[
            str | None,
            typer.Option(
                "--label-kind",
                metavar="KIND",
                help="single (each X-ray is of one class) or multilabel (it may have several "
                "findings).",
            ),
        ],
        None,
    ),
    "readers": (
        Annotated[
            str | None,
            typer.Option(
                "--readers",
                metavar="RULE",
                help="Where several readers differ: majority or any of them.",
            ),
        ],
        None,
    ),
    "findings": (
        Annotated[
            list[str] | None,
            typer.Option("--finding", metavar="NAME", help="Only this finding. Repeatable."),
        ],
        None,
    ),
    "dicom_metadata": (
        Annotated[
            bool,
            typer.Option(
                "--dicom-metadata",
                help="Read sex, age, view and device from DICOM headers too. They stay on this "
                "machine: nothing published or exported holds them.",
            ),
        ],
        False,
    ),
}
"""By the arguments of `decided`."""
