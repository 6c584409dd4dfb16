"""Commands about images on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, ProgressOption, WorkspaceOption, app
from xraylib.cli.sources import (
    AsWrittenOption,
    ClassOption,
    DatasetOption,
    FoldsOption,
    KeepOption,
    LeaveOutOption,
    PatientsOption,
    PatternOption,
    RootOption,
    SplitOption,
    decided,
    placed,
)
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace

if TYPE_CHECKING:
    from xraylib.audit import AuditReport
    from xraylib.datasets.catalog import DatasetRef
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.reading.plan import ReadingPlan


FolderOrNone = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A folder of class folders.")
]


@app.command()
def scan(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    root: RootOption = None,
    split: SplitOption = None,
    classes: ClassOption = None,
    leave_out: LeaveOutOption = None,
    keep: KeepOption = None,
    as_written: AsWrittenOption = False,
    folds: FoldsOption = None,
    patient_pattern: PatternOption = None,
    patients: PatientsOption = None,
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
    """Reads every image of a folder, says how the folder was understood, and counts.

    What cannot be read is listed. Every decision about folders can be changed by an option.
    """
    from xraylib.datasets.report import scan_report

    curation = decided(
        root=root,
        splits=split,
        classes=classes,
        leave_out=leave_out,
        keep=keep,
        as_written=as_written,
        folds=folds,
        patients=patients,
    )
    index = _images(folder, dataset, curation, patient_pattern, quiet=json)
    kept = None if grey_range is None else _keep_range(index, grey_range)
    if json:
        more = {} if kept is None else {"dataset": kept.name, "chosen": kept.curation.to_json()}
        console.print_json({**scan_report(index), **more})
        return
    _print_plan(index.reading)
    names = index.classes
    rows = [[name, *(n[c] for c in names)] for name, n in index.counts().items()]
    console.print_table(["split", *(c or "(no class)" for c in names)], rows, title=str(index.root))
    for one in index.unreadable():
        console.print_text(f"unreadable: {one.path}: {one.error_reason} [{one.error_code}]")
    console.print_text(f"{index.passed_over} other files passed over")
    _print_greys(index)
    if kept is not None:
        chosen = kept.curation.grey_range or "each image's full range"
        console.print_text(f"data set {kept.name}: prepared from {chosen}")


def _print_greys(index: DatasetIndex) -> None:
    """Views, what was decided about greys, and the range that all values need."""
    from xraylib.audit.report import several
    from xraylib.datasets.grey_notes import needed_range, noted, views
    from xraylib.images.notes import NOTES

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
    folder: FolderOrNone = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="A data set of the workspace instead; the findings are kept there."),
    ] = None,
    root: RootOption = None,
    split: SplitOption = None,
    classes: ClassOption = None,
    leave_out: LeaveOutOption = None,
    keep: KeepOption = None,
    as_written: AsWrittenOption = False,
    folds: FoldsOption = None,
    patient_pattern: PatternOption = None,
    patients: PatientsOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit with 1 where there is a finding of this kind: error or warning."),
    ] = None,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Looks for leaks, duplicates, wrong classes, odd images and shortcuts in a folder."""
    from xraylib.audit import audit as audit_index
    from xraylib.audit import keep_audit
    from xraylib.audit.store import descriptors_file

    if fail_on not in (None, "error", "warning"):
        raise ConfigError(
            f"--fail-on is {fail_on!r}",
            expected="error or warning",
            remedy="write --fail-on error",
            code="audit-what",
        )
    curation = decided(
        root=root,
        splits=split,
        classes=classes,
        leave_out=leave_out,
        keep=keep,
        as_written=as_written,
        folds=folds,
        patients=patients,
    )
    quiet = json and not lines
    index = _images(folder, dataset, curation, patient_pattern, quiet=quiet, lines=lines)
    where = Workspace.open()
    cache = None if dataset is None else descriptors_file(dataset, workspace=where)
    with console.progress("Comparing images", quiet=quiet, lines=lines) as bar:
        report = audit_index(index, progress=bar, cache=cache)
    if dataset is not None:
        keep_audit(dataset, report, workspace=where)
    if json:
        console.print_json(report.to_json())
    else:
        _print_findings(report)
    failing = {"error": ("error",), "warning": ("error", "warning")}.get(fail_on or "", ())
    if any(finding.severity in failing for finding in report.findings):
        raise typer.Exit(1)


def _print_findings(report: AuditReport) -> None:
    for finding in report.findings:
        console.print_text(f"{finding.severity}: {finding.code}: {finding.message}")
        console.print_text(f"    Do this: {finding.remedy}.")
    counts = ", ".join(f"{count} {severity}" for severity, count in report.counts().items())
    console.print_text(f"{len(report.findings)} findings in {report.images} images ({counts})")


def _images(
    folder: Path | None,
    dataset: str | None,
    curation: Curation,
    patient_pattern: str | None,
    *,
    quiet: bool,
    lines: bool = False,
) -> DatasetIndex:
    """The images of a folder as decided here, or of a data set as decided there."""
    from xraylib.datasets.catalog import find_dataset, open_dataset
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN
    from xraylib.datasets.scan import scan as scan_folder

    if folder is None and dataset is None:
        raise typer.BadParameter("the argument DIR is missing, and there is no --dataset NAME")
    given = patient_pattern is not None or curation != Curation()
    if dataset is not None and (folder is not None or given):
        raise ConfigError(
            "It is not clear what to read",
            expected="a folder, perhaps with options that say how it is read, or --dataset NAME, "
            "which has its own",
            remedy="name one of the two",
            code="audit-what",
        )
    with console.progress("Reading images", quiet=quiet, lines=lines) as bar:
        if dataset is not None:
            index = open_dataset(dataset, bar, workspace=Workspace.open())
            return find_dataset(dataset, workspace=Workspace.open()).curation.whose(index)
        assert folder is not None  # asked for above
        pattern = patient_pattern or DEFAULT_PATIENT_PATTERN
        curation = placed(curation, folder)
        index = scan_folder(folder, patient_pattern=pattern, reading=curation.reading, progress=bar)
    return curation.whose(index)


def _print_plan(plan: ReadingPlan) -> None:
    console.print_text(plan.sentence())
    if plan.patients:
        console.print_text(f"Patients: {plan.patients}.")
    else:
        console.print_text("Patients: not told by any name; each image counts as one of its own.")
    for hint in plan.hints:
        console.print_text(f"{hint.code}: {hint.message}. Do this: {hint.remedy}.")


@app.command()
def samples(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """The folder of the sample X-rays, synthetic phantoms that every command can be tried on."""
    from xraylib.settings import SAMPLE_DATA

    if json:
        console.print_json({"folder": str(SAMPLE_DATA)})
    else:
        console.print_text(str(SAMPLE_DATA))
