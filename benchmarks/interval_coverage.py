"""How often the 95 % intervals hold the truth, in simulations where the truth is known.

    python benchmarks/interval_coverage.py                # 2,000 test sets each; minutes
    python benchmarks/interval_coverage.py --repeats 200  # a quick look

A made-up network gives each image of three uneven classes noisy scores; what it would reach on
images without end is taken from two million of them. Test sets of 66 and of 300 images are then
drawn from the same source, and every interval that the Results page shows is asked whether it
holds that value. Two networks: a fair one and a good one; once with one image a patient, once with
one to four images of a patient that are more alike than those of others. The last lines are the
tables that ``xraylib/metrics/coverage.py`` holds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from xraylib.metrics.compare import difference_interval  # noqa: E402
from xraylib.metrics.evaluation import evaluate_predictions  # noqa: E402
from xraylib.metrics.intervals import wilson_of_share  # noqa: E402
from xraylib.metrics.predictions import Counted, checked_images  # noqa: E402
from xraylib.metrics.resampling import worth_of  # noqa: E402
from xraylib.metrics.scores import brier_score, log_loss  # noqa: E402
from xraylib.metrics.table import CLASS_METRICS, METRICS  # noqa: E402
from xraylib.metrics.thresholds import at_threshold, predictive_values  # noqa: E402

CLASSES = ("A", "B", "C")
SHARES = (0.40, 0.35, 0.25)
SKILLS = {"fair": 1.0, "good": 2.2}
"""How far apart the classes lie, in standard deviations of the noise."""
SIZES = (66, 300)
PREVALENCE = 0.1
THRESHOLD = 0.5
SOURCE = 2_000_000

ALIKE = 0.5
"""The share of an image's variance that it has in common with the patient's other images."""

Drawn = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def draw(n: int, skill: float, rng: np.random.Generator, *, most: int = 1) -> Drawn:
    """``n`` labels, probabilities, what a second, related network calls them, and the patients.

    A patient has one to ``most`` images, all of one class.
    """
    patient = np.arange(n)
    if most > 1:
        patient = np.repeat(patient, rng.integers(1, most + 1, n))[:n]
    true = rng.choice(3, n, p=SHARES)[patient]
    signal = skill * np.eye(3)[true]

    def noise() -> NDArray[np.float64]:
        own = rng.normal(size=(n, 3))
        if most == 1:
            return own
        common = rng.normal(size=(n, 3))[patient]
        mixed: NDArray[np.float64] = (1 - ALIKE) ** 0.5 * own + ALIKE**0.5 * common
        return mixed

    shared = noise()
    first = signal + shared
    second = 0.9 * signal + 0.8 * shared + 0.6 * noise()
    # 1.5 times too sure, as networks are.
    powers = np.exp(1.5 * skill * first)
    return true, powers / powers.sum(axis=1, keepdims=True), second.argmax(axis=1), patient


def truth(skill: float, *, images: int = SOURCE) -> dict[str, float]:
    """What each figure comes to on ``images`` images, whoever's they are."""
    true, p, other, _ = draw(images, skill, np.random.default_rng(12345))
    called = p.argmax(axis=1)
    found = {
        "accuracy": float((called == true).mean()),
        "brier": brier_score(true, p),
        "log_loss": log_loss(true, p),
        "difference": float((called == true).mean() - (other == true).mean()),
    }
    recalls, areas, shares = [], [], []
    for k, name in enumerate(CLASSES):
        mine, said = true == k, called == k
        hit, n, m = int((mine & said).sum()), int(mine.sum()), int(said.sum())
        found[f"recall {name}"] = hit / n
        found[f"precision {name}"] = hit / m
        found[f"specificity {name}"] = (images - n - m + hit) / (images - n)
        found[f"npv {name}"] = (images - n - m + hit) / (images - m)
        found[f"f1 {name}"] = 2 * hit / (n + m)
        order = np.argsort(p[:, k])
        ranks = np.empty(images)
        ranks[order] = np.arange(1, images + 1)
        area = float((ranks[mine].sum() - n * (n + 1) / 2) / (n * (images - n)))
        found[f"auc {name}"] = area
        recalls.append(hit / n)
        areas.append(area)
        shares.append(n / images)
    found["balanced_accuracy"] = float(np.mean(recalls))
    found["auc macro"] = float(np.mean(areas))
    found["auc weighted"] = float(np.dot(areas, shares))
    mine = true == 0
    flagged = p[:, 0] >= THRESHOLD
    found["sensitivity at a threshold"] = float(flagged[mine].mean())
    found["specificity at a threshold"] = float((~flagged)[~mine].mean())
    right = float(flagged[mine].mean()) * PREVALENCE
    wrong = float(flagged[~mine].mean()) * (1 - PREVALENCE)
    found["ppv at a prevalence"] = right / (right + wrong)
    return _with_new_metrics(found, true, p)


