"""Commands that judge a run on groups of its images and on images of other places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    ProgressOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_run,
)


@app.command()
def subgroups(
    run: RunArgument,
    column: Annotated[
        list[str] | None,
        typer.Option(help="A column of what is known of the images; all of the table if not said."),
    ] = None,
    metadata: Annotated[
        Path | None, typer.Option(metavar="TABLE", help="A CSV about the images, beside that.")
    ] = None,
    split: Annotated[str, typer.Option(help="test, val or a later key.")] = "test",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How good a run is by sex, age, view, scanner …: each group beside all other images."""
    from xraylib.evaluation.groups.columns import read_metadata
    from xraylib.evaluation.groups.run_groups import every_subgroup, known_columns, run_subgroups
    from xraylib.evaluation.groups.words import HEADS

    found = find_run(run)
    table = None if metadata is None else read_metadata(metadata)
    names = column or ([] if table is None else list(table.columns))
    if names:
        every = [run_subgroups(found, name, split=split, metadata=table) for name in names]
    else:
        every = list(every_subgroup(found, split=split))
    if json:
        known = list(known_columns(found, split))
        console.print_json({"columns": known, "subgroups": [one.to_json() for one in every]})
        return
    if not every:
        told = ", ".join(known_columns(found, split)) or "nothing"
        console.print_text("No table tells anything of these images that differs between them.")
        console.print_note(f"--column can be one of: {told}.")
    for one in every:
        console.print_table(
            [f"of, where {one.column} is", *HEADS],  # each part of a wide table begins with it
            [[f"{aspect}, {value}", *told] for aspect, value, *told in one.rows],
        )
        for words in one.worse():
            console.print_text(f"{words}.")
        for note in one.notes:
            console.print_note(f"{note}.")


@app.command()
def external(
    run: RunArgument,
    datasets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DATASET]...", help="Data sets to judge it on now, and keep."),
    ] = None,
    split: Annotated[str, typer.Option(help="Of those: test, val or train.")] = "test",
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class", metavar="THEIRS=OURS", help="A class or finding by the run's name."
        ),
    ] = None,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """One run on its own test images and on other data sets: a table, and how far it drops.

    Without data sets it tells what was kept by ``evaluate --keep`` or on the Results page.
    """
    from xraylib.cli.options.sources import decided, open_external
    from xraylib.evaluation.elsewhere.external_table import external_table
    from xraylib.evaluation.evaluate import evaluate_run

    found = find_run(run)
    for name in datasets or ():
        decisions = decided(classes=classes)
        source, renamed = open_external(
            None, name, decisions, found.classes, quiet=json and not lines, lines=lines
        )
        with console.progress(f"Judging {name}", quiet=json, lines=lines) as bar:
            evaluate_run(
                found,
                data=source.chosen.root,
                split=split,
                progress=bar,
                index=source.chosen,
                name=source.name,
                keep_it=True,
                renamed=renamed,
            )
    table = external_table(found)
    if json:
        console.print_json(table.to_json())
        return
    names = list(table.own.aspects)
    console.print_table(
        ["images", "which", "n", "patients", "AUC, 95 % interval", *(f"AUC of {n}" for n in names)],
        [
            [
                line.data,
                line.split,
                line.images,
                line.people,
                str(line.mean),
                *(str(line.aspects[name]["auc"]) for name in names),
            ]
            for line in table.lines
        ],
    )
    for words in table.words():
        console.print_text(f"{words}.")
    for line in table.others:
        if line.names.words:
            console.print_note(f"{line.data}: {line.names.words}.")
        if line.known:
            console.print_note(f"{line.data}: training knew {line.known} of its images.")
