"""How training images are distributed: subspaces of their numbers, and distances. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.ood.image_features import SIZES, Described

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject

Floats = NDArray[np.float64]

_COMPONENTS: Final = 24
_SMALLEST: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Space:
    """The subspace that images span: ``(d,)`` mean, ``(k, d)`` basis, ``(k,)`` deviations."""

    mean: Floats
    basis: Floats
    spread: Floats

    @classmethod
    def fitted(cls, rows: Floats) -> Space:
        """Of ``(n, d)`` rows: at most 24 components, and at most one to three images."""
        mean = rows.mean(axis=0)
        centred = rows - mean
        wide = len(rows) < rows.shape[1]  # the smaller of the two products has all that counts
        squares, vectors = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
        spread = np.sqrt(np.maximum(squares[::-1], 0) / len(rows))
        useful = int((spread > _SMALLEST * max(float(spread[0]), _SMALLEST)).sum())
        kept = max(1, min(_COMPONENTS, len(rows) // 3, useful))
        basis = vectors.T[::-1][:kept]
        if wide:
            basis = basis @ centred
            basis /= np.maximum(np.linalg.norm(basis, axis=1, keepdims=True), _SMALLEST)
        return cls(mean=mean, basis=basis, spread=np.maximum(spread[:kept], _SMALLEST))

    def outside(self, rows: Floats) -> Floats:
        """``(n,)`` lengths of what the subspace cannot show."""
        centred = rows - self.mean
        far: Floats = np.linalg.norm(centred - centred @ self.basis.T @ self.basis, axis=1)
        return far

    def within(self, rows: Floats) -> Floats:
        """``(n,)`` root mean squares of the coordinates in the subspace, in deviations."""
        far: Floats = np.sqrt((((rows - self.mean) @ self.basis.T / self.spread) ** 2).mean(axis=1))
        return far


@dataclass(frozen=True, kw_only=True)
class TrainingDistribution:
    """How the training images are distributed.

    Attributes:
        spaces: Of ``"layout"``, ``"edges"`` and, with a convolution, ``"features"``.
        grey_mean, grey_inverse: Mean and inverse covariance of the greys.
        darkest, brightest: Mean levels that no training image goes beyond, with a margin.
    """

    spaces: Mapping[str, Space]
    grey_mean: Floats
    grey_inverse: Floats
    darkest: float
    brightest: float

    @classmethod
    def fitted(cls, images: Described) -> TrainingDistribution:
        """Of training images."""
        spaces = {"layout": Space.fitted(images.layout), "edges": Space.fitted(images.edges)}
        if images.features is not None:
            spaces["features"] = Space.fitted(images.features)
        variance = images.greys.var(axis=0) + _SMALLEST
        spread = np.cov(images.greys.T) + 1e-4 * np.diag(variance)
        levels = images.greys[:, 0]
        margin = 1 + 0.05 * float(levels.max() - levels.min())
        return cls(
            spaces=spaces,
            grey_mean=images.greys.mean(axis=0),
            grey_inverse=np.asarray(np.linalg.inv(spread), np.float64),
            darkest=float(levels.min()) - margin,
            brightest=float(levels.max()) + margin,
        )

    def distances(self, images: Described) -> dict[str, Floats]:
        """How far out images lie, ``(n,)`` each; those of the network where there are features."""
        centred = images.greys - self.grey_mean
        squared = np.einsum("ni,ij,nj->n", centred, self.grey_inverse, centred)
        found = {
            "layout": self.spaces["layout"].outside(images.layout),
            "edges": self.spaces["edges"].outside(images.edges),
            "greys": np.sqrt(np.maximum(squared, 0)),
        }
        if images.features is not None and "features" in self.spaces:
            found["network"] = self.spaces["features"].within(images.features)
        return found

    def to_json(self) -> JsonObject:
        return {
            "spaces": {
                name: {key: _numbers(value) for key, value in vars(space).items()}
                for name, space in self.spaces.items()
            },
            "grey_mean": _numbers(self.grey_mean, 8),
            "grey_inverse": _numbers(self.grey_inverse, 8),  # ill-conditioned
            "darkest": self.darkest,
            "brightest": self.brightest,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainingDistribution:
        spaces = {
            name: Space(**{key: _array(part[key]) for key in ("mean", "basis", "spread")})
            for name, part in value["spaces"].items()
        }
        mean, inverse = _array(value["grey_mean"]), _array(value["grey_inverse"])
        fits = set(spaces) - {"features"} == {"layout", "edges"}
        fits &= all(len(spaces[key].mean) == SIZES[key] for key in ("layout", "edges"))
        fits &= mean.shape == (SIZES["greys"],) and inverse.shape == (SIZES["greys"],) * 2
        for space in spaces.values():
            fits &= space.basis.shape == (len(space.spread), len(space.mean))
            fits &= bool((space.spread > 0).all())
        if not fits:
            raise ValueError("shapes do not fit")
        levels = float(value["darkest"]), float(value["brightest"])
        return cls(
            spaces=spaces,
            grey_mean=mean,
            grey_inverse=inverse,
            darkest=levels[0],
            brightest=levels[1],
        )


def _numbers(values: Floats, digits: int = 5) -> Any:
    """Nested lists with so many digits: five are more than the images tell."""
    rounded = [float(f"{value:.{digits}g}") for value in values.ravel().tolist()]
    return np.array(rounded).reshape(values.shape).tolist()


def _array(value: Any) -> Floats:
    array = np.asarray(value, np.float64)
    if not np.all(np.isfinite(array)):
        raise ValueError("not finite")
    return array
