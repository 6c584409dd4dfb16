"""The command that places the images of a data set on a map."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, ProgressOption, WorkspaceOption, app, find_run
from xraylib.workspace import Workspace


@app.command("map")
def image_map(
    dataset: Annotated[str, typer.Argument(metavar="NAME", help="A data set of the workspace.")],
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
