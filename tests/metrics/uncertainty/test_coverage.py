"""The table of coverage names what the page shows, and the simulation behind it is sound."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.table import METRICS
from xraylib.metrics.uncertainty.coverage import (
    ALLOWED,
    COVERAGE,
    OF_PATIENTS,
    SIZES,
    SPECIAL,
    approximate,
    why_approximate,
)
from xraylib.settings import PROJECT

sys.path.append(str(PROJECT / "benchmarks"))


@pytest.mark.slow
def test_the_small_simulation_knows_the_truth_and_the_intervals_hold_it() -> None:
    import interval_coverage as simulation

    known = simulation.truth(2.2, images=200_000)
    # The same truth another way: the share of argmax hits of fresh draws.
    true, p, _, patient = simulation.draw(100_000, 2.2, np.random.default_rng(7))
    assert known["accuracy"] == pytest.approx((p.argmax(axis=1) == true).mean(), abs=0.006)
    from sklearn.metrics import f1_score, roc_auc_score

    assert known["f1 B"] == pytest.approx(f1_score(true == 1, p.argmax(axis=1) == 1), abs=0.01)
    assert known["auc C"] == pytest.approx(roc_auc_score(true == 2, p[:, 2]), abs=0.004)
    assert len(set(patient.tolist())) == 100_000
    for setting in simulation.SETTINGS[:5]:
        known = simulation.truth(2.2, images=200_000, shares=setting.shares)
        found = simulation.simulate(setting, 2.2, known, repeats=6)
        figures = {simulation.figure_of(name) for name in found}
        assert figures >= set(COVERAGE) == set(OF_PATIENTS) == set(SPECIAL)
        assert np.nanmean([share for share, _ in found.values()]) > 0.8
    images, *_, whose = simulation.draw(60, 2.2, np.random.default_rng(8), most=4)
    assert np.bincount(whose).max() <= 4
    assert all(len(set(images[whose == one])) == 1 for one in set(whose.tolist()))


def test_the_table_holds_every_figure_for_every_column() -> None:
    for figure, sizes in [*COVERAGE.items(), *OF_PATIENTS.items()]:
        assert tuple(sizes) == SIZES, figure
        for low, high in sizes.values():
            assert 0.5 < low <= high <= 1
    for figure, columns in SPECIAL.items():
        assert {*columns} == {"rare", "few patients"}, figure
        for low, high in columns.values():
            assert 0.8 < low <= high <= 1, figure


def test_outside_of_92_to_98_of_100_it_says_approximate(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        "good": {66: (0.93, 0.97), 300: (0.94, 0.96)},
        "narrow": {66: (0.88, 0.95), 300: (0.93, 0.96)},
        "close": {66: (0.917, 0.95), 300: (0.93, 0.96)},
        "wide": {66: (0.93, 0.995), 300: (0.93, 0.96)},
    }
    monkeypatch.setattr("xraylib.metrics.uncertainty.coverage.COVERAGE", table)
    assert ALLOWED == (0.92, 0.98)
    assert why_approximate("good", 66) is None
    assert why_approximate("narrow", 66) == (
        "in simulations with 66 images it held the truth in 88 of 100 cases"
    )
    assert why_approximate("narrow", 300) is None
    # Not rounded to 92, which would be inside.
    assert why_approximate("close", 66) == (
        "in simulations with 66 images it held the truth in 91.7 of 100 cases"
    )
    assert why_approximate("wide", 80) == (
        "in simulations with 66 images it held the truth in 99.5 of 100 cases, so it is wider than "
        "it need be"
    )
    assert why_approximate("narrow", 10_000) is None
    assert why_approximate("good", 20) == "20 images are fewer than were tried (66)"
    monkeypatch.setattr(
        "xraylib.metrics.uncertainty.coverage.OF_PATIENTS", {"good": table["narrow"]}
    )
    assert why_approximate("good", 66, patients=66) is None
    assert why_approximate("good", 66, patients=30) == (
        "in simulations with 66 images, one to four of a patient, it held the truth in 88 of 100 "
        "cases"
    )


def test_few_patients_and_rare_classes_are_told_from_simulations_of_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    special = {"good": {"rare": (0.91, 0.95), "few patients": (0.85, 1.0)}}
    for table in ("COVERAGE", "OF_PATIENTS"):
        every = {"good": {66: (0.94, 0.96), 300: (0.94, 0.96)}}
        monkeypatch.setattr(f"xraylib.metrics.uncertainty.coverage.{table}", every)
    monkeypatch.setattr("xraylib.metrics.uncertainty.coverage.SPECIAL", special)
    # Patients count, not images: 500 images of 25 patients are few.
    assert why_approximate("good", 500, patients=25) == (
        "in simulations with 2 to 30 patients with 20 images each it held the truth in 85 of 100 "
        "cases"
    )
    assert why_approximate("good", 500, patients=200) is None
    assert why_approximate("good", 300, smallest=9) == (
        "in simulations with 3 images of a class among 300 it held the truth in 91 of 100 cases"
    )
    assert why_approximate("good", 300, smallest=10) is None


def test_an_evaluation_knows_how_few_its_patients_and_its_rarest_class_are() -> None:
    rng = np.random.default_rng(0)
    true = np.r_[0, 0, 0, np.ones(297, int)]
    p = np.eye(2)[np.where(rng.random(300) < 0.8, true, 1 - true)]
    accuracy = METRICS[0]
    rare = evaluate_predictions(true, p, ("A", "B"))
    assert approximate(rare, accuracy) == why_approximate("accuracy", 300, smallest=3)
    few = evaluate_predictions(true, p, ("A", "B"), (np.arange(300) // 20).astype(str))
    assert approximate(few, accuracy) == why_approximate("accuracy", 300, patients=15)
