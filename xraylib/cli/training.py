"""Commands that start runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_run,
    numbers,
)
from xraylib.cli.grey_range import ranged
from xraylib.cli.sources import (
    DatasetOption,
    Decisions,
    FolderOrNone,
    open_images,
    reads_images,
)
from xraylib.cli.watching import group_started, started

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.groups.repeats import Group
    from xraylib.training.planning.plan import RunPlan
    from xraylib.training.run.runs import Run

DetachOption = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]


@app.command()
@reads_images(without=("folds",))
def train(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
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
    fit: Annotated[
        str | None,
        typer.Option(help="Images of another shape: stretch, pad or crop; stretch."),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            help="Share of the training patients that validate, where no folder does; 0.2."
        ),
    ] = None,
    grey_range: Annotated[
        str | None,
        typer.Option(
            help="What is black and white: announced (each file's full range), needed (the range "
            "that the values of all images need) or BITS:LOW:HIGH; as chosen for the data set."
        ),
    ] = None,
    class_mode: Annotated[
        str | None,
        typer.Option(
            help="categorical, binary, sparse; or multilabel, for a table of findings of which an "
            "image may show several; categorical, or multilabel where only findings are told."
        ),
    ] = None,
    uncertain: Annotated[
        str | None,
        typer.Option(
            help="What an uncertain finding of a training image counts as: ignore (not known), "
            "present or absent; ignore."
        ),
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
        int | None,
        typer.Option(
            help="Cross-validate: one run for each fold. The folds are the folder's own where it "
            "has so many (fold_1, fold_2, …), else patients are divided."
        ),
    ] = None,
    *,
    decisions: Decisions,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    detach: DetachOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Trains a network on a folder, in a process of its own that survives this command.

    With --from it repeats a run on the same images: the same numbers on the same machine.
    """
    from xraylib.training.planning.images import Images
    from xraylib.training.planning.plan import plan_run
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.training.run.derived import clone_run, plan_again

    given = {
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "early_stopping_patience": early_stopping,
        "class_weights": class_weights,
        "class_mode": class_mode,
        "uncertain": uncertain,
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
    if repeats is not None and folds is not None:
        raise typer.BadParameter("--repeats and --folds exclude each other")
    origin = None if source is None else find_run(source)
    preparation, config = _settings(
        origin, given, image_size=image_size, color_mode=color_mode, fit=fit
    )
    asked = folder is not None or dataset is not None
    if origin is None and not (asked and model):
        missing = "the option --model" if asked else "the argument DIR or --dataset NAME"
        raise typer.BadParameter(f"{missing} is missing; with --from RUN it is not needed")
    if not asked and (decisions or validation is not None):
        raise typer.BadParameter("how images are read and divided is asked for with DIR alone")
    images = Images.of(open_images(folder, dataset, decisions, quiet=json)) if asked else None
    share = 0.2 if validation is None else validation
    if class_mode is None and origin is None and images is not None and _several(images.index):
        config = replace(config, class_mode="multilabel")
        console.print_note("The table tells several findings of an image: class mode multilabel.")
    with console.progress("Comparing images", quiet=json) as bar:
        if origin is not None:
            plan = plan_again(
                origin,
                data=images,
                model=model,
                train=config,
                augment=augment,
                preparation=preparation,
                standardise=standardise,
                validation=share,
                progress=bar,
            )
        else:
            assert images is not None  # asked for above; likewise the model
            assert model is not None
            plan = plan_run(
                images,
                model=model,
                train=config,
                augment=augment or "none",
                preparation=preparation,
                standardise=standardise,
                validation=share,
                progress=bar,
            )
    for note in plan.split.notes:
        console.print_note(f"{note}.")
    if grey_range is not None:
        plan = replace(plan, preparation=ranged(plan.preparation, grey_range, plan.index))
    if repeats is not None or folds is not None:
        group = _group(plan, repeats=repeats, folds=folds, name=name)
        group.start()
        group_started(group, detach=detach, json=json)
        return
    if origin is not None and images is None:
        run = clone_run(
            origin,
            spec=plan.spec,
            train=plan.train,
            preparation=plan.preparation,
            augment=plan.augment,
            name=name,
            command=sys.argv,
        )
    else:
        run = create_run(**vars(plan), name=name, command=sys.argv)
    queue.start(run)
    started(run, detach=detach, json=json)


def _several(index: DatasetIndex) -> bool:
    """Whether there is nothing to learn of these images but findings that a table tells."""
    from xraylib.training.planning.checks import learnt_from

    return learnt_from(index)[1]


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


def _settings(
    origin: Run | None,
    given: Mapping[str, object],
    *,
    image_size: str | None,
    color_mode: str | None,
    fit: str | None,
) -> tuple[Preparation, TrainConfig]:
    """The settings of ``origin``, or the usual ones, with what was given."""
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig

    changes = {key: value for key, value in given.items() if value is not None}
    for switch in ("early_stopping_patience", "global_clipnorm"):
        if changes.get(switch) == 0:
            changes[switch] = None
    before = TrainConfig() if origin is None else origin.train
    preparation = Preparation() if origin is None else origin.preparation
    if image_size is not None:
        height, width = numbers("--image-size", image_size, 2)
        preparation = replace(preparation, image_size=(height, width))
    if color_mode is not None:
        preparation = replace(preparation, color_mode=color_mode)  # type: ignore[arg-type]
    if fit is not None:
        preparation = replace(preparation, fit=fit)  # type: ignore[arg-type]
    return preparation, TrainConfig.from_json({**before.to_json(), **changes})


def _group(plan: RunPlan, *, repeats: int | None, folds: int | None, name: str) -> Group:
    from xraylib.training.groups.repeats import create_folds, create_repeats

    if folds is not None:
        return create_folds(folds, name=name, command=sys.argv, **vars(plan))
    assert repeats is not None
    return create_repeats(repeats, name=name, command=sys.argv, **vars(plan))
