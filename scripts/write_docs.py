"""Writes the tables of docs/ that the code knows, between their marks in the pages.

python scripts/write_docs.py
"""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from typing import Final

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from xraylib.metrics.metric import Metric, Seen  # noqa: E402
from xraylib.metrics.table import CLASS_METRICS, METRICS  # noqa: E402

PAGE: Final = PROJECT / "docs" / "metrics.md"
_MARKED: Final = re.compile(r"(<!-- (\w[\w-]*) -->\n).*?(<!-- end -->)", re.S)


def _row(metric: Metric[Seen]) -> str:
    low, high = (f"{end:g}" if math.isfinite(end) else "" for end in metric.range)
    if not metric.has_interval:
        interval = "none"
    elif metric.formula is not None:
        interval = metric.method
    else:
        interval = "Wilson" if metric.share else f"bootstrap of patients, {metric.own_scale} scale"
    between = f"{low} to {high}" if high else f"from {low}" if low else "any"
    better = "higher" if metric.higher_is_better else "lower"
    words = metric.help.replace("X-ray", "image")
    return f"| `{metric.name}` | {metric.title.replace('X-ray', 'image')} | {words} | " \
        f"{between}, {better} is better | {interval} |"  # fmt: skip


def _table(rows: list[str]) -> str:
    heads = "| name | number | what it is | range | 95 % interval |\n|---|---|---|---|---|\n"
    return heads + "\n".join(rows) + "\n"


def filled(text: str) -> str:
    """A page with its tables as the code has them now."""
    tables = {
        "metrics": _table([_row(metric) for metric in METRICS]),
        "class-metrics": _table([_row(metric) for metric in CLASS_METRICS]),
    }
    return _MARKED.sub(lambda found: found[1] + tables[found[2]] + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
