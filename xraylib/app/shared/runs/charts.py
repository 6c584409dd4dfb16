"""Curves of training runs: events of ``metrics.jsonl`` become rows, rows an Altair figure.

A figure's specification depends only on what kind of curve it is, never on the numbers, so that
a curve that grows sends the browser new rows and nothing else.
"""

from __future__ import annotations

import copy
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa

from xraylib.app.shell.charts import Spec
from xraylib.rounding import rounded

Measure = Literal["loss", "accuracy", "auc", "learning_rate"]
Resolution = Literal["epoch", "step"]

TRAINING = "Training"
VALIDATION = "Validation"
MEASURE_TITLES: dict[Measure, str] = {
    "loss": "Loss",
    "accuracy": "Accuracy",
    "auc": "AUC",
    "learning_rate": "Learning rate",
}
STEP_MEASURES: tuple[Measure, ...] = ("loss", "accuracy", "learning_rate")
"""What is told inside an epoch; AUC is known only at its end."""

MAX_POINTS = 500
"""Most points a curve is drawn with; each then stands for the mean of several steps."""

_REACH = "length(data('source')) ? extent(pluck(data('source'), 'value')) : [0, 1]"
"""The least and the largest value. Vega draws once before the rows are there, and where it works
this out by itself it warns then that it is infinite. Streamlit calls a chart's only rows source."""

_STEP_FIELDS = ("epoch", "step", "steps", "loss", "accuracy", "learning_rate")

_SCHEMA = pa.schema(
    [
        ("x", pa.float64()),
        ("value", pa.float64()),
        ("series", pa.string()),
        ("run", pa.string()),
        ("best", pa.bool_()),
    ]
)


@dataclass
class History:
    """What one run has told so far, folded from its events.

    Attributes:
        epochs: The ``epoch`` events, oldest first.
        steps: Epoch, step, steps, loss, accuracy and learning rate of each ``step`` event, one
            after the other: 100,000 of them are a table without being copied.
    """

    epochs: list[Mapping[str, Any]] = field(default_factory=list)
    steps: array[float] = field(default_factory=lambda: array("d"))

    def add(self, events: Iterable[Mapping[str, Any]]) -> bool:
        """Folds in events; True if a curve has grown."""
        before = len(self.epochs) + len(self.steps)
        for event in events:
            if event["event"] == "epoch":
                # A resumed run computes the epochs after its last checkpoint again.
                while self.epochs and self.epochs[-1]["epoch"] >= event["epoch"]:
                    self.epochs.pop()
                self.epochs.append(event)
            elif event["event"] == "step":
                self.steps.extend(_number(event.get(name)) for name in _STEP_FIELDS)
        return len(self.epochs) + len(self.steps) != before

    def last(self, name: str) -> float | None:
        """The newest value of an epoch's field, or None."""
        for event in reversed(self.epochs):
            if event.get(name) is not None:
                return float(event[name])
        return None


