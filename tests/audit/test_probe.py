"""Ridge regression onto classes, against scikit-learn; and how often images are judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from xraylib.audit import sources
from xraylib.audit.pictures import Pictures
from xraylib.audit.probe import cross_validated
from xraylib.audit.report import AuditReport
from xraylib.datasets.curation import Curation
from xraylib.datasets.source import open_source
from xraylib.workspace import Workspace


def test_labels_are_told_from_a_table_as_by_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 90)
    table = rng.normal(size=(90, 6)) + 0.7 * np.eye(3, 6)[truth]
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    folds = np.arange(90) % 5
    tries = np.column_stack([truth, *(rng.permutation(truth) for _ in range(19))])
    balanced = []
    for labels in tries.T:
        guess = np.zeros_like(labels)
        plain = np.zeros_like(labels)
        for fold in range(5):
            held = folds == fold
            shares = np.array([(labels[~held] == one).mean() for one in range(3)])
            ridge = Ridge(alpha=0.03 * (~held).sum(), fit_intercept=False)
            ridge.fit(table[~held], np.eye(3)[labels[~held]] - shares)
            scores = ridge.predict(table[held]) + shares
            guess[held] = (scores / shares).argmax(axis=1)
            plain[held] = scores.argmax(axis=1)
        if not balanced:
            accuracy = accuracy_score(labels, plain)
        balanced.append(balanced_accuracy_score(labels, guess))
    found = cross_validated(table, folds, tries)
    assert found["balanced"] == pytest.approx(balanced[0], abs=1e-12)
    assert found["accuracy"] == pytest.approx(accuracy, abs=1e-12)
    assert found["p"] == np.mean(np.array(balanced) >= balanced[0] - 1e-12)


@pytest.mark.parametrize(("left_out", "times"), [((), 1), (("a/p0_1.png",), 2)])
def test_what_takes_part_is_judged_once_where_it_is_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: tuple[str, ...], times: int
) -> None:
    rng = np.random.default_rng(0)
    for number in range(8):
        file = tmp_path / "images" / "ab"[number % 2] / f"p{number}_1.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (30, 26), np.uint8)).save(file)
    judged = []
    real = sources.judge_pictures

    def judge(pictures: Pictures) -> AuditReport:
        judged.append(len(pictures.index))
        return real(pictures)

    monkeypatch.setattr(sources, "judge_pictures", judge)
    source = open_source(
        tmp_path / "images", decided=Curation(excluded=left_out), workspace=Workspace(tmp_path)
    )
    report = sources.audit_source(replace(source, is_changed=False))
    assert report.images == 8 - len(left_out)
    assert sorted(judged) == sorted({8, 8 - len(left_out)})
    assert len(judged) == times
