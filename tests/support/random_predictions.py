"""Predictions drawn from a seed, without a function whose last digit depends on the processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def random_predictions(n: int, k: int, *, seed: int, skill: int = 6) -> tuple[Ints, Floats]:
    """``n`` labels of ``k`` classes and probabilities ``(n, k)`` in whole parts, some tied."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, k, n)
    parts = rng.integers(1, 9, (n, k)) + skill * np.eye(k, dtype=np.int64)[true]
    return true, parts / parts.sum(axis=1, keepdims=True)


def _several(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [f"p{patient}" for patient in np.repeat(np.arange(n), rng.integers(1, 5, n))[:n]]


def _named(k: int) -> list[str]:
    return [f"c{place}" for place in range(k)]


def _perfect() -> dict[str, Any]:
    return {"y_true": [0, 0, 1, 1], "probabilities": [[1, 0], [1, 0], [0, 1], [0, 1]]}


def _drawn(n: int, k: int, seed: int, *, several: bool = False, skill: int = 6) -> dict[str, Any]:
    true, p = random_predictions(n, k, seed=seed, skill=skill)
    more = {"patients": _several(n, seed)} if several else {}
    return {"y_true": true, "probabilities": p, "classes": _named(k), **more}


SETS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "three classes": lambda: _drawn(66, 3, 1),
    "two classes": lambda: _drawn(40, 2, 2, skill=3),
    "five classes, several images a patient": lambda: _drawn(120, 5, 3, several=True),
    "three classes, several images a patient": lambda: _drawn(90, 3, 4, several=True, skill=2),
    "a class without images": lambda: {**_drawn(12, 2, 5), "probabilities": np.c_[
        _drawn(12, 2, 5)["probabilities"] * 0.75, np.full(12, 0.25)], "classes": _named(3)},
    "perfect": lambda: {**_perfect(), "classes": _named(2)},
    "perfect, one patient": lambda: {**_perfect(), "classes": _named(2), "patients": ["p"] * 4},
    "one patient": lambda: {**_drawn(20, 3, 6), "patients": ["p"] * 20},
    "one class": lambda: {"y_true": [0, 0], "probabilities": [[1.0], [1.0]], "classes": ["c0"]},
    "one image": lambda: {"y_true": [0], "probabilities": [[0.75, 0.25]], "classes": _named(2)},
    "no images": lambda: {"y_true": [], "probabilities": np.zeros((0, 3)), "classes": _named(3)},
    "more than are drawn": lambda: _drawn(20_300, 3, 7, several=True),
    "more than are drawn, two classes": lambda: _drawn(20_100, 2, 8),
}  # fmt: skip
"""What ``evaluate_predictions`` takes, by a name that says what is special about it."""


def sets() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each set with its name."""
    return ((name, make()) for name, make in SETS.items())
