"""Does a learning curve's interval hold what more images would give, and is no gain called one?

Simulated runs on shares of the training patients: each run's accuracy is a known inverse power
law plus luck of its seed, and all judge the same test patients, who differ in how hard they are.
Printed are the shares of simulations in which the 95 % interval at all images and at twice as many
holds the truth, and how often a gain is told where there is none and where there is one.

    python benchmarks/learning_curve.py [simulations]
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import bootstrap_weights
from xraylib.metrics.study.learning import curve_through
from xraylib.metrics.uncertainty.quantiles import widening

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
IMAGES = 250
SEEDS = 3
LUCK = 0.02
"""Standard deviation of a run's accuracy over seeds."""
CASES = {"rises": (0.95, 2.0, 0.5), "flattens": (0.82, 3.0, 0.9), "is flat": (0.8, 0.0, 0.5)}


def simulated(
    law: tuple[float, float, float], patients: int, rng: np.random.Generator
) -> tuple[list[float], list[NDArray[np.float64]]]:
    """Numbers of images, and what the runs of each share reached on each draw of the patients."""
    ceiling, gap, power = law
    groups = np.repeat(np.arange(patients), rng.integers(1, 4, patients))
    hard = rng.normal(0, 1, patients)[groups] * 0.6 + rng.normal(0, 0.8, len(groups))
    order = np.interp(hard, _NORMAL, _RANKS)  # uniform: how hard an image is
    draws = bootstrap_weights(groups, repeats=400, seed=int(rng.integers(2**31)))
    weights = np.concatenate([np.ones((1, len(groups))), *draws])
    wider = widening(groups)
    drawn = []
    for share in SHARES:
        own = []
        for _ in range(SEEDS):
            accuracy = ceiling - gap * (share * IMAGES) ** -power + rng.normal(0, LUCK)
            chance = rng.random(len(groups)) * 0.5 + order * 0.5
            right = (chance < np.quantile(_POPULATION, min(1.0, max(0.0, accuracy)))).astype(float)
            figures = weights @ right / weights.sum(axis=1)
            figures[1:] = figures[0] + wider * (figures[1:] - figures[0])
            own.append(figures)
        drawn.append(np.stack(own, axis=1))
    return [share * IMAGES for share in SHARES], drawn


_RNG = np.random.default_rng(0)
_NORMAL, _RANKS = np.sort(_RNG.normal(0, 1, 200_000)), np.linspace(0, 1, 200_000)
_POPULATION = _RNG.random(200_000) * 0.5 + _RNG.random(200_000) * 0.5


def main(simulations: int) -> None:
    print(f"{simulations} simulations, {SEEDS} seeds, {IMAGES} training images")
    print("truth      test patients  all images  twice as many  gain told")
    for name, law in CASES.items():
        for patients in (30, 100, 400):
            rng = np.random.default_rng(patients)
            now = twice = told = 0
            for _ in range(simulations):
                images, drawn = simulated(law, patients, rng)
                found = curve_through(SHARES, images, drawn)
                last, new = found.points[-1], found.doubled
                ceiling, gap, power = law
                now += last.ci.low <= ceiling - gap * IMAGES**-power <= last.ci.high
                twice += new.ci.low <= ceiling - gap * (2 * IMAGES) ** -power <= new.ci.high
                told += new.tells
            shares = (now / simulations, twice / simulations, told / simulations)
            print(
                f"{name:10} {patients:13}  {shares[0]:10.3f}  {shares[1]:13.3f}  {shares[2]:9.3f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