def _with_new_metrics(
    found: dict[str, float], true: NDArray[np.int64], p: NDArray[np.float64]
) -> dict[str, float]:
    """Also those that nothing above computes in a second way."""
    every = Counted(checked_images(true, p, CLASSES))
    for metric in METRICS:
        if metric.has_interval and (metric.coverage or metric.name) not in found:
            found[metric.coverage or metric.name] = float(metric.function(every)[0])
    for place, name in enumerate(CLASSES):
        for one in CLASS_METRICS:
            if f"{one.coverage or one.name} {name}" not in found:
                found[f"{one.coverage or one.name} {name}"] = float(
                    one.function(every.one(place))[0]
                )
    return found


def intervals(n: int, skill: float, seed: int, most: int) -> Iterator[tuple[str, Any]]:
    """The intervals of one test set, by figure; None where one is not defined."""
    rng = np.random.default_rng(seed)
    true, p, other, patient = draw(n, skill, rng, most=most)
    result = evaluate_predictions(true, p, CLASSES, patient.astype(str).tolist(), seed=seed)
    for metric in METRICS:
        if metric.has_interval:
            yield metric.coverage or metric.name, result[metric.name].interval
    for name in CLASSES:
        for one in CLASS_METRICS:
            yield f"{one.coverage or one.name} {name}", result.per_class[name][one.name].interval
    right, others = p.argmax(axis=1) == true, other == true
    yield "difference", difference_interval(right, others, patient, repeats=1000, seed=seed)
    point = at_threshold(true == 0, p[:, 0], THRESHOLD)
    mine, flagged = true == 0, p[:, 0] >= THRESHOLD
    worth = worth_of(flagged, mine, patient), worth_of(~flagged, ~mine, patient)
    yield "sensitivity at a threshold", wilson_of_share(point.sensitivity, worth[0])
    yield "specificity at a threshold", wilson_of_share(point.specificity, worth[1])
    values = predictive_values(point, PREVALENCE, worth=worth, seed=seed)
    yield "ppv at a prevalence", values.ppv_interval


def simulate(
    n: int, skill: float, known: dict[str, float], repeats: int, *, most: int = 1
) -> dict[str, Any]:
    """``{figure: (share of intervals that hold the truth, share that are not defined)}``."""
    held: dict[str, list[bool]] = {}
    undefined: dict[str, int] = {}
    for seed in range(repeats):
        for name, interval in intervals(n, skill, seed, most):
            if interval is None:
                undefined[name] = undefined.get(name, 0) + 1
            else:
                held.setdefault(name, []).append(interval[0] <= known[name] <= interval[1])
    return {
        name: (float(np.mean(values)), undefined.get(name, 0) / repeats)
        for name, values in held.items()
    }


def figure_of(name: str) -> str:
    """``recall A`` is a recall; the macro AUC is a figure of its own."""
    word, _, rest = name.rpartition(" ")
    return word if rest in CLASSES else name


def run(
    repeats: int, *, most: int = 1, images: int = SOURCE
) -> dict[str, dict[int, tuple[float, float]]]:
    """Prints every coverage, and returns the lowest and highest of each figure by size."""
    table: dict[str, dict[int, tuple[float, float]]] = {}
    for skill_name, skill in SKILLS.items():
        known = truth(skill, images=images)
        for n in SIZES:
            print(
                f"\n{skill_name} network (accuracy {known['accuracy']:.3f}, macro AUC "
                f"{known['auc macro']:.3f}), {n} images, 1 to {most} a patient, {repeats} "
                "test sets"
            )
            for name, (share, missing) in simulate(n, skill, known, repeats, most=most).items():
                more = f", {missing:.1%} not defined" if missing else ""
                print(f"  {name:22s} truth {known[name]:6.3f}  coverage {share:.3f}{more}")
                before = table.setdefault(figure_of(name), {}).get(n, (1.0, 0.0))
                table[figure_of(name)][n] = (min(before[0], share), max(before[1], share))
    return table


def main() -> None:
    """Simulates and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--most", type=int, nargs="+", default=[1, 4], help="images of a patient")
    options = parser.parse_args()
    for most in options.most:
        title = "COVERAGE" if most == 1 else "OF_PATIENTS"
        table = run(options.repeats, most=most)
        print(f"\nlowest and highest coverage, for {title} in xraylib/metrics/coverage.py:")
        for name, sizes in table.items():
            row = ", ".join(f"{n}: ({low:.3f}, {high:.3f})" for n, (low, high) in sizes.items())
            print(f'    "{name}": {{{row}}},')


if __name__ == "__main__":
    main()
