"""Commands about a data set that the workspace knows by name: images corrected, and on a map."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, ProgressOption, WorkspaceOption, app, find_run
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace, write_atomic

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A data set of the workspace.")]


@app.command()
def correct(
    dataset: NameArgument,
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


@app.command("map")
def image_map(
    dataset: NameArgument,
    by: Annotated[
        str | None,
        typer.Option(help="A run whose network places the images; without it, how they look."),
    ] = None,
    method: Annotated[str, typer.Option(help="pca or tsne.")] = "pca",
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Places every image of a data set in the plane, near those that look alike, and keeps it."""
    from xraylib.datasets.catalog import find_dataset, open_dataset
    from xraylib.maps.image_map import make_map

    place = Workspace.open()
    quiet = json and not lines
    run = None if by is None else find_run(by)
    with console.progress("Reading images", quiet=quiet, lines=lines) as bar:
        scanned = open_dataset(dataset, bar, workspace=place)
    index = find_dataset(dataset, workspace=place).curation.whose(scanned)
    with ExitStack() as bars:

        def stage(what: str) -> Callable[[int, int], None]:
            return bars.enter_context(console.progress(what, quiet=quiet, lines=lines))

        found = make_map(dataset, index, run=run, method=method, stage=stage, workspace=place)
    if json:
        places = found.places.tolist()
        rows = [
            {"path": path, "x": x, "y": y} for path, (x, y) in zip(found.paths, places, strict=True)
        ]
        console.print_json({"method": found.method, "by": by or "looks", "images": rows})
    else:
        console.print_text(f"{len(found.paths):,} images were placed by {found.method}.")
