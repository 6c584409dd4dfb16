"""Numbers of an evaluation in a spreadsheet: all of them, in full, and no formula."""

from __future__ import annotations

import csv
import io

from random_predictions import random_predictions

from xraylib.evaluation.known_images import KnownImages
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.reports.metrics_csv import metrics_csv


def test_every_number_has_a_row_with_its_interval_or_the_reason_for_none() -> None:
    true, p = random_predictions(40, 2, seed=1)
    found = evaluate_predictions(true, p, ["=SUM(A1)", "B"])
    rows = list(csv.DictReader(io.StringIO(metrics_csv(found))))
    assert len(rows) == len(found.scores) + 2 * len(found.per_class["B"].scores)
    (accuracy,) = [row for row in rows if row["metric"] == "accuracy"]
    assert float(accuracy["value"]) == found.accuracy.value
    assert (float(accuracy["low"]), float(accuracy["high"])) == found.accuracy.interval
    assert (accuracy["class"], accuracy["images"], accuracy["why"]) == ("", "40", "")
    assert {row["class"] for row in rows} == {"", "'=SUM(A1)", "B"}
    assert "known from training" not in {row["metric"] for row in rows}
    nothing = evaluate_predictions([0, 0], [[0.9, 0.1], [0.8, 0.2]], ["A", "B"])
    rows = list(csv.DictReader(io.StringIO(metrics_csv(nothing))))
    (recall,) = [row for row in rows if (row["metric"], row["class"]) == ("recall", "B")]
    assert (recall["value"], recall["low"], recall["why"]) == ("", "", "no image is truly B")


def test_what_training_knew_has_rows_of_its_own() -> None:
    true, p = random_predictions(40, 2, seed=1)
    found = evaluate_predictions(true, p, ["A", "B"])
    known = KnownImages(
        images=40, same_bytes=5, changed=2, same_patient=0, audited=True, shortcut=0.79, validated=3
    )
    text = metrics_csv(found, known)
    assert text.startswith(metrics_csv(found))
    rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(text))}
    training = rows["known from training"]
    assert (training["images"], training["value"]) == ("40", "7")
    assert training["why"] == (
        "7: 5 byte for byte, 2 changed copies; validation, by which its training was watched, "
        "knew 3 more"
    )
    assert rows["known from validation alone"]["value"] == "3"
    assert rows["reached without anatomy"]["value"] == "0.79"
