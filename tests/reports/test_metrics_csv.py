"""Numbers of an evaluation in a spreadsheet: all of them, in full, and no formula."""

from __future__ import annotations

import csv
import io

from random_predictions import random_predictions

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
    nothing = evaluate_predictions([0, 0], [[0.9, 0.1], [0.8, 0.2]], ["A", "B"])
    rows = list(csv.DictReader(io.StringIO(metrics_csv(nothing))))
    (recall,) = [row for row in rows if (row["metric"], row["class"]) == ("recall", "B")]
    assert (recall["value"], recall["low"], recall["why"]) == ("", "", "no image is truly B")
