"""How far a 95 % interval can be trusted on few films, as measured, not as assumed.

The table is what ``benchmarks/interval_coverage.py`` printed: how often each interval held the
known truth, for a fair and a good network, three uneven classes, 66 and 300 films. Where that lies
outside of 92 to 98 %, whoever shows the interval says "approximate".
"""

from __future__ import annotations

from typing import Final

ALLOWED: Final = (0.92, 0.98)
SIZES: Final = (66, 300)
COVERAGE: Final[dict[str, dict[int, tuple[float, float]]]] = {
    "accuracy": {66: (0.947, 0.949), 300: (0.955, 0.961)},
    "brier": {66: (0.954, 0.955), 300: (0.952, 0.953)},
    "log_loss": {66: (0.923, 0.949), 300: (0.939, 0.950)},
    "balanced_accuracy": {66: (0.950, 0.963), 300: (0.959, 0.959)},
    "auc macro": {66: (0.957, 0.959), 300: (0.951, 0.952)},
    "auc weighted": {66: (0.961, 0.963), 300: (0.952, 0.956)},
    "recall": {66: (0.951, 0.969), 300: (0.949, 0.960)},
    "precision": {66: (0.949, 0.971), 300: (0.949, 0.961)},
    "specificity": {66: (0.945, 0.967), 300: (0.945, 0.963)},
    "npv": {66: (0.949, 0.969), 300: (0.947, 0.957)},
    "f1": {66: (0.959, 0.982), 300: (0.944, 0.961)},
    "auc": {66: (0.951, 0.958), 300: (0.941, 0.958)},
    "difference": {66: (0.947, 0.957), 300: (0.949, 0.949)},
    "ppv at a prevalence": {66: (0.949, 0.969), 300: (0.951, 0.954)},
}
"""Lowest and highest coverage of each figure's interval, by films."""
_BETWEEN: Final = 140
"""From so many films on the table's second column speaks: half way on a logarithmic scale."""
_FEWEST: Final = 50


def covered(figure: str, films: int) -> tuple[float, float]:
    """Lowest and highest coverage of a figure's interval on about so many films.

    Args:
        figure: A name in ``COVERAGE``.
        films: Of the whole test set.
    """
    return COVERAGE[figure][SIZES[0] if films < _BETWEEN else SIZES[1]]


def why_approximate(figure: str, films: int, *, patients: int | None = None) -> str | None:
    """Why an interval is only approximate, or None where it holds what it promises.

    Args:
        figure: A name in ``COVERAGE``.
        films: Of the whole test set.
        patients: Whose films they are; the formulas for single films do not know patients.
    """
    if patients is not None and patients < films and figure not in BY_PATIENT:
        return f"{films} films of {patients} patients are taken as independent"
    if films < _FEWEST:
        return f"{films} films are fewer than were tried ({SIZES[0]})"
    low, high = covered(figure, films)
    if low >= ALLOWED[0] and high <= ALLOWED[1]:
        return None
    worst = low if ALLOWED[0] - low > high - ALLOWED[1] else high
    size = SIZES[0] if films < _BETWEEN else SIZES[1]
    return f"in simulations with {size} films it held the truth in {100 * worst:.0f} of 100 cases"


BY_PATIENT: Final = ("auc macro", "auc weighted", "balanced_accuracy", "f1", "brier", "log_loss",
                     "difference")  # fmt: skip
"""Figures whose intervals draw whole patients."""
