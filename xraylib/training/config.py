"""How a network is trained, as one frozen value. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from xraylib.errors import ConfigError

Optimizer = Literal["adam", "sgd", "rmsprop"]
ClassMode = Literal["categorical", "binary", "sparse"]

OPTIMIZERS: Final[tuple[str, ...]] = get_args(Optimizer)
CLASS_MODES: Final[tuple[str, ...]] = get_args(ClassMode)

MAX_EPOCHS: Final = 10_000
MAX_BATCH_SIZE: Final = 4_096
MAX_SEED: Final = 2**32 - 1


def _refuse(name: str, value: object, expected: str) -> ConfigError:
    return ConfigError(
        f"The training setting {name} is {value!r}",
        expected=expected,
        remedy=f"change {name}",
        code="train-config",
    )


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _refuse(name, value, f"a whole number from {low} to {high}")


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
            unit.

    Raises:
        ConfigError: code ``train-config``: a value makes no sense.
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = 0.001
    epochs: int = 30
    batch_size: int = 32
    seed: int = 0
    early_stopping_patience: int | None = None
    class_weights: bool = False
    class_mode: ClassMode = "categorical"

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise _refuse("optimizer", self.optimizer, "one of " + ", ".join(OPTIMIZERS))
        rate = self.learning_rate
        if (
            not isinstance(rate, int | float)
            or isinstance(rate, bool)
            or not math.isfinite(rate)
            or not 0 < rate <= 10
        ):
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
        object.__setattr__(self, "learning_rate", float(rate))

    def to_json(self) -> dict[str, Any]:
        """A dictionary that JSON can hold; ``from_json`` takes it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainConfig:
        """The settings in ``value``; what is left out has its default.

        Raises:
            ConfigError: code ``train-config``: an unknown name, or a value that makes no sense.
        """
        known = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping):
            raise _refuse("file", value, "a JSON object with names and values")
        for name in value:
            if name not in known:
                raise _refuse(name, value[name], "one of the names " + ", ".join(known))
        return cls(**value)
