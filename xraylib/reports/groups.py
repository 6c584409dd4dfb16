"""How good a run is for each value of a column, as parts of a report."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.groups.run_groups import RunSubgroups, every_subgroup
from xraylib.evaluation.groups.words import HEADS
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.metrics.populations.aspect import Aspect
from xraylib.models.wording import as_xrays
from xraylib.reports.forest import ForestLine, forest_svg
from xraylib.reports.html import section, table

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_MOST_LINES: Final = 30


def groups_parts(run: Run, split: str) -> list[str]:
    """A section a column: forest plots of the AUC, the figures, and who fares worse."""
    try:
        found = every_subgroup(run, split=split)
    except DatasetError as error:
        return [section("By group", f"<p class=quiet>{escape(as_xrays(error.message))}</p>")]
    if not found:
        return []
    _, aspects = run_aspects(run, split=split)
    return [_section(one, aspects) for one in found]


def _section(found: RunSubgroups, aspects: tuple[Aspect, ...]) -> str:
    told = "".join(f'<p class="warn">{escape(as_xrays(words))}.</p>' for words in found.worse())
    pictures = []
    for aspect in aspects:
        groups = found.of(aspect.name)
        if not 1 < len(groups) <= _MOST_LINES:
            continue
        lines = [
            ForestLine(
                name=f"{one.value} ({one.images:,})",
                value=one["auc"].value,
                interval=one["auc"].interval,
                marked="auc" in one.worse,
            )
            for one in groups
        ]
        overall = aspect.measured()["auc"].value
        picture = forest_svg(lines, what=f"AUC of {aspect.name}", overall=overall)
        pictures.append(f"<div>{picture}</div>")
    notes = "".join(f"<p class=quiet>{escape(as_xrays(note))}.</p>" for note in found.notes)
    return section(
        f"By {found.column}",
        told
        + f'<div class="row">{"".join(pictures)}</div>'
        + table(("of", found.column, *HEADS), found.rows)
        + notes,
    )
