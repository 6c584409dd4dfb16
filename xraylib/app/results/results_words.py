"""The Results page's words, tables and figures, made from an evaluation that exists already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from xraylib.app.shared.run_predictions import JudgedImage, cell_name
from xraylib.app.shell.frame import plain
from xraylib.metrics.coverage import FIGURES, approximate
from xraylib.models.wording import share

_ROOMY: Final = 6
_ALONG, _LONGEST = 12, 16
"""Letters of a class's name beside the matrix: that fit along one row, and at most."""


def with_interval(value: float | None, interval: Sequence[float] | None) -> str:
    """``0.88 (0.78 to 0.94)``; ``–`` where there is no value."""
    if value is None:
        return "–"
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def verdict(evaluation: Mapping[str, Any]) -> str:
    """How good it is, in one or two sentences of Markdown.

    Args:
        evaluation: From ``Run.evaluation()``.
    """
    n = int(evaluation["n"])
    if n == 0:
        return "There are no X-rays to judge by."
    accuracy = float(evaluation["accuracy"])
    low, high = evaluation["accuracy_ci"]
    majority = evaluation["majority"]
    always = f"always saying {plain(majority['class'])} ({majority['accuracy']:.2f})"
    if low > majority["accuracy"]:
        compared = f"Better than {always}."
    elif high < majority["accuracy"]:
        compared = f"Worse than {always}."
    else:
        these = "this one X-ray" if n == 1 else f"these {n} X-rays"
        compared = f"Not distinguishable from {always} on {these}."
    return (
        f"**{round(accuracy * n)} of {n} right**: accuracy {accuracy:.2f} ({low:.2f} to "
        f"{high:.2f}, 95 % interval). {compared}"
    )


