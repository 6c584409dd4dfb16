"""How a network is trained, as one frozen value. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from xraylib.arguments import check_names, known_fields, short
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject

Optimizer = Literal["adam", "sgd", "rmsprop"]
ClassMode = Literal["categorical", "binary", "sparse", "multilabel"]
Uncertain = Literal["ignore", "present", "absent"]
ScheduleName = Literal["constant", "cosine", "plateau"]

OPTIMIZERS: Final[tuple[str, ...]] = get_args(Optimizer)
CLASS_MODES: Final[tuple[str, ...]] = get_args(ClassMode)
UNCERTAIN: Final[tuple[str, ...]] = get_args(Uncertain)
SCHEDULES: Final[tuple[str, ...]] = get_args(ScheduleName)

MAX_EPOCHS: Final = 10_000
MAX_BATCH_SIZE: Final = 4_096
MAX_SEED: Final = 2**32 - 1


def _refuse(name: str, value: object, expected: str) -> ConfigError:
    return ConfigError(
        f"The training setting {name} is {short(value)}",
        expected=expected,
        remedy=f"change {name}",
        code="train-config",
    )


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _refuse(name, value, f"a whole number from {low} to {high}")


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return isinstance(value, int) or math.isfinite(value)


@known_fields("train-config", "training setting")
@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of one training run.

    Attributes:
        optimizer: ``"adam"``, ``"sgd"`` or ``"rmsprop"``, with Keras's defaults for the rest.
        learning_rate: Size of the steps, above 0 and at most 10.
        epochs: Passes over the training images, 1 to 10,000.
        batch_size: Images a step, 1 to 4,096.
        seed: Seed of the weights, the order of the images, augmentation and dropout.
        early_stopping_patience: Stop when the validation loss has not improved for so many
            epochs and keep the best weights; None (the default) trains all epochs and keeps the
            last weights.
        class_weights: Whether rare classes weigh more, so that each class counts the same in sum.
        class_mode: ``"categorical"`` and ``"sparse"`` end in one output a class (softmax) and
            train to the same numbers; ``"binary"`` needs two classes and ends in one sigmoid
            unit. ``"multilabel"`` needs a table of findings and ends in one sigmoid unit a
            finding, each of which an image may show or not; what is not known of an image counts
            nothing in the loss. ``class_weights`` then lets the images with a finding count the
            same in sum as those without.
        uncertain: What an uncertain finding of a training image counts as, for ``"multilabel"``:
            ``"ignore"`` (it is not known), ``"present"`` or ``"absent"``. Of validation and test
            images it is never known: nobody can be right or wrong about it.
        schedule: How the learning rate changes: ``"constant"``, ``"cosine"`` (falls from
            ``learning_rate`` to ``minimum_learning_rate`` over all steps) or ``"plateau"`` (is
            multiplied by ``plateau_factor`` when the validation loss has not fallen for
            ``plateau_patience`` epochs); formulas in `xraylib.training.loop.schedule`.
        warmup_epochs: Epochs in which the rate rises from 0 to ``learning_rate``, fewer than
            ``epochs``.
        minimum_learning_rate: Where a schedule ends, from 0 to ``learning_rate``.
        plateau_patience: Epochs without progress after which the rate falls.
        plateau_factor: What it is multiplied by then, above 0 and below 1.
        label_smoothing: Part of each label that is spread evenly over all classes, from 0 to
            below 1, in the losses of training and validation (Szegedy et al., "Rethinking the
            Inception architecture", 2016, https://arxiv.org/abs/1512.00567).
        head_epochs: Fine-tuning in two phases: so many epochs first train only what comes after the
            backbone, with a constant ``learning_rate`` (and the warm-up); then the backbone
            learns too, from its ``trainable_from``, with a fresh optimizer and the schedule.
            0 for one phase. (The head is random at first, and its large gradients would undo
            what the backbone knows.)
        fine_tuning_factor: What ``learning_rate`` is multiplied by for the second phase, above 0
            and at most 1.
        global_clipnorm: Gradients are scaled down together so that the norm over all of them is
            at most this (Pascanu et al., 2013, https://arxiv.org/abs/1211.5063); None for never.

    Raises:
        ConfigError: code ``train-config``: a value makes no sense, or there is no such setting.
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = 0.001
    epochs: int = 30
    batch_size: int = 32
    seed: int = 0
    early_stopping_patience: int | None = None
    class_weights: bool = False
    class_mode: ClassMode = "categorical"
    uncertain: Uncertain = "ignore"
    schedule: ScheduleName = "constant"
    warmup_epochs: int = 0
    minimum_learning_rate: float = 0.0
    plateau_patience: int = 5
    plateau_factor: float = 0.5
    label_smoothing: float = 0.0
    global_clipnorm: float | None = None
    head_epochs: int = 0
    fine_tuning_factor: float = 0.1

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise _refuse("optimizer", self.optimizer, "one of " + ", ".join(OPTIMIZERS))
        rate = self.learning_rate
        if not _is_number(rate) or not 0 < rate <= 10:
            raise _refuse("learning_rate", rate, "a number above 0 and at most 10")
        _whole("epochs", self.epochs, 1, MAX_EPOCHS)
        _whole("batch_size", self.batch_size, 1, MAX_BATCH_SIZE)
        _whole("seed", self.seed, 0, MAX_SEED)
        if self.early_stopping_patience is not None:
            _whole("early_stopping_patience", self.early_stopping_patience, 1, MAX_EPOCHS)
        if not isinstance(self.class_weights, bool):
            raise _refuse("class_weights", self.class_weights, "true or false")
        if self.class_mode not in CLASS_MODES:
            raise _refuse("class_mode", self.class_mode, "one of " + ", ".join(CLASS_MODES))
        if self.uncertain not in UNCERTAIN:
            raise _refuse("uncertain", self.uncertain, "one of " + ", ".join(UNCERTAIN))
        self._check_phases()
        self._check_schedule()
        smoothing, norm = self.label_smoothing, self.global_clipnorm
        if not _is_number(smoothing) or not 0 <= smoothing < 1:
            raise _refuse("label_smoothing", smoothing, "a number from 0 to below 1")
        if norm is not None and (not _is_number(norm) or norm <= 0):
            raise _refuse("global_clipnorm", norm, "a number above 0, or none")
        for name in (
            "learning_rate", "minimum_learning_rate", "plateau_factor", "fine_tuning_factor",
        ):  # fmt: skip
            object.__setattr__(self, name, float(getattr(self, name)))
        object.__setattr__(self, "label_smoothing", float(smoothing))
        object.__setattr__(self, "global_clipnorm", None if norm is None else float(norm))

    @property
    def schedule_rate(self) -> float:
        """Where the schedule begins: the learning rate, of the second phase if there are two."""
        return self.learning_rate * (self.fine_tuning_factor if self.head_epochs else 1.0)

    def _check_phases(self) -> None:
        _whole("head_epochs", self.head_epochs, 0, MAX_EPOCHS)
        if self.head_epochs >= self.epochs and self.head_epochs:
            expected = f"fewer than the {self.epochs} epoch(s) of the training"
            raise _refuse("head_epochs", self.head_epochs, expected)
        factor = self.fine_tuning_factor
        if not _is_number(factor) or not 0 < factor <= 1:
            raise _refuse("fine_tuning_factor", factor, "a number above 0 and at most 1")

    def _check_schedule(self) -> None:
        if self.schedule not in SCHEDULES:
            raise _refuse("schedule", self.schedule, "one of " + ", ".join(SCHEDULES))
        _whole("warmup_epochs", self.warmup_epochs, 0, MAX_EPOCHS)
        if self.warmup_epochs >= self.epochs and self.warmup_epochs:
            expected = f"fewer than the {self.epochs} epoch(s) of the training"
            raise _refuse("warmup_epochs", self.warmup_epochs, expected)
        if self.head_epochs and self.warmup_epochs > self.head_epochs:
            expected = f"at most the {self.head_epochs} epoch(s) of the first phase"
            raise _refuse("warmup_epochs", self.warmup_epochs, expected)
        low, factor = self.minimum_learning_rate, self.plateau_factor
        if not _is_number(low) or not 0 <= low <= self.schedule_rate:
            expected = f"a number from 0 to the learning rate {self.schedule_rate:g}"
            raise _refuse("minimum_learning_rate", low, expected)
        _whole("plateau_patience", self.plateau_patience, 1, MAX_EPOCHS)
        if not _is_number(factor) or not 0 < factor < 1:
            raise _refuse("plateau_factor", factor, "a number above 0 and below 1")

    def to_json(self) -> JsonObject:
        """A dictionary that JSON can hold; ``from_json`` takes it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainConfig:
        """The settings in ``value``; what is left out has its default.

        Raises:
            ConfigError: code ``train-config``: an unknown name, or a value that makes no sense.
        """
        if not isinstance(value, Mapping):
            raise _refuse("file", value, "a JSON object with names and values")
        known = [field.name for field in fields(cls)]
        check_names(value, known, what="training setting", code="train-config")
        return cls(**value)
