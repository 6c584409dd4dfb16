"""Writes the tables of the documentation that list what the package has.

    python scripts/write_docs.py

Each stands in `docs/` between ``<!-- NAME -->`` and ``<!-- end -->`` and is made
from the declarations themselves, so that a new check, say, is in the table once this has run.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from xraylib.audit import CHECKS
from xraylib.augmentation.kinds import SETTINGS
from xraylib.images.formats import FORMATS
from xraylib.images.notes import NOTES
from xraylib.metrics.metric import Metric, Seen
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.models.exporters import EXPORTERS

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
_PLACE: Final = re.compile(r"(<!-- (\w[\w-]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def checks() -> str:
    """What the audit looks for."""
    return markdown(
        ("code", "severity", "what it says", "what can be done"),
        (
            (f"`{one.code}`", _joined(one.severity, one.also), one.says, one.remedy)
            for one in CHECKS
        ),
    )


def exporters() -> str:
    """In what forms a model can be taken away."""
    return markdown(
        ("FORMAT", "on the page", "what it is", "needs"),
        (
            (
                f"`{one.name}`",
                one.title,
                one.description,
                _joined("the run" if one.needs_run else "", *map(_extra, one.needs)) or "nothing",
            )
            for one in EXPORTERS.values()
        ),
    )


def _extra(name: str) -> str:
    return f"`xray-lab[{name}]`"


def formats() -> str:
    """Which image formats are read."""
    return markdown(
        ("format", "usual endings", "every file has", "what is read"),
        (
            (
                one.name,
                ", ".join(f"`.{ending}`" for ending in one.endings),
                " or ".join(f"`{mark.hex(' ')}`" for mark in (one.signature, *one.others))
                + f" at byte {one.offset}",
                one.says,
            )
            for one in FORMATS.values()
        ),
    )


def notes() -> str:
    """What may have had to be decided about greys."""
    return markdown(
        ("note", "called", "what it says", "what can be done"),
        (
            (f"`{one.name}`", one.title, one.says, one.remedy[0].upper() + one.remedy[1:])
            for one in NOTES.values()
        ),
    )


def augmentations() -> str:
    """How training images may vary."""
    return markdown(
        ("setting", "may be", "what it does", "also Keras's"),
        (
            (
                f"`{one.name}`",
                one.allowed,
                one.says.replace("``", "`"),
                "yes" if one.keras else "no",
            )
            for one in SETTINGS.values()
        ),
    )


def metrics(rows: Iterable[Metric[Seen]]) -> str:
    """How good predictions are told to be."""
    return markdown(
        ("name", "number", "what it is", "range", "95 % interval"),
        (
            (
                f"`{one.name}`",
                one.title.replace("X-ray", "image"),
                one.help.replace("X-ray", "image"),
                _between(*one.range) + ", " + _better(one.higher_is_better) + " is better",
                _interval(one),
            )
            for one in rows
        ),
    )


def _better(higher: bool) -> str:
    return "higher" if higher else "lower"


def _between(low: float, high: float) -> str:
    if math.isfinite(high):
        return f"{low:g} to {high:g}"
    return f"from {low:g}" if math.isfinite(low) else "any"


def _interval(one: Metric[Seen]) -> str:
    if not one.has_interval:
        return "none"
    if one.formula is not None:
        return one.method
    return "Wilson" if one.share else one.method_words(several=True)


TABLES: Final[dict[str, Callable[[], str]]] = {
    "checks": checks,
    "exporters": exporters,
    "formats": formats,
    "notes": notes,
    "augmentations": augmentations,
    "metrics": lambda: metrics(METRICS),
    "class-metrics": lambda: metrics(CLASS_METRICS),
}


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, with a line's end after each row."""

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    return line(head) + "|" + "---|" * len(head) + "\n" + "".join(map(line, rows))


def filled(text: str) -> str:
    """A page of the documentation with its tables as they should be."""
    return _PLACE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


if __name__ == "__main__":
    for page in sorted(DOCS.rglob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            print(f"{page.name} was written anew")