def overall_table(evaluation: Mapping[str, Any]) -> pd.DataFrame:
    """One row a figure of all images, with its 95 % interval; runs of older versions lack some."""
    names = {
        "Accuracy": "accuracy",
        "Balanced accuracy": "balanced_accuracy",
        "AUC, mean of classes": "auc",
        "AUC, weighted by X-rays": "auc_weighted",
        "Brier score": "brier",
        "Log loss": "log_loss",
    }
    rows = {
        title: {
            "95 % interval": marked(
                with_interval(evaluation[key], evaluation.get(f"{key}_ci")),
                evaluation.get(f"{key}_ci") and approximate(evaluation, FIGURES[key]),
            )
        }
        for title, key in names.items()
        if key in evaluation
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def class_table(evaluation: Mapping[str, Any]) -> pd.DataFrame:
    """One row a class: images and the figures with their 95 % intervals, as text."""
    columns = {
        "Recall": "recall",
        "Precision": "precision",
        "Specificity": "specificity",
        "NPV": "npv",
        "F1": "f1",
        "AUC": "auc",
    }
    rows = {}
    for name, values in evaluation["per_class"].items():
        rows[name] = {"X-rays": str(values["support"])} | {
            title: marked(
                with_interval(values.get(key), values.get(f"{key}_ci")),
                values.get(f"{key}_ci") and approximate(evaluation, key),
            )
            for title, key in columns.items()
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "Class"
    return table


def marked(words: str, why: object) -> str:
    """The words, with ``≈`` after them where there is a reason for it."""
    return f"{words} ≈" if why else words


def split_words(split: str, n: int) -> str:
    """``66 test images``, ``1 test image``, or ``66 images`` of another data set."""
    kind = {"test": "test ", "val": "validation ", "train": "training "}.get(split, "")
    return f"{n:,} {kind}X-ray{'' if n == 1 else 's'}"


def undefined_reasons(evaluation: Mapping[str, Any]) -> list[str]:
    """Why some figures have no value or no interval, each reason once."""
    return sorted({str(reason) for reason in evaluation["undefined"].values()})


def cells(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> dict[str, int]:
    """Images in each cell by its name, mistakes first, fullest first."""
    found = [
        (truth == called, -int(confusion[i][j]), cell_name(truth, called), int(confusion[i][j]))
        for i, truth in enumerate(classes)
        for j, called in enumerate(classes)
    ]
    return {name: count for _, _, name, count in sorted(found) if count}


def shares_fit(evaluation: Mapping[str, Any]) -> bool:
    """Whether a cell of the confusion matrix has room for a share below its number."""
    return len(evaluation["classes"]) <= _ROOMY


def confusion_figure(
    evaluation: Mapping[str, Any], *, dark: bool, chosen: str | None = None
) -> go.Figure:
    """The confusion matrix with counts and, of few classes, the shares of the true class.

    Its second trace is one point a cell: Plotly lets points be clicked, heat maps not. The
    point's ``customdata`` is the cell's name. The numbers are annotations: Plotly fades the
    points' own text once one of them is clicked.

    Args:
        evaluation: From ``Run.evaluation()``.
        dark: Whether it stands on a dark page.
        chosen: Name of the cell whose images are on show; it has a frame.
    """
    classes = list(evaluation["classes"])
    counts = evaluation["confusion"]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    few = shares_fit(evaluation)
    step, size = (76, 20) if few else (26, 11)
    names = [_short(name) for name in classes]
    along = few and max(map(len, classes)) <= _ALONG
    low, high = ("#1d2733", "#5aa9e6") if dark else ("#eef3f8", "#1f5f96")
    ink = "#e4ebef" if dark else "#0d151b"

    def bright(share: float) -> bool:
        """Whether black stands out from the cell's colour more than white does."""
        return share > 0.62 if dark else share < 0.8

    places = [(i, j) for i in range(len(classes)) for j in range(len(classes))]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=classes,
            y=classes,
            zmin=0,
            zmax=1,
            xgap=3 if few else 1,
            ygap=3 if few else 1,
            colorscale=[[0, low], [1, high]],
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[classes[j] for _, j in places],
            y=[classes[i] for i, _ in places],
            mode="markers",
            marker={"symbol": "square", "size": 56 if few else 18, "opacity": 0},
            customdata=[cell_name(classes[i], classes[j]) for i, j in places],
            hovertext=[
                escape(cell_name(classes[i], classes[j]), quote=False)
                + f": {counts[i][j]:,} X-rays, {shares[i][j]:.0%} of the true class"
                for i, j in places
            ],
            hoverinfo="text",
            unselected={"marker": {"opacity": 0}},
            selected={"marker": {"opacity": 0}},
            showlegend=False,
        )
    )
    for i, j in places:
        figure.add_annotation(
            x=classes[j],
            y=classes[i],
            text=f"{counts[i][j]:,}"
            + (f"<br><span style='font-size:11px'>{shares[i][j]:.0%}</span>" if few else ""),
            font={"size": size, "color": "#000000" if bright(shares[i][j]) else "#ffffff"},
            showarrow=False,
        )
        if cell_name(classes[i], classes[j]) == chosen:
            frame = {"x0": j - 0.5, "x1": j + 0.5, "y0": i - 0.5, "y1": i + 0.5}
            figure.add_shape(type="rect", line={"color": ink, "width": 3}, **frame)
    figure.update_layout(
        height=70 + (0 if along else 60) + step * len(classes),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={
            "title": "Called",
            "side": "top",
            "tickvals": classes,
            "ticktext": names,
            "fixedrange": True,
            "showgrid": False,
        },
        yaxis={
            "title": "Truth",
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
            "tickvals": classes,
            "ticktext": names,
            "tickangle": -90 if along else 0,
        },
        dragmode=False,
        clickmode="event+select",
    )
    return figure


def _short(name: str) -> str:
    """A class beside the matrix; Plotly would take a name's own marks for HTML."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return escape(short, quote=False)


def matrix_summary(evaluation: Mapping[str, Any]) -> str:
    """The confusion matrix for those who cannot see it."""
    classes = evaluation["classes"]
    told = [
        f"of {sum(row)} {truth} X-rays {row[i]} were called {truth}"
        for i, (truth, row) in enumerate(zip(classes, evaluation["confusion"], strict=True))
    ]
    return "Confusion matrix: " + "; ".join(told) + "."


def image_caption(image: JudgedImage) -> str:
    """Truth, call and probabilities of an image, as Markdown on two lines."""
    shares = " · ".join(
        f"{plain(name)} {share(value)}"
        for name, value in sorted(image.probabilities.items(), key=lambda item: -item[1])
    )
    return f"**{plain(image.truth)}** called **{plain(image.called)}**  \n{shares}"
