"""Every number of an evaluation as a table for a spreadsheet."""

from __future__ import annotations

from xraylib.markup import csv_line, safe_cell
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.metrics.measured import Score

_HEADING = ("metric", "class", "images", "value", "low", "high", "why")


def metrics_csv(evaluation: Evaluation) -> str:
    """One row a metric of all images, then of each class: value, 95 % interval, why one is missing.

    Numbers are written in full. ``images`` are all, or those of the class.
    """
    rows = [_row(name, "", evaluation.n, score) for name, score in evaluation.scores.items()] + [
        _row(name, label, own.support, score)
        for label, own in evaluation.per_class.items()
        for name, score in own.scores.items()
    ]
    return "".join(csv_line(row) for row in (_HEADING, *rows))


def findings_csv(evaluation: FindingsEvaluation) -> str:
    """The same of findings: means first, then each finding; ``images`` are those that show it."""
    rows = [_row(f"mean {name}", "", evaluation.n, one) for name, one in evaluation.scores.items()]
    rows += [
        _row(name, label, own.present, score)
        for label, own in evaluation.per_finding.items()
        for name, score in own.scores.items()
    ]
    return "".join(csv_line(row) for row in (_HEADING, *rows))


def _row(name: str, label: str, images: int, score: Score) -> list[str]:
    low, high = score.interval or (None, None)
    numbers = ["" if number is None else repr(number) for number in (score.value, low, high)]
    why = score.reason or score.interval_reason
    return [name, safe_cell(label), str(images), *numbers, safe_cell(why)]
