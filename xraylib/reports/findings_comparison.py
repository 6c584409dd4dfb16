"""The parts of a report that compares runs of findings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from xraylib.evaluation.findings.compare import HOLM, RunFindingsComparison, compare_findings_runs
from xraylib.metrics.comparing.paired import p_words
from xraylib.models.wording import as_xrays
from xraylib.reports.html import heading, made_with, section, split_words, table
from xraylib.reports.svg import intervals_svg

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def comparison_of_findings(runs: Sequence[Run], split: str) -> list[str]:
    """All sections of the report.

    Raises:
        RunError, DatasetError: As `compare_findings_runs`.
    """
    found = compare_findings_runs(runs, split=split)
    rows = [
        (
            found.labels[name],
            str(own["auc"]),
            *(str(one["auc"]) for one in own.per_finding.values()),
        )
        for name, own in found.entries.items()
    ]
    people = f"{found.n:,} {split_words(split)}{found.whose}"
    first = {run.id: run for run in runs}
    return [
        heading("Comparison of runs", next(iter(first.values())), people),
        section(
            "AUC, 95 % intervals by patient, as far as patients are told",
            table(("", "mean of the findings", *found.findings), rows),
        ),
        *(_finding(found, finding) for finding in ("", *found.findings) if found.of(finding)),
        f"<p class=quiet>{escape(as_xrays(HOLM))}.</p>",
        *(made_with(run) for run in first.values()),
    ]


def _finding(found: RunFindingsComparison, finding: str) -> str:
    told, drawn = [], []
    for pair in found.of(finding):
        first, second = found.labels[pair.first], found.labels[pair.second]
        if pair.apart is None:
            told.append(f"<li>{escape(first)} and {escape(second)} cannot be compared.</li>")
            continue
        verdict = f"{escape(first)} and {escape(second)}: {pair.verdict}"
        if pair.better is not None:
            best, worse = (first, second) if pair.better == pair.first else (second, first)
            verdict = f"<strong>{escape(best)}</strong> is better than {escape(worse)}"
        low, high = pair.apart.interval
        told.append(
            f"<li>{verdict} (difference {pair.apart.difference:+.3f}, {low:+.3f} to {high:+.3f}; "
            f"corrected {escape(p_words(pair.apart.p_holm))}).</li>"
        )
        drawn.append((f"{first} − {second}", pair.apart.difference, pair.apart.interval))
    picture = intervals_svg("AUC", drawn) if drawn else ""
    return section(finding or "Mean of the findings", f"<ul>{''.join(told)}</ul>{picture}")
