"""Findings against scikit-learn, finding by finding, on the images of which it is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support.drawn_findings import NAMES, drawn_findings
from xraylib.errors import ConfigError, DatasetError
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.average_precision import (
    average_precision,
    average_precision_influence,
    average_precision_interval,
)
from xraylib.metrics.findings.evaluation import FindingsEvaluation, evaluate_findings
from xraylib.metrics.findings.predictions import two_columns
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("ties", [False, True])
def test_every_number_of_a_finding_equals_scikit_learns_on_its_known_images(ties: bool) -> None:
    from sklearn import metrics as sk

    truth, p, patients = drawn_findings(seed=3)
    p = np.round(p * 8) / 8 if ties else p
    found = evaluate_findings(truth, p, NAMES, patients, thresholds={"Mass": 0.7})
    for place, name in enumerate(NAMES):
        own, known = found.per_finding[name], truth[:, place] >= 0
        true, said = truth[known, place], p[known, place]
        flagged = said >= (0.7 if name == "Mass" else 0.5)
        assert own.auc.value == pytest.approx(sk.roc_auc_score(true, said), abs=1e-12)
        assert own.average_precision.value == pytest.approx(
            sk.average_precision_score(true, said), abs=1e-12
        )
        for metric, value in (
            ("sensitivity", sk.recall_score(true, flagged)),
            ("specificity", sk.recall_score(true, flagged, pos_label=0)),
            ("ppv", sk.precision_score(true, flagged)),
            ("npv", sk.precision_score(true, flagged, pos_label=0)),
        ):
            assert own[metric].value == pytest.approx(value, abs=1e-12)
        assert (own.present, own.absent) == (int((true == 1).sum()), int((true == 0).sum()))
        assert own.unknown == int((~known).sum())
        assert own.flagged == int(flagged.sum())
    for metric in MEANS:
        values = [own[metric].value for own in found.per_finding.values()]
        assert found[metric].value == pytest.approx(np.mean(values), abs=1e-12)
    both = ((truth[:, 0] == 1) & (truth[:, 2] == 1)).sum()
    assert found.together[0][2] == found.together[2][0] == both


def test_a_finding_has_the_intervals_that_two_classes_have() -> None:
    truth, p, patients = drawn_findings(seed=4)
    known = truth[:, 0] >= 0
    mine = evaluate_findings(truth, p, NAMES, patients).per_finding["Effusion"]
    said = two_columns(p[known, 0])
    said[said[:, 0] == said[:, 1]] = (0.4, 0.6)  # a tie is flagged, and no other class is called
    whose = [who for who, told in zip(patients, known, strict=True) if told]
    theirs = evaluate_predictions(truth[known, 0], said, ("no", "yes"), whose).per_class["yes"]
    names = {"sensitivity": "recall", "ppv": "precision"}
    for metric in ("auc", "sensitivity", "specificity", "ppv", "npv"):
        assert mine[metric].interval == theirs[names.get(metric, metric)].interval, metric


def test_what_is_not_known_counts_nothing_whatever_was_said_of_it() -> None:
    truth, p, patients = drawn_findings(seed=5)
    other = np.where(truth < 0, np.random.default_rng(0).random(p.shape), p)
    assert (
        evaluate_findings(truth, p, NAMES, patients).to_json()
        == evaluate_findings(truth, other, NAMES, patients).to_json()
    )


def test_the_influence_on_the_average_precision_is_its_derivative_by_each_images_weight() -> None:
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(0)
    truth, scores = rng.random(40) < 0.4, np.round(rng.normal(size=40) * 3) / 3
    moved = average_precision_influence(truth, scores)
    for image in range(40):
        weights = np.ones(40)
        step = 1e-6
        weights[image] += step
        above = average_precision_score(truth, scores, sample_weight=weights)
        weights[image] -= 2 * step
        below = average_precision_score(truth, scores, sample_weight=weights)
        assert moved[image] / 40 == pytest.approx((above - below) / (2 * step), abs=1e-6)
    assert average_precision(np.zeros(3, bool), np.ones(3)) is None


def test_the_interval_of_the_average_precision_rests_on_the_patients_who_have_the_finding() -> None:
    from scipy import stats

    z = stats.norm.ppf(0.975)
    truth, p, patients = drawn_findings(40, seed=4, unknown=0)
    positive, groups = truth[:, 2] == 1, np.unique(patients, return_inverse=True)[1]
    images = np.bincount(groups[positive])
    theirs = images.sum() ** 2 / (images**2).sum()
    value = average_precision(positive, p[:, 2])
    moved = np.bincount(groups, average_precision_influence(positive, p[:, 2])) / len(positive)
    variance = (moved**2).sum() * theirs / (theirs - 1)
    unsure = variance * (stats.t.ppf(0.975, theirs - 1) / z) ** 2
    moderate = ((theirs - 1) * variance + 3 * value * (1 - value) / theirs) / (theirs + 2)
    worth = value * (1 - value) / max(unsure, moderate)
    # Wilson's bounds v are where (value - v)^2 = z^2 v (1 - v) / worth
    bounds = np.roots([1 + z**2 / worth, -(2 * value + z**2 / worth), value**2])
    found = average_precision_interval(positive, p[:, 2], groups)
    assert found == pytest.approx(sorted(bounds.real), abs=1e-9)
    perfect = average_precision_interval(positive, positive.astype(float), groups)
    assert perfect == pytest.approx((theirs / (theirs + z**2), 1.0), abs=1e-9)
    assert average_precision_interval(np.zeros(3, bool), np.ones(3), np.arange(3)) is None


def test_findings_that_few_patients_have_are_named() -> None:
    truth, p, patients = drawn_findings(40, seed=4, unknown=0)
    few = [
        name
        for place, name in enumerate(NAMES)
        if len({who for who, one in zip(patients, truth[:, place], strict=True) if one == 1}) < 20
    ]
    assert 0 < len(few) < len(NAMES)
    (note,) = evaluate_findings(truth, p, NAMES, patients).notes
    assert note.startswith(f"fewer than 20 patients have {', '.join(few)}: "), note
    truth[:] = 1
    assert not evaluate_findings(truth, p, NAMES, patients).notes


def test_what_no_image_shows_has_no_value_and_says_why_and_the_mean_leaves_it_out() -> None:
    truth, p, patients = drawn_findings(seed=6)
    truth[:, 1] = np.minimum(truth[:, 1], 0)
    truth[:, 2] = -1
    found = evaluate_findings(truth, p, NAMES, patients)
    assert found.per_finding["Mass"].auc.reason == "no image shows Mass"
    assert found.per_finding["Mass"].specificity.value is not None
    assert found.per_finding["Mass"].flagged > 0
    for name in ("ppv", "npv"):  # 0 and 1 whatever was flagged
        assert found.per_finding["Mass"][name].reason == "no image shows Mass", name
    nowhere = "of no image it is known whether it shows Nodule"
    assert all(found.per_finding["Nodule"][one.name].reason == nowhere for one in FINDING_METRICS)
    assert found.auc.value == found.per_finding["Effusion"].auc.value
    assert found.undefined["per_finding.Nodule.auc"] == nowhere


def test_it_is_read_back_from_json_as_it_was() -> None:
    truth, p, patients = drawn_findings(seed=7)
    truth[:, 1] = -1
    found = evaluate_findings(truth, p, NAMES, patients)
    again = FindingsEvaluation.from_json(json.loads(json.dumps(found.to_json())))
    assert again.to_json() == found.to_json()
    assert "mean AUC" in repr(found)
    with pytest.raises(DatasetError, match="cannot be read") as error:
        FindingsEvaluation.from_json({"n": 3})
    assert error.value.code == "evaluation"


def test_what_is_no_label_no_probability_or_no_finding_is_refused() -> None:
    for truth, p, words in (
        ([[1, 0]], [[0.5]], "both of shape"),
        ([[2]], [[0.5]], r"neither 1, 0 nor -1"),
        ([[1]], [[1.5]], "no probabilities"),
        ([[1]], [[np.nan]], "no probabilities"),
        ([["x"]], [[0.5]], "both of shape"),
    ):
        with pytest.raises(DatasetError, match=words) as error:
            evaluate_findings(truth, p, ("Mass",))
        assert error.value.code == "predictions"
    with pytest.raises(ConfigError, match="There is no finding called 'Mas'"):
        evaluate_findings([[1]], [[0.5]], ("Mass",), thresholds={"Mas": 0.4})


@pytest.mark.long
def test_intervals_hold_the_truth_in_93_to_97_of_100_draws_of_clustered_patients() -> None:
    whole = drawn_findings(200_000, seed=1, unknown=0)
    true = evaluate_findings(*whole[:2], NAMES).to_json()
    held: dict[str, list[bool]] = {}
    for seed in range(1500):
        found = evaluate_findings(*_named(150, seed)).to_json()
        for name in NAMES:
            for metric in ("auc", "average_precision", "sensitivity", "specificity", "ppv", "npv"):
                low, high = found["per_finding"][name][f"{metric}_ci"]
                value = true["per_finding"][name][metric]
                held.setdefault(f"{name} {metric}", []).append(low <= value <= high)
        for metric in MEANS:
            low, high = found[f"{metric}_ci"]
            held.setdefault(f"mean {metric}", []).append(low <= true[metric] <= high)
    shares = {name: float(np.mean(told)) for name, told in held.items()}
    for name, share in shares.items():
        print(f"{name:30s} {share:.3f}")
    off = {name: share for name, share in shares.items() if not 0.93 <= share <= 0.97}
    assert not off, off


def _named(patients: int, seed: int) -> tuple[object, object, tuple[str, ...], list[str]]:
    truth, p, whose = drawn_findings(patients, seed=1000 + seed)
    return truth, p, NAMES, whose
