"""Labels and probabilities of several findings, drawn: some unknown, patients with several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NAMES = ("Effusion", "Mass", "Nodule")


def drawn_findings(
    patients: int = 120,
    *,
    seed: int = 0,
    unknown: float = 0.3,
    per_patient: int = 3,
    skill: float = 1.2,
    prevalences: tuple[float, ...] = (0.4, 0.2, 0.1),
) -> tuple[NDArray[np.int8], NDArray[np.float64], list[str]]:
    """``(n, k)`` labels, ``(n, k)`` probabilities, ``n`` patients; both go with the patient."""
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(patients), per_patient)
    k, n = len(prevalences), len(whose)
    theirs = rng.normal(size=(patients, k))[whose]
    ill = (0.7**0.5 * theirs + 0.3**0.5 * rng.normal(size=(n, k))) < _quantiles(prevalences)
    noise = 0.5**0.5 * rng.normal(size=(patients, k))[whose] + 0.5**0.5 * rng.normal(size=(n, k))
    said = 1 / (1 + np.exp(-(skill * ill + noise - 0.6)))
    truth = np.where(rng.random((n, k)) < unknown, -1, ill).astype(np.int8)
    return truth, said, [f"p{number}" for number in whose]


def _quantiles(shares: tuple[float, ...]) -> NDArray[np.float64]:
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf(share) for share in shares])
