"""An evaluation as a value: what a person reads of it, in code, in a notebook, from a file."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from random_predictions import SETS, random_predictions

from xraylib.errors import DatasetError
from xraylib.metrics.checked_images import checked_images
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions
from xraylib.metrics.intervals import Interval, wilson_interval
from xraylib.metrics.measured import Score
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted
from xraylib.metrics.table import METRICS
from xraylib.metrics.uncertainty.resampling import measure

CLASSES = ("Covid", "Normal", "Pneumonia")


@pytest.fixture
def found() -> Evaluation:
    true, p = random_predictions(66, 3, seed=1)
    return evaluate_predictions(true, p, CLASSES)


def test_a_score_is_reached_by_its_name_as_attribute_and_as_key(found: Evaluation) -> None:
    right = sum(row[i] for i, row in enumerate(found.confusion))
    assert found.accuracy is found["accuracy"]
    assert found.accuracy.value == right / 66
    assert found.accuracy.interval == wilson_interval(right, 66)
    low, high = found.accuracy.interval or (1, 0)
    assert (found.accuracy.interval or ()).low == low < high  # type: ignore[union-attr]
    covid = found.per_class["Covid"]
    assert covid.recall is covid["recall"]
    assert covid.recall.value == found.confusion[0][0] / covid.support
    assert "auc" in found
    assert "accuracy_ci" not in found
    assert {"accuracy", "per_class", "to_json"} <= set(dir(found))


def test_a_name_that_is_none_is_refused_with_the_nearest(found: Evaluation) -> None:
    words = (
        "There is no score called 'accurracy' in this Evaluation. Expected one of "
        f"{', '.join(metric.name for metric in METRICS)}. Do this: ask for 'accuracy'."
    )
    with pytest.raises(DatasetError) as by_key:
        found["accurracy"]
    assert (str(by_key.value), by_key.value.code) == (words, "metric")
    with pytest.raises(AttributeError) as by_attribute:
        _ = found.accurracy
    assert str(by_attribute.value) == words
    with pytest.raises(DatasetError, match=r"Do this: write \.patients: it is no score"):
        found["patients"]
    with pytest.raises(DatasetError, match="Do this: ask for 'auc'"):
        found["auc_ci"]
    with pytest.raises(DatasetError, match="judge the run again if the metric is new"):
        found.per_class["Covid"]["sharpness"]


def test_it_cannot_be_changed_but_copied_and_sent(found: Evaluation) -> None:
    with pytest.raises(FrozenInstanceError):
        found.n = 3  # type: ignore[misc]
    assert copy.deepcopy(found) == found == pickle.loads(pickle.dumps(found))


def test_it_says_what_matters_in_a_few_lines() -> None:
    # 3 of 4 right. Clopper and Pearson's high end: h⁴ = 0.975. 1 of 2: (1 - low)² = 0.975.
    found = evaluate_predictions(
        [0, 0, 1, 1], [[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0, 1]], ["A", "B"]
    )
    assert repr(found).splitlines() == [
        "<Evaluation of 4 images of 4 patients: accuracy 0.75 (0.19 to 0.99), "
        "AUC 1.00 (0.39 to 1.00)",
        "  A: 2 images, recall 0.50 (0.01 to 0.99)",
        "  B: 2 images, recall 1.00 (0.16 to 1.00)>",
    ]
    many = evaluate_predictions(*random_predictions(40, 9, seed=2), list("ABCDEFGHI"))
    assert len(repr(many).splitlines()) == 8
    assert repr(many).endswith("\n  and 3 more classes>")
    nothing = evaluate_predictions(**SETS["no images"]())
    assert "accuracy –, AUC –" in repr(nothing)


class _Cells(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_notebook_shows_tables_and_the_matrix_with_names_as_words() -> None:
    true, p = random_predictions(30, 2, seed=3)
    found = evaluate_predictions(true, p, ("<script>alert(1)</script>", "B&B"))
    shown = _Cells(found._repr_html_())
    assert shown.tags == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert shown.words.count("<script>alert(1)</script>") == 3
    assert str(found.accuracy) in shown.words
    assert str(found.per_class["B&B"].f1) in shown.words
    (first, second), names = found.confusion, found.classes
    assert shown.words[-6:] == [names[0], *map(str, first), names[1], *map(str, second)]


def test_a_score_is_written_with_as_many_digits_as_are_asked_for(found: Evaluation) -> None:
    low, high = wilson_interval(1, 3) or (0, 0)
    score = Score(1 / 3, wilson_interval(1, 3))
    assert f"{score:.3f}" == f"0.333 ({low:.3f} to {high:.3f})"
    assert str(score) == f"{score}" == f"0.33 ({low:.2f} to {high:.2f})"
    assert str(Score(0.5)) == "0.50"
    assert str(Score(-0.02, Interval(-0.03, 0.004))) == "-0.02 (-0.03 to 0.00)"
    assert str(Score(0.02, Interval(0.004, 0.03))) == "0.02 (< 0.01 to 0.03)"
    assert str(Score(None, reason="there are no images")) == "–"
    assert str(found.ece) == f"{found.ece.value:.2f}"


def test_an_evaluation_of_an_older_version_lacks_scores_and_says_why(found: Evaluation) -> None:
    value: dict[str, Any] = found.to_json()
    for name in ("auc_weighted", "auc_weighted_ci", "brier_ci"):
        del value[name]
    del value["methods"], value["patients"]
    read = Evaluation.from_json(value)
    assert "auc_weighted" not in read
    assert read.brier.value == found.brier.value
    assert read.brier.interval is None
    assert read.undefined["brier_ci"] == "it was not computed when these images were judged"
    assert read.patients == 66


@pytest.mark.parametrize("value", [{}, {"n": "many"}, {"n": 3, "majority": None}, {"n": [1]}])
def test_what_is_no_evaluation_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(DatasetError) as caught:
        Evaluation.from_json(value)
    assert caught.value.code == "evaluation"
    assert caught.value.message.endswith(
        "Expected what Evaluation.to_json() gives. Do this: judge the run again, for example with "
        "xraylib evaluate."
    )


def test_every_missing_interval_has_a_true_reason() -> None:
    one = evaluate_predictions([0], [[0.75, 0.25]], ["A", "B"])
    assert one.log_loss.interval_reason == "there is only one image"
    alike = evaluate_predictions([0, 0, 1, 1], [[0.75, 0.25]] * 2 + [[0.25, 0.75]] * 2, ["A", "B"])
    assert alike.log_loss.interval_reason == "every draw of the images gives the same value"
    patient = evaluate_predictions([0, 1], [[0.7, 0.3], [0.4, 0.6]], ["A", "B"], ["p", "p"])
    assert patient.brier.interval_reason == "all images are of one patient"
    # Most draws of three images lack one of the classes that have one image each.
    rare: Metric[Counted] = Metric(
        name="worst",
        title="Worst",
        help="",
        function=lambda seen: (seen.hits / seen.support).min(axis=1),
        range=(-1.0, 1.0),
    )
    few = checked_images([0, 1, 2], [[0.6, 0.2, 0.2], [0.3, 0.4, 0.3], [0.4, 0.3, 0.3]], CLASSES)
    assert measure(few, [rare])[0]["worst"].interval_reason == (
        "too few images: it is not defined in most draws of them"
    )


def test_a_class_without_images_has_no_f1_though_it_was_called() -> None:
    p = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.7, 0.2, 0.1]])
    found = evaluate_predictions([0, 1, 1, 0], p, ["a", "b", "c"])
    assert found.per_class["c"].predicted == 1
    assert found.per_class["c"].f1.value is None
    assert found.per_class["c"].f1.reason == "no image is truly c"
    assert found.per_class["b"].f1.value == pytest.approx(2 / 3)
