"""A temperature for each finding. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.findings.predictions import two_columns

Floats = NDArray[np.float64]


def at_temperatures(
    probabilities: Floats, names: Sequence[str], temperatures: Mapping[str, float]
) -> Floats:
    """``(n, findings)`` after each finding's own temperature.

    A finding's logit is divided by it: of its two answers that is what temperature scaling does.
    """
    scaled = probabilities.copy()
    for place, name in enumerate(names):
        if temperatures.get(name, 1.0) != 1.0:
            both = with_temperature(two_columns(scaled[:, place]), temperatures[name])
            scaled[:, place] = both[:, 1]
    return scaled
