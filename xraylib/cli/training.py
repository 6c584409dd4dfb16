"""Commands that start runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_model_spec,
    find_run,
    numbers,
)
from xraylib.cli.watching import group_started, started
from xraylib.errors import ConfigError
from xraylib.workspace import read_json

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.config import TrainConfig
    from xraylib.training.groups.repeats import Group
    from xraylib.training.run.runs import Run

DetachOption = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]


@app.command()
def train(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder of class folders.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="RUN", help="Repeat this run; other options change it."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A preset or a spec.json.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training images; 30.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images a step; 32.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="The optimizer's step size; 0.001.")
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, sgd or rmsprop; adam.")] = None,
    schedule: Annotated[
        str | None, typer.Option(help="Of the learning rate: constant, cosine, plateau; constant.")
    ] = None,
    warmup_epochs: Annotated[
        int | None, typer.Option(help="Epochs in which the learning rate rises; 0.")
    ] = None,
    minimum_learning_rate: Annotated[
        float | None, typer.Option(help="Where a schedule ends; 0.")
    ] = None,
    plateau_patience: Annotated[
        int | None, typer.Option(help="Epochs without progress before the rate falls; 5.")
    ] = None,
    plateau_factor: Annotated[
        float | None, typer.Option(help="What the rate is multiplied by then; 0.5.")
    ] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help="Part of each label spread over all classes; 0.")
    ] = None,
    global_clipnorm: Annotated[
        float | None, typer.Option(help="Largest norm of all gradients together; 0 is off.")
    ] = None,
    head_epochs: Annotated[
        int | None, typer.Option(help="First so many epochs for what follows the backbone; 0.")
    ] = None,
    fine_tuning_factor: Annotated[
        float | None, typer.Option(help="What the rate is multiplied by after these; 0.1.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of weights, order, augmentation and split; 0.")
    ] = None,
    augment: Annotated[
        str | None, typer.Option(help="A preset (lesson, none, …) or a JSON file; none.")
    ] = None,
    image_size: Annotated[str | None, typer.Option(help="Height,width in pixels; 256,256.")] = None,
    color_mode: Annotated[str | None, typer.Option(help="grayscale or rgb; grayscale.")] = None,
    class_mode: Annotated[
        str | None, typer.Option(help="categorical, binary, sparse; categorical.")
    ] = None,
    standardise: Annotated[
        bool, typer.Option(help="For a preset: standardise each image instead of dividing by 255.")
    ] = False,
    early_stopping: Annotated[
        int | None, typer.Option(help="Stop after so many epochs without progress; 0 is off.")
    ] = None,
    class_weights: Annotated[
        bool | None, typer.Option(help="Weigh rare classes more, or not.")
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(help="Train it with so many seeds, one run after the other.")
    ] = None,
    folds: Annotated[
        int | None, typer.Option(help="Cross-validate by patient: one run for each fold.")
    ] = None,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    detach: DetachOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Trains a network on a folder, in a process of its own that survives this command.

    With --from it repeats a run on the same images: the same numbers on the same machine.
    """
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.training.run.derived import clone_run

    given = {
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "early_stopping_patience": early_stopping,
        "class_weights": class_weights,
        "class_mode": class_mode,
        "schedule": schedule,
        "warmup_epochs": warmup_epochs,
        "minimum_learning_rate": minimum_learning_rate,
        "plateau_patience": plateau_patience,
        "plateau_factor": plateau_factor,
        "label_smoothing": label_smoothing,
        "global_clipnorm": global_clipnorm,
        "head_epochs": head_epochs,
        "fine_tuning_factor": fine_tuning_factor,
    }
    design = _design(source, given, image_size=image_size, color_mode=color_mode, augment=augment)
    if source is None and (folder is None or model is None):
        missing = "the argument DIR" if folder is None else "the option --model"
        raise typer.BadParameter(f"{missing} is missing; with --from RUN it is not needed")
    if repeats is not None and folds is not None:
        raise typer.BadParameter("--repeats and --folds exclude each other")
    options = _options(design, folder, model, standardise=standardise, quiet=json)
    if repeats is not None or folds is not None:
        group = _group(options, repeats=repeats, folds=folds, name=name)
        group.start()
        group_started(group, detach=detach, json=json)
        return
    if design.origin is not None and folder is None:
        taken = ("spec", "train", "preparation", "augment", "command")
        run = clone_run(design.origin, name=name, **{key: options[key] for key in taken})
    else:
        run = create_run(name=name, **options)
    queue.start(run)
    started(run, detach=detach, json=json)


