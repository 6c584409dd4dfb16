"""Is an image a part of one, cut off at its edges, or mirrored? NumPy alone.

A linear discriminant (Fisher 1936, its covariance shrunk as by Friedman 1989) between training
images and the same images changed (parts of them, or mirrored), on what is where and on edges. An
image that lies further towards the changed ones than nearly all images like the training images
is told to be changed so.

What is imported from the project here goes with a model that is exported as a folder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xraylib.ood.image_features import SIZES, Described

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject

Floats = NDArray[np.float64]

_SMALLEST = 1e-6
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Discriminant:
    """What tells changed images from those that they were made of.

    Attributes:
        towards: ``(1280,)``: the direction in which changed images lie.
        limit: How far an image lies along it at most.
    """

    towards: Floats
    limit: float

    def along(self, images: Described) -> Floats:
        """``(n,)``: the higher, the more like a changed one."""
        found: Floats = _joined(images) @ self.towards
        return found

    def shows(self, images: Described) -> NDArray[np.bool_]:
        """``(n,)``: which of them lie beyond the limit."""
        beyond: NDArray[np.bool_] = self.along(images) > self.limit
        return beyond

    def to_json(self) -> JsonObject:
        return {
            "towards": [float(f"{value:.{_DIGITS}g}") for value in self.towards.tolist()],
            "limit": self.limit,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Discriminant:
        """What :meth:`to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: It does not fit.
        """
        towards, limit = np.asarray(value["towards"], np.float64), float(value["limit"])
        fits = towards.shape == (SIZES["layout"] + SIZES["edges"],)
        if not fits or not np.all(np.isfinite(towards)) or not math.isfinite(limit):
            raise ValueError("values do not fit")
        return cls(towards=towards, limit=limit)


def towards_changed(images: Described, changed: Described) -> Floats:
    """``(1280,)``, of length 1: the direction from images to changed ones."""
    before, after = _joined(images), _joined(changed)
    rows = np.concatenate([before - before.mean(axis=0), after - after.mean(axis=0)])
    spread = rows.T @ rows / len(rows)
    spread += np.eye(len(spread)) * (np.trace(spread) / len(spread) + _SMALLEST)
    towards = np.linalg.solve(spread, after.mean(axis=0) - before.mean(axis=0))
    length = max(float(np.linalg.norm(towards)), _SMALLEST)
    return np.asarray(towards / length, np.float64)


def _joined(images: Described) -> Floats:
    """``(n, 1280)``: layout and edges as one, each of length 1."""
    lengths = np.maximum(np.linalg.norm(images.edges, axis=1, keepdims=True), _SMALLEST)
    return np.concatenate([images.layout, images.edges / lengths], axis=1)
