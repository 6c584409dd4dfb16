"""Commands that start, follow and end runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    FolderArgument,
    JsonOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_model_spec,
    find_run,
    numbers,
)
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace, read_json

if TYPE_CHECKING:
    from xraylib.data.augment import AugmentConfig
    from xraylib.training.runs import Run


@app.command()
def train(
    folder: FolderArgument,
    model: Annotated[str, typer.Option(metavar="MODEL", help="A preset or a spec.json.")],
    epochs: Annotated[int, typer.Option(help="Passes over the training films.")] = 30,
    batch_size: Annotated[int, typer.Option(help="Films a step.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="The optimizer's step size.")] = 0.001,
    optimizer: Annotated[str, typer.Option(help="adam, sgd or rmsprop.")] = "adam",
    seed: Annotated[int, typer.Option(help="Of weights, order, augmentation and split.")] = 0,
    augment: Annotated[
        str, typer.Option(help="A preset (lesson, none, …) or a JSON file.")
    ] = "none",
    image_size: Annotated[str, typer.Option(help="Height,width in pixels.")] = "256,256",
    color_mode: Annotated[str, typer.Option(help="grayscale or rgb.")] = "grayscale",
    class_mode: Annotated[str, typer.Option(help="categorical, binary, sparse.")] = "categorical",
    standardise: Annotated[
        bool, typer.Option(help="For a preset: standardise each film instead of dividing by 255.")
    ] = False,
    early_stopping: Annotated[
        int | None, typer.Option(help="Stop after so many epochs without progress; off.")
    ] = None,
    class_weights: Annotated[bool, typer.Option(help="Weigh rare classes more.")] = False,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    detach: Annotated[bool, typer.Option(help="Start it and return at once.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Trains a network on a folder, in a process of its own that survives this command."""
    from xraylib.data.index import scan as scan_folder
    from xraylib.data.prepare import Preparation
    from xraylib.data.split import make_split
    from xraylib.training import queue
    from xraylib.training.config import TrainConfig
    from xraylib.training.runs import create_run

    height, width = numbers("--image-size", image_size, 2)
    preparation = Preparation(image_size=(height, width), color_mode=color_mode)  # type: ignore[arg-type]
    config = TrainConfig(
        optimizer=optimizer,  # type: ignore[arg-type]
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        early_stopping_patience=early_stopping,
        class_weights=class_weights,
        class_mode=class_mode,  # type: ignore[arg-type]
    )
    augmentation = _augmentation(augment)
    with console.progress("Reading films", quiet=json) as bar:
        index = scan_folder(folder, progress=bar)
    spec = find_model_spec(
        model,
        preparation.input_shape,
        classes=len(index.classes),
        class_mode=class_mode,
        standardise=standardise,
    )
    run = create_run(
        Workspace.open(),
        spec=spec,
        train=config,
        index=index,
        split=make_split(index, seed=seed),
        preparation=preparation,
        augment=augmentation,
        name=name,
    )
    queue.start(run)
    if detach:
        if json:
            console.print_json({"event": "started", "run": run.id})
        else:
            console.print_text(run.id)
        return
    _follow(run, json=json)


@app.command()
def runs(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """All runs, newest first."""
    from xraylib.training.runs import list_runs

    records = [run.record() for run in list_runs(Workspace.open())]
    if json:
        console.print_json(records)
        return
    columns = ("run", "state", "name", "model", "data", "epochs_done", "val_accuracy")
    console.print_table(columns, [[record.get(c) for c in columns] for record in records])


@app.command()
def show(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """One run: its state, settings and results."""
    record = find_run(run).record()
    if json:
        console.print_json(record)
    else:
        console.print_table(["what", "value"], [[k, v] for k, v in record.items()])


@app.command()
def stop(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Stops a run or takes it out of the queue; what it has learnt so far is kept."""
    from xraylib.training import queue

    found = find_run(run)
    queue.stop(found)
    queue.wait(found)
    _say(found.id, found.status().state, json=json)


@app.command()
def delete(run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Deletes a run that is not running. Published models stay."""
    from xraylib.training.runs import delete_run

    delete_run(find_run(run))
    _say(run, "deleted", json=json)


def _follow(run: Run, *, json: bool) -> None:
    """Prints the run's epochs as they come; ends with the run."""
    from xraylib.training import queue

    place = 0
    asked_to_stop = False
    while True:
        try:
            state = run.status().state  # before the events: none can be missed at the end
            events, place = run.events(place)
            for event in events:
                _print_event(event, json=json)
            if state in ("finished", "stopped", "failed", "interrupted"):
                break
            time.sleep(0.2)
        except KeyboardInterrupt:
            if asked_to_stop:
                raise
            asked_to_stop = True
            console.print_note("Stopping; what is learnt so far is kept …")
            queue.stop(run)
    status = run.status()
    if state == "interrupted" and json:
        # Whoever was killed could not say so itself.
        console.print_json({"event": "finished", "run": run.id, "status": state})
    if not json:
        console.print_text(f"{run.id}: {state}")
    if asked_to_stop:
        raise typer.Exit(130)
    if state != "finished":
        if status.error:
            console.print_note(f"error[{status.error['code']}]: {status.error['message']}")
        raise typer.Exit(1)


def _print_event(event: dict[str, Any], *, json: bool) -> None:
    if event["event"] == "step":
        return
    if json:
        console.print_json(event)
    elif event["event"] == "epoch":
        figures = ("loss", "accuracy", "val_loss", "val_accuracy", "val_auc")
        told = (f"{f} {event[f]:.3f}" for f in figures if event.get(f) is not None)
        console.print_text(f"epoch {event['epoch']:>3}  " + "  ".join(told))


def _augmentation(text: str) -> AugmentConfig:
    from xraylib.data.augment import AUGMENT_PRESETS, AugmentConfig

    if text in AUGMENT_PRESETS:
        return AUGMENT_PRESETS[text]
    if not Path(text).is_file():
        raise ConfigError(
            f"There is no augmentation called {text!r}",
            expected=f"one of {', '.join(AUGMENT_PRESETS)}, or the path of a JSON file",
            remedy="choose one of these, or save a configuration from the Dataset page",
            code="unknown-augmentation",
        )
    return AugmentConfig.from_json(read_json(Path(text)))


def _say(run: str, state: str, *, json: bool) -> None:
    if json:
        console.print_json({"run": run, "status": state})
    else:
        console.print_text(f"{run}: {state}")
