"""Can source or exposure be told inside one class, by the network's own features? NumPy only.

What a network's features hold, it may use. Inside one class the label is the same, so
whatever is told there is not disease: where a hospital can be told inside Normal, Normal of two
hospitals look different to the network, and a class that comes mostly from one of them can be
recognised without any disease. A probe on frozen features (Alain and Bengio 2016), cross-validated
by patient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST: Final = 10
"""Patients with a value inside a class under which it is left out."""
_FOLDS: Final = 5
_RIDGE: Final = 0.1
_SMALLEST: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class ToldWithin:
    """Whether one thing can be told inside one class.

    Attributes:
        what: ``"exposure"``, ``"folder"`` or a column's name.
        label: The class.
        values: What was to be told apart, for example ``("dark half", "bright half")``.
        images: Of the class with one of these values.
        patients: Whose they are.
        auc: Of telling it, mean of the values; 0.5 is guessing; 95 % interval by patient.
    """

    what: str
    label: str
    values: tuple[str, ...]
    images: int
    patients: int
    auc: Score

    @property
    def can_be_told(self) -> bool:
        """Whether the interval lies above guessing."""
        if self.auc.value is not None and self.auc.value > 1 - _SMALLEST:
            return True
        return self.auc.interval is not None and self.auc.interval.low > 0.5

    def to_json(self) -> JsonObject:
        """The interval as ``auc_ci``."""
        return {
            "what": self.what,
            "label": self.label,
            "values": list(self.values),
            "images": self.images,
            "patients": self.patients,
            "auc": self.auc.value,
            "auc_ci": list(self.auc.interval or ()),
            "can_be_told": self.can_be_told,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        number, ends = value["auc"], value["auc_ci"]
        return cls(
            what=str(value["what"]),
            label=str(value["label"]),
            values=tuple(map(str, value["values"])),
            images=int(value["images"]),
            patients=int(value["patients"]),
            auc=Score(
                None if number is None else float(number),
                Interval(*map(float, ends)) if ends else None,
            ),
        )


def told_within(
    what: str, label: str, features: Floats, values: Sequence[str], groups: Ints, *, seed: int = 0
) -> ToldWithin | None:
    """How well a value can be told from features, inside one class.

    Args:
        what: What is to be told.
        label: The class, for words.
        features: ``(n, filters)`` of the class's images.
        values: ``n`` values; those of fewer than 10 patients are left out.
        groups: ``(n,)`` patient of each image, numbered from 0.
        seed: Of the folds.

    Returns:
        None where fewer than two values have 10 patients.
    """
    given = np.asarray(values, dtype=object).astype(str)
    kept = [one for one in dict.fromkeys(given) if len(np.unique(groups[given == one])) >= FEWEST]
    if len(kept) < 2:
        return None
    chosen = np.isin(given, kept)
    table, whose = features[chosen], np.unique(groups[chosen], return_inverse=True)[1]
    labels = np.array([kept.index(one) for one in given[chosen]], np.int64)
    scores = _cross_validated(table, labels, whose, len(kept), seed)
    found = evaluate_predictions(labels, scores, kept, [f"p{one}" for one in whose])
    return ToldWithin(
        what=what,
        label=label,
        values=tuple(kept),
        images=len(labels),
        patients=found.patients,
        auc=found.auc,
    )


def halves_by_brightness(levels: Floats) -> list[str]:
    """Each image's half by its mean grey: ``"dark half"`` or ``"bright half"``."""
    middle = float(np.median(levels))
    return ["bright half" if level > middle else "dark half" for level in levels]


def _cross_validated(table: Floats, labels: Ints, groups: Ints, classes: int, seed: int) -> Floats:
    """``(n, classes)`` scores from 0 to 1 that sum to 1, each from folds without the patient."""
    rng = np.random.default_rng(seed)
    patients = int(groups.max()) + 1
    first = np.zeros(patients, np.int64)
    first[groups[::-1]] = labels[::-1]
    fold = np.zeros(patients, np.int64)
    for label in range(classes):
        members = rng.permutation(np.flatnonzero(first == label))
        fold[members] = (np.arange(len(members)) + label) % _FOLDS
    place = fold[groups]
    targets = (labels[:, None] == np.arange(classes)).astype(np.float64)
    scores = np.zeros((len(labels), classes))
    for number in np.unique(place):
        held = place == number
        known = table[~held]
        mean, spread = known.mean(axis=0), np.maximum(known.std(axis=0), _SMALLEST)
        x, there = (known - mean) / spread, (table[held] - mean) / spread
        share = targets[~held].mean(axis=0)
        gram = x.T @ x + _RIDGE * len(x) * np.eye(x.shape[1])
        scores[held] = there @ np.linalg.solve(gram, x.T @ (targets[~held] - share)) + share
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
