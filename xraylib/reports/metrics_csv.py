"""Every number of an evaluation as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from xraylib.evaluation.known_images import KnownImages
from xraylib.markup import csv_line, safe_cell
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.metrics.measured import Score

_HEADING = ("metric", "class", "images", "value", "low", "high", "why")


def metrics_csv(evaluation: Evaluation, known: KnownImages | None = None) -> str:
    """One row a metric of all images, then of each class: value, 95 % interval, why one is missing.

    Numbers are written in full. ``images`` are all, or those of the class.

    Args:
        evaluation: How good a run is.
        known: What training knew of the images: rows of its own at the end.
    """
    rows = [_row(name, "", evaluation.n, score) for name, score in evaluation.scores.items()] + [
        _row(name, label, own.support, score)
        for label, own in evaluation.per_class.items()
        for name, score in own.scores.items()
    ]
    return "".join(csv_line(row) for row in (_HEADING, *rows, *_known(known)))


def findings_csv(evaluation: FindingsEvaluation, known: KnownImages | None = None) -> str:
    """The same of findings: means first, then each finding; ``images`` are those that show it."""
    rows = [_row(f"mean {name}", "", evaluation.n, one) for name, one in evaluation.scores.items()]
    rows += [
        _row(name, label, own.present, score)
        for label, own in evaluation.per_finding.items()
        for name, score in own.scores.items()
    ]
    return "".join(csv_line(row) for row in (_HEADING, *rows, *_known(known)))


def _known(known: KnownImages | None) -> Iterator[list[str]]:
    """What training and validation knew of the images, and what is reached without anatomy."""
    if known is None:
        return
    images = str(known.images)
    yield ["known from training", "", images, str(known.known), "", "", known.counted]
    yield ["known from validation alone", "", images, str(known.validated), "", "", ""]
    reached = {} if known.shortcut is None else {"": known.shortcut}
    for label, value in {**reached, **known.shortcuts}.items():
        yield ["reached without anatomy", safe_cell(label), images, repr(value), "", "", ""]


def _row(name: str, label: str, images: int, score: Score) -> list[str]:
    low, high = score.interval or (None, None)
    numbers = ["" if number is None else repr(number) for number in (score.value, low, high)]
    why = score.reason or score.interval_reason
    return [name, safe_cell(label), str(images), *numbers, safe_cell(why)]
