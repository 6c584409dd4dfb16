"""Predictions as documents to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.models.classify.classified_image import ClassifiedImage

NOTICE = "Research and education only, not a medical device."

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def predictions_csv(results: Sequence[ClassifiedImage], bundle: Bundle) -> str:
    """What `xraylib.models.classify.batch.classify_files` returns as a table for a spreadsheet.

    Every row names the model, its version and the notice, because rows get copied without their
    heading. Probabilities have six decimals. Text that a spreadsheet would run as a formula
    gets an apostrophe in front.
    """
    rows = [csv_heading(bundle), *(csv_row(result, bundle) for result in results)]
    return "".join(csv_line(row) for row in rows)


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
    ]


def csv_row(result: ClassifiedImage, bundle: Bundle) -> list[str]:
    """One image's cells; no cell holds a line break."""
    shares, error = result.probabilities, result.error
    judged, flagged = error is None, result.flagged
    return [
        safe_cell(result.file),
        result.status,
        safe_cell(result.label or ""),
        *(f"{shares[name]:.6f}" if name in shares else "" for name in bundle.classes),
        ("yes" if result.uncertain else "no") if judged else "",
        safe_cell("; ".join(flagged)) if flagged else "",
        " ".join(warning.code for warning in result.warnings),
        safe_cell(error["message"]) if error else "",
        bundle.name,
        str(bundle.version),
        "yes" if bundle.synthetic else "no",
        NOTICE,
    ]


def csv_line(cells: Sequence[str]) -> str:
    """The cells as one line of a CSV file."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def safe_cell(text: str) -> str:
    """Text on one line that no spreadsheet runs as a formula."""
    text = " ".join(text.splitlines())
    return "'" + text if text.startswith(_RISKY) else text
