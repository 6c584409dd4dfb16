"""Groups of a column against the rest: published intervals, scikit-learn, and no false alarms."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import recall_score, roc_auc_score

from xraylib.metrics.comparing.two_groups import apart
from xraylib.metrics.intervals import wilson_interval
from xraylib.metrics.measured import Score
from xraylib.metrics.populations.aspect import Aspect
from xraylib.metrics.populations.subgroups import GroupScores, asked, by_group


def _aspect(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], groups: NDArray[np.int64]
) -> Aspect:
    rows = np.arange(len(positive))
    return Aspect(
        name="Mass", rows=rows, positive=positive, scores=scores, flagged=scores >= 0.5,
        groups=groups, threshold=0.5,
    )  # fmt: skip


def _drawn(rng: np.random.Generator, patients: int, each: int, skill: float) -> Aspect:
    theirs = np.repeat(np.arange(patients), each)
    positive = np.repeat(rng.random(patients) < 0.4, each)
    scores = 0.5 + 0.15 * (skill * (positive - 0.5) + rng.normal(size=patients)[theirs])
    return _aspect(positive, scores + 0.05 * rng.normal(size=len(theirs)), theirs)


def test_the_difference_of_two_shares_is_newcombes_tenth_method() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873, table II: 56 of 70 less 48 of 80.
    first = Score(56 / 70, wilson_interval(56, 70))
    second = Score(48 / 80, wilson_interval(48, 80))
    found = apart(first, second)
    assert found is not None
    assert found.difference == pytest.approx(0.2)
    assert found.interval.low == pytest.approx(0.0524, abs=5e-5)
    assert found.interval.high == pytest.approx(0.3339, abs=5e-5)
    assert found.p < 0.05
    assert found.sign == 1
    # The interval that just touches 0 has a p of 0.05.
    edge = apart(Score(0.5, wilson_interval(50, 100)), Score(0.5, wilson_interval(50, 100)))
    assert edge is not None
    assert edge.p == 1.0
    assert apart(Score(None), second) is None


def test_each_groups_figures_are_those_of_its_images_alone() -> None:
    aspect = _drawn(np.random.default_rng(1), 80, 3, 2.0)
    values = np.where(aspect.groups % 2 == 0, "F", "M")
    groups = by_group([aspect], values.tolist(), ["F", "M"])
    assert [one.value for one in groups] == ["F", "M"]
    for one in groups:
        own = values == one.value
        said = aspect.flagged[own]
        truth = aspect.positive[own]
        assert one.images == own.sum()
        assert one.patients == 40
        assert one["auc"].value == pytest.approx(roc_auc_score(truth, aspect.scores[own]))
        assert one["sensitivity"].value == pytest.approx(recall_score(truth, said))
        assert one["specificity"].value == pytest.approx(recall_score(~truth, ~said))
        assert one["prevalence"].value == pytest.approx(truth.mean())
    # Each is the other's rest: one question a score, and the same p for both.
    assert asked(groups) == 3
    for name in ("auc", "sensitivity", "specificity"):
        first, second = (one.against[name] for one in groups)
        assert first.difference == pytest.approx(-second.difference)
        assert first.p_holm == pytest.approx(second.p_holm)
    told = json.loads(json.dumps([one.to_json() for one in groups]))
    assert [GroupScores.from_json(one).to_json() for one in told] == told


def test_a_group_that_fares_worse_is_found_and_told() -> None:
    rng = np.random.default_rng(2)
    good, bad = _drawn(rng, 150, 2, 4.0), _drawn(rng, 150, 2, 0.5)
    both = _aspect(
        np.r_[good.positive, bad.positive],
        np.r_[good.scores, bad.scores],
        np.r_[good.groups, bad.groups + 150],
    )
    values = ["A"] * len(good) + ["B"] * len(bad)
    first, second = by_group([both], values, ["A", "B"])
    assert not first.worse
    assert "auc" in second.worse
    (sentence, *_) = second.words("site")
    assert sentence.startswith("Where site is B, the AUC of Mass is 0.")
    assert "against the other images" in sentence


def test_few_patients_of_either_side_are_too_few_to_tell() -> None:
    aspect = _drawn(np.random.default_rng(3), 60, 2, 2.0)
    values = np.where(aspect.groups < 5, "few", "many").tolist()
    few, many = by_group([aspect], values, ["few", "many"])
    assert few.too_few
    assert many.too_few
    (alone,) = by_group([aspect], ["one"] * len(aspect), ["one"])
    assert alone.too_few


@pytest.mark.slow
def test_where_no_group_differs_a_column_is_seldom_called_uneven() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(40):
        aspect = _drawn(rng, 120, 2, 1.5)
        values = [f"site {who % 4}" for who in aspect.groups]
        groups = by_group([aspect], values, [f"site {k}" for k in range(4)])
        assert asked(groups) >= 3
        alarms += any(one.worse or any(a.sign for a in one.against.values()) for one in groups)
    assert alarms <= 6  # 5 % of 40, and three standard errors
