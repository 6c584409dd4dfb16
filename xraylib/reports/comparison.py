"""A comparison of runs as one HTML file that needs nothing else and prints well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from xraylib.errors import DatasetError
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.run_compare import compare_runs
from xraylib.evaluation.run_temperature import shown_predictions
from xraylib.metrics.curves import roc_points
from xraylib.metrics.measured import Score
from xraylib.metrics.table import METRICS
from xraylib.models.wording import as_xrays
from xraylib.reports.findings_comparison import comparison_of_findings
from xraylib.reports.html import (
    between,
    heading,
    made_with,
    page,
    section,
    split_words,
    table,
)
from xraylib.reports.svg import curve_svg, intervals_svg
from xraylib.reports.words import RULE, design_words, pair_p_words

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run
    from xraylib.workspace import Workspace


def comparison_report(
    runs: Sequence[Run], *, split: str = "test", workspace: Workspace | None = None
) -> str:
    """A comparison of runs, the majority class and the feed-forward baseline as HTML.

    Raises:
        RunError, DatasetError: See :func:`xraylib.evaluation.run_compare.compare_runs`.
    """
    if all(run.data.several for run in runs):
        return page("Comparison of runs", comparison_of_findings(runs, split))
    found = compare_runs(runs, split=split, workspace=workspace)
    labels = found.labels
    metrics = [metric for metric in METRICS if "compare" in metric.told]
    rows = [
        (
            labels[entry.name],
            f"{entry.right} of {found.n}",
            *(str(entry[metric.name]) for metric in metrics),
        )
        for entry in found.entries
    ]
    told = []
    for pair in found.pairs:
        best = pair.better
        other = pair.second if best == pair.first else pair.first
        said = (
            f"<strong>{escape(labels[best])}</strong> is better than {escape(labels[other])}"
            if best
            else f"{escape(labels[pair.first])} and {escape(labels[pair.second])}: "
            + ("the same design, and luck of training," if pair.by_luck else "not distinguishable")
        )
        told.append(
            f"<li>{said} on these {found.n} X-rays (difference {pair.difference:+.3f}"
            f"{between(pair.interval)}; {escape(pair_p_words(pair))}).</li>"
        )
    told += [f"<li>{escape(design_words(two, labels))}</li>" for two in found.designs]
    drawn = intervals_svg(
        "accuracy",
        [
            (f"{labels[pair.first]} − {labels[pair.second]}", pair.difference, pair.interval)
            for pair in found.pairs
        ],
    )
    shared = {run.id: run for run in runs}
    curves = [
        section(
            f"ROC: {name}",
            curve_svg(
                [line for run in shared.values() if (line := _roc_line(run, split, place))],
                x="false alarms",
                y="sensitivity",
                diagonal=True,
            ),
        )
        for place, name in enumerate(found.classes)
    ]
    notes = "".join(f"<p class=quiet>{escape(as_xrays(note))}.</p>" for note in found.notes)
    first = next(iter(shared.values()))
    accuracies = {entry.name: entry["accuracy"] for entry in found.entries}
    parts = [
        heading("Comparison of runs", first, f"{found.n:,} {split_words(split)}"),
        f"<ul>{''.join(told)}</ul>",
        section(
            "How good each is, 95 % intervals",
            table(("", "right", *(metric.title for metric in metrics)), rows),
        ),
        section("Differences in accuracy, 95 % intervals", drawn),
        f'<div class="row">{"".join(curves)}</div>',
        notes,
        *(
            _known(run, split, labels.get(run.id, run.id), accuracies.get(run.id))
            for run in shared.values()
        ),
        f"<p class=quiet>{escape(RULE)}</p>",
        *(made_with(run) for run in shared.values()),
    ]
    return page("Comparison of runs", parts)


def _known(run: Run, split: str, name: str, accuracy: Score | None) -> str:
    """How many of the images one run's training knew, and what is reached without anatomy."""
    found = known_images(run, split)
    if found is None:
        return ""
    told = found.beside(f"{found.images} {split_words(split)}", accuracy)
    return f"<p class=quiet>{escape(f'{name}: {told}')}.</p>"


def _roc_line(run: Run, split: str, place: int) -> tuple[str, list[float], list[float]] | None:
    judged = shown_predictions(run, split=split)
    try:
        curve = roc_points(judged.labels == place, judged.probabilities[:, place]).thinned()
    except DatasetError:
        return None
    return f"{run.name or run.spec.name} ({run.id[-6:]})", curve.x.tolist(), curve.y.tolist()
