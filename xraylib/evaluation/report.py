"""A run's results, or a comparison, as one HTML file that needs nothing else and prints well.

No script, no font, no picture from elsewhere: films and drawings are inside. Every name that came
from a folder or a person is escaped.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from xraylib.errors import DatasetError, ImageError, PathError
from xraylib.evaluation.calibration import calibrate_run
from xraylib.evaluation.compare import compare_runs
from xraylib.evaluation.drawing import (
    curve_svg,
    intervals_svg,
    matrix_svg,
    reliability_svg,
)
from xraylib.evaluation.evaluate import Judged, stored_evaluation, stored_predictions
from xraylib.evaluation.operating_file import read_operating
from xraylib.evaluation.operating_point import precision_recall_points, roc_points
from xraylib.evaluation.overlap import overlap

if TYPE_CHECKING:
    from xraylib.training.runs import Run
    from xraylib.workspace import Workspace

NOTICE: Final = "Research and education only. Not a medical device."
_FILMS: Final = 12
_SIDE: Final = 220
_SPLITS: Final = {"test": "test films", "val": "validation films", "train": "training films"}
_STYLE: Final = """
@page { size: A4; margin: 16mm; }
body { font: 14px/1.45 system-ui, sans-serif; color: #1b2733; background: #fff; margin: 2rem auto;
  max-width: 900px; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } h2 { font-size: 1.15rem; margin-top: 1.8rem; }
table { border-collapse: collapse; margin: 0.6rem 0; } caption { text-align: left; color: #4b5862; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid #d5dde2; }
td.n { font-variant-numeric: tabular-nums; } .quiet { color: #4b5862; }
.notice { border: 1px solid #b9c4cc; padding: 0.4rem 0.8rem; font-weight: 600; }
.warn { border-left: 4px solid #b65518; padding-left: 0.8rem; }
.row { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: 0.85rem; color: #4b5862; }
.films figure { width: 200px; } .films img { width: 200px; background: #000; }
section, tr, svg { break-inside: avoid; } svg { max-width: 100%; height: auto; }
h2 { break-after: avoid; } svg text { font-family: system-ui, sans-serif; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11pt; } }
"""


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
        _section("Confusion matrix", matrix_svg(found["classes"], found["confusion"])),
        _classes(found),
        _curves(run, judged),
        _calibration(run),
        _operating(run),
        _mistakes(run, split, judged),
        _made_with(run),
    ]
    return _page(f"Results of {title}", parts)


def comparison_report(
    runs: Sequence[Run], *, split: str = "test", workspace: Workspace | None = None
) -> str:
    """A comparison of runs, the majority class and the feed-forward baseline as HTML.

    Raises:
        RunError, DatasetError: See :func:`xraylib.evaluation.compare.compare_runs`.
    """
    found = compare_runs(runs, split=split, workspace=workspace)
    labels = {entry["name"]: entry["label"] for entry in found["entries"]}
    if len(set(labels.values())) < len(labels):  # two runs of one name
        labels = {name: f"{label} ({name[-6:]})" for name, label in labels.items()}
    rows = [
        (
            labels[entry["name"]],
            f"{entry['right']} of {found['n']}",
            _with(entry["accuracy"], entry["accuracy_ci"]),
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
            f"{_between(pair['difference_ci'])}; McNemar p {pair['p']:.3f}, for all pairs "
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
        _section(
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
        _section("Accuracy", _table(("", "right", "accuracy, 95 % interval"), rows)),
        _section("Differences in accuracy, 95 % intervals", drawn),
        f'<div class="row">{"".join(curves)}</div>',
        notes,
        "<p class=quiet>Better is said only where the interval leaves out 0 and McNemar's exact "
        "test, corrected for the number of pairs, gives at most 0.05. Not distinguishable does not "
        "mean equal.</p>",
        *(_made_with(run) for run in shared.values()),
    ]
    return _page("Comparison of runs", parts)


def _page(title: str, parts: Sequence[str]) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        f"style-src 'unsafe-inline'\"><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


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
        (title, _with(found.get(key), found.get(f"{key}_ci")))
        for title, key in figures
        if key in found
    ]
    rows.append(("Calibration error (ECE)", _with(found["ece"], None)))
    return (
        f"<p><b>{right} of {n} right</b>: accuracy {_with(found['accuracy'], (low, high))}; "
        f"{against} always saying {escape(str(majority['class']))} "
        f"({majority['accuracy']:.2f}).</p>" + _table(("", "value, 95 % interval"), rows)
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
            *(_with(row.get(f), row.get(f"{f}_ci")) for f in figures),
        )
        for name, row in found["per_class"].items()
    ]
    heads = ("class", "films", "sensitivity", "precision", "specificity", "npv", "F1", "AUC")
    return _section("Each class against the rest, 95 % intervals", _table(heads, rows))


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
    return _section(
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
    return _section(
        "Calibration",
        f"<p>Temperature {found['temperature']:.2f}, fitted on {found['films']} validation films"
        f"{few}; measured on {found['n']} {_split(found['split'])}.</p>"
        '<div class="row">'
        + reliability_svg(found["after"]["curve"])
        + _table(("", "before", "after"), rows)
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
                _with(value["sensitivity"], value["sensitivity_ci"]),
                _with(value["specificity"], value["specificity_ci"]),
                f"{right} of {flagged} {_split(value['flagged_split'])}",
            )
        )
    if not rows:
        return ""
    heads = ("class", "threshold", "uncertain", "chosen by", "rests on", "sensitivity",
             "specificity", "right when flagged")  # fmt: skip
    return _section(
        "Operating points, chosen on validation films",
        _table(heads, rows)
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
        picture = _picture(run, split, judged.paths[place])
        inside = (
            f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{picture}">'
            if picture
            else "<p class=quiet>The film is no longer where it was.</p>"
        )
        shown.append(f"<figure>{inside}<figcaption>{escape(words)}</figcaption></figure>")
    return _section(
        f"The most confident mistakes: {len(shown)} of {len(wrong)}",
        f'<div class="row films">{"".join(shown)}</div>',
    )


def _picture(run: Run, split: str, path: str) -> str | None:
    from xraylib.data.images import read_image
    from xraylib.evaluation.evaluate import films_root
    from xraylib.workspace import resolve_inside

    try:
        pixels = read_image(resolve_inside(films_root(run, split), path)).as_uint8()
    except (ImageError, PathError, OSError):
        return None
    scale = _SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if pixels.ndim == 3:
        pixels = np.ascontiguousarray(pixels[..., ::-1])
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return base64.b64encode(data.tobytes()).decode("ascii") if done else None


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
    return _section(f"How it was made: {run.name or run.id}", _table(("", ""), rows))


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td class=n>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _split(split: str) -> str:
    return _SPLITS.get(split, f"films of {split}")


def _with(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" + (f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else "")


def _between(interval: Sequence[float] | None) -> str:
    return f", {interval[0]:+.3f} to {interval[1]:+.3f}" if interval else ""
