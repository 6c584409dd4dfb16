"""Commands that list, show and end runs."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.cli.watching import more_of, print_more, print_summary
from xraylib.errors import PathError
from xraylib.training.run.record import BEFORE_TEMPERATURE, RunRecord

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject
    from xraylib.training.groups.group import Group
    from xraylib.training.groups.summary import GroupSummary
    from xraylib.training.run.runs import Run

__all__ = ["cache", "delete", "groups", "runs", "show", "stop"]

_MEASURED: Final = {
    "accuracy": "accuracy in training",
    "val_loss": "loss in validation",
    "val_accuracy": "accuracy in validation",
    "val_auc": "AUC in validation",
}


@app.command()
def runs(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """All runs, newest first."""
    from xraylib.training.run.runs import list_runs

    found = list_runs()
    records = [_record(run) for run in found]
    if json:
        console.print_json(records)
        return
    columns = ("run", "state", "name", "model", "data", "epochs_done", "val_accuracy")
    rows = [
        [*(record.get(column) for column in columns), console.moment(run.created)]
        for run, record in zip(found, records, strict=True)
    ]
    for record, row in zip(records, rows, strict=True):
        if record["state"] == "damaged":
            row[1] = f"damaged: {record['file']}"
    console.print_table([*columns, "created"], rows)


def _record(run: Run) -> JsonObject:
    """The object of a run; of a damaged one its id, what is wrong and in which ``file``."""
    try:
        return run.record().to_json()
    except PathError as error:
        damage = error
    return {
        **dict.fromkeys(field.name for field in fields(RunRecord)),
        "run": run.id,
        "name": "",
        "created": run.created,
        "state": "damaged",
        "message": damage.message,
        "error": {**damage.to_json()},
        "file": damage.file,
        "has_model": False,
        "folder": str(run.folder),
    }


@app.command()
def show(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """One run: its state, settings and results."""
    found = find_run(run).record()
    record = found.to_json()
    if json:
        console.print_json(record)
    else:
        told = {**record, "created": console.moment(found.created)}
        console.print_table(["what", "value"], [[_MEASURED.get(k, k), v] for k, v in told.items()])
        if record["val_loss"] is not None:
            console.print_note(BEFORE_TEMPERATURE)


@app.command()
def groups(
    group: Annotated[
        str | None, typer.Argument(metavar="[GROUP]", help="A group's id; all if not given.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Repeats, cross-validations and learning curves: what their runs reached together."""
    from xraylib.training.groups.group import list_groups, open_group

    if group is not None:
        opened = open_group(group)
        summary = opened.summary()
        if json:
            console.print_json({**summary.to_json(), **more_of(opened)})
            return
        print_summary(summary)
        print_more(opened)
        console.print_note(BEFORE_TEMPERATURE)
        return
    summaries: list[GroupSummary] = []
    damaged: list[tuple[Group, PathError]] = []
    for one in list_groups():
        try:
            summaries.append(one.summary())
        except PathError as error:
            damaged.append((one, error))
    if json:
        told = [{"group": one.id, "file": e.file, "error": {**e.to_json()}} for one, e in damaged]
        console.print_json([*(found.to_json() for found in summaries), *told])
        return
    rows: list[list[object]] = []
    for found in summaries:
        accuracy = found.metrics["val_accuracy"]
        finished = f"{found.states.get('finished', 0)} of {found.of}"
        named = [found.group, found.kind, found.name, finished]
        rows.append([*named, accuracy.mean, accuracy.spread])
    rows += [[one.id, f"damaged: {error.file}", "", "", None, None] for one, error in damaged]
    console.print_table(["group", "kind", "name", "finished", "val_accuracy", "spread"], rows)


@app.command()
def stop(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Stops a run or takes it out of the queue; what it has learnt so far is kept."""
    from xraylib.training.process import queue

    found = find_run(run)
    queue.stop(found)
    queue.wait(found)
    _say(found.id, found.status().state, json=json)


@app.command()
def delete(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Deletes a run that is not running. Published models stay."""
    from xraylib.training.run.delete import delete_run

    delete_run(find_run(run))
    _say(run, "deleted", json=json)


@app.command()
def cache(
    prune: Annotated[
        bool, typer.Option("--prune", help="Throw away what no living run uses.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """The prepared images that are kept, with their sizes; all can be made again."""
    from xraylib.training.prepared_cache import list_cache, prune_cache

    if prune:
        pruned = prune_cache()
        if json:
            console.print_json(vars(pruned))
        else:
            console.print_text(
                f"Thrown away: {len(pruned.removed)} ({pruned.bytes / 1e6:,.1f} MB). "
                f"In use and kept: {len(pruned.kept)}."
            )
        return
    kept = list_cache()
    if json:
        users = [{"runs": cached.runs, "living": cached.living} for cached in kept]
        console.print_json(
            [cached.entry.to_json() | who for cached, who in zip(kept, users, strict=True)]
        )
        return
    rows = [
        [c.entry.key, c.entry.bytes / 1e6, "×".join(map(str, c.entry.shape)), len(c.living)]
        for c in kept
    ]
    console.print_table(["key", "MB", "shape", "living runs"], rows)
    console.print_text(f"{sum(c.entry.bytes for c in kept) / 1e6:,.1f} MB in all")


def _say(run: str, state: str, *, json: bool) -> None:
    if json:
        console.print_json({"run": run, "status": state})
    else:
        console.print_text(f"{run}: {state}")
