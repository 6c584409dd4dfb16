"""How often the 95 % intervals hold the truth, in simulations where the truth is known.

    python benchmarks/interval_coverage.py                    # 2,000 test sets each; minutes
    python benchmarks/interval_coverage.py --repeats 200      # a quick look
    python benchmarks/interval_coverage.py --against 1f4d2c7  # that commit's intervals beside
    python benchmarks/interval_coverage.py --only "30 patients with 20 each, classes"

A made-up network gives each image of three classes noisy scores; what it would reach on images
without end is taken from two million of them. Test sets are then drawn from the same source, and
every interval that the Results page shows is asked whether it holds that value. Two networks, a
fair one and a good one, and these settings:

- 66 and 300 images, one a patient; the same with one to four images of a patient that are more
  alike than those of others;
- 300 images of classes of which one is 0.90, one 0.09 and one 0.01 of all;
- 2, 5, 10 and 30 patients with 20 images each, of all classes or of one class a patient.

An interval that is withheld is counted apart, not as held. The last lines are the tables that
``xraylib/metrics/uncertainty/coverage.py`` holds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))
from earlier import code_folder, printed_by

sys.path.insert(0, code_folder())

try:
    from xraylib.metrics.comparing.paired import difference_interval
except ImportError:  # as it was at an earlier commit
    from xraylib.metrics.compare import difference_interval
from xraylib.metrics.checked_images import checked_images
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import wilson_of_share
from xraylib.metrics.predictions import Counted
from xraylib.metrics.scores import brier_score, log_loss
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.metrics.thresholds import at_threshold, predictive_values
from xraylib.metrics.uncertainty.resampling import worth_of

CLASSES = ("A", "B", "C")
SHARES = (0.40, 0.35, 0.25)
RARE_SHARES = (0.90, 0.09, 0.01)
SKILLS = {"fair": 1.0, "good": 2.2}
"""How far apart the classes lie, in standard deviations of the noise."""
PREVALENCE = 0.1
THRESHOLD = 0.5
SOURCE = 2_000_000

ALIKE = 0.5
"""The share of an image's variance that it has in common with the patient's other images."""

Drawn = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How test sets are drawn.

    Attributes:
        table: The table of ``xraylib/metrics/uncertainty/coverage.py`` that it speaks for.
        column: Its column there.
        n: Images.
        most: A patient has one to so many images.
        each: A patient has so many images, whatever ``most`` says; 0 for not.
        mixed: Whether a patient's images are of several classes.
        shares: Of the classes.
    """

    table: str
    column: str
    n: int
    most: int = 1
    each: int = 0
    mixed: bool = False
    shares: tuple[float, ...] = SHARES

    def words(self) -> str:
        """For people."""
        whose = (
            f"{self.n // self.each} patients with {self.each} each"
            if self.each
            else (f"one to {self.most} of a patient" if self.most > 1 else "one a patient")
        )
        classes = " of all classes" if self.mixed else ""
        return f"{self.n} images, {whose}{classes}, classes {self.shares}"


SETTINGS = (
    Setting(table="COVERAGE", column="66", n=66),
    Setting(table="COVERAGE", column="300", n=300),
    Setting(table="OF_PATIENTS", column="66", n=66, most=4),
    Setting(table="OF_PATIENTS", column="300", n=300, most=4),
    Setting(table="SPECIAL", column="rare", n=300, shares=RARE_SHARES),
    *(
        Setting(table="SPECIAL", column="few patients", n=20 * patients, each=20, mixed=mixed)
        for patients, mixed in (
            (2, True),
            (5, True),
            (10, True),
            (30, True),
            (10, False),
            (30, False),
        )
    ),
)


def draw(
    n: int,
    skill: float,
    rng: np.random.Generator,
    *,
    most: int = 1,
    each: int = 0,
    mixed: bool = False,
    shares: tuple[float, ...] = SHARES,
) -> Drawn:
    """``n`` labels, probabilities, what a second, related network calls them, and the patients.

    What the settings mean stands with :class:`Setting`.
    """
    patient = np.arange(n)
    if each:
        patient = np.repeat(patient, each)[:n]
    elif most > 1:
        patient = np.repeat(patient, rng.integers(1, most + 1, n))[:n]
    true = rng.choice(3, n, p=shares)
    if not mixed:
        true = true[patient]
    signal = skill * np.eye(3)[true]

    def noise() -> NDArray[np.float64]:
        own = rng.normal(size=(n, 3))
        if most == 1 and not each:
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


def truth(
    skill: float, *, images: int = SOURCE, shares: tuple[float, ...] = SHARES
) -> dict[str, float]:
    """What each figure comes to on ``images`` images, whoever's they are."""
    true, p, other, _ = draw(images, skill, np.random.default_rng(12345), shares=shares)
    called = p.argmax(axis=1)
    found = {
        "accuracy": float((called == true).mean()),
        "brier": brier_score(true, p),
        "log_loss": log_loss(true, p),
        "difference": float((called == true).mean() - (other == true).mean()),
    }
    recalls, areas, supports = [], [], []
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
        supports.append(n / images)
    found["balanced_accuracy"] = float(np.mean(recalls))
    found["auc macro"] = float(np.mean(areas))
    found["auc weighted"] = float(np.dot(areas, supports))
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


