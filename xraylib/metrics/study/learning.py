"""A learning curve through what runs on shares of the training images reached, and what is unsure.

What the judged patients and the seeds leave open is drawn again and again, and a curve is fitted
through each draw: for all of it together, so that what holds for neighbouring shares alike (they
judge the same images) is not taken for a rise. NumPy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.study.power_law import fit_power_laws
from xraylib.metrics.uncertainty.quantiles import t95

Floats = NDArray[np.float64]

FEWEST: Final = 3
"""Shares that a curve needs."""
_ENDS: Final = (2.5, 97.5)
_LINE: Final = 40


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """What the runs of one share reached.

    Attributes:
        share: Of the training patients.
        images: Training images, the mean over its runs.
        figure: The mean over its runs.
        ci: Its 95 % interval, for other images of such patients and other seeds.
        each: The figure of each run.
        fitted: The curve's value there.
    """

    share: float
    images: float
    figure: float
    ci: Interval
    each: tuple[float, ...]
    fitted: float


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What more images would bring, if the curve goes on as it went.

    Attributes:
        images: Training images then.
        figure: What the curve says.
        ci: Its 95 % interval.
        gain: Beside all of today's images, on the curve.
        gain_ci: Its 95 % interval; where it holds 0, no gain can be told from chance.
    """

    images: int
    figure: float
    ci: Interval
    gain: float
    gain_ci: Interval

    @property
    def tells(self) -> bool:
        """Whether the gain can be told from none."""
        return self.gain_ci.low > 0


@dataclass(frozen=True, kw_only=True)
class FittedCurve:
    """An inverse power law through the points, and what it says of more images.

    Attributes:
        points: A point a share, ascending.
        power: The exponent, with its 95 % interval.
        ceiling: What endless images would give, by the curve; likewise.
        line: ``(images, figure, low, high)`` along the curve, up to twice as many images, with its
            95 % interval at each.
        doubled: With twice as many images.
    """

    points: tuple[CurvePoint, ...]
    power: tuple[float, Interval]
    ceiling: tuple[float, Interval]
    line: tuple[tuple[float, float, float, float], ...]
    doubled: Forecast


def curve_through(
    shares: Sequence[float], images: Sequence[float], drawn: Sequence[Floats], *, seed: int = 0
) -> FittedCurve:
    """The curve through what the runs of each share reached.

    Args:
        shares: ``m`` of them, ascending, at least `FEWEST`.
        images: Training images of each.
        drawn: For each share ``(1 + draws, runs)``: the figure of each run on the judged images as
            they are, then on each draw of their patients, the same draws for all runs.
        seed: Of the draws of seeds.

    Raises:
        ConfigError: code ``argument``: fewer than three numbers of images.
    """
    count = np.asarray(images, np.float64)
    means = _over_seeds(drawn, np.random.default_rng([seed, 1]))
    means = means[np.isfinite(means).all(axis=1)]
    laws = fit_power_laws(count, means)
    now, doubled = laws.at(count[-1]), laws.at(2 * count[-1])
    return FittedCurve(
        points=tuple(
            CurvePoint(
                share=share,
                images=float(count[place]),
                figure=float(means[0, place]),
                ci=_within(means[1:, place]),
                each=tuple(drawn[place][0].tolist()),
                fitted=_in_unit(laws.at(count[place])[0]),
            )
            for place, share in enumerate(shares)
        ),
        power=(float(laws.power[0]), _interval(laws.power[1:])),
        ceiling=(_in_unit(laws.ceiling[0]), _within(laws.ceiling[1:])),
        line=tuple(
            (float(at), _in_unit(along[0]), *_within(along[1:]))
            for at in np.geomspace(count[0], 2 * count[-1], _LINE)
            for along in [laws.at(at)]
        ),
        doubled=Forecast(
            images=round(2 * count[-1]),
            figure=_in_unit(doubled[0]),
            ci=_within(doubled[1:]),
            gain=float(doubled[0] - now[0]),
            gain_ci=_interval(doubled[1:] - now[1:]),
        ),
    )


def _over_seeds(drawn: Sequence[Floats], rng: np.random.Generator) -> Floats:
    """``(1 + draws, shares)`` means over the runs of each share; of a draw, over other seeds.

    How far seeds lie apart is taken from all shares together. Means of k hide a part of it, and few
    runs leave it unsure: what is drawn is widened by both.
    """
    means: Floats = np.stack([some.mean(axis=1) for some in drawn], axis=-1)
    off = [(some[0] - some[0].mean()) * np.sqrt(k / (k - 1)) for some in drawn
           if (k := some.shape[1]) > 1]  # fmt: skip
    if off:
        pool = np.concatenate(off)
        wider = t95(len(pool) - len(off)) / Z95
        for place, some in enumerate(drawn):
            chosen = rng.choice(pool, (len(means) - 1, some.shape[1]))
            means[1:, place] += wider * chosen.mean(axis=1)
    return means


def _interval(values: Floats) -> Interval:
    low, high = np.percentile(values, _ENDS)
    return Interval(float(low), float(high))


def _within(values: Floats) -> Interval:
    low, high = _interval(values)
    return Interval(_in_unit(low), _in_unit(high))


def _in_unit(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
