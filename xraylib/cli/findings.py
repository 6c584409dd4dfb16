"""What commands print of runs of several findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xraylib.cli import console

if TYPE_CHECKING:
    from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
    from xraylib.evaluation.findings.operating import FindingsOperating
    from xraylib.evaluation.known_images import KnownImages
    from xraylib.metrics.chosen_point import ChosenPoint
    from xraylib.training.run.runs import Run


def print_evaluation(result: RunFindingsEvaluation, known: KnownImages | None) -> None:
    """Means, a row a finding, and what they rest on."""
    from xraylib.metrics.findings.table import FINDING_METRICS, MEANS

    rows = [metric for metric in FINDING_METRICS if "command" in metric.told]
    for metric in rows:
        if metric.name in MEANS:
            console.print_text(f"{metric.title}, mean of the findings {result[metric.name]:.3f}")
    console.print_table(
        ["finding", "yes", "no", "?", "from", *(one.heading for one in rows)],
        [
            [name, own.present, own.absent, own.unknown, own.threshold,
             *(f"{own[one.name]:.2f}" for one in rows)]
            for name, own in result.per_finding.items()
        ],
    )  # fmt: skip
    console.print_note(
        "yes, no, ?: images that show it, do not, or of which it is not known; from: flagged from "
        "this probability on; figures with their 95 % intervals."
    )
    console.print_note(
        f"{result.n} images{result.whose}; what is not known of an image counts nothing."
    )
    for note in result.notes:
        console.print_note(f"{note[0].upper()}{note[1:]}.")
    scaled = [name for name, one in result.temperatures.items() if one != 1]
    if scaled:
        console.print_note(f"Probabilities of {', '.join(scaled)} are after a temperature.")
    for name, own in result.per_finding.items():
        for metric in rows:
            if reason := own[metric.name].reason:
                console.print_note(f"{metric.title} of {name} is not defined: {reason}.")
    if known is not None:
        console.print_note(f"{known.words(f'{result.n} images')}.")
        areas = {name: own.auc for name, own in result.per_finding.items()}
        for words in known.shortcuts_words(areas).values():
            console.print_note(f"{words}.")


def print_operating(operating: FindingsOperating) -> None:
    """The temperature of each finding, and the thresholds that were chosen."""
    console.print_table(
        ["finding", "temperature", "fitted on", "applied", "why not"],
        [
            [
                name,
                "none" if one.fitted is None else f"{one.fitted:.3f}",
                one.images,
                f"{one.applied:.3f}",
                one.reason,
            ]
            for name, one in operating.temperatures.items()
        ],
    )
    if operating.classes:
        print_points("finding", operating.classes)
    left = [name for name in operating.temperatures if name not in operating.classes]
    if left:
        console.print_note(f"Flagged from 0.5 on, as nobody chose: {', '.join(left)}.")


def print_points(of: str, points: Mapping[str, ChosenPoint]) -> None:
    """The thresholds that were chosen, each with what it did on test images.

    Args:
        of: What has them: class or finding.
        points: By name.
    """
    from xraylib.models.card.numbers import rates_words

    console.print_table(
        [of, "threshold", "chosen by", "sensitivity in testing", "specificity in testing"],
        [
            [name, point.threshold, point.who_chose, *rates_words(point)]
            for name, point in points.items()
        ],
    )


def print_comparison(runs: Sequence[Run], split: str, *, json: bool) -> None:
    """A row a run, and for the mean and every finding who is better."""
    from xraylib.evaluation.findings.compare import HOLM, compare_findings_runs
    from xraylib.metrics.comparing.paired import p_words

    found = compare_findings_runs(runs, split=split)
    if json:
        console.print_json(found.to_json())
        return
    console.print_table(
        ["run", "network or name", "mean AUC", *(f"AUC of {name}" for name in found.findings)],
        [
            [name, found.labels[name], f"{own['auc']:.3f}",
             *(f"{one['auc']:.3f}" for one in own.per_finding.values())]
            for name, own in found.entries.items()
        ],
    )  # fmt: skip
    for pair in found.pairs:
        what = pair.finding or "mean of the findings"
        who = f"{what}: {pair.first} against {pair.second}: {pair.verdict}"
        if pair.apart is None:
            console.print_text(who)
            continue
        low, high = pair.apart.interval
        console.print_text(
            f"{who} (difference in AUC {pair.apart.difference:+.3f}, {low:+.3f} to {high:+.3f}; "
            f"{p_words(pair.apart.p)}, corrected {p_words(pair.apart.p_holm)})"
        )
    console.print_note(f"{found.n} images{found.whose}. {HOLM}.")
    if found.left_out:
        console.print_note(f"{found.left_out} images that not all of the runs judged are left out.")
    if found.passed_over:
        console.print_note(f"Not known to all of the runs: {', '.join(found.passed_over)}.")
