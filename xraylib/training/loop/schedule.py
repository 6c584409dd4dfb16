"""The learning rate of every step, as a value that can be put away and taken up again.

Standard library only. Steps count from 0 over the whole training; ``warm`` of them warm up.

=========  =======================================================================================
warm-up    rate x step / warm, as the warm-up of Keras's ``CosineDecay`` (after Goyal et al.,
           "Accurate, large minibatch SGD", 2017, https://arxiv.org/abs/1706.02677)
constant   rate
cosine     low + (rate - low) (1 + cos(pi done)) / 2 with done = (step - warm) / (steps - warm),
           Keras's ``CosineDecay`` (Loshchilov and Hutter, "SGDR", 2017,
           https://arxiv.org/abs/1608.03983)
plateau    rate x factor as often as the validation loss has not fallen by more than 0.0001 for
           ``plateau_patience`` epochs, never below low: Keras's ``ReduceLROnPlateau``; epochs that
           warm up do not count
=========  =======================================================================================
With ``head_epochs`` the rate is constant in the first phase, after its warm-up; what is said above
then begins with the second phase, at rate x ``fine_tuning_factor``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from xraylib.json_values import JsonObject
from xraylib.training.config import TrainConfig

# ReduceLROnPlateau's `min_delta`: a smaller fall of the loss is no progress.
_PROGRESS: Final = 1e-4


class Schedule:
    """The learning rates of one training.

    Args:
        config: Schedule, learning rate, epochs, warm-up.
        steps: Steps an epoch.
    """

    def __init__(self, config: TrainConfig, steps: int) -> None:
        self._config = config
        self._steps = steps
        self._rate = config.schedule_rate
        self._best: float | None = None
        self._waited = 0

    def rate(self, epoch: int, step: int) -> float:
        """The learning rate of one step, epoch and step from 0."""
        config = self._config
        here, warm = epoch * self._steps + step, config.warmup_epochs * self._steps
        if here < warm:
            return config.learning_rate * here / warm
        if epoch < config.head_epochs:
            return config.learning_rate
        if config.schedule == "cosine":
            first = max(warm, config.head_epochs * self._steps)
            done = min((here - first) / max(config.epochs * self._steps - first, 1), 1.0)
            low = config.minimum_learning_rate
            return low + (config.schedule_rate - low) * (1 + math.cos(math.pi * done)) / 2
        return self._rate

    def epoch_ended(self, epoch: int, val_loss: float | None) -> None:
        """Tells of a complete epoch (from 0) and its validation loss."""
        config = self._config
        warming = epoch < max(config.warmup_epochs, config.head_epochs)
        if config.schedule != "plateau" or val_loss is None or warming:
            return
        if self._best is None or val_loss < self._best - _PROGRESS:
            self._best, self._waited = val_loss, 0
            return
        self._waited += 1
        if self._waited >= config.plateau_patience:
            reduced = self._rate * config.plateau_factor
            self._rate = max(reduced, config.minimum_learning_rate)
            self._waited = 0

    def state(self) -> JsonObject:
        """Where it stands, for a checkpoint."""
        return {"rate": self._rate, "best": self._best, "waited": self._waited}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes back what ``state`` gave."""
        self._rate, self._best = state["rate"], state["best"]
        self._waited = state["waited"]
