"""The same design several times: other seeds, or other images held back, as runs of one group.

One run of 250 images proves little; the spread over several says how little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.datasets.split import Split
from xraylib.errors import ConfigError
from xraylib.training.groups.divide import divide, given_folds
from xraylib.training.groups.group import Group, create_group
from xraylib.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.training.config import TrainConfig

MAX_MEMBERS: Final = 20


def create_repeats(
    repeats: int,
    *,
    train: TrainConfig,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Group:
    """The same design with ``repeats`` seeds, ``train.seed`` and the numbers after it.

    All divide the images in the same way, so the spread is that of training alone.

    Args:
        repeats: 2 to 20.
        train: The training settings.
        name: A name for people.
        options: What else ``create_run`` takes: spec, index, split, preparation, augment, …
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        ConfigError: code ``members``: not 2 to 20.
        XrayError: As ``create_run``.
    """
    workspace = Workspace.open(workspace)
    _check_members("repeats", repeats)
    trains = [replace(train, seed=(train.seed + i) % 2**32) for i in range(repeats)]
    members = [{**options, "train": train} for train in trains]
    return create_group("repeats", name, members, workspace=workspace)


def create_folds(
    folds: int,
    *,
    train: TrainConfig,
    index: DatasetIndex,
    split: Split,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Group:
    """k-fold cross-validation, grouped by patient: each image validates in exactly one run.

    The training and validation images of ``split`` are divided anew into ``folds`` parts; each
    run is validated on one and trained on the others. Test images stay what they are. Where the
    images lie in so many folders of folds (``fold_1``, ``fold_2``, …), these are the parts.

    Args:
        folds: 2 to 20.
        train: The training settings, the same in all runs.
        index: The images.
        split: Which of them may train and validate.
        name: A name for people.
        options: What else ``create_run`` takes.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        ConfigError: code ``members``: not 2 to 20.
        DatasetError: code ``too-few-patients``: fewer patients than folds.
        XrayError: As ``create_run``.
    """
    workspace = Workspace.open(workspace)
    _check_members("folds", folds)
    rows = np.sort(np.concatenate([split.train, split.val]))
    fold = given_folds(index, rows)
    given = fold is not None and len(np.unique(fold)) == folds
    if fold is None or not given:
        fold = divide(index, rows, folds, seed=split.seed, together=split.together)
    members = []
    for number in range(folds):
        part = replace(
            split, train=rows[fold != number], val=rows[fold == number], made_validation=True
        )
        members.append({**options, "train": train, "index": index, "split": part})
    told = index.table["path"].take(rows).to_pylist() != list(index.patients(rows))
    return create_group("folds", name, members, patients_told=told, workspace=workspace)


def _check_members(what: str, number: int) -> None:
    if not 2 <= number <= MAX_MEMBERS:
        raise ConfigError(
            f"{number} {what} were asked for",
            expected=f"2 to {MAX_MEMBERS}",
            remedy=f"ask for example for 5 {what}",
            code="members",
        )
