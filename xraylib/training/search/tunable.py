"""The settings that a search may try: a row each, with what it may be and whom it concerns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from xraylib.training.config import MAX_BATCH_SIZE, MAX_EPOCHS, OPTIMIZERS, SCHEDULES

Value: TypeAlias = str | float | int | bool
Part = Literal["train", "augment", "network"]


@dataclass(frozen=True, kw_only=True)
class Tunable:
    """One setting that a search may try.

    Attributes:
        title: For people.
        part: Whether it is one of ``TrainConfig``, of the augmentation or of the network.
        expected: What it may be, in words.
        takes: Whether a value is one that it may have.
        ranges: Whether a range of numbers makes sense, not only a list.
        whole: Whether it is a whole number.
    """

    title: str
    part: Part
    expected: str
    takes: Callable[[Value], bool]
    ranges: bool = True
    whole: bool = False


def _number(
    title: str, part: Part, low: float, high: float, *, above: bool = False, whole: bool = False
) -> Tunable:
    def takes(value: Value) -> bool:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return False
        assert not isinstance(value, str)
        return math.isfinite(value) and (low < value if above else low <= value) and value <= high

    least = f"above {low:g}" if above else f"from {low:g}"
    to = f" and at most {high:g}" if above else f" to {high:g}"
    kind = "whole numbers" if whole else "numbers"
    return Tunable(title=title, part=part, expected=f"{kind} {least}{to}", takes=takes, whole=whole)


def _named(title: str, options: tuple[str, ...]) -> Tunable:
    return Tunable(
        title=title,
        part="train",
        expected="some of " + ", ".join(options),
        takes=lambda value: value in options,
        ranges=False,
    )


def _switch(title: str, part: Part) -> Tunable:
    return Tunable(
        title=title,
        part=part,
        expected="true, false or both",
        takes=lambda value: isinstance(value, bool),
        ranges=False,
    )


TUNABLES: Final[Mapping[str, Tunable]] = {
    "learning_rate": _number("Learning rate", "train", 0, 10, above=True),
    "batch_size": _number("Batch size", "train", 1, MAX_BATCH_SIZE, whole=True),
    "optimizer": _named("Optimizer", OPTIMIZERS),
    "schedule": _named("Schedule", SCHEDULES),
    "warmup_epochs": _number("Warm-up epochs", "train", 0, MAX_EPOCHS, whole=True),
    "global_clipnorm": _number("Largest norm of gradients", "train", 0, 1e9, above=True),
    "class_weights": _switch("Class weights", "train"),
    "augmentation": _number("Augmentation, times", "augment", 0, 4),
    "dropout": _number("Dropout", "network", 0, 0.9),
    "units": _number("Units, times", "network", 0.1, 8),
    "filters": _number("Filters, times", "network", 0.1, 8),
    "standardise": _switch("Standardised X-rays", "network"),
}
"""By their names in a file. What changes the validation loss itself, as label smoothing does, is
none of them: its trials could not be compared."""