def intervals(setting: Setting, skill: float, seed: int) -> Iterator[tuple[str, Any]]:
    """The intervals of one test set, by figure; None where one is not defined."""
    rng = np.random.default_rng(seed)
    true, p, other, patient = draw(
        setting.n,
        skill,
        rng,
        most=setting.most,
        each=setting.each,
        mixed=setting.mixed,
        shares=setting.shares,
    )
    result = evaluate_predictions(true, p, CLASSES, patient.astype(str).tolist(), seed=seed)
    for metric in METRICS:
        if metric.has_interval:
            yield metric.coverage or metric.name, result[metric.name].interval
    for name in CLASSES:
        for one in CLASS_METRICS:
            yield f"{one.coverage or one.name} {name}", result.per_class[name][one.name].interval
    right, others = p.argmax(axis=1) == true, other == true
    yield "difference", difference_interval(right, others, patient)
    if not 0 < (true == 0).sum() < len(true):
        return
    point = at_threshold(true == 0, p[:, 0], THRESHOLD)
    mine, flagged = true == 0, p[:, 0] >= THRESHOLD
    worth = worth_of(flagged, mine, patient), worth_of(~flagged, ~mine, patient)
    yield "sensitivity at a threshold", wilson_of_share(point.sensitivity, worth[0])
    yield "specificity at a threshold", wilson_of_share(point.specificity, worth[1])
    values = predictive_values(point, PREVALENCE, worth=worth, seed=seed)
    yield "ppv at a prevalence", values.ppv_interval


def simulate(
    setting: Setting, skill: float, known: dict[str, float], repeats: int
) -> dict[str, tuple[float, float]]:
    """``{figure: (share of intervals that hold the truth, share that is withheld)}``."""
    held: dict[str, list[bool]] = {}
    withheld: dict[str, int] = {}
    for seed in range(repeats):
        for name, interval in intervals(setting, skill, seed):
            held.setdefault(name, [])
            if interval is None:
                withheld[name] = withheld.get(name, 0) + 1
            else:
                held[name].append(interval[0] <= known[name] <= interval[1])
    return {
        name: (float(np.mean(values)) if values else float("nan"), withheld.get(name, 0) / repeats)
        for name, values in held.items()
    }


def figure_of(name: str) -> str:
    """``recall A`` is a recall; the macro AUC is a figure of its own."""
    word, _, rest = name.rpartition(" ")
    return word if rest in CLASSES else name


Found = dict[str, dict[str, tuple[float, float]]]


def run(repeats: int, *, images: int = SOURCE, only: str = "") -> dict[str, Found]:
    """Every coverage, ``{network: {setting: {figure: (held, withheld)}}}``; says how far it is."""
    found: dict[str, Found] = {}
    for skill_name, skill in SKILLS.items():
        for setting in SETTINGS:
            if only not in setting.words():
                continue
            print(f"{skill_name} network, {setting.words()}", file=sys.stderr, flush=True)
            known = truth(skill, images=images, shares=setting.shares)
            found.setdefault(skill_name, {})[setting.words()] = simulate(
                setting, skill, known, repeats
            )
    return found


def tables(found: dict[str, Found]) -> dict[str, dict[str, dict[str, tuple[float, float]]]]:
    """Lowest and highest coverage, ``{table: {figure: {column: (low, high)}}}``."""
    made: dict[str, dict[str, dict[str, tuple[float, float]]]] = {}
    for settings in found.values():
        for setting in SETTINGS:
            for name, (held, withheld) in settings[setting.words()].items():
                if withheld > 0.9:  # hardly ever told: too seldom to say how well
                    continue
                row = made.setdefault(setting.table, {}).setdefault(figure_of(name), {})
                low, high = row.get(setting.column, (1.0, 0.0))
                row[setting.column] = (min(low, held), max(high, held))
    return made


def show(found: dict[str, Found], before: dict[str, Found] | None) -> None:
    """Prints every coverage, beside that of before."""
    for skill, settings in found.items():
        for setting, figures in settings.items():
            print(f"\n{skill} network, {setting}")
            for name, (held, withheld) in figures.items():
                more = f", withheld {withheld:.1%}" if withheld else ""
                line = f"  {name:28s} held {held:.3f}{more}"
                if before is not None:
                    then, without = before[skill][setting][name]
                    line += f"   before {then:.3f}" + (
                        f", withheld {without:.1%}" if without else ""
                    )
                print(line)


def main() -> None:
    """Simulates and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--against", help="a commit whose intervals stand beside")
    parser.add_argument("--only", default="", help="settings whose words hold this; no tables then")
    parser.add_argument("--json", action="store_true", help="print the coverages alone, as JSON")
    options = parser.parse_args()
    found = run(options.repeats, only=options.only)
    if options.json:
        print(json.dumps(found))
        return
    before = None
    if options.against:
        before = printed_by(options.against, __file__, "--repeats", str(options.repeats))
    show(found, before)
    if options.only:
        return
    print("\nlowest and highest coverage, for xraylib/metrics/uncertainty/coverage.py:")
    for table, figures in tables(found).items():
        print(table)
        for name, row in figures.items():
            cells = ", ".join(
                f"{column if column.isdigit() else repr(column)}: ({low:.3f}, {high:.3f})"
                for column, (low, high) in row.items()
            )
            print(f'    "{name}": {{{cells}}},'.replace("'", '"'))


if __name__ == "__main__":
    main()
