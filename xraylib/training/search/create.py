"""Making a search: everything about it is checked and written before it is listed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import PathLike, check_names, check_whole, checked
from xraylib.errors import ConfigError, RunError
from xraylib.extras import require
from xraylib.training.groups.group import Group
from xraylib.training.planning.plan import RunPlan
from xraylib.training.run.create import create_run
from xraylib.training.run.record import RunOrigin
from xraylib.training.search.applied import distinct, fitting
from xraylib.training.search.record import PRUNERS, SAMPLERS, Asked
from xraylib.training.search.search import Search
from xraylib.training.search.space import Space, find_space
from xraylib.workspace import Workspace, WorkspaceLike, new_id, write_json, writing

if TYPE_CHECKING:
    from xraylib.datasets.split import Split
    from xraylib.training.config import TrainConfig

MOST_TRIALS: Final = 1000
_PLAN: Final = ("spec.json", "data.json", "split.csv", "index.parquet", "train.json")


@checked
def create_search(
    *,
    trials: int = 30,
    space: Space | Mapping[str, Any] | PathLike = "usual",
    pruner: str = "none",
    sampler: str = "tpe",
    seed: int | None = None,
    train: TrainConfig,
    split: Split,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Search:
    """A search for settings, ready to be started. Its first trial is the design as it is.

    Every trial keeps the weights of its best epoch, whose validation loss is compared; where no
    early stopping is asked for, none ends early. No test image is judged.

    Args:
        trials: 2 to 1,000.
        space: A preset of ``SPACES``, a JSON or TOML file, its content, or a `Space`.
        pruner: Whether trials with hopeless curves are stopped: ``"none"``, ``"median"`` (worse
            than the median of those before at the same epoch) or ``"halving"`` (not in the best
            third at a third of the epochs; successive halving).
        sampler: ``"tpe"`` proposes by the trials before; ``"random"`` draws, to compare with.
        seed: Of the proposals; that of the training if not given.
        train: The settings that stay as they are where the space does not name them.
        split: Which images train and validate.
        name: For people.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
        options: What else ``create_run`` takes.

    Raises:
        ConfigError: codes ``trials``, ``pruner``, ``sampler``, ``search-space``,
            ``unknown-space`` and ``unknown-argument``.
        RunError: code ``no-validation``: there are no validation images to choose by.
        InstallationError: codes ``no-tensorflow`` and ``no-optuna``.
        XrayError: As ``create_run``.
    """
    require("search")
    known = [*signature(create_search).parameters, *signature(create_run).parameters]
    check_names(options, known, what="argument of create_search", code="unknown-argument")
    check_whole(trials, "trials", least=2, most=MOST_TRIALS, code="trials")
    if pruner not in PRUNERS:
        raise _none_of("pruner", pruner, PRUNERS, code="pruner")
    if sampler not in SAMPLERS:
        raise _none_of("sampler", sampler, SAMPLERS, code="sampler")
    if not len(split.val):
        raise RunError(
            "There are no validation images to choose settings by",
            expected="some validation images",
            remedy="keep a part of the training patients for validation",
            code="no-validation",
        )
    if train.early_stopping_patience is None:
        train = replace(train, early_stopping_patience=train.epochs)
    workspace = Workspace.open(workspace)
    group = Group(workspace.runs / ".groups" / f"{new_id()}.json")
    told = {**options, "train": train, "split": split}
    plan = RunPlan(**{one: told[one] for one in signature(RunPlan).parameters if one in told})
    fitted = fitting(find_space(space), plan)
    different = distinct(fitted)
    if different is not None and trials > different + 1:
        raise ConfigError(
            f"{trials} trials were asked for, and the search space has {different} combinations",
            expected=f"at most {different + 1} trials, or a space with more to try",
            remedy=f"ask for {different + 1} trials, or give a range of numbers",
            code="trials",
        )
    asked = Asked(
        trials=trials,
        space=fitted,
        pruner=pruner,  # type: ignore[arg-type]  # looked at above; likewise the sampler
        sampler=sampler,  # type: ignore[arg-type]
        seed=train.seed if seed is None else check_whole(seed, "seed", least=0, most=2**32 - 1),
        epochs=train.epochs,
    )
    origin = RunOrigin(kind="trial", group=group.id, number=1, of=trials)
    run = create_run(**told, name=trial_name(name, 1, trials), origin=origin, workspace=workspace)
    try:
        with writing("Cannot make a search", group.file.parent):
            (group.folder / "plan").mkdir(parents=True)
            for file in (*_PLAN, "environment.json"):
                shutil.copyfile(run.folder / file, group.folder / "plan" / file)
        write_json(group.folder / "search.json", asked.to_json())
        record = {"kind": "search", "name": name, "patients_told": True, "runs": [run.id]}
        write_json(group.file, record)
    except BaseException:
        for folder in (run.folder, group.folder):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return Search(group)


def trial_name(name: str, number: int, of: int) -> str:
    """What the run of a trial is called."""
    return f"{name or 'trial'} {number} of {of}"


def _none_of(what: str, value: str, options: tuple[str, ...], *, code: str) -> ConfigError:
    return ConfigError(
        f"The {what} is {value!r:.60}",
        expected="one of " + ", ".join(options),
        remedy="choose one of these",
        code=code,
    )
