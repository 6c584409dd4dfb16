"""The command that corrects single images of a data set, as the page does, and gives it out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, WorkspaceOption, app
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace, write_atomic


@app.command()
def correct(
    dataset: Annotated[str, typer.Argument(metavar="NAME", help="A data set of the workspace.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Images, relative to the data set's folder."),
    ] = None,
    label: Annotated[str | None, typer.Option("--class", help="Give them this class.")] = None,
    leave_out: Annotated[bool, typer.Option("--leave-out", help="Leave them out.")] = False,
    tag: Annotated[str | None, typer.Option(help="Mark them with this word.")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back whatever was decided about them.")
    ] = False,
    why: Annotated[str, typer.Option(help="The reason, for the record.")] = "",
    table: Annotated[
        Path | None, typer.Option(help="Write the corrected set as a CSV file.")
    ] = None,
    links: Annotated[
        Path | None, typer.Option(help="Make a folder of links, SPLIT/CLASS/NAME.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Gives images of a data set another class, leaves them out or tags them; files stay.

    The class of the folder stays on record. Every command that is given the data set's name obeys.
    """
    from xraylib.datasets.catalog import change_dataset, find_dataset, open_dataset
    from xraylib.datasets.correction import edit
    from xraylib.datasets.correction.export import corrected_links, corrected_table

    place, images = Workspace.open(), paths or []
    decides = label is not None or leave_out or tag is not None or undo
    if decides != bool(images):
        raise ConfigError(
            "Images were named without a decision" if images else "No image was named",
            expected="paths together with --class, --leave-out, --tag or --undo",
            remedy="write for example: xraylib correct NAME train/Covid/1.png --class Normal",
            code="usage",
        )
    before = find_dataset(dataset, workspace=place).curation
    with console.progress("Reading images", quiet=json) as bar:
        scanned = open_dataset(dataset, bar, workspace=place)
    whole, curation = before.whose(scanned), before
    if undo:
        curation = edit.undo(curation, edit.known_paths(whole, images))
    if label is not None:
        curation = edit.give_class(curation, whole, images, label, why=why)
    if tag is not None:
        curation = edit.tag(curation, whole, images, tag, why=why)
    if leave_out:
        curation = edit.leave_out(curation, whole, images, why=why)
    if curation != before:
        change_dataset(dataset, curation=curation, workspace=place)
    if table is not None:
        write_atomic(table, corrected_table(scanned, curation))
    linked = None if links is None else corrected_links(scanned, curation, links)
    counts = curation.apply(scanned).counts()
    if json:
        told = curation.to_json()
        console.print_json({**told, "splits": {k: dict(v) for k, v in counts.items()}})
        return
    console.print_text(
        f"{len(curation.labels)} with another class, {len(curation.excluded)} left out"
    )
    for split, numbers in counts.items():
        console.print_text(f"{split}: {', '.join(f'{k} {v:,}' for k, v in numbers.items())}")
    if linked is not None:
        console.print_text(f"{linked:,} links in {links}")
