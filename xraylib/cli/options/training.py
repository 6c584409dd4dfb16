"""The options that say how a network is trained, and what they and a folder make: the same for
every command that starts runs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from xraylib.cli import console
from xraylib.cli.app import find_run, numbers
from xraylib.cli.options.grey_range import ranged
from xraylib.cli.options.sources import Decisions, open_images
from xraylib.cli.options.tables import with_table
from xraylib.cli.options.training_table import OPTIONS

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.planning.images import Images
    from xraylib.training.planning.plan import RunPlan
    from xraylib.training.run.runs import Run

_TRAIN: Final = {"early_stopping": "early_stopping_patience"}
"""Settings of a training that an option calls otherwise."""
_NOT_TRAIN: Final = (
    "source", "model", "augment", "image_size", "color_mode", "fit", "validation", "grey_range",
    "standardise",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was asked for by `OPTIONS`; None where nothing was said.

    Attributes:
        source: Id of a run to begin from.
        model: A preset or a file.
        augment: A preset or a file.
        image_size: ``height,width``.
        color_mode: ``grayscale`` or ``rgb``.
        fit: ``stretch``, ``pad`` or ``crop``.
        validation: Share of the training patients.
        grey_range: What is black and white.
        standardise: For a preset.
        train: The others, by the fields of ``TrainConfig``.
    """

    source: str | None = None
    model: str | None = None
    augment: str | None = None
    image_size: str | None = None
    color_mode: str | None = None
    fit: str | None = None
    validation: float | None = None
    grey_range: str | None = None
    standardise: bool = False
    train: dict[str, Any] = field(default_factory=dict)

    def plan(
        self, folder: Path | None, dataset: str | None, decisions: Decisions, *, quiet: bool
    ) -> Planned:
        """Reads the images and says what a run is made of; its notes are told.

        Args:
            folder: The images, or
            dataset: their name in the workspace.
            decisions: How they are read.
            quiet: Whether no progress is shown.

        Raises:
            TyperException: Options that do not go together.
            XrayError: As ``plan_run`` and ``plan_again``.
        """
        from xraylib.training.planning.images import Images, seen_for_copies
        from xraylib.training.planning.plan import (
            find_augmentation,
            find_network,
            keep_prepared,
            one_pass,
        )

        origin = None if self.source is None else find_run(self.source)
        preparation, config = self._prepared(origin)
        asked = folder is not None or dataset is not None
        if origin is None and not (asked and self.model):
            missing = "the option --model" if asked else "the argument DIR or --dataset NAME"
            raise typer.BadParameter(f"{missing} is missing; with --from RUN it is not needed")
        if not asked and (decisions or self.validation is not None):
            raise typer.BadParameter("how images are read and divided is asked for with DIR alone")
        if self.model is not None:  # a name that is none is refused before images are read
            find_network(self.model)
        if self.augment is not None:
            find_augmentation(self.augment)
        with closing(one_pass(preparation)) as prepared:
            images = None
            if asked:
                seen = seen_for_copies()
                source = open_images(
                    folder,
                    dataset,
                    decisions,
                    quiet=quiet,
                    seen=seen,
                    prepared=None if self.grey_range else prepared,  # it is chosen later
                )
                images = Images.of(source, seen)
            planned = self._planned(origin, images, preparation, config, quiet=quiet)
            keep_prepared(prepared, planned.plan)
        return planned

    def _planned(
        self,
        origin: Run | None,
        images: Images | None,
        preparation: Preparation,
        config: TrainConfig,
        *,
        quiet: bool,
    ) -> Planned:
        """What a run of these images is made of, or one like ``origin``; its notes are told."""
        from xraylib.training.planning.plan import plan_run
        from xraylib.training.run.derived import plan_again

        share = 0.2 if self.validation is None else self.validation
        if "class_mode" not in self.train and origin is None and images and _several(images.index):
            config = replace(config, class_mode="multilabel")
            console.print_note(
                "The table tells several findings of an image: class mode multilabel."
            )
        with console.progress("Comparing images", quiet=quiet) as bar:
            if origin is not None:
                plan = plan_again(
                    origin,
                    data=images,
                    model=self.model,
                    train=config,
                    augment=self.augment,
                    preparation=preparation,
                    standardise=self.standardise,
                    validation=share,
                    progress=bar,
                )
            else:
                assert images is not None  # asked for before; likewise the model
                assert self.model is not None
                plan = plan_run(
                    images,
                    model=self.model,
                    train=config,
                    augment=self.augment or "none",
                    preparation=preparation,
                    standardise=self.standardise,
                    validation=share,
                    progress=bar,
                )
        for note in plan.split.notes:
            console.print_note(f"{note}.")
        if self.grey_range is not None:
            wanted = ranged(plan.preparation, self.grey_range, plan.index)
            plan = replace(plan, preparation=wanted)
        return Planned(plan=plan, origin=origin, images=images)

    def _prepared(self, origin: Run | None) -> tuple[Preparation, TrainConfig]:
        """The settings of ``origin``, or the usual ones, with what was given."""
        from xraylib.images.prepare import Preparation
        from xraylib.training.config import TrainConfig

        changes = dict(self.train)
        for switch in ("early_stopping_patience", "global_clipnorm"):
            if changes.get(switch) == 0:
                changes[switch] = None
        before = TrainConfig() if origin is None else origin.train
        preparation = Preparation() if origin is None else origin.preparation
        if self.image_size is not None:
            height, width = numbers("--image-size", self.image_size, 2)
            preparation = replace(preparation, image_size=(height, width))
        if self.color_mode is not None:
            preparation = replace(preparation, color_mode=self.color_mode)  # type: ignore[arg-type]
        if self.fit is not None:
            preparation = replace(preparation, fit=self.fit)  # type: ignore[arg-type]
        return preparation, TrainConfig.from_json({**before.to_json(), **changes})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a run is made of, and what it was asked for by.

    Attributes:
        plan: The run to be.
        origin: The run that it repeats, if any.
        images: Those that were read; None where they are the origin's own.
    """

    plan: RunPlan
    origin: Run | None
    images: Images | None


def trains(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of a training, as its argument ``settings``."""
    return with_table(command, "settings", OPTIONS, _settings)


def _settings(**given: Any) -> Settings:
    own = {name: given[name] for name in _NOT_TRAIN}
    train = {
        _TRAIN.get(name, name): value
        for name, value in given.items()
        if name not in _NOT_TRAIN and value is not None
    }
    return Settings(**own, train=train)


def _several(index: DatasetIndex) -> bool:
    """Whether there is nothing to learn of these images but findings that a table tells."""
    from xraylib.training.planning.checks import learnt_from

    return learnt_from(index)[1]
