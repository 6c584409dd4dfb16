"""A run's results, or a comparison, as one HTML file that needs nothing else and prints well.

No script, no font, no picture from elsewhere: films and drawings are inside. Every name that came
from a folder or a person is escaped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.calibration import calibrate_run
from xraylib.evaluation.compare_runs import compare_runs
from xraylib.evaluation.coverage import approximate_reasons
from xraylib.evaluation.drawing import (
    curve_svg,
    intervals_svg,
    matrix_svg,
    reliability_svg,
)
from xraylib.evaluation.evaluate import Judged, stored_evaluation, stored_predictions
from xraylib.evaluation.html import between, page, picture, section, table, with_interval
from xraylib.evaluation.operating_file import read_operating
from xraylib.evaluation.operating_point import precision_recall_points, roc_points
from xraylib.evaluation.overlap import overlap

if TYPE_CHECKING:
    from xraylib.training.runs import Run
    from xraylib.workspace import Workspace

NOTICE: Final = "Research and education only. Not a medical device."
_FILMS: Final = 12
_SPLITS: Final = {"test": "test films", "val": "validation films", "train": "training films"}


def run_report(run: Run, *, split: str = "test") -> str:
    """The results of one run on one split as HTML.

    Args:
        run: A run that has ended.
        split: ``"test"``, ``"val"``, or the key of other films that it was judged on.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``.
    """
    judged = stored_predictions(run, split=split)
    found = stored_evaluation(run, split=split)
    title = run.name or run.spec.name
    parts = [
        _heading(f"Results of {title}", run, f"{found['n']:,} {_split(split)}"),
        _verdict(found),
        _trust(run, split),
        section("Confusion matrix", matrix_svg(found["classes"], found["confusion"])),
        _classes(found),
        _curves(run, judged),
        _calibration(run),
        _operating(run),
        _mistakes(run, split, judged),
        _made_with(run),
    ]
    return page(f"Results of {title}", parts)


def comparison_report(
    runs: Sequence[Run], *, split: str = "test", workspace: Workspace | None = None
) -> str:
    """A comparison of runs, the majority class and the feed-forward baseline as HTML.

    Raises:
        RunError, DatasetError: See :func:`xraylib.evaluation.compare_runs.compare_runs`.
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
            f"<li>{said} on these {found['n']} films (difference {pair['difference']:+.3f}"
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
        _heading("Comparison of runs", first, f"{found['n']:,} {_split(split)}"),
        f"<ul>{''.join(told)}</ul>",
        section("Accuracy", table(("", "right", "accuracy, 95 % interval"), rows)),
        section("Differences in accuracy, 95 % intervals", drawn),
        f'<div class="row">{"".join(curves)}</div>',
        notes,
        "<p class=quiet>Better is said only where the interval leaves out 0 and McNemar's exact "
        "test, corrected for the number of pairs, gives at most 0.05. Not distinguishable does not "
        "mean equal.</p>",
        *(_made_with(run) for run in shared.values()),
    ]
    return page("Comparison of runs", parts)


def _heading(title: str, run: Run, films: str) -> str:
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    data = run.data
    return (
        f"<h1>{escape(title)}</h1><p class=quiet>Run {escape(run.id)} on “{escape(data['name'])}”, "
        f"judged on {films}. Fingerprint of the data {escape(data['fingerprint'][:16])}. Written "
        f"{made}.</p><p class=notice>{NOTICE}</p>"
    )


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
        ("AUC, weighted by films", "auc_weighted"),
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
        told.append(f"{known} of these {found.films} films are also in training")
    if patients:
        told.append(
            f"{patients} of these {found.films} films are of patients who have training films too"
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
    heads = ("class", "films", "sensitivity", "precision", "specificity", "npv", "F1", "AUC")
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


def _roc_line(run: Run, split: str, place: int) -> tuple[str, list[float], list[float]] | None:
    judged = stored_predictions(run, split=split)
    try:
        curve = roc_points(judged.labels == place, judged.probabilities[:, place]).thinned()
    except DatasetError:
        return None
    return f"{run.name or run.spec.name} ({run.id[-6:]})", curve.x.tolist(), curve.y.tolist()


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
        f"<p>Temperature {found['temperature']:.2f}, fitted on {found['films']} validation films"
        f"{few}; measured on {found['n']} {_split(found['split'])}.</p>"
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
                f"{right} of {flagged} {_split(value['flagged_split'])}",
            )
        )
    if not rows:
        return ""
    heads = ("class", "threshold", "uncertain", "chosen by", "rests on", "sensitivity",
             "specificity", "right when flagged")  # fmt: skip
    return section(
        "Operating points, chosen on validation films",
        table(heads, rows)
        + f"<p class=quiet>Probabilities after temperature {chosen['temperature']:.2f}.</p>",
    )


def _mistakes(run: Run, split: str, judged: Judged) -> str:
    wrong = judged.most_confident(judged.labels != judged.called)
    if not wrong:
        return ""
    shown = []
    for place in wrong[:_FILMS]:
        truth, called = run.classes[judged.labels[place]], run.classes[judged.called[place]]
        words = f"{truth} called {called} ({min(judged.confidence[place], 0.99):.2f})"
        film = picture(run, split, judged.paths[place])
        inside = (
            f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{film}">'
            if film
            else "<p class=quiet>The film is no longer where it was.</p>"
        )
        shown.append(f"<figure>{inside}<figcaption>{escape(words)}</figcaption></figure>")
    return section(
        f"The most confident mistakes: {len(shown)} of {len(wrong)}",
        f'<div class="row films">{"".join(shown)}</div>',
    )


def _made_with(run: Run) -> str:
    train = run.train
    counts = run.data["counts"]
    rows = [
        ("Network", run.spec.name),
        ("Films", "; ".join(f"{sum(c.values()):,} {_split(s)}" for s, c in counts.items())),
        ("Training", f"{train.epochs} epochs, learning rate {train.learning_rate:g}, "
         f"{train.batch_size} films a step, seed {train.seed}"),
        ("Classes", ", ".join(run.classes)),
    ]  # fmt: skip
    return section(f"How it was made: {run.name or run.id}", table(("", ""), rows))


def _split(split: str) -> str:
    return _SPLITS.get(split, f"films of {split}")
