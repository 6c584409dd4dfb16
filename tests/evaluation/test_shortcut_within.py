"""Telling source or exposure inside a class: on features that are made up, and on a real run."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from xraylib.errors import ConfigError
from xraylib.evaluation.run_shortcuts import kept_shortcuts, run_shortcuts
from xraylib.evaluation.shortcut_within import halves_by_brightness, told_within


def made(
    *, apart: float, patients: int = 60, each: int = 1, seed: int = 0
) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Features of patients from two hospitals, which lie so many deviations apart in one."""
    rng = np.random.default_rng(seed)
    hospital = np.arange(patients) % 2
    level = rng.normal(apart * hospital, 1, patients)
    features = rng.normal(0, 1, (patients * each, 6))
    features[:, 2] = np.repeat(level, each) + rng.normal(0, 0.05, patients * each)
    values = [f"hospital {one}" for one in np.repeat(hospital, each)]
    return features, values, np.repeat(np.arange(patients), each)


def test_a_hospital_that_shows_in_the_features_is_told_as_well_as_scikit_learn_tells_it() -> None:
    features, values, groups = made(apart=2.5, patients=200)
    found = told_within("hospital", "Normal", features, values, groups)
    assert found is not None
    probe = make_pipeline(StandardScaler(), RidgeClassifier(alpha=20))
    truth = np.array(values) == "hospital 1"
    scores = cross_val_predict(
        probe, features, truth, groups=groups, cv=GroupKFold(5), method="decision_function"
    )
    assert found.auc.value == pytest.approx(roc_auc_score(truth, scores), abs=0.02)
    assert found.can_be_told
    assert (found.images, found.patients) == (200, 200)


def test_what_does_not_show_is_not_told() -> None:
    told = [
        told_within("hospital", "Normal", *made(apart=0, seed=seed)).can_be_told  # type: ignore[union-attr]
        for seed in range(60)
    ]
    assert sum(told) <= 6


def test_images_of_one_patient_neither_leak_nor_count_as_many() -> None:
    features, values, groups = made(apart=0, each=8)
    found = told_within("hospital", "Normal", features, values, groups)
    assert found is not None
    # Each patient's eight images are alike: folds that tear them apart would learn them by heart.
    assert not found.can_be_told
    assert (found.images, found.patients) == (480, 60)
    alone = told_within("hospital", "Normal", features, values, np.arange(480))
    assert alone is not None
    narrow, wide = alone.auc.interval, found.auc.interval
    assert narrow is not None
    assert wide is not None
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_values_of_few_patients_are_left_out() -> None:
    features, values, groups = made(apart=2)
    values[0] = "hospital 9"
    found = told_within("hospital", "Normal", features, values, groups)
    assert found is not None
    assert found.values == ("hospital 1", "hospital 0")
    assert told_within("hospital", "Normal", features[:18], values[:18], groups[:18]) is None


def test_exposure_is_over_or_under_the_median() -> None:
    assert halves_by_brightness(np.array([10.0, 30, 20, 40])) == [
        "dark half", "bright half", "dark half", "bright half",
    ]  # fmt: skip


@pytest.mark.xdist_group("tensorflow")
def test_a_run_tells_what_can_be_told_and_what_was_not_tried(bars: Any) -> None:
    assert kept_shortcuts(bars.run) is None
    found = run_shortcuts(bars.run)
    assert found == kept_shortcuts(bars.run)
    assert found.images == 45
    assert found.found == ()  # five patients a class are too few
    assert found.unknown[0].startswith("source: neither a metadata.csv")
    assert found.unknown[1] == "exposure inside High: fewer than two values with 10 patients each"
    with pytest.raises(ConfigError, match="There is no column 'hospital'"):
        run_shortcuts(bars.run, by=["hospital"])
    table = bars.images / "metadata.csv"
    try:
        with table.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "hospital"])
            writer.writerows(
                [path.name, "A" if place % 2 else "B"]
                for place, path in enumerate(sorted(bars.images.rglob("*.png")))
            )
        again = run_shortcuts(bars.run)
        assert "hospital inside High: fewer than two values with 10 patients each" in again.unknown
    finally:
        table.unlink()
        (bars.run.folder / "shortcuts.json").unlink()