@app.command()
def resume(
    run: RunArgument,
    epochs: Annotated[
        int | None,
        typer.Option(help="Epochs in all; more than planned make a new run that goes on."),
    ] = None,
    detach: DetachOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Goes on with a run that was stopped, interrupted or failed, from its last checkpoint.

    With --epochs it makes a new run that begins where this one ended, which stays as it is.
    """
    from xraylib.training.process import queue
    from xraylib.training.run.derived import extend_run, place_to_go_on

    found = find_run(run)
    if epochs is None:
        place = place_to_go_on(found)
        queue.resume(found)
    else:
        found = extend_run(found, epochs, command=sys.argv)
        place = place_to_go_on(found)
        queue.start(found)
    started(found, detach=detach, json=json, after=place)


@dataclass(frozen=True)
class _Design:
    """What the options say about a run to come."""

    origin: Run | None
    train: TrainConfig
    preparation: Preparation
    augment: AugmentConfig


def _design(
    source: str | None,
    given: Mapping[str, Any],
    *,
    image_size: str | None,
    color_mode: str | None,
    augment: str | None,
) -> _Design:
    """The settings of the run ``source``, or the usual ones, with what was given."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig

    origin = None if source is None else find_run(source)
    train = TrainConfig() if origin is None else origin.train
    changes = {key: value for key, value in given.items() if value is not None}
    for switch in ("early_stopping_patience", "global_clipnorm"):
        if changes.get(switch) == 0:
            changes[switch] = None
    preparation = Preparation() if origin is None else origin.preparation
    if image_size is not None:
        height, width = numbers("--image-size", image_size, 2)
        preparation = replace(preparation, image_size=(height, width))
    if color_mode is not None:
        preparation = replace(preparation, color_mode=color_mode)  # type: ignore[arg-type]
    varied = AUGMENT_PRESETS["none"] if origin is None else origin.augment
    if augment is not None:
        varied = augmentation(augment)
    return _Design(
        origin, TrainConfig.from_json({**train.to_json(), **changes}), preparation, varied
    )


def _options(
    design: _Design, folder: Path | None, model: str | None, *, standardise: bool, quiet: bool
) -> dict[str, Any]:
    """What ``create_run`` needs."""
    from xraylib.datasets.scan import scan as scan_folder
    from xraylib.datasets.split import make_split
    from xraylib.training.planning.checks import check_data, counts_of
    from xraylib.training.run.derived import images_of, source_of

    origin, train = design.origin, design.train
    about: dict[str, Any] = {}
    if folder is not None:
        with console.progress("Reading images", quiet=quiet) as bar:
            index = scan_folder(folder, progress=bar)
        split = make_split(index, seed=train.seed)
        check_data(index, counts_of(index, split), train)  # before a head for one class is refused
    else:
        assert origin is not None  # `train` asks for a folder otherwise
        index, split = images_of(origin)
        about = {"dataset": origin.data["name"], **source_of(origin)}
    if model is not None:
        spec = find_model_spec(
            model,
            design.preparation.input_shape,
            classes=len(index.classes),
            class_mode=train.class_mode,
            standardise=standardise,
        )
    else:
        assert origin is not None  # `train` asks for a model otherwise
        spec = _fitted(origin, design, len(index.classes))
    return {
        **about,
        "spec": spec,
        "train": train,
        "index": index,
        "split": split,
        "preparation": design.preparation,
        "augment": design.augment,
        "command": sys.argv,
    }


def _fitted(origin: Run, design: _Design, classes: int) -> ModelSpec:
    """The network of ``origin``, with another input or output only where that is needed."""
    spec = origin.spec
    if design.preparation != origin.preparation:
        spec = spec.with_input_shape(design.preparation.input_shape)
    binary = "binary" in (design.train.class_mode, origin.train.class_mode)
    changed = design.train.class_mode != origin.train.class_mode and binary
    if changed or classes != len(origin.classes):
        spec = spec.with_head(classes, design.train.class_mode)
    return spec


def _group(options: dict[str, Any], *, repeats: int | None, folds: int | None, name: str) -> Group:
    from xraylib.training.groups.repeats import create_folds, create_repeats

    if folds is not None:
        return create_folds(folds, name=name, **options)
    assert repeats is not None
    return create_repeats(repeats, name=name, **options)


def augmentation(text: str) -> AugmentConfig:
    from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig

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
