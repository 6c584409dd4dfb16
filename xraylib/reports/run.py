"""A run's results as one HTML file that needs nothing else and prints well.

No script, no font, no picture from elsewhere: images and drawings are inside. Every name that came
from a folder or a person is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import Judged, stored_evaluation, stored_predictions
from xraylib.evaluation.overlap import overlap
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.metrics.coverage import approximate_reasons
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.reports.html import (
    heading,
    made_with,
    page,
    picture,
    section,
    split_words,
    table,
    with_interval,
)
from xraylib.reports.svg import curve_svg, matrix_svg, reliability_svg

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_IMAGES: Final = 12


def run_report(run: Run, *, split: str = "test") -> str:
    """The results of one run on one split as HTML.

    Args:
        run: A run that has ended.
        split: ``"test"``, ``"val"``, or the key of other images that it was judged on.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``.
    """
    judged = stored_predictions(run, split=split)
    found = stored_evaluation(run, split=split)
    title = run.name or run.spec.name
    parts = [
        heading(f"Results of {title}", run, f"{found['n']:,} {split_words(split)}"),
        _verdict(found),
        _trust(run, split),
        section("Confusion matrix", matrix_svg(found["classes"], found["confusion"])),
        _classes(found),
        _curves(run, judged),
        _calibration(run),
        _operating(run),
        _mistakes(run, split, judged),
        made_with(run),
    ]
    return page(f"Results of {title}", parts)


def _verdict(found: Mapping[str, Any]) -> str:
    n, majority = found["n"], found["majority"]
    right = round(found["accuracy"] * n)
    low, high = found["accuracy_ci"]
    if low > majority["accuracy"]:
        against = "better than"
    else:
        against = "worse than" if high < majority["accuracy"] else "not distinguishable from"
    figures = [
        ("Accuracy", "accuracy"),
        ("Balanced accuracy", "balanced_accuracy"),
        ("AUC, mean of the classes", "auc"),
        ("AUC, weighted by X-rays", "auc_weighted"),
        ("Brier score", "brier"),
        ("Log loss", "log_loss"),
    ]
    rows = [
        (title, with_interval(found.get(key), found.get(f"{key}_ci")))
        for title, key in figures
        if key in found
    ]
    rows.append(("Calibration error (ECE)", with_interval(found["ece"], None)))
    return (
        f"<p><b>{right} of {n} right</b>: accuracy "
        f"{with_interval(found['accuracy'], (low, high))}; {against} always saying "
        f"{escape(str(majority['class']))} ({majority['accuracy']:.2f}).</p>"
        + table(("", "value, 95 % interval"), rows)
    )


def _trust(run: Run, split: str) -> str:
    found = overlap(run, split)
    known, patients = int(found.known.sum()), int(found.same_patient.sum())
    told = []
    if known:
        told.append(f"{known} of these {found.images} X-rays are also in training")
    if patients:
        told.append(
            f"{patients} of these {found.images} X-rays are of patients who have training X-rays "
            "too"
        )
    told += [message.rstrip(".") for message in found.findings]
    if not found.audited:
        told.append("The data set was not audited for changed copies")
    return "".join(f'<p class="warn">{escape(words)}.</p>' for words in told)


def _classes(found: Mapping[str, Any]) -> str:
    figures = ("recall", "precision", "specificity", "npv", "f1", "auc")
    rows = [
        (
            name,
            f"{row['support']:,}",
            *(with_interval(row.get(f), row.get(f"{f}_ci")) for f in figures),
        )
        for name, row in found["per_class"].items()
    ]
    heads = ("class", "X-rays", "sensitivity", "precision", "specificity", "npv", "F1", "AUC")
    reasons = "".join(
        f"<p class=quiet>Approximate intervals: {escape(reason)}.</p>"
        for reason in approximate_reasons(found)
    )
    return section("Each class against the rest, 95 % intervals", table(heads, rows) + reasons)


def _curves(run: Run, judged: Judged) -> str:
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
            f"{found['before'][key]:.3f}",
            f"{found['after'][key]:.3f}",
        )
        for title, key in (
            ("ECE", "ece"),
            ("ECE of a perfectly calibrated network", "ece_expected"),
            ("Brier score", "brier"),
            ("Log loss", "log_loss"),
        )
    ]
    few = ", too few to rely on it" if found["too_few"] else ""
    return section(
        "Calibration",
        f"<p>Temperature {found['temperature']:.2f}, fitted on {found['films']} validation X-rays"
        f"{few}; measured on {found['n']} {split_words(found['split'])}.</p>"
        '<div class="row">'
        + reliability_svg(found["after"]["curve"])
        + table(("", "before", "after"), rows)
        + "</div>",
    )


def _operating(run: Run) -> str:
    chosen = read_operating(run)
    rows = []
    for name, value in chosen["classes"].items():
        band = value["band"]
        right, flagged = value["flagged_right"]
        rows.append(
            (
                name,
                f"{value['threshold']:.3f}",
                f"{band[0]:.2f} to {band[1]:.2f}" if band else "–",
                value["chosen_by"],
                f"{value['rests_on']}{' (too few)' if value['too_few'] else ''}",
                with_interval(value["sensitivity"], value["sensitivity_ci"]),
                with_interval(value["specificity"], value["specificity_ci"]),
                f"{right} of {flagged} {split_words(value['flagged_split'])}",
            )
        )
    if not rows:
        return ""
    heads = ("class", "threshold", "uncertain", "chosen by", "rests on", "sensitivity",
             "specificity", "right when flagged")  # fmt: skip
    return section(
        "Operating points, chosen on validation X-rays",
        table(heads, rows)
        + f"<p class=quiet>Probabilities after temperature {chosen['temperature']:.2f}.</p>",
    )


def _mistakes(run: Run, split: str, judged: Judged) -> str:
    wrong = judged.most_confident(judged.labels != judged.called)
    if not wrong:
        return ""
    shown = []
    for place in wrong[:_IMAGES]:
        truth, called = run.classes[judged.labels[place]], run.classes[judged.called[place]]
        words = f"{truth} called {called} ({min(judged.confidence[place], 0.99):.2f})"
        image = picture(run, split, judged.paths[place])
        inside = (
            f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{image}">'
            if image
            else "<p class=quiet>The X-ray is no longer where it was.</p>"
        )
        shown.append(f"<figure>{inside}<figcaption>{escape(words)}</figcaption></figure>")
    return section(
        f"The most confident mistakes: {len(shown)} of {len(wrong)}",
        f'<div class="row X-rays">{"".join(shown)}</div>',
    )
