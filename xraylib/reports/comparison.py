"""A comparison of runs as one HTML file that needs nothing else and prints well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import stored_predictions
from xraylib.evaluation.run_compare import compare_runs
from xraylib.metrics.curves import roc_points
from xraylib.reports.html import (
    between,
    heading,
    made_with,
    page,
    section,
    split_words,
    table,
    with_interval,
)
from xraylib.reports.svg import curve_svg, intervals_svg

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
    found = compare_runs(runs, split=split, workspace=workspace)
    labels = {entry["name"]: entry["label"] for entry in found["entries"]}
    if len(set(labels.values())) < len(labels):  # two runs of one name
        labels = {name: f"{label} ({name[-6:]})" for name, label in labels.items()}
    rows = [
        (
            labels[entry["name"]],
            f"{entry['right']} of {found['n']}",
            with_interval(entry["accuracy"], entry["accuracy_ci"]),
        )
        for entry in found["entries"]
    ]
    told = []
    for pair in found["pairs"]:
        best = pair["better"]
        other = pair["second"] if best == pair["first"] else pair["first"]
        said = (
            f"<b>{escape(labels[best])}</b> is better than {escape(labels[other])}"
            if best
            else f"{escape(labels[pair['first']])} and {escape(labels[pair['second']])}: not "
            "distinguishable"
        )
        told.append(
            f"<li>{said} on these {found['n']} X-rays (difference {pair['difference']:+.3f}"
            f"{between(pair['difference_ci'])}; McNemar p {pair['p']:.3f}, for all pairs "
            f"{pair['p_holm']:.3f}).</li>"
        )
    drawn = intervals_svg(
        [
            (f"{labels[p['first']]} − {labels[p['second']]}", p["difference"], p["difference_ci"])
            for p in found["pairs"]
        ]
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
        for place, name in enumerate(found["classes"])
    ]
    notes = "".join(f"<p class=quiet>{escape(note)}.</p>" for note in found["notes"])
    first = next(iter(shared.values()))
    parts = [
        heading("Comparison of runs", first, f"{found['n']:,} {split_words(split)}"),
        f"<ul>{''.join(told)}</ul>",
        section("Accuracy", table(("", "right", "accuracy, 95 % interval"), rows)),
        section("Differences in accuracy, 95 % intervals", drawn),
        f'<div class="row">{"".join(curves)}</div>',
        notes,
        "<p class=quiet>Better is said only where the interval leaves out 0 and McNemar's exact "
        "test, corrected for the number of pairs, gives at most 0.05. Not distinguishable does not "
        "mean equal.</p>",
        *(made_with(run) for run in shared.values()),
    ]
    return page("Comparison of runs", parts)


def _roc_line(run: Run, split: str, place: int) -> tuple[str, list[float], list[float]] | None:
    judged = stored_predictions(run, split=split)
    try:
        curve = roc_points(judged.labels == place, judged.probabilities[:, place]).thinned()
    except DatasetError:
        return None
    return f"{run.name or run.spec.name} ({run.id[-6:]})", curve.x.tolist(), curve.y.tolist()