def curve_rows(
    histories: Mapping[str, History],
    *,
    measure: Measure,
    by: Resolution,
    best: Mapping[str, int | None],
    smoothing: float = 0.0,
) -> pa.Table:
    """The points of a figure.

    Args:
        histories: The history of each run by its label.
        measure: What to show.
        by: ``"epoch"``, or ``"step"``: training as it goes on inside the epochs (AUC is known
            only at their end and stands there).
        best: The best epoch of each run (1-based), or None.
        smoothing: 0 for the values as they are, up to 0.99 for a slower moving average.

    Returns:
        Columns ``x`` (epochs; by step a fraction of one), ``value``, ``series``, ``run``,
        ``best``. At most :data:`MAX_POINTS` a curve, the best epoch always among them.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}

    def add(run: str, series: str, points: Sequence[tuple[float, float, bool]]) -> None:
        for x, value, mark in thinned(_smoothed(points, smoothing)):
            columns["x"].append(x)
            columns["value"].append(value)
            columns["series"].append(series)
            columns["run"].append(run)
            columns["best"].append(mark)

    for run, history in histories.items():
        marked = best.get(run)
        validated = any(event.get(f"val_{measure}") is not None for event in history.epochs)
        inside = _step_points(history, measure) if by == "step" else []
        own = None if validated else marked
        add(run, TRAINING, inside or _epoch_points(history, measure, own))
        add(run, VALIDATION, _epoch_points(history, f"val_{measure}", marked))
    return pa.table(columns, schema=_SCHEMA)


def curve_spec(measure: Measure, *, by: Resolution, epochs: int, runs: Sequence[str]) -> Spec:
    """The Vega-Lite figure for :func:`curve_rows`, without data, as a fresh dictionary.

    Args:
        measure: What the vertical axis shows.
        by: What the horizontal axis shows.
        epochs: How far the horizontal axis reaches.
        runs: Labels; one run is coloured by training and validation, several by run.
    """
    return copy.deepcopy(_curve_spec(measure, by, max(epochs, 2), tuple(runs)))


def curve_summary(measure: Measure, histories: Mapping[str, History]) -> str:
    """One sentence for those who cannot see the curves."""
    told = []
    for run, history in histories.items():
        train, val = history.last(measure), history.last(f"val_{measure}")
        if train is not None:
            last = f"{run}: after epoch {history.epochs[-1]['epoch']} training {rounded(train, 3)}"
            told.append(last + (f", validation {rounded(val, 3)}" if val is not None else ""))
    title = MEASURE_TITLES[measure]
    return f"{title} by epoch. " + ("; ".join(told) + "." if told else "No epoch has ended yet.")


@lru_cache(maxsize=64)
def _curve_spec(measure: Measure, by: Resolution, epochs: int, runs: tuple[str, ...]) -> Spec:
    one = len(runs) <= 1
    first = 0.0 if by == "step" else 1.0
    title = MEASURE_TITLES[measure]
    x = alt.X(
        "x:Q",
        title="Epoch",
        scale=alt.Scale(domain=[first, float(epochs)], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False),
    )
    # An axis that always starts at 0 would squash the curves; it says where it starts.
    y = alt.Y(
        "value:Q", title=None, scale=alt.Scale(domain=alt.ExprRef("reach"), zero=False, nice=True)
    )
    top = alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolSize=400, offset=4, padding=0
    )
    dash = alt.StrokeDash(
        "series:N",
        scale=alt.Scale(domain=[TRAINING, VALIDATION], range=[[5, 3], [1, 0]]),
        legend=top,
    )
    colour = (
        alt.Color("series:N", scale=alt.Scale(domain=[TRAINING, VALIDATION]), legend=top)
        if one
        else alt.Color(
            "run:N",
            scale=alt.Scale(domain=list(runs)),
            legend=alt.Legend(
                title=None,
                orient="bottom",
                columns=1,
                labelLimit=300,
                symbolType="stroke",
                symbolSize=400,
            ),
        )
    )
    tooltip = [
        *([] if one else [alt.Tooltip("run:N", title="Run")]),
        alt.Tooltip("series:N", title="X-rays"),
        alt.Tooltip("x:Q", title="Epoch", format=".2f" if by == "step" else "d"),
        alt.Tooltip("value:Q", title=title, format=".4f"),
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y, color=colour)
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=dash, detail="run:N")
    hover = base.mark_point(size=60, opacity=0).encode(tooltip=tooltip)
    marked = base.transform_filter("datum.best")
    rule = (
        alt.Chart(alt.NamedData("rows"))
        .transform_filter("datum.best")
        .mark_rule(opacity=0.4)
        .encode(x=x, color=colour)
    )
    ring = marked.mark_point(size=90, strokeWidth=2.5, filled=False, opacity=1).encode(
        tooltip=tooltip
    )
    figure = lines + hover + rule + ring
    height = 260 if one else 270 + 24 * len(runs)
    spec: Spec = figure.properties(
        height=height, title=alt.Title(title, anchor="start", offset=2)
    ).to_dict()
    spec.pop("data", None)
    for layer in spec["layer"]:
        layer.pop("data", None)
    spec.pop("config", None)
    spec["params"] = [{"name": "reach", "expr": _REACH}]
    return spec


def _epoch_points(history: History, name: str, best: int | None) -> list[tuple[float, float, bool]]:
    points = [
        (float(event["epoch"]), _number(event.get(name)), event["epoch"] == best)
        for event in history.epochs
    ]
    return [point for point in points if math.isfinite(point[1])]


def thinned(points: Sequence[tuple[float, float, bool]]) -> Sequence[tuple[float, float, bool]]:
    """At most ``MAX_POINTS`` of them; the first, the last and the marked ones stay."""
    if len(points) <= MAX_POINTS:
        return points
    kept = set(np.linspace(0, len(points) - 1, MAX_POINTS - 1).astype(int).tolist())
    return [point for place, point in enumerate(points) if place in kept or point[2]]


def _smoothed(
    points: Sequence[tuple[float, float, bool]], smoothing: float
) -> Sequence[tuple[float, float, bool]]:
    """Exponential moving average that starts at the first value (no pull towards zero)."""
    if not smoothing:
        return points
    made, average, weight = [], 0.0, 0.0
    for x, value, mark in points:
        average = smoothing * average + (1 - smoothing) * value
        weight = smoothing * weight + (1 - smoothing)
        made.append((x, average / weight, mark))
    return made


def _step_points(history: History, measure: Measure) -> list[tuple[float, float, bool]]:
    if not history.steps or measure not in STEP_MEASURES:
        return []
    table = np.frombuffer(history.steps.tobytes(), np.float64).reshape(-1, len(_STEP_FIELDS))
    x = table[:, 0] - 1 + table[:, 1] / np.maximum(table[:, 2], 1)
    value = table[:, _STEP_FIELDS.index(measure)]
    good = np.isfinite(value)
    x, value = x[good], value[good]
    if len(x) > MAX_POINTS:
        edges = np.linspace(0, len(x), MAX_POINTS + 1).astype(int)
        counts = np.diff(edges)
        value = np.add.reduceat(value, edges[:-1]) / counts
        x = x[edges[1:] - 1]
    return [(float(a), float(b), False) for a, b in zip(x, value, strict=True)]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
