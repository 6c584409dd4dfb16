"""A folder and a network in, a search for their settings out: ``xraylib search`` as a function."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import PathLike, check_names, checked
from xraylib.errors import TrainingError
from xraylib.settings import PlaceName
from xraylib.training.config import TrainConfig
from xraylib.training.planning.plan import plan_run
from xraylib.training.process.display import Display, open_display
from xraylib.training.search.create import create_search
from xraylib.training.search.record import read_end
from xraylib.training.search.search import Search
from xraylib.training.search.space import Space, find_space
from xraylib.workspace import WorkspaceLike

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec

_POLL_SECONDS: Final = 0.5
_OWN: Final = (
    "data", "model", "trials", "space", "prune", "augment", "preparation", "split", "standardise",
    "name", "on", "wait", "workspace",
)  # fmt: skip


@checked
def search(
    data: DatasetIndex | PathLike,
    *,
    model: ModelSpec | PathLike,
    trials: int = 30,
    space: Space | Mapping[str, Any] | PathLike = "usual",
    prune: bool | str = False,
    augment: AugmentConfig | PathLike = "none",
    preparation: Preparation | None = None,
    split: Split | None = None,
    standardise: bool = False,
    name: str = "",
    on: PlaceName | None = None,
    wait: bool = True,
    workspace: WorkspaceLike | None = None,
    **settings: object,
) -> Search:
    """Searches for settings with a lower validation loss, and returns the search.

        found = xraylib.search("my-images", model="small-cnn", trials=30, prune=True)
        print(found.best)

    Optuna proposes; each trial is a run of the queue. No test image is judged: see
    ``judge_test_images`` for the run that was chosen. Ctrl+C stops the search cleanly;
    ``found.start()`` goes on with it.

    Args:
        data: A folder, an index, or the name of a data set of the workspace.
        model: A preset's name, a network, or the path of a ``spec.json``.
        trials: 2 to 1,000; the first is the design as it is.
        space: A preset of ``SPACES``, a JSON or TOML file, its content, or a `Space`.
        prune: Whether hopeless trials are stopped; True for ``"halving"``, or ``"median"``.
        augment: As for `train`, and so are the others up to ``workspace``.
        preparation: Size and channels.
        split: Which images train and validate.
        standardise: For a preset.
        name: A name for people.
        on: Where its trials run, as for `train`; on a cluster several at the same time.
        wait: False returns as soon as the search lives.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
        settings: Any of `TrainConfig`; they stay as they are where the space does not name them.

    Raises:
        ConfigError: codes ``unknown-argument``, ``train-config``, ``search-space``,
            ``unknown-space``, ``trials``, ``pruner``, ``unknown-model``,
            ``unknown-augmentation`` and ``argument``.
        InstallationError: codes ``no-tensorflow`` and ``no-optuna``.
        TrainingError: The search failed, with the code it failed with, or ``interrupted``.
        XrayError: As `train`.
    """
    known = [*_OWN, *(field.name for field in fields(TrainConfig))]
    check_names(settings, known, what="argument of search", code="unknown-argument")
    config = TrainConfig.from_json(settings)
    space = find_space(space)  # a name that is none is refused before images are read
    with closing(open_display()) as display:
        plan = plan_run(
            data,
            model=model,
            train=config,
            augment=augment,
            preparation=preparation,
            split=split,
            standardise=standardise,
            progress=lambda done, total: display.show(
                done / max(total, 1), f"Reading images: {done:,} of {total:,}"
            ),
            workspace=workspace,
        )
        found = create_search(
            **vars(plan),
            trials=trials,
            space=space,
            pruner=pruner_of(prune),
            name=name,
            workspace=workspace,
        )
        found.start(on=on)
        if wait:
            _follow(found, display)
    return found


def pruner_of(prune: bool | str) -> str:
    """The pruner that is meant: True is successive halving."""
    return ("halving" if prune else "none") if isinstance(prune, bool) else prune


def _follow(found: Search, display: Display) -> None:
    """Shows how far a search is until it ends; the first Ctrl+C stops it.

    Raises:
        TrainingError: It failed.
        KeyboardInterrupt: The second Ctrl+C; the search goes on stopping.
    """
    stopping = False
    while True:
        try:
            if found.state != "running":
                break
            trials = found.trials
            display.show(len(trials) / found.asked.trials, words_of(found))
            time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            if stopping:
                raise
            stopping = True
            display.say(f"Stopping the search {found.id}; its trials are kept.")
            found.stop()
    state, ended = found.state, read_end(found.folder)
    if stopping:
        display.say(f"The search {found.id} is {state}.")
    elif state in ("failed", "interrupted"):
        code = ended.error.get("code", "failed") if ended else "interrupted"
        raise TrainingError(
            f"The search {found.id} is {state}{': ' + ended.message if ended else ''}".rstrip("."),
            expected="a search that ends by itself",
            remedy="look for the cause in its log.txt, then start it again: it goes on",
            code=code,
        )


def words_of(found: Search) -> str:
    """``Trial 4 of 30, lowest validation loss 0.412 (trial 2)``."""
    best, of = found.best, found.asked.trials
    told = f"Trial {max(len(found.trials), 1)} of {of}"
    if best is None or best.loss is None:
        return told
    return f"{told}, lowest validation loss {best.loss:.3f} (trial {best.number})"
