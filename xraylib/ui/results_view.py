"""The Results page's words, tables and figures, made from an evaluation that exists already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from xraylib.data.images import read_image
from xraylib.errors import DatasetError, ImageError, PathError, RunError
from xraylib.evaluation.coverage import why_approximate
from xraylib.evaluation.evaluate import Judged, films_root, stored_predictions
from xraylib.evaluation.kept_judgements import kept, kept_folder
from xraylib.serving.words import share
from xraylib.training.results import predictions_file
from xraylib.training.runs import Run, list_runs
from xraylib.ui.pictures import encode_jpeg, shrink
from xraylib.ui.shell import plain
from xraylib.workspace import Workspace, read_json, resolve_inside

SPLIT_NAMES = {"test": "Test films", "val": "Validation films", "train": "Training films"}
_THUMBNAIL = 256


@dataclass(frozen=True, kw_only=True)
class JudgedFilm:
    """A film and what the run said about it.

    Attributes:
        path: Below the data set's folder.
        truth: Its class.
        called: The class with the highest probability.
        probabilities: By class.
    """

    path: str
    truth: str
    called: str
    patient: str
    probabilities: Mapping[str, float]

    @property
    def confidence(self) -> float:
        """Probability of the class it was called."""
        return self.probabilities[self.called]


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
        return "There are no films to judge by."
    accuracy = float(evaluation["accuracy"])
    low, high = evaluation["accuracy_ci"]
    majority = evaluation["majority"]
    always = f"always saying {plain(majority['class'])} ({majority['accuracy']:.2f})"
    if low > majority["accuracy"]:
        compared = f"Better than {always}."
    elif high < majority["accuracy"]:
        compared = f"Worse than {always}."
    else:
        compared = f"Not distinguishable from {always} on these {n} films."
    return (
        f"**{round(accuracy * n)} of {n} right**: accuracy {accuracy:.2f} ({low:.2f} to "
        f"{high:.2f}, 95 % interval). {compared}"
    )


FIGURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "auc": "auc macro",
    "auc_weighted": "auc weighted",
    "brier": "brier",
    "log_loss": "log_loss",
}
"""Figures of the whole, and what their intervals are called in the table of coverage."""


def overall_table(evaluation: Mapping[str, Any]) -> pd.DataFrame:
    """One row a figure of all films, with its 95 % interval; runs of older versions lack some."""
    names = {
        "Accuracy": "accuracy",
        "Balanced accuracy": "balanced_accuracy",
        "AUC, mean of classes": "auc",
        "AUC, weighted by films": "auc_weighted",
        "Brier score": "brier",
        "Log loss": "log_loss",
    }
    rows = {
        title: {
            "95 % interval": _marked(
                with_interval(evaluation[key], evaluation.get(f"{key}_ci")),
                evaluation.get(f"{key}_ci") and approximate(evaluation, key),
            )
        }
        for title, key in names.items()
        if key in evaluation
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def class_table(evaluation: Mapping[str, Any]) -> pd.DataFrame:
    """One row a class: films and the figures with their 95 % intervals, as text."""
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
        rows[name] = {"Films": str(values["support"])} | {
            title: _marked(
                with_interval(values.get(key), values.get(f"{key}_ci")),
                values.get(f"{key}_ci") and _why(evaluation, key),
            )
            for title, key in columns.items()
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "Class"
    return table


def approximate(evaluation: Mapping[str, Any], key: str) -> str | None:
    """Why the interval of a figure of all films is only approximate, or None."""
    return _why(evaluation, FIGURES[key])


def approximate_reasons(evaluation: Mapping[str, Any]) -> list[str]:
    """Why some intervals are only approximate, each with the figures concerned."""
    found: dict[str, list[str]] = {}
    of_class = ("recall", "precision", "specificity", "npv", "f1", "auc")
    for figure in (*FIGURES.values(), *of_class):
        reason = _why(evaluation, figure)
        if reason:
            found.setdefault(reason, []).append(figure.replace("_", " "))
    return [f"{', '.join(figures)}: {reason}" for reason, figures in found.items()]


def _why(evaluation: Mapping[str, Any], figure: str) -> str | None:
    return why_approximate(figure, evaluation["n"], patients=evaluation.get("patients"))


def _marked(words: str, why: object) -> str:
    return f"{words} ≈" if why else words


def split_title(run: Run, split: str) -> str:
    """What films of a split, or those kept under a key, are called."""
    if split in SPLIT_NAMES:
        return SPLIT_NAMES[split]
    for one in kept(run):
        if one.key == split:
            part = "" if one.split == "all" else f", {one.split}"
            return f"{one.data}{part}"
    return split


def split_words(split: str, n: int) -> str:
    """``66 test films``, or ``66 films`` of another data set."""
    kind = {"test": "test ", "val": "validation ", "train": "training "}.get(split, "")
    return f"{n:,} {kind}films"


def undefined_reasons(evaluation: Mapping[str, Any]) -> list[str]:
    """Why some figures have no value or no interval, each reason once."""
    return sorted({str(reason) for reason in evaluation["undefined"].values()})


def judged_runs(workspace: Workspace) -> list[Run]:
    """The runs that have results, newest first."""
    return [run for run in list_runs(workspace) if (run.folder / "evaluation.json").exists()]


def evaluations(run: Run) -> dict[str, Any]:
    """What the run's end said about each split that has films."""
    found = _evaluations(str(run.folder), (run.folder / "evaluation.json").stat().st_mtime_ns)
    for one in kept(run):
        found = {**found, one.key: _kept_evaluation(str(run.folder), one.key, one.when)}
    return {split: value for split, value in found.items() if value and value["n"]}


