"""Commands that start runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli.app import JsonOption, PlaceOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.cli.options.sources import DatasetOption, Decisions, FolderOrNone, reads_images
from xraylib.cli.options.training import Settings, trains
from xraylib.cli.watching import group_started, started
from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.training.groups.group import Group
    from xraylib.training.planning.plan import RunPlan

DetachOption = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]
NameOption = Annotated[str, typer.Option(help="A name for the run.")]


@app.command()
@reads_images(without=("folds",))
@trains
def train(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    settings: Settings = Settings(),  # noqa: B008
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
    name: NameOption = "",
    on: PlaceOption = None,
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

    if repeats is not None and folds is not None:
        raise typer.BadParameter("--repeats and --folds exclude each other")
    planned = settings.plan(folder, dataset, decisions, quiet=json)
    plan = planned.plan
    if repeats is not None or folds is not None:
        group = _group(plan, repeats=repeats, folds=folds, name=name)
        group.start()
        group_started(group, detach=detach, json=json)
        return
    if planned.origin is not None and planned.images is None:
        run = clone_run(
            planned.origin,
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


@app.command("learning-curve")
@reads_images(without=("folds",))
@trains
def learning_curve(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    settings: Settings = Settings(),  # noqa: B008
    shares: Annotated[
        str, typer.Option(help="Of the training patients, in percent; the last is 100.")
    ] = "10,20,40,70,100",
    seeds: Annotated[int, typer.Option(help="Runs of each share, with other seeds.")] = 3,
    *,
    decisions: Decisions,
    name: NameOption = "",
    on: PlaceOption = None,
    detach: DetachOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether more images would help: one design on more and more of the training patients.

    Every run judges the same images; the curve through them says what doubling would bring, with
    its 95 % interval. `xraylib groups GROUP` tells it again.
    """
    from xraylib.training.groups.learning import create_learning_curve

    parts = _percent(shares)
    plan = settings.plan(folder, dataset, decisions, quiet=json).plan
    group = create_learning_curve(parts, seeds, **vars(plan), name=name, command=sys.argv)
    group.start()
    group_started(group, detach=detach, json=json)


@app.command()
def resume(
    run: RunArgument,
    epochs: Annotated[
        int | None,
        typer.Option(help="Epochs in all; more than planned make a new run that goes on."),
    ] = None,
    on: PlaceOption = None,
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


def _percent(shares: str) -> list[float]:
    try:
        return [float(part) / 100 for part in shares.replace("%", "").split(",")]
    except ValueError:
        raise ConfigError(
            f"--shares is {shares!r}",
            expected="numbers above 0 separated by commas, the last of them 100",
            remedy="write for example --shares 10,20,40,70,100",
            code="shares",
        ) from None


def _group(plan: RunPlan, *, repeats: int | None, folds: int | None, name: str) -> Group:
    from xraylib.training.groups.repeats import create_folds, create_repeats

    if folds is not None:
        return create_folds(folds, name=name, command=sys.argv, **vars(plan))
    assert repeats is not None
    return create_repeats(repeats, name=name, command=sys.argv, **vars(plan))
