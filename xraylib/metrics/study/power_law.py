"""How a figure grows with the number of training images: an inverse power law, fitted.

``y(n) = a - b n^-c``: with endless images the figure is ``a``, and what is missing shrinks by a
power of their number. Learning curves of classifiers follow it well (Figueroa et al. 2012, BMC
Medical Informatics and Decision Making 12:8; Hestness et al. 2017, arXiv 1712.00409). For each
power ``c`` the other two are a straight line in ``n^-c``; the power of the least squares is taken.
NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import refused_argument

Floats = NDArray[np.float64]

POWERS: Final = np.geomspace(0.05, 2.0, 100)
"""The powers that are tried; real learning curves lie between 0.1 and 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerLaws:
    """One curve or many, of the same numbers of images.

    Attributes:
        ceiling: ``(...)`` the figure with endless images, ``a``.
        gap: ``(...)`` what is missing with one image, ``b``; below 0 where more images did harm.
        power: ``(...)`` ``c``, from 0.05 to 2.
    """

    ceiling: Floats
    gap: Floats
    power: Floats

    def at(self, images: float) -> Floats:
        """``(...)`` the figure with so many training images."""
        grown: Floats = self.ceiling - self.gap * images**-self.power
        return grown


def fit_power_laws(images: Floats, figures: Floats, *, highest: float = 1.0) -> PowerLaws:
    """The inverse power law through each row of figures, by least squares.

    Args:
        images: ``(m,)`` numbers of training images, at least three that differ.
        figures: ``(..., m)`` the figure with each of them.
        highest: What the figure cannot exceed with endless images.

    Raises:
        ConfigError: code ``argument``: fewer than three numbers of images.
    """
    images = np.asarray(images, np.float64)
    figures = np.asarray(figures, np.float64)
    if images.ndim != 1 or len(np.unique(images)) < 3 or images.min() <= 0:
        raise refused_argument("images", images, "at least three numbers above 0 that differ")
    scaled = images / images.max()  # keeps the powers of a million images within range
    best = _line(scaled, figures, POWERS[0], highest)
    for power in POWERS[1:]:
        one = _line(scaled, figures, power, highest)
        better = one[0] < best[0]
        best = tuple(  # type: ignore[assignment]
            np.where(better, new, old) for new, old in zip(one, best, strict=True)
        )
    _, ceiling, gap, chosen = best
    return PowerLaws(ceiling=ceiling, gap=gap * images.max() ** chosen, power=chosen)


def _line(
    scaled: Floats, figures: Floats, power: float, highest: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Squares that are left, ceiling, gap and power of the best curve of one power."""
    x = scaled**-power
    off = x - x.mean()
    gap = -(figures * off).sum(axis=-1) / (off**2).sum()
    ceiling = figures.mean(axis=-1) + gap * x.mean()
    above = ceiling > highest
    ceiling = np.where(above, highest, ceiling)
    gap = np.where(above, ((highest - figures) * x).sum(axis=-1) / (x**2).sum(), gap)
    left = ((figures - ceiling[..., None] + gap[..., None] * x) ** 2).sum(axis=-1)
    return left, ceiling, gap, np.full_like(gap, power)
