"""The parts of a report on a run of findings: each finding's figures, curves and mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.findings.operating import FindingsOperating, read_findings_operating
from xraylib.evaluation.findings.run_findings import RunFindings, stored_findings
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.several.test_set_use import looks
from xraylib.evaluation.sides.aspects import finding_aspects
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.metrics.populations.aspect import Aspect
from xraylib.models.card.numbers import rates_words
from xraylib.models.wording import as_xrays
from xraylib.reports.forest import ForestLine, forest_svg
from xraylib.reports.groups import groups_parts
from xraylib.reports.html import figure, heading, made_with, section, split_words, table
from xraylib.reports.studies import studies_parts
from xraylib.reports.svg import COLOURS, curve_svg, together_svg
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_IMAGES: Final = 6


def findings_parts(run: Run, split: str) -> list[str]:
    """All sections of the report.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: codes ``no-films`` and ``test-locked``.
    """
    operating = read_findings_operating(run)
    found = stored_findings_evaluation(run, split=split, operating=operating)
    judged = stored_findings(run, split=split).at(operating.applied)
    aspects = finding_aspects(judged, operating.thresholds)
    title = run.name or run.spec.name
    people = f"{found.n:,} {split_words(split)}{found.whose}"
    return [
        heading(f"Results of {title}", run, people),
        _verdict(run, split, found),
        _each(found),
        section(
            "How common each finding is, and which come together",
            f'<div class="row">{together_svg(found.findings, found.together)}</div>'
            "<p class=quiet>X-rays known to show both; on the diagonal those that show one.</p>",
        ),
        _curves(aspects),
        _operating(operating),
        *groups_parts(run, split),
        *studies_parts(run),
        *(_mistakes(run, split, judged, aspect) for aspect in aspects),
        made_with(run),
    ]


def _verdict(run: Run, split: str, found: RunFindingsEvaluation) -> str:
    rows = [
        (f"{metric.title}, mean of the findings", str(found[metric.name]))
        for metric in FINDING_METRICS
        if metric.name in MEANS
    ]
    seen = looks(run).words if split == "test" else ""
    known = known_images(run, split)
    told = [f"{seen}."] if seen else []
    if known is not None and known.touched:
        told.append(f"{known.words(f'these {known.images} {split_words(split)}')}.")
    if known is not None:
        areas = {name: own.auc for name, own in found.per_finding.items()}
        told += [f"{words}." for words in known.shortcuts_words(areas).values()]
    return (
        f"<p><strong>Mean AUC of the findings {found['auc']}</strong> (95 % interval by patient, "
        "as far as patients are told). Each finding is judged on the X-rays of which it is known "
        "whether they show it.</p>"
        + table(("", "value, 95 % interval"), rows)
        + "".join(f'<p class="warn">{escape(as_xrays(words))}</p>' for words in told)
    )


def _each(found: RunFindingsEvaluation) -> str:
    metrics = [metric for metric in FINDING_METRICS if "report" in metric.told]
    rows = [
        (
            name,
            f"{own.present:,}",
            f"{own.absent:,}",
            f"{own.unknown:,}",
            *(str(own[metric.name]) for metric in metrics),
            rounded(own.threshold, 3),
        )
        for name, own in found.per_finding.items()
    ]
    heads = ("finding", "with it", "without", "not known", *(m.heading for m in metrics),
             "flagged from")  # fmt: skip
    lines = [
        ForestLine(name=name, value=own["auc"].value, interval=own["auc"].interval)
        for name, own in found.per_finding.items()
    ]
    reasons = sorted({why for key, why in found.undefined.items() if not key.endswith("_ci")})
    return section(
        "Each finding, 95 % intervals",
        table(heads, rows)
        + forest_svg(lines, what="AUC", overall=found["auc"].value)
        + "".join(
            f"<p class=quiet>{escape(as_xrays(f'{note[0].upper()}{note[1:]}'))}.</p>"
            for note in (*found.notes, *(f"a dash: {why}" for why in reasons))
        ),
    )


def _curves(aspects: Sequence[Aspect]) -> str:
    roc, recall = [], []
    for aspect in aspects:
        try:
            one = roc_points(aspect.positive, aspect.scores).thinned()
            two = precision_recall_points(aspect.positive, aspect.scores).thinned()
        except DatasetError:  # none shows it, or all do
            continue
        roc.append((aspect.name, one.x.tolist(), one.y.tolist()))
        recall.append((aspect.name, two.x.tolist(), two.y.tolist()))
    drawn = []
    for start in range(0, len(roc), len(COLOURS)):
        part = slice(start, start + len(COLOURS))
        drawn += [
            curve_svg(
                roc[part], x="false alarms (1 − specificity)", y="sensitivity", diagonal=True
            ),
            curve_svg(recall[part], x="recall", y="precision"),
        ]
    return section("Curves", f'<div class="row">{"".join(drawn)}</div>') if drawn else ""


def _operating(operating: FindingsOperating) -> str:
    rows = []
    for name, one in operating.temperatures.items():
        point = operating.classes.get(name)
        why = "" if one.applied != 1 else as_xrays(one.reason)
        rows.append(
            (
                name,
                f"{one.applied:.2f}",
                why,
                "0.500" if point is None else rounded(point.threshold, 3),
                "nobody" if point is None else as_xrays(point.who_chose),
                *(("–", "–") if point is None else rates_words(point)),
            )
        )
    heads = ("finding", "temperature", "why none is applied", "flagged from", "chosen by",
             "sensitivity", "specificity")  # fmt: skip
    return section(
        "Temperatures and thresholds: chosen on validation X-rays, measured on test X-rays",
        table(heads, rows),
    )


def _mistakes(run: Run, split: str, judged: RunFindings, aspect: Aspect) -> str:
    """The surest mistakes about one finding: missed first, then false alarms."""
    missed = np.flatnonzero(aspect.positive & ~aspect.flagged)
    alarms = np.flatnonzero(~aspect.positive & aspect.flagged)
    if not len(missed) and not len(alarms):
        return ""
    shown = []
    for word, places, sign in (("missed", missed, 1), ("false alarm", alarms, -1)):
        order = places[np.argsort(sign * aspect.scores[places], kind="stable")]
        for place in order[:_IMAGES].tolist():
            words = f"{word} ({rounded(min(max(aspect.scores[place], 0.01), 0.99))})"
            shown.append(figure(run, split, judged.paths[aspect.rows[place]], words))
    present = int(aspect.positive.sum())
    return section(
        f"Mistakes about {aspect.name}: {len(missed)} of {present} missed, {len(alarms)} of "
        f"{len(aspect) - present} false alarms",
        f'<div class="row pictures">{"".join(shown)}</div>',
    )
