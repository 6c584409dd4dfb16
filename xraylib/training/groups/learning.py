"""The same design on more and more of the training patients, as runs of one group.

Each run takes about as many steps as the one on all images: with as many epochs a tenth of the
images would also mean a tenth of the training, and the curve would rise for that reason alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import check_names, checked
from xraylib.errors import ConfigError
from xraylib.training.config import MAX_EPOCHS
from xraylib.training.groups.group import Group, create_group
from xraylib.training.groups.shares import nested_shares
from xraylib.training.run.create import create_run
from xraylib.workspace import WorkspaceLike

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.training.config import TrainConfig

SHARES: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
MOST_RUNS: Final = 50


@checked
def create_learning_curve(
    shares: Sequence[float] = SHARES,
    seeds: int = 3,
    *,
    train: TrainConfig,
    index: DatasetIndex,
    split: Split,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Group:
    """Runs of one design on shares of the training patients, several seeds a share.

    The shares of a seed lie in each other and have the mixture of the whole; validation and test
    images are the same in all runs. Epochs, and what is counted in epochs, grow as the share falls,
    so that the number of steps stays about the same.

    Args:
        shares: At least three, above 0; the largest is 1.
        seeds: 1 to 10; ``train.seed`` and the numbers after it, for weights and choice alike.
        train: The settings of the run on all images.
        index: The images.
        split: Which of them train, validate and test.
        name: A name for people.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
        options: What else ``create_run`` takes.

    Raises:
        ConfigError: codes ``shares``, ``members`` and ``unknown-argument``.
        DatasetError: code ``too-few-patients``: the smallest share lacks a class.
        XrayError: As ``create_run``.
    """
    check_names(
        options,
        [*signature(create_learning_curve).parameters, *signature(create_run).parameters],
        what="argument of create_learning_curve",
        code="unknown-argument",
    )
    shares = _checked(shares)
    if not 1 <= seeds <= 10 or seeds * len(shares) > MOST_RUNS:
        raise ConfigError(
            f"{seeds} seeds of {len(shares)} shares were asked for",
            expected=f"1 to 10 seeds, and at most {MOST_RUNS} runs in all",
            remedy="ask for example for 3 seeds of 5 shares",
            code="members",
        )
    members: list[dict[str, Any]] = []
    for number in range(seeds):
        seed = (train.seed + number) % 2**32
        parts = nested_shares(index, split.train, shares, seed=seed, together=split.together)
        for rows in parts:
            longer = _as_many_steps(train, len(split.train), len(rows))
            members.append(
                {
                    **options,
                    "train": replace(longer, seed=seed),
                    "index": index,
                    "split": replace(split, train=rows),
                }
            )
    told = index.table["path"].take(split.train).to_pylist() != list(index.patients(split.train))
    return create_group(
        "shares",
        name,
        members,
        patients_told=told,
        shares=list(shares) * seeds,
        workspace=workspace,
    )


def _checked(shares: Sequence[float]) -> tuple[float, ...]:
    found = tuple(sorted({float(one) for one in shares if math.isfinite(one)}))
    if len(found) < max(3, len(shares)) or not 0 < found[0] <= found[-1] == 1.0:
        raise ConfigError(
            f"The shares {', '.join(f'{one:g}' for one in shares)} were asked for",
            expected="at least three numbers above 0, the largest of them 1 (all images)",
            remedy="use for example 0.1, 0.2, 0.4, 0.7 and 1",
            code="shares",
        )
    return found


def _as_many_steps(train: TrainConfig, images: int, part: int) -> TrainConfig:
    """The settings with which ``part`` images are trained on for as many steps as all."""
    times = -(-images // train.batch_size) / -(-part // train.batch_size)

    def longer(epochs: int) -> int:
        return min(MAX_EPOCHS, round(epochs * times))

    patience = train.early_stopping_patience
    return replace(
        train,
        epochs=longer(train.epochs),
        warmup_epochs=longer(train.warmup_epochs),
        head_epochs=longer(train.head_epochs),
        plateau_patience=longer(train.plateau_patience),
        early_stopping_patience=None if patience is None else longer(patience),
    )
