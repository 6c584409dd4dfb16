"""The Results page's words, tables and figures, made from an evaluation that exists already."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from xraylib.app.shared.runs.predictions import JudgedImage, cell_name
from xraylib.app.shell.frame import plain
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.measured import Score
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.metrics.uncertainty.coverage import approximate
from xraylib.models.wording import share
from xraylib.rounding import percent, rounded

_ROOMY: Final = 6
_ALONG, _LONGEST = 12, 16
"""Letters of a class's name beside the matrix: that fit along one row, and at most."""


def with_interval(value: float | None, interval: Sequence[float] | None) -> str:
    """``0.88 (0.78 to 0.94)``; ``–`` where there is no value."""
    if value is None:
        return "–"
    if interval is None:
        return rounded(value)
    return f"{rounded(value)} ({rounded(interval[0])} to {rounded(interval[1])})"


def verdict(evaluation: Evaluation) -> str:
    """How good it is, in one or two sentences of Markdown."""
    n, score = evaluation.n, evaluation.accuracy
    if score.value is None or score.interval is None:
        return "There are no X-rays to judge by."
    low, high = score.interval
    return (
        f"**{round(score.value * n)} of {n} right**: accuracy {rounded(score.value)} "
        f"({rounded(low)} to {rounded(high)}, 95 % interval). {majority_words(evaluation)}"
    )


def majority_words(evaluation: Evaluation) -> str:
    """Whether it is better than naming the most frequent class, by the rule of Compare."""
    majority, n = evaluation.majority, evaluation.n
    always = f"always saying {plain(str(majority.class_name))} ({rounded(majority.accuracy or 0)})"
    if majority.compared is None:  # judged by an earlier version, and its predictions are gone
        return f"To compare with: {always}."
    these = "this one X-ray" if n == 1 else f"these {n} X-rays"
    where = "" if majority.compared.better() else f" on {these}"
    return f"{majority.words.capitalize()} {always}{where}."


VALUE: Final = "Value (95 % interval)"
"""Head of a column of figures with their intervals."""


def overall_table(evaluation: Evaluation) -> pd.DataFrame:
    """One row a metric of all images, with its 95 % interval; runs of older versions lack some."""
    rows = {
        metric.title: {VALUE: score_words(evaluation[metric.name], approximate(evaluation, metric))}
        for metric in page_metrics(evaluation)
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def class_table(evaluation: Evaluation) -> pd.DataFrame:
    """One row a class: images and the metrics with their 95 % intervals, as text."""
    metrics = [metric for metric in CLASS_METRICS if "page" in metric.told]
    rows = {
        name: {"X-rays": str(own.support)}
        | {
            metric.heading: score_words(own[metric.name], approximate(evaluation, metric))
            if metric.name in own
            else "–"
            for metric in metrics
        }
        for name, own in evaluation.per_class.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "Class"
    return table


def page_metrics(evaluation: Evaluation) -> list[Metric[Counted]]:
    """What the page tells of all images, as far as the evaluation has it."""
    return [one for one in METRICS if "page" in one.told and one.name in evaluation]


def metrics_help(evaluation: Evaluation) -> str:
    """What each number in both tables means, as Markdown."""
    told = [(one.heading, one.help) for one in CLASS_METRICS if "page" in one.told]
    told += [(one.title, one.help) for one in page_metrics(evaluation)]
    return " ".join(f"**{title}**: {words}" for title, words in told)


def score_words(score: Score, why: str | None) -> str:
    """A score with its interval, and ``≈`` where there is a reason to call that approximate."""
    return marked(str(score), score.interval and why)


def marked(words: str, why: object) -> str:
    """The words, with ``≈`` after them where there is a reason for it."""
    return f"{words} ≈" if why else words


def split_words(split: str, n: int) -> str:
    """``66 test images``, ``1 test image``, or ``66 images`` of another data set."""
    kind = {"test": "test ", "val": "validation ", "train": "training "}.get(split, "")
    return f"{n:,} {kind}X-ray{'' if n == 1 else 's'}"


def undefined_reasons(evaluation: Evaluation) -> list[str]:
    """Why some numbers have no value or no interval, each reason once."""
    return sorted(set(evaluation.undefined.values()))


def cells(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> dict[str, int]:
    """Images in each cell by its name, mistakes first, fullest first."""
    found = [
        (truth == called, -int(confusion[i][j]), cell_name(truth, called), int(confusion[i][j]))
        for i, truth in enumerate(classes)
        for j, called in enumerate(classes)
    ]
    return {name: count for _, _, name, count in sorted(found) if count}


def shares_fit(classes: Sequence[str]) -> bool:
    """Whether a cell of the confusion matrix has room for a share below its number."""
    return len(classes) <= _ROOMY


def confusion_figure(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    dark: bool,
    chosen: str | None = None,
) -> go.Figure:
    """The confusion matrix with counts and, of few classes, the shares of the true class.

    Its second trace is one point a cell: Plotly lets points be clicked, heat maps not. The
    point's ``customdata`` is the cell's name. The numbers are annotations: Plotly fades the
    points' own text once one of them is clicked.

    Args:
        classes: The names.
        counts: Images: true class by row, called class by column.
        dark: Whether it stands on a dark page.
        chosen: Name of the cell whose images are on show; it has a frame.
    """
    classes = list(classes)
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    few = shares_fit(classes)
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
                + f": {counts[i][j]:,} X-rays, {_of_class(counts, i, j)} of the true class"
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
            text=f"{counts[i][j]:,}" + (f"<br>{_small(_of_class(counts, i, j))}" if few else ""),
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


def _of_class(counts: Sequence[Sequence[int]], truth: int, called: int) -> str:
    """The share of a true class that a cell is; a dash where there is no image of the class."""
    support = sum(counts[truth])
    return percent(counts[truth][called] / support) if support else "–"


def _short(name: str) -> str:
    """A class beside the matrix; Plotly would take a name's own marks for HTML."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return escape(short, quote=False)


def matrix_summary(evaluation: Evaluation) -> str:
    """The confusion matrix for those who cannot see it."""
    told = [
        f"of {sum(row)} {truth} X-rays {row[i]} were called {truth}"
        for i, (truth, row) in enumerate(zip(evaluation.classes, evaluation.confusion, strict=True))
    ]
    return "Confusion matrix: " + "; ".join(told) + "."


def image_caption(image: JudgedImage) -> str:
    """Truth, call and probabilities of an image, as Markdown on two lines."""
    shares = " · ".join(
        f"{plain(name)} {share(value)}"
        for name, value in sorted(image.probabilities.items(), key=lambda item: -item[1])
    )
    return f"**{plain(image.truth)}** called **{plain(image.called)}**  \n{shares}"


def _small(text: str) -> str:
    return f"<span style='font-size:11px'>{escape(text)}</span>"
