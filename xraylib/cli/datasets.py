"""Commands about images on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, ProgressOption, WorkspaceOption, app
from xraylib.cli.options.sources import (
    DatasetOption,
    Decisions,
    FolderOrNone,
    open_images,
    reads_images,
)
from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.audit import AuditReport
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.dataset_ref import DatasetRef
    from xraylib.datasets.labels.report import LabelReport
    from xraylib.datasets.reading.plan import ReadingPlan
    from xraylib.datasets.source import Source

_HTML: Final = (".html", ".htm")
_REPORTS: Final = (*_HTML, ".md", ".markdown")


@app.command()
@reads_images()
def scan(
    context: typer.Context,
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    *,
    decisions: Decisions,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Keep the folder, read so, as a data set of this name."),
    ] = None,
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

    What cannot be read is listed. Every decision can be changed by an option. It is kept where the
    folder is a data set of the workspace, or becomes one by --name, and holds for pages, too.
    """
    from xraylib.datasets.report import scan_report

    keeps = name is not None or grey_range is not None
    answer = None if keeps else context.obj
    source = open_images(folder, dataset, decisions, quiet=json, answer=answer)
    index = source.chosen
    labelled = source.curation.labelled(source.index)
    labels = None if labelled is None else labelled.report
    kept = _keep(source, decisions, name=name, grey_range=grey_range)
    if json:
        more = {} if kept is None else {"dataset": kept.name, "chosen": kept.curation.to_json()}
        excluded = list(source.curation.excluded)
        by_hand = {"left_out_by_hand": excluded} if excluded else {}
        console.print_json({**scan_report(index, labels), **by_hand, **more})
        return
    _print_plan(index.reading)
    if labels is not None:
        _print_labels(labels)
    _print_counts(index)
    for one in index.unreadable():
        console.print_text(f"unreadable: {one.path}: {one.error_reason} [{one.error_code}]")
    console.print_text(f"{index.passed_over} other files passed over")
    _print_known(index)
    _print_greys(index)
    if source.curation.excluded:
        console.print_text(f"{len(source.whole) - len(source.chosen)} images are left out by hand")
    if kept is not None:
        chosen = kept.curation.grey_range or "each image's full range"
        console.print_text(f"data set {kept.name}: kept; prepared from {chosen}")


def _print_counts(index: DatasetIndex) -> None:
    """X-rays of each split: by class, or in all and those that show each finding."""
    from xraylib.datasets.summary import labelled_counts

    counts, title = labelled_counts(index), str(index.root)
    names = list(next(iter(counts.values()), {}))
    if index.multilabel is None:
        rows = [[split, *numbers.values()] for split, numbers in counts.items()]
        console.print_table(["split", *(name or "(no class)" for name in names)], rows, title=title)
        return
    shown = [[name, *(numbers[name] for numbers in counts.values())] for name in names]
    in_all = ["all", *(len(index.rows(split)) for split in counts)]
    console.print_table(["X-rays that show", *counts], [*shown, in_all], title=title)


def _print_labels(labels: LabelReport) -> None:
    """What the table told: its columns, and how many X-rays have each finding."""
    kind = "one class an X-ray" if labels.kind == "single" else "several findings an X-ray"
    console.print_text(f"Labels from {labels.file} ({labels.plan.form.title}): {kind}.")
    console.print_text(f"Columns: {labels.plan.words()}.")
    heads = ["finding", "present", "absent", "unknown", "uncertain"]
    rows = [[name, *counts.values()] for name, counts in labels.findings.items()]
    console.print_table(heads, rows)


def _print_known(index: DatasetIndex) -> None:
    """Of how many X-rays a table or DICOM headers tell more than labels."""
    from xraylib.datasets.labels.metadata import known_counts

    told = ", ".join(f"{name} {number}" for name, number in known_counts(index.metadata).items())
    if told:
        console.print_text(f"known of {len(index)} images: {told}")


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


def _keep(
    source: Source, decisions: Decisions, *, name: str | None, grey_range: str | None
) -> DatasetRef | None:
    """Keeps what was decided with the data set of the workspace that has this folder."""
    from dataclasses import replace

    from xraylib.cli.options.grey_range import chosen_range
    from xraylib.datasets.source import keep_decisions

    if grey_range is None and name is None and not (source.name and decisions):
        return None
    if grey_range is not None:
        chosen = chosen_range(grey_range, source.chosen)
        source = replace(source, curation=replace(source.curation, grey_range=chosen))
    return keep_decisions(source, name=name, patient_pattern=decisions.patient_pattern)


@app.command()
@reads_images()
def audit(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    *,
    decisions: Decisions,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit with 1 where there is a finding of this kind: error or warning."),
    ] = None,
    report_files: Annotated[
        list[Path] | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write it, as FILE.html or FILE.md. Repeatable.",
        ),
    ] = None,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Looks for leaks, duplicates, wrong classes, odd images and shortcuts in a folder."""
    from xraylib.audit.descriptors import Seen
    from xraylib.audit.sources import audit_source

    if fail_on not in (None, "error", "warning"):
        raise ConfigError(
            f"--fail-on is {fail_on!r}",
            expected="error or warning",
            remedy="write --fail-on error",
            code="audit-what",
        )
    _check_reports(report_files or [])
    quiet, seen = json and not lines, Seen()
    source = open_images(folder, dataset, decisions, quiet=quiet, lines=lines, seen=seen)
    with console.progress("Comparing images", quiet=quiet, lines=lines) as bar:
        report = audit_source(source, progress=bar, seen=seen)
    for file in report_files or []:
        _write_report(file, report, source.chosen)
    if json:
        console.print_json(report.to_json())
    else:
        _print_findings(report)
    failing = {"error": ("error",), "warning": ("error", "warning")}.get(fail_on or "", ())
    if any(finding.severity in failing for finding in report.findings):
        raise typer.Exit(1)


def _check_reports(files: list[Path]) -> None:
    """Refuses before the work what could not be written after it."""
    for file in files:
        if file.suffix.lower() not in _REPORTS:
            raise ConfigError(
                f"--report is {str(file)!r}",
                expected="a file that ends in .html or .md",
                remedy="write for example --report audit.html",
                code="audit-what",
            )


def _write_report(file: Path, report: AuditReport, index: DatasetIndex) -> None:
    from xraylib.reports.audit_report import audit_html, audit_markdown
    from xraylib.workspace import write_atomic

    make = audit_html if file.suffix.lower() in _HTML else audit_markdown
    write_atomic(file.absolute(), make(report, index))
    console.print_note(f"wrote {file}")


def _print_findings(report: AuditReport) -> None:
    for finding in report.findings:
        console.print_text(f"{finding.severity}: {finding.code}: {finding.message}")
        console.print_text(f"    Do this: {finding.remedy}.")
    counts = ", ".join(f"{count} {severity}" for severity, count in report.counts().items())
    console.print_text(f"{len(report.findings)} findings in {report.images} images ({counts})")


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
