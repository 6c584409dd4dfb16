"""Commands about networks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    ModelArgument,
    WorkspaceOption,
    app,
    numbers,
)


@app.command()
def presets(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """The networks that are ready to use, with the reason for each."""
    from xraylib.networks.presets import PRESETS
    from xraylib.networks.trace import trace

    rows = [
        {"name": name, "total_params": trace(spec).total_params, "note": PRESETS.note(name)}
        for name, spec in PRESETS.items()
    ]
    if json:
        console.print_json(rows)
    else:
        console.print_table(["name", "parameters", "why"], [list(row.values()) for row in rows])


@app.command()
def layers(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """The kinds of layers with their settings, and what each is for."""
    from xraylib.networks.layers import LAYERS

    rows = [
        {"kind": kind, "settings": list(layer.settings()), "meaning": layer.meaning}
        for kind, layer in LAYERS.items()
    ]
    if json:
        console.print_json(rows)
    else:
        lines = [[row["kind"], ", ".join(row["settings"]), row["meaning"]] for row in rows]
        console.print_table(["layer", "settings", "what for"], lines)


@app.command()
def summary(
    model: ModelArgument,
    input_shape: Annotated[str, typer.Option(help="Height, width, channels.")] = "",
    classes: Annotated[int, typer.Option(min=2, help="For a preset.")] = 3,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Output shape, parameters and arithmetic of each layer."""
    from xraylib.networks.trace import trace
    from xraylib.training.planning.plan import find_network

    shape = numbers("--input-shape", input_shape, 3) if input_shape else None
    result = trace(find_network(model, input_shape=shape, classes=classes))
    if result.error is not None:
        raise result.error
    rows: list[dict[str, Any]] = [
        {
            "index": row.index,
            "kind": row.kind,
            "output_shape": list(row.output_shape),
            "params": row.params,
            "arithmetic": row.arithmetic,
        }
        for row in result.rows
    ]
    if json:
        console.print_json(
            {
                "input_shape": rows[0]["output_shape"],
                "rows": rows,
                "total_params": result.total_params,
                "multiply_adds": result.multiply_adds,
            }
        )
        return
    table = [
        [
            r["index"],
            r["kind"],
            " × ".join(map(str, r["output_shape"])),
            r["params"],
            r["arithmetic"],
        ]
        for r in rows
    ]
    console.print_table(["#", "layer", "output", "parameters", "arithmetic"], table)
    console.print_text(
        f"{result.total_params:,} parameters, {result.multiply_adds:,} multiply-adds an image"
    )


@app.command()
def code(
    model: ModelArgument,
    input_shape: Annotated[str, typer.Option(help="Height, width, channels.")] = "",
    classes: Annotated[int, typer.Option(min=2, help="For a preset.")] = 3,
    workspace: WorkspaceOption = None,
) -> None:
    """Prints a Keras script that builds (and, given data, trains) the network by itself."""
    from xraylib.training.planning.plan import find_network
    from xraylib.training.script.keras_script import keras_script

    shape = numbers("--input-shape", input_shape, 3) if input_shape else None
    spec = find_network(model, input_shape=shape, classes=classes)
    console.print_text(keras_script(spec).rstrip("\n"))


@app.command("keras-summary")
def keras_summary(
    model: ModelArgument,
    input_shape: Annotated[str, typer.Option(help="Height, width, channels.")] = "",
    classes: Annotated[int, typer.Option(min=2, help="For a preset.")] = 3,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Keras's own summary of the network, as text. Builds it, so TensorFlow is loaded."""
    from xraylib.networks.render.keras_model import keras_summary as summary_of
    from xraylib.training.planning.plan import find_network

    shape = numbers("--input-shape", input_shape, 3) if input_shape else None
    text = summary_of(find_network(model, input_shape=shape, classes=classes))
    if json:
        console.print_json({"summary": text})
    else:
        console.print_text(text.rstrip("\n"))


@app.command()
def trial(
    model: ModelArgument,
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = 32,
    optimizer: Annotated[str, typer.Option(help="adam, sgd or rmsprop.")] = "adam",
    augment: Annotated[str, typer.Option(help="A preset or a JSON file.")] = "none",
    training: Annotated[int, typer.Option(min=1, help="Images an epoch.")] = 240,
    validation: Annotated[int, typer.Option(min=0, help="Images to validate on.")] = 0,
    input_shape: Annotated[str, typer.Option(help="Height, width, channels.")] = "",
    classes: Annotated[int, typer.Option(min=2, help="For a preset.")] = 3,
    class_mode: Annotated[str, typer.Option(help="categorical, binary, sparse.")] = "categorical",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Trains a few timed steps, and says what an epoch would take and how much memory."""
    from xraylib.training.config import TrainConfig
    from xraylib.training.planning.expectation import (
        check_memory,
        expect,
        save_trial,
        size_words,
        trial_key,
    )
    from xraylib.training.planning.plan import find_augmentation, find_network
    from xraylib.training.planning.trial import run_trial
    from xraylib.workspace import Workspace

    shape = numbers("--input-shape", input_shape, 3) if input_shape else None
    spec = find_network(model, input_shape=shape, classes=classes, class_mode=class_mode)
    settings = TrainConfig.from_json(
        {"batch_size": batch_size, "optimizer": optimizer, "class_mode": class_mode}
    )
    varied = find_augmentation(augment)
    check_memory(spec, settings)
    found = run_trial(spec, settings, varied, tell=console.print_note)
    place = Workspace.open()
    save_trial(trial_key(spec, settings, varied), found, spec, workspace=place)
    told = expect(spec, settings, varied, training=training, validation=validation, workspace=place)
    if json:
        console.print_json({**asdict(found), "expected": asdict(told)})
        return
    console.print_text(
        f"{told.epoch_seconds:.1f} s an epoch of {training} images and {validation} for "
        f"validation, {told.start_seconds:.0f} s before the first step, "
        f"{size_words(told.memory_bytes)} of memory"
    )
