"""Predictions as documents to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from xraylib.serving.bundle import Bundle

NOTICE = "Research and education only, not a medical device."

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def predictions_csv(results: Sequence[Mapping[str, Any]], bundle: Bundle) -> str:
    """The records of :func:`xraylib.serving.batch.classify_files` as a table for a spreadsheet.

    Every row names the model, its version and the notice, because rows get copied without their
    heading. Probabilities have six decimals. Text that a spreadsheet would run as a formula
    gets an apostrophe in front.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(
        [
            "file",
            "status",
            "more_like",
            *(f"p_{name}" for name in bundle.classes),
            "warnings",
            "error",
            "model",
            "version",
            "trained_on_synthetic_films",
            "notice",
        ]
    )
    for result in results:
        shares = result["probabilities"]
        error = result["error"]
        writer.writerow(
            [
                _safe(str(result["file"])),
                result["status"],
                _safe(result["label"] or ""),
                *(f"{shares[name]:.6f}" if name in shares else "" for name in bundle.classes),
                " ".join(warning["code"] for warning in result["warnings"]),
                _safe(error["message"]) if error else "",
                bundle.name,
                bundle.version,
                "yes" if bundle.synthetic else "no",
                NOTICE,
            ]
        )
    return table.getvalue()


def _safe(text: str) -> str:
    return "'" + text if text.startswith(_RISKY) else text
