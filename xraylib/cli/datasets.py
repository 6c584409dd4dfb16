"""Commands about images on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import FolderArgument, JsonOption, ProgressOption, WorkspaceOption, app
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace

if TYPE_CHECKING:
    from xraylib.datasets.catalog import DatasetRef
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.patients import PatientColumn


@app.command()
def scan(
    folder: FolderArgument,
    grey_range: Annotated[
        str | None,
        typer.Option(
            help="Keep with the data set of this folder what is black and white: announced (each "
            "file's full range), needed (the range that all values need) or BITS:LOW:HIGH."
        ),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Reads every image of a folder: what is there, what cannot be read, what was decided."""
    from xraylib.datasets.grey_notes import needed_range, noted, views
    from xraylib.datasets.scan import scan as scan_folder
    from xraylib.datasets.scan import scan_report
    from xraylib.images.notes import NOTES

    with console.progress("Reading images", quiet=json) as bar:
        index = scan_folder(folder, progress=bar)
    kept = None if grey_range is None else _keep_range(index, grey_range)
    if json:
        more = {} if kept is None else {"dataset": kept.name, "chosen": kept.curation.to_json()}
        console.print_json({**scan_report(index), **more})
        return
    from xraylib.audit.report import several

    classes = index.classes
    rows = [[split, *(n[c] for c in classes)] for split, n in index.counts().items()]
    console.print_table(
        ["split", *(c or "(no class)" for c in classes)], rows, title=str(index.root)
    )
    for one in index.unreadable():
        console.print_text(f"unreadable: {one.path}: {one.error_reason} [{one.error_code}]")
    console.print_text(f"{index.passed_over} other files passed over")
    told = ", ".join(f"{number} {view}" for view, number in views(index).items())
    if told:
        console.print_text(f"views: {told}")
    for name, paths in noted(index).items():
        console.print_text(f"note: {name}: {several(paths)}: {NOTES[name].message}")
    needed = needed_range(index)
    if needed is not None:
        console.print_text(
            f"the values of all images need {needed}: train with --grey-range needed, or choose it "
            "on the Dataset page"
        )
    if kept is not None:
        chosen = kept.curation.grey_range or "each image's full range"
        console.print_text(f"data set {kept.name}: prepared from {chosen}")


def _keep_range(index: DatasetIndex, text: str) -> DatasetRef:
    """Keeps a grey range with the data set of the workspace that has this folder."""
    from dataclasses import replace

    from xraylib.cli.grey_range import chosen_range
    from xraylib.datasets.catalog import add_dataset, change_dataset

    ref = add_dataset(index.root)
    curation = replace(ref.curation, grey_range=chosen_range(text, ref.curation.apply(index)))
    return change_dataset(ref.name, curation=curation)


@app.command()
def audit(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder of class folders.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="A data set of the workspace instead; the findings are kept there."),
    ] = None,
    patient_pattern: Annotated[
        str | None,
        typer.Option(help="Regular expression for file names with a group called patient."),
    ] = None,
    patients: Annotated[
        str | None,
        typer.Option(
            metavar="FILE:IMAGE:PATIENT",
            help="A CSV file in the folder, its column of images and its column of patients.",
        ),
    ] = None,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Looks for leaks, duplicates, wrong classes, odd images and shortcuts in a folder."""
    from xraylib.audit import audit as audit_index
    from xraylib.audit import keep_audit
    from xraylib.audit.store import descriptors_file
    from xraylib.datasets.catalog import find_dataset, open_dataset
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN
    from xraylib.datasets.scan import scan as scan_folder

    if (folder is None) == (dataset is None) or (dataset and (patient_pattern or patients)):
        raise ConfigError(
            "It is not clear what to audit",
            expected="a folder, perhaps with --patient-pattern or --patients, or --dataset NAME",
            remedy="name one of the two",
            code="audit-what",
        )
    quiet = json and not lines
    cache = None
    if dataset is not None:
        where = Workspace.open()
        with console.progress("Reading images", quiet=quiet, lines=lines) as bar:
            index = open_dataset(dataset, bar, workspace=where)
        index = find_dataset(dataset, workspace=where).curation.whose(index)
        cache = descriptors_file(dataset, workspace=where)
    else:
        assert folder is not None  # asked for above
        pattern = patient_pattern or DEFAULT_PATIENT_PATTERN
        with console.progress("Reading images", quiet=quiet, lines=lines) as bar:
            index = scan_folder(folder, patient_pattern=pattern, progress=bar)
        index = Curation(patients=_column(patients)).whose(index)
    with console.progress("Comparing images", quiet=quiet, lines=lines) as bar:
        report = audit_index(index, progress=bar, cache=cache)
    if dataset is not None:
        keep_audit(dataset, report, workspace=where)
    if json:
        console.print_json(report.to_json())
        return
    for finding in report.findings:
        console.print_text(f"{finding.severity}: {finding.code}: {finding.message}")
        console.print_text(f"    Do this: {finding.remedy}.")
    counts = ", ".join(f"{count} {severity}" for severity, count in report.counts().items())
    console.print_text(f"{len(report.findings)} findings in {report.images} images ({counts})")


def _column(text: str | None) -> PatientColumn | None:
    if text is None:
        return None
    from xraylib.datasets.patients import PatientColumn

    parts = text.split(":")
    if len(parts) != 3 or not all(parts):
        raise ConfigError(
            f"--patients is {text!r}",
            expected="FILE:IMAGE:PATIENT, a CSV file in the folder and two of its columns",
            remedy="write for example --patients images.csv:image:patient_id",
        )
    return PatientColumn(file=parts[0], image=parts[1], patient=parts[2])


@app.command()
def samples(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """The folder of the sample X-rays, synthetic phantoms that every command can be tried on."""
    from xraylib.settings import SAMPLE_DATA

    if json:
        console.print_json({"folder": str(SAMPLE_DATA)})
    else:
        console.print_text(str(SAMPLE_DATA))