def judged_films(run: Run, split: str) -> Judged | None:
    """The films of ``split`` with their probabilities, in columns; None where there are none.

    Shared by all who look: never change its arrays.
    """
    return _judged_films(str(run.folder), split, judged_at(run, split))


def judged_at(run: Run, split: str) -> int:
    """When the predictions of these films were written, for what is kept by it; 0 for never."""
    later = kept_folder(run, split)
    file = predictions_file(run.folder if later is None else later)
    return file.stat().st_mtime_ns if file else 0


def films_at(
    judged: Judged | None, classes: Sequence[str], places: Sequence[int]
) -> list[JudgedFilm]:
    """The films at these places, one by one."""
    if judged is None:
        return []
    called = judged.called
    return [
        JudgedFilm(
            path=judged.paths[i],
            truth=classes[judged.labels[i]],
            called=classes[called[i]],
            patient=judged.patients[i],
            probabilities=dict(zip(classes, judged.probabilities[i].tolist(), strict=True)),
        )
        for i in places
    ]


def places_of_cell(judged: Judged | None, classes: Sequence[str], cell: str) -> list[int]:
    """Where the films of one cell of the matrix are, the most confident first."""
    if judged is None:
        return []
    for i, truth in enumerate(classes):
        for j, called in enumerate(classes):
            if cell_name(truth, called) == cell:
                return judged.most_confident((judged.labels == i) & (judged.called == j))
    return []


@st.cache_data(max_entries=32, show_spinner=False)
def _evaluations(folder: str, mtime_ns: int) -> dict[str, Any]:  # noqa: ARG001
    return Run(Path(folder)).evaluation() or {}


@st.cache_data(max_entries=32, show_spinner=False)
def _kept_evaluation(folder: str, key: str, when: float) -> dict[str, Any]:  # noqa: ARG001
    later = kept_folder(Run(Path(folder)), key)
    try:
        value: dict[str, Any] = read_json(later / "evaluation.json") if later else {}
    except PathError:
        return {}
    return value


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged_films(folder: str, split: str, mtime_ns: int) -> Judged | None:  # noqa: ARG001
    try:
        return stored_predictions(Run(Path(folder)), split=split)
    except (DatasetError, RunError):  # none of this split, or none at all
        return None


def cell_name(truth: str, called: str) -> str:
    """How a cell of the confusion matrix is called in words and in the address."""
    return f"{truth} called {called}"


