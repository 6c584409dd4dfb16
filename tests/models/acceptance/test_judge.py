"""What labelled images of another place say of a model, on predictions that are made up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.metrics.calibration import with_temperature
from xraylib.models.acceptance.judge import Acceptance, halves, judge

CLASSES = ("Covid", "Normal", "Pneumonia")
TESTING: dict[str, Any] = {
    "per_class": {name: {"recall": 0.9, "recall_ci": [0.8, 0.95]} for name in CLASSES}
}


def predicted(
    right: dict[str, int], each: int, *, temperature: float = 1.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """``each`` images of each class, of which so many are called right: labels, probabilities."""
    rng = np.random.default_rng(seed)
    labels, rows = [], []
    for place, name in enumerate(CLASSES):
        for number in range(each):
            called = place if number < right[name] else (place + 1 + number % 2) % 3
            p = np.full(3, 0.1) + rng.uniform(0, 0.02, 3)
            p[called] = 0.8
            rows.append(p / p.sum())
            labels.append(place)
    return np.array(labels), with_temperature(np.array(rows), temperature)


def of(labels: np.ndarray, p: np.ndarray, **other: Any) -> Acceptance:
    other = {"strange": np.zeros(len(labels), bool), "testing": TESTING, **other}
    return judge(labels, p, CLASSES, [f"p{n}" for n in range(len(labels))], **other)


def test_a_model_that_does_as_in_testing_may_be_tried() -> None:
    found = of(*predicted(dict.fromkeys(CLASSES, 18), 20))
    assert found.verdict.code == "no-objection"
    assert found.verdict.reasons == (
        f"mean recall {found.here.balanced_accuracy}, where guessing gives 0.33, and no class is "
        "surely worse than in its own testing",
    )


def test_what_it_would_give_no_answer_to_is_told_beside_the_figures() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 18), 20)
    assert of(labels, p, unanswered=7).verdict.remarks == (
        "7 of the 60 X-rays would get no answer here; the figures count what it would have said of "
        "them",
    )
    assert of(labels, p).verdict.remarks == ()


def test_more_than_a_fifth_unlike_or_unanswered_is_no_reason_to_try_it() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 18), 20)
    strange = np.arange(60) < 15  # a quarter, 0.15 to 0.37 by Wilson: not surely more than a fifth
    found = of(labels, p, strange=strange)
    assert found.verdict.code == "cannot-tell"
    assert found.verdict.reasons == (
        "more than 20% of these X-rays are unlike those that it learned from, perhaps by chance",
    )
    assert of(labels, p, strange=np.arange(60) < 12).verdict.code == "no-objection"
    told = of(labels, p, unanswered=13).verdict
    assert told.code == "cannot-tell"
    assert told.reasons == (
        "more than 20% of these X-rays would get no answer here, perhaps by chance",
    )
    assert of(labels, p, unanswered=12).verdict.code == "no-objection"


def test_a_place_where_most_get_no_answer_is_none_for_it_however_right_it_would_have_been() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 18), 20)
    told = of(labels, p, unanswered=60).verdict
    assert told.code == "do-not-use"
    assert told.reasons == (
        "it gives no answer to 1.00 (0.94 to 1.00) of these X-rays, surely more than 20%",
    )
    both = of(labels, p, unanswered=60, strange=np.ones(60, bool)).verdict
    assert both.reasons == (
        "1.00 (0.94 to 1.00) of these X-rays are unlike those that it learned from, surely more "
        "than 20%",
    )


def test_a_class_that_is_found_surely_less_often_than_in_testing_forbids_it() -> None:
    found = of(*predicted({"Covid": 8, "Normal": 18, "Pneumonia": 18}, 20))
    assert found.verdict.code == "do-not-use"
    # Newcombe 1998, method 10: 0.4 - 0.9 + sqrt((0.613 - 0.4)² + (0.9 - 0.8)²) = -0.26
    assert found.verdict.reasons == (
        "it finds fewer of the Covid X-rays than in its own testing: 0.40 (0.22 to 0.61) here, "
        "0.90 (0.80 to 0.95) there",
    )
    # 14 of 20: 0.7 - 0.9 + sqrt((0.855 - 0.7)² + 0.1²) = -0.016; 15 of 20 could be chance.
    for hits, code in ((14, "do-not-use"), (15, "no-objection")):
        assert of(*predicted({**dict.fromkeys(CLASSES, 18), "Covid": hits}, 20)).verdict.code == (
            code
        )


def test_without_figures_of_testing_a_class_must_not_surely_be_missed() -> None:
    labels, p = predicted({"Covid": 4, "Normal": 18, "Pneumonia": 18}, 20)
    found = of(labels, p, testing={})
    assert found.verdict.reasons == (
        "it surely misses more than half of the Covid X-rays: recall 0.20 (0.08 to 0.42)",
    )


def test_images_unlike_the_training_images_forbid_it_however_good_it_is() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 20), 20)
    strange = np.arange(60) % 2 == 0
    found = of(labels, p, strange=strange)
    assert found.verdict.code == "do-not-use"
    assert found.verdict.reasons[0].startswith(
        "0.50 (0.38 to 0.62) of these X-rays are unlike those that it learned from"
    )
    few = of(labels, p, strange=np.arange(60) % 10 == 0)
    assert few.verdict.code == "no-objection"
    assert few.verdict.remarks[0].startswith("0.10 (0.05 to 0.20) of these X-rays are unlike")
    assert of(labels, p, strange=None).verdict.remarks[0].startswith("whether these X-rays are")


def test_too_few_images_tell_nothing_good_but_may_tell_something_bad() -> None:
    few = of(*predicted(dict.fromkeys(CLASSES, 9), 10))
    assert few.verdict.code == "cannot-tell"
    assert few.verdict.reasons == ("30 X-rays are too few: 50 to 200 are needed",)
    labels, p = predicted(dict.fromkeys(CLASSES, 20), 20)
    chosen = (labels != 0) | (np.arange(60) < 4)
    rare = of(labels[chosen], p[chosen], strange=np.zeros(44, bool))
    assert "4 Covid X-rays are too few: 10 are needed" in rare.verdict.reasons
    bad = of(*predicted(dict.fromkeys(CLASSES, 0), 10))
    assert bad.verdict.code == "do-not-use"


def test_what_is_no_better_than_guessing_is_not_to_be_used() -> None:
    found = of(*predicted(dict.fromkeys(CLASSES, 8), 20), testing={})
    assert found.verdict.code == "do-not-use"
    assert "it is not shown to be better than guessing here" in found.verdict.reasons[0]


def test_the_images_that_it_was_made_with_tell_nothing() -> None:
    found = of(*predicted(dict.fromkeys(CLASSES, 20), 20), same_images=True)
    assert found.verdict.code == "cannot-tell"


def test_patients_are_halved_whole_and_each_class_evenly() -> None:
    labels = np.repeat([0, 1, 2], [40, 20, 9])
    groups = np.arange(69) // 2
    chosen = halves(labels, groups, 0)
    for patient in np.unique(groups):
        assert len(set(chosen[groups == patient])) == 1
    for label, whole in ((0, 40), (1, 20)):
        assert abs(chosen[labels == label].sum() - whole / 2) <= 2
    assert not np.array_equal(chosen, halves(labels, groups, 1))


def test_a_threshold_is_chosen_on_one_half_and_judged_on_the_other() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 36), 40)
    found = of(labels, p, sensitivity=0.9)
    choose = halves(labels, np.unique([f"p{n}" for n in range(120)], return_inverse=True)[1], 0)
    one = found.thresholds["Covid"]
    scores, own = p[:, 0], labels == 0
    assert found.temperature.temperature == 1
    assert one.rests_on == int((choose & own).sum())
    # By hand: the highest score that flags 0.9 of the first half's images of the class.
    ranked = np.sort(scores[choose & own])[::-1]
    assert one.threshold == ranked[int(np.ceil(0.9 * len(ranked))) - 1]
    rest = ~choose & own
    assert one.sensitivity.value == pytest.approx((scores[rest] >= one.threshold).mean())


def test_probabilities_that_tell_nothing_get_no_temperature() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 240)
    p = np.eye(3)[rng.permutation(labels)] * 0.97 + 0.01
    found = of(labels, p).temperature
    assert (found.temperature, found.fitted, found.change.value) == (1.0, None, None)
    assert "tell nothing here" in found.change.reason


def test_a_temperature_is_used_where_the_other_half_shows_that_it_helps() -> None:
    labels, p = predicted(dict.fromkeys(CLASSES, 66), 80)  # right in 0.825, at about 0.79
    good = of(labels, p).temperature
    assert good.temperature == 1.0  # what chance alone would do is not applied
    sure = of(*predicted(dict.fromkeys(CLASSES, 66), 80, temperature=0.25)).temperature
    assert sure.temperature == pytest.approx(4, rel=0.25)
    assert sure.change.interval is not None
    assert sure.change.interval.high < 0
    few = of(*predicted(dict.fromkeys(CLASSES, 16), 19)).temperature
    assert (few.temperature, few.fitted) == (1.0, None)


def test_it_survives_json() -> None:
    found = of(*predicted(dict.fromkeys(CLASSES, 18), 20))
    assert Acceptance.from_json(found.to_json()).to_json() == found.to_json()
