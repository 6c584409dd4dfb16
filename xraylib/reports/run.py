"""A run's results as one HTML file that needs nothing else and prints well.

No script, no font, no picture from elsewhere: images and drawings are inside. Every name that came
from a folder or a person is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from xraylib.arguments import checked
from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.overlap import overlap
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_temperature import shown_predictions
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.evaluation.several.test_set_use import looks
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.metrics.uncertainty.coverage import approximate_reasons
from xraylib.models.card.numbers import rates_words
from xraylib.models.wording import as_xrays
from xraylib.reports.findings import findings_parts
from xraylib.reports.groups import groups_parts
from xraylib.reports.html import (
    figure,
    heading,
    made_with,
    page,
    section,
    split_words,
    table,
)
from xraylib.reports.studies import studies_parts
from xraylib.reports.svg import curve_svg, matrix_svg, reliability_svg
from xraylib.reports.words import (
    CLASS_WORDS,
    calibration_words,
    class_calibration_reasons,
    class_calibrations,
)
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_IMAGES: Final = 12


@checked
def run_report(run: Run, *, split: str = "test") -> str:
    """The results of one run, of classes or of findings, on one split as HTML.

    Args:
        run: A run that has ended.
        split: ``"test"``, ``"val"``, or the key of other images that it was judged on.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``.
    """
    title = run.name or run.spec.name
    if run.data.several:
        return page(f"Results of {title}", findings_parts(run, split))
    found = stored_evaluation(run, split=split)
    judged = shown_predictions(run, split=split, temperature=found.temperature)
    parts = [
        heading(f"Results of {title}", run, f"{found.n:,} {split_words(split)} {found.whose}"),
        _verdict(found),
        _looks(run, split),
        _trust(run, split, found),
        section("Confusion matrix", matrix_svg(found.classes, found.confusion)),
        _classes(found),
        _reasons(found),
        _curves(run, judged),
        _calibration(run),
        _operating(run),
        *groups_parts(run, split),
        *studies_parts(run),
        _mistakes(run, split, judged),
        made_with(run),
    ]
    return page(f"Results of {title}", parts)


def _verdict(found: RunEvaluation) -> str:
    right = sum(row[place] for place, row in enumerate(found.confusion))
    rows = [
        (metric.title, str(found[metric.name]))
        for metric in METRICS
        if "report" in metric.told and metric.name in found
    ]
    return (
        f"<p><strong>{right} of {found.n} right</strong>: accuracy {escape(str(found.accuracy))}; "
        f"{_against(found)}.</p>"
        + table(("", "value, 95 % interval"), rows)
        + f"<p class=quiet>Every figure is of {escape(found.which_probabilities)}, as Classify "
        "shows them.</p>"
    )


def _against(found: Evaluation) -> str:
    most = found.majority
    if most.accuracy is None or most.compared is None:
        return "nothing to compare it with"
    return (
        f"{most.words} always saying {escape(str(most.class_name))} "
        f"({escape(rounded(most.accuracy))}; {escape(p_words(most.compared.p))})"
    )


def _looks(run: Run, split: str) -> str:
    words = looks(run).words if split == "test" else ""
    return f"<p>{escape(as_xrays(words))}.</p>" if words else ""


def _trust(run: Run, split: str, evaluation: Evaluation) -> str:
    found = overlap(run, split)
    counts = found.counts
    told = []
    if reached := counts.shortcut_words(evaluation.accuracy):
        told.append(f"{reached}. {as_xrays(found.shortcut_words.rstrip('.'))}")
    told.append(counts.words(f"these {found.images} {split_words(split)}"))
    told += [message.rstrip(".") for message in found.findings]
    return "".join(f'<p class="warn">{escape(words)}.</p>' for words in told)


def _classes(found: Evaluation) -> str:
    metrics = [metric for metric in CLASS_METRICS if "report" in metric.told]
    rows = [
        (
            name,
            f"{own.support:,}",
            *(str(own[metric.name]) if metric.name in own else "–" for metric in metrics),
        )
        for name, own in found.per_class.items()
    ]
    heads = ("class", "X-rays", *(metric.heading for metric in metrics))
    return section("Each class against the rest, 95 % intervals", table(heads, rows))


def _reasons(found: Evaluation) -> str:
    """Why some numbers are missing, and which intervals are approximate."""
    missing = sorted(set(found.undefined.values()))
    told = [f"A dash or a missing interval: {reason}" for reason in missing]
    told += [f"Approximate intervals: {reason}" for reason in approximate_reasons(found)]
    return "".join(f"<p class=quiet>{escape(as_xrays(words))}.</p>" for words in told)


def _curves(run: Run, judged: JudgedImages) -> str:
    roc, recall = [], []
    for place, name in enumerate(run.classes):
        try:
            one = roc_points(judged.labels == place, judged.probabilities[:, place]).thinned()
            two = precision_recall_points(
                judged.labels == place, judged.probabilities[:, place]
            ).thinned()
        except DatasetError:
            continue
        roc.append((name, one.x.tolist(), one.y.tolist()))
        recall.append((name, two.x.tolist(), two.y.tolist()))
    if not roc:
        return ""
    return section(
        "Curves",
        '<div class="row">'
        + curve_svg(roc, x="false alarms (1 − specificity)", y="sensitivity", diagonal=True)
        + curve_svg(recall, x="recall", y="precision")
        + "</div>",
    )


def _calibration(run: Run) -> str:
    try:
        found = calibrate_run(run)
    except DatasetError:
        return ""
    rows = [
        (
            title,
            rounded(getattr(found.before, key), 3),
            rounded(getattr(found.after, key), 3),
        )
        for title, key in (
            ("ECE", "ece"),
            ("ECE of a perfectly calibrated network", "ece_expected"),
            ("Brier score", "brier"),
            ("Log loss", "log_loss"),
        )
    ]
    applied = read_operating(run).temperature
    used = "it is applied in every figure of this report"
    if applied == 1:
        why = found.choice.reason or "whoever chose wants the network's own probabilities"
        used = f"it is not applied: {as_xrays(why)}"
    return section(
        "Calibration",
        f"<p><strong>{escape(calibration_words(found, applied=applied != 1))}</strong></p>"
        f"<p>Temperature {found.temperature:.2f}, fitted on {found.images} validation X-rays; "
        f"{escape(used)}. Measured on {found.n} {split_words(found.split)}.</p>"
        '<div class="row">'
        + reliability_svg((found.before if applied == 1 else found.after).curve)
        + table(("", "before the temperature", "after"), rows)
        + "</div>"
        + table(
            ("class", "X-rays of it", "others", "slope", "intercept"),
            class_calibrations(found, applied=applied != 1),
        )
        + f"<p class=quiet>{escape(CLASS_WORDS)}</p>"
        + "".join(
            f"<p class=quiet>A dash: {escape(as_xrays(why))}.</p>"
            for why in class_calibration_reasons(found, applied=applied != 1)
        ),
    )


def _operating(run: Run) -> str:
    chosen = read_operating(run)
    rows = [
        (
            name,
            rounded(point.threshold, 3),
            f"{rounded(point.band[0])} to {rounded(point.band[1])}" if point.band else "–",
            as_xrays(point.who_chose),
            *rates_words(point),
            f"{point.flagged_right} of {point.flagged} {split_words(point.flagged_split)}",
        )
        for name, point in chosen.classes.items()
    ]
    if not rows:
        return ""
    heads = ("class", "threshold", "uncertain", "chosen by", "sensitivity", "specificity",
             "right when flagged")  # fmt: skip
    return section(
        "Operating points: chosen on validation X-rays, measured on test X-rays",
        table(heads, rows),
    )


def _mistakes(run: Run, split: str, judged: JudgedImages) -> str:
    wrong = judged.most_confident(judged.labels != judged.called)
    if not wrong:
        return ""
    shown = []
    for place in wrong[:_IMAGES]:
        truth, called = run.classes[judged.labels[place]], run.classes[judged.called[place]]
        words = f"{truth} called {called} ({rounded(min(judged.confidence[place], 0.99))})"
        shown.append(figure(run, split, judged.paths[place], words))
    return section(
        f"The most confident mistakes: {len(shown)} of {len(wrong)}",
        f'<div class="row pictures">{"".join(shown)}</div>',
    )
