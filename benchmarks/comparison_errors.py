"""How often a comparison says "better" where nothing is better, in simulations.

    python benchmarks/comparison_errors.py                    # 400 test sets of each kind
    python benchmarks/comparison_errors.py --against 1f4d2c7  # that commit's comparisons beside

- Five equally good runs on 60 patients with 5 images each, whose images a run tends to get right
  or wrong together: wanted is a "better" among the runs in at most 5 of 100 test sets.
- Two designs, equally good, trained three times each, where trainings differ by luck.
- A run that is somewhat better than always naming the most frequent class, on 66 images: how often
  the first line of Results and the Compare tab do not say the same, and how often each finds it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))
from earlier import code_folder, printed_by

sys.path.insert(0, code_folder())

from xraylib.app.results.results_words import verdict
from xraylib.metrics.compare import compare_predictions
from xraylib.metrics.evaluation import evaluate_predictions

CLASSES = ("A", "B")
PATIENTS, EACH = 60, 5
ALIKE = 1.5
"""Standard deviation, on the logit scale, of what a run makes of all images of a patient."""
Bools = NDArray[np.bool_]


def right_by_patient(rng: np.random.Generator, *, luck: float = 0.0) -> Bools:
    """``(n,)`` what an equally good run gets right; ``luck`` is how much trainings differ."""
    of_patient = rng.normal(1.2 + luck * rng.normal(), ALIKE, PATIENTS)
    chance = 1 / (1 + np.exp(-np.repeat(of_patient, EACH)))
    right: Bools = rng.random(PATIENTS * EACH) < chance
    return right


def says(true: NDArray[np.int64], right: Bools) -> NDArray[np.float64]:
    """Probabilities of a run that is right there."""
    return np.eye(2)[np.where(right, true, 1 - true)]


def simulate(repeats: int) -> dict[str, float]:
    """Shares of the test sets, by what happened in them."""
    rng = np.random.default_rng(0)
    whose = np.repeat(np.arange(PATIENTS), EACH).astype(str).tolist()
    counts = dict.fromkeys(
        (
            "five equal runs: one is called better",
            "two equal designs, three trainings each: a design is called better",
            "two equal designs, three trainings each: a run is called better",
            "headline and Compare do not say the same",
            "headline finds the better run",
            "Compare finds the better run",
        ),
        0,
    )
    for _ in range(repeats):
        true = rng.integers(0, 2, PATIENTS * EACH)
        runs = {f"run {i}": says(true, right_by_patient(rng)) for i in range(5)}
        found = compare_predictions(true, runs, CLASSES, whose)
        counts["five equal runs: one is called better"] += any(
            pair.better in runs and pair.first in runs and pair.second in runs
            for pair in found.pairs
        )
        runs = {
            f"design {d}, {i}": says(true, right_by_patient(rng, luck=0.3))
            for d in range(2)
            for i in range(3)
        }
        named = {name: name[:8] for name in runs}
        try:
            found = compare_predictions(true, runs, CLASSES, whose, designs=named)
            better = any(pair.better for pair in found.designs)
        except TypeError:  # before designs were known
            found, better = compare_predictions(true, runs, CLASSES, whose), False
        counts["two equal designs, three trainings each: a design is called better"] += better
        counts["two equal designs, three trainings each: a run is called better"] += any(
            pair.better in runs and pair.first in runs and pair.second in runs
            for pair in found.pairs
        )
        true = (np.arange(66) < 24).astype(np.int64)
        p = says(true, rng.random(66) < 0.76)
        headline = verdict(evaluate_predictions(true, p, CLASSES))
        (pair,) = compare_predictions(true, {"run": p}, CLASSES).pairs
        first, second = "Better than" in headline, pair.better == "run"
        counts["headline and Compare do not say the same"] += first != second
        counts["headline finds the better run"] += first
        counts["Compare finds the better run"] += second
    return {name: count / repeats for name, count in counts.items()}


def main() -> None:
    """Simulates and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--against", help="a commit whose comparisons stand beside")
    parser.add_argument("--json", action="store_true", help="print the shares alone, as JSON")
    options = parser.parse_args()
    found = simulate(options.repeats)
    if options.json:
        print(json.dumps(found))
        return
    before = {}
    if options.against:
        before = printed_by(options.against, __file__, "--repeats", str(options.repeats))
    for name, share in found.items():
        then = f"   before {before[name]:.3f}" if before else ""
        print(f"{name:68s} {share:.3f}{then}")


if __name__ == "__main__":
    main()
