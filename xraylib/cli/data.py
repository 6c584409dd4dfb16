"""Commands about films on disk."""

from __future__ import annotations

from xraylib.cli import console
from xraylib.cli.app import (
    FolderArgument,
    JsonOption,
    WorkspaceOption,
    app,
)


@app.command()
def scan(
    folder: FolderArgument, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Reads every film of a folder and counts classes, splits and what cannot be read."""
    from xraylib.data.index import scan as scan_folder
    from xraylib.data.index import scan_report

    with console.progress("Reading films", quiet=json) as bar:
        report = scan_report(scan_folder(folder, progress=bar))
    if json:
        console.print_json(report)
        return
    classes = report["classes"]
    rows = [[split, *(n[c] for c in classes)] for split, n in report["splits"].items()]
    console.print_table(
        ["split", *(c or "(no class)" for c in classes)], rows, title=report["root"]
    )
    for item in report["unreadable"]:
        console.print_text(f"unreadable: {item['path']}: {item['reason']} [{item['code']}]")
    console.print_text(f"{report['passed_over']} other files passed over")


@app.command()
def audit(
    folder: FolderArgument, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Looks for leaks, duplicates, wrong classes, odd films and shortcuts in a folder."""
    from xraylib.data.audit import audit as audit_index
    from xraylib.data.index import scan as scan_folder

    with console.progress("Reading films", quiet=json) as bar:
        index = scan_folder(folder, progress=bar)
    with console.progress("Comparing films", quiet=json) as bar:
        report = audit_index(index, progress=bar)
    if json:
        console.print_json(report.to_json())
        return
    for finding in report.findings:
        console.print_text(f"{finding.severity}: {finding.code}: {finding.message}")
        console.print_text(f"    Do this: {finding.remedy}.")
    counts = ", ".join(f"{count} {severity}" for severity, count in report.counts().items())
    console.print_text(f"{len(report.findings)} findings in {report.films} films ({counts})")