def cells(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> dict[str, int]:
    """Films in each cell by its name, mistakes first, fullest first."""
    found = [
        (truth == called, -int(confusion[i][j]), cell_name(truth, called), int(confusion[i][j]))
        for i, truth in enumerate(classes)
        for j, called in enumerate(classes)
    ]
    return {name: count for _, _, name, count in sorted(found) if count}


def confusion_figure(evaluation: Mapping[str, Any], *, dark: bool) -> go.Figure:
    """The confusion matrix with counts and, below them, the shares of the true class.

    Its second trace is one point a cell: Plotly lets points be clicked, heat maps not. The
    point's ``customdata`` is the cell's name.
    """
    classes = list(evaluation["classes"])
    counts = evaluation["confusion"]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    low, high = ("#1d2733", "#5aa9e6") if dark else ("#eef3f8", "#1f5f96")
    bright, dim = ("#0b0f14", "#e6edf3") if dark else ("#ffffff", "#1b2733")
    places = [(i, j) for i in range(len(classes)) for j in range(len(classes))]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=classes,
            y=classes,
            zmin=0,
            zmax=1,
            xgap=3,
            ygap=3,
            colorscale=[[0, low], [1, high]],
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[classes[j] for _, j in places],
            y=[classes[i] for i, _ in places],
            mode="markers+text",
            marker={"symbol": "square", "size": 56, "opacity": 0},
            text=[
                f"{counts[i][j]:,}<br><span style='font-size:11px'>{shares[i][j]:.0%}</span>"
                for i, j in places
            ],
            textfont={
                "size": 20,
                "color": [bright if shares[i][j] > 0.55 else dim for i, j in places],
            },
            customdata=[cell_name(classes[i], classes[j]) for i, j in places],
            hovertext=[
                f"{cell_name(classes[i], classes[j])}: {counts[i][j]:,} films, "
                f"{shares[i][j]:.0%} of the true class"
                for i, j in places
            ],
            hoverinfo="text",
            unselected={"marker": {"opacity": 0}},
            selected={"marker": {"opacity": 0}},
            showlegend=False,
        )
    )
    figure.update_layout(
        height=70 + 76 * len(classes),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "Called", "side": "top", "fixedrange": True, "showgrid": False},
        yaxis={
            "title": "Truth",
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
            "tickangle": -90,
        },
        dragmode=False,
        clickmode="event+select",
    )
    return figure


def matrix_summary(evaluation: Mapping[str, Any]) -> str:
    """The confusion matrix for those who cannot see it."""
    classes = evaluation["classes"]
    told = [
        f"of {sum(row)} {truth} films {row[i]} were called {truth}"
        for i, (truth, row) in enumerate(zip(classes, evaluation["confusion"], strict=True))
    ]
    return "Confusion matrix: " + "; ".join(told) + "."


def film_caption(film: JudgedFilm) -> str:
    """Truth, call and probabilities of a film, as Markdown on two lines."""
    shares = " · ".join(
        f"{plain(name)} {share(value)}"
        for name, value in sorted(film.probabilities.items(), key=lambda item: -item[1])
    )
    return f"**{plain(film.truth)}** called **{plain(film.called)}**  \n{shares}"


def film_picture(run: Run, path: str, split: str = "test") -> bytes | str:
    """A small JPEG of a film that the run was judged on, or the reason why there is none."""
    try:
        file = resolve_inside(films_root(run, split), path)
        facts = file.stat()
        return _small_jpeg(str(file), facts.st_mtime_ns, facts.st_size)
    except (ImageError, PathError) as error:
        return error.message
    except OSError:
        return "The film is no longer where it was."


@st.cache_data(max_entries=2000, show_spinner=False)
def _small_jpeg(file: str, mtime_ns: int, size: int) -> bytes:  # noqa: ARG001
    # Films of a data set on this machine, never an upload; a changed file is read again.
    return encode_jpeg(shrink(read_image(Path(file)).as_uint8(), _THUMBNAIL), quality=88)
