"""From what people write, a folder, a preset, an augmentation, to the values a run is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import ConfigError
from xraylib.records import read_json
from xraylib.training.config import TrainConfig
from xraylib.training.planning.checks import check_data, names_of
from xraylib.training.planning.images import Images, divide_images, find_images
from xraylib.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.loading.one_pass import OnePass
    from xraylib.networks.spec import ModelSpec

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """All that ``create_run`` is told; its attributes are the arguments of that function."""

    spec: ModelSpec
    train: TrainConfig
    index: DatasetIndex
    split: Split
    preparation: Preparation
    augment: AugmentConfig
    dataset: str = ""
    curation: Curation | None = None
    source_fingerprint: str = ""


@checked
def plan_run(
    data: Images | DatasetIndex | PathLike,
    *,
    model: ModelSpec | PathLike,
    train: TrainConfig,
    augment: AugmentConfig | PathLike = "none",
    preparation: Preparation | None = None,
    split: Split | None = None,
    standardise: bool = False,
    curation: Curation | None = None,
    patient_pattern: str | None = None,
    validation: float = 0.2,
    progress: Progress | None = None,
    workspace: WorkspaceLike | None = None,
) -> RunPlan:
    """Everything that a run is made of, from what people write.

    Args:
        data: A folder, an index, or the name of a data set of the workspace; a folder of that name
            goes before.
        model: A preset's name, a network, or the path of a ``spec.json``; its input becomes that of
            ``preparation``.
        train: The training settings.
        augment: A preset's name, a configuration, or the path of its JSON file.
        preparation: Size and channels; those of the network, or 256 × 256 grey for a preset, if not
            given. Without a grey range of its own it gets the one that was chosen for the data set.
        split: Which images train, validate and test; `divide_images` with the training's seed if
            not given.
        standardise: For a preset: standardise each image instead of dividing by 255.
        curation: What was decided about the images; it goes before what the data set keeps.
        patient_pattern: Likewise; see `scan`.
        validation: Share of the training patients that validate, where no folder does.
        progress: Called with (images read, images in all).
        workspace: Where data sets have names; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: The images cannot be used; code ``folder-missing`` names the data sets too.
        ConfigError: codes ``unknown-model`` and ``unknown-augmentation``.
        SpecError: The file holds no network.
    """
    augment = find_augmentation(augment)
    design = find_network(model)  # a name that is none is refused before images are read
    with closing(one_pass(preparation or preparation_for(design), workspace=workspace)) as prepared:
        found = find_images(
            data,
            curation=curation,
            patient_pattern=patient_pattern,
            progress=progress,
            prepared=prepared,
            workspace=workspace,
        )
        index = found.index
        if split is None:
            split = divide_images(found, validation=validation, seed=train.seed, progress=progress)
        check_data(index, split, train)  # before a head for one class is refused
        spec = find_network(
            model,
            input_shape=None if preparation is None else preparation.input_shape,
            classes=len(names_of(index, train.class_mode)),
            class_mode=train.class_mode,
            standardise=standardise,
        )
        plan = RunPlan(
            spec=spec,
            train=train,
            split=split,
            preparation=_ranged(preparation or preparation_for(spec), found.curation),
            augment=augment,
            **found.for_run,
        )
        keep_prepared(prepared, plan)
    return plan


def one_pass(preparation: Preparation, *, workspace: WorkspaceLike | None = None) -> OnePass:
    """What has images prepared for the workspace's cache while they are read; to be closed."""
    from xraylib.loading.one_pass import OnePass

    return OnePass(preparation, Workspace.open(workspace).cache)


def keep_prepared(prepared: OnePass, plan: RunPlan) -> None:
    """Makes the cache of the plan's images of what was prepared while they were read, if it can."""
    split = plan.split
    rows = np.concatenate([split.train, split.val, split.test])
    prepared.give(plan.index, rows, plan.preparation)


@checked
def find_network(
    model: ModelSpec | PathLike,
    *,
    input_shape: Sequence[int] | None = None,
    classes: int = 3,
    class_mode: str = "categorical",
    standardise: bool = False,
) -> ModelSpec:
    """The preset of that name, the network in the file of that name, or the network itself.

    Args:
        model: A preset's name, the path of a ``spec.json``, or a network.
        input_shape: ``(height, width, channels)``; the network's own, or 256 × 256 grey for a
            preset, if not given.
        classes: For a preset.
        class_mode: For a preset.
        standardise: For a preset.

    Raises:
        ConfigError: code ``unknown-model``.
        SpecError: The file holds no network.
        PathError: codes ``damaged`` and ``not-a-path``.
    """
    from xraylib.networks.presets import PRESETS, preset
    from xraylib.networks.spec import ModelSpec

    if isinstance(model, str) and model in PRESETS:
        height, width, channels = input_shape or (256, 256, 1)
        return preset(
            model,
            input_shape=(height, width, channels),
            classes=classes,
            class_mode=class_mode,
            standardise=standardise,
        )
    if isinstance(model, ModelSpec):
        spec = model
    else:
        file = as_path(model, "model")
        if not file.is_file():
            raise ConfigError(
                f"There is no network called {str(model)!r}",
                expected=f"one of {', '.join(PRESETS)}, or the path of a spec.json",
                remedy="run `xraylib presets` to see what is there",
                code="unknown-model",
            )
        spec = ModelSpec.from_json(read_json(file))
    return spec if input_shape is None else spec.with_input_shape(tuple(input_shape))


@checked
def find_augmentation(augment: AugmentConfig | PathLike) -> AugmentConfig:
    """The preset of that name, the configuration in the file of that name, or the one given.

    Raises:
        ConfigError: codes ``unknown-augmentation`` and ``augment``.
        PathError: codes ``damaged`` and ``not-a-path``.
    """
    from xraylib.augmentation.config import AUGMENT_PRESETS, AugmentConfig

    if isinstance(augment, AugmentConfig):
        return augment
    if isinstance(augment, str) and augment in AUGMENT_PRESETS:
        return AUGMENT_PRESETS[augment]
    file: Path = as_path(augment, "augment")
    if not file.is_file():
        raise ConfigError(
            f"There is no augmentation called {str(augment)!r}",
            expected=f"one of {', '.join(AUGMENT_PRESETS)}, or the path of a JSON file",
            remedy="choose one of these, or save a configuration from the Dataset page",
            code="unknown-augmentation",
        )
    return AugmentConfig.from_json(read_json(file))


def _ranged(preparation: Preparation, curation: Curation | None) -> Preparation:
    """With the grey range that was chosen for the data set, if no other one is asked for."""
    chosen = None if curation is None else curation.grey_range
    if chosen is None or preparation.grey_range is not None:
        return preparation
    return replace(preparation, grey_range=chosen)


def preparation_for(spec: ModelSpec) -> Preparation:
    """What brings images to the size and the channels that a network takes."""
    from xraylib.images.prepare import Preparation

    height, width, channels = spec.input_shape
    return Preparation(
        image_size=(height, width), color_mode="grayscale" if channels == 1 else "rgb"
    )
