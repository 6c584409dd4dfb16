"""Predictions as documents to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xraylib.json_values import JsonObject
from xraylib.markup import csv_line, safe_cell
from xraylib.models.wording import how_good

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.models.classify.classified_image import ClassifiedImage

NOTICE = "Research and education only, not a medical device."


def predictions_csv(results: Sequence[ClassifiedImage], bundle: Bundle) -> str:
    """What `xraylib.models.classify.batch.classify_files` returns as a table for a spreadsheet.

    Every row names the model, its version and the notice, because rows get copied without their
    heading. Probabilities have six decimals. Of an image that cannot be judged the columns of the
    answer are empty, ``error`` says why, and what the network gave stands in columns that say that
    it is no answer. Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    rows = [csv_heading(bundle), *(csv_row(result, bundle) for result in results)]
    return "".join(csv_line(row) for row in rows)


def told_model(bundle: Bundle) -> JsonObject:
    """The model that was asked: its name, how good it is, its thresholds as they were tested.

    ``how_good`` is the sentence of Classify: with what training knew of the images that it was
    tested on, and what is reached on them without looking at the anatomy.
    """
    figures = ("n", "accuracy", "accuracy_ci", "auc", "auc_ci")
    return {
        "name": bundle.name,
        "version": bundle.version,
        "synthetic": bundle.synthetic,
        "metrics": {key: bundle.metrics.get(key) for key in figures},
        "how_good": how_good(bundle.metrics, synthetic=bundle.synthetic),
        "operating": {name: point.told() for name, point in (bundle.operating or {}).items()},
    }


def csv_heading(bundle: Bundle) -> list[str]:
    """The names of the columns."""
    return [
        "file",
        "status",
        "more_like",
        *(f"p_{name}" for name in bundle.classes),
        "uncertain",
        "flagged",
        "warnings",
        "error",
        "model",
        "version",
        "trained_on_synthetic_films",
        "notice",
        *(f"would_have_said_p_{name}" for name in bundle.classes),
    ]


def csv_row(result: ClassifiedImage, bundle: Bundle) -> list[str]:
    """One image's cells; no cell holds a line break."""
    flagged = result.flagged
    return [
        safe_cell(result.file),
        result.status,
        safe_cell(result.label or ""),
        *_shares(result.probabilities, bundle),
        ("yes" if result.uncertain else "no") if result.status == "ok" else "",
        safe_cell("; ".join(flagged)) if flagged else "",
        " ".join(warning.code for warning in result.warnings),
        safe_cell(result.why_not),
        bundle.name,
        str(bundle.version),
        "yes" if bundle.synthetic else "no",
        NOTICE,
        *_shares(result.would_have_said, bundle),
    ]


def _shares(shares: Mapping[str, float], bundle: Bundle) -> list[str]:
    return [f"{shares[name]:.6f}" if name in shares else "" for name in bundle.classes]
