"""The pictures of a search, as pure functions from its trials to charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from xraylib.app.shell.charts import QUIET
from xraylib.app.training.search.table import (
    LOSS,
    STATES,
    parallel_table,
    place,
    value_words,
)
from xraylib.metrics.study.importance import Share
from xraylib.training.search.record import Trial
from xraylib.training.search.space import Choice, Space
from xraylib.training.search.tunable import TUNABLES

BOX: Final = "box"
_COLOUR: Final = "#2b88a6"
_OBLIQUE: Final = -35
_COLOURS: Final = {
    "finished": _COLOUR, "pruned": "#e69f00", "going": "#009e73", "stopped": QUIET,
    "failed": "#d55e00",
}  # fmt: skip


def history_chart(trials: Sequence[Trial]) -> alt.LayerChart:
    """The loss of each trial, and the lowest so far of those that trained to their end."""
    rows, lowest = [], float("inf")
    for one in trials:
        if one.loss is None:
            continue
        if one.counts:
            lowest = min(lowest, one.loss)
        rows.append((one.number, one.loss, STATES[one.state], one.epochs,
                     lowest if lowest < float("inf") else None))  # fmt: skip
    table = pd.DataFrame(rows, columns=["Trial", LOSS, "State", "Epochs", "Lowest so far"])
    x = alt.X("Trial:Q", axis=alt.Axis(tickMinStep=1, format="d"))
    # One trial that went astray would press all others onto one line.
    y = alt.Y(f"{LOSS}:Q", scale=alt.Scale(type="log", nice=False))
    told = [alt.Tooltip("Trial:Q"), alt.Tooltip(f"{LOSS}:Q", format=".3f"),
            alt.Tooltip("State:N"), alt.Tooltip("Epochs:Q")]  # fmt: skip
    # No word for what there is not: on a phone not all have room.
    found = {one.state for one in trials}
    colours = {STATES[state]: own for state, own in _COLOURS.items() if state in found}
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    points = (
        alt.Chart(table)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("State:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
            tooltip=told,
        )
    )
    line = (
        alt.Chart(table)
        .mark_line(interpolate="step-after", color=_COLOUR, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("Lowest so far:Q", title=LOSS))
    )
    chart: alt.LayerChart = (line + points).properties(height=260)
    return chart


def parallel_chart(space: Space, trials: Sequence[Trial], *, paper: str) -> alt.LayerChart:
    """An axis a setting, a line a trial; a box drawn over axes is told as `BOX`.

    Args:
        space: What is tried.
        trials: Those without a loss are left out.
        paper: The colour of the page: of the rim that sets the values at the axes off.
    """
    table = parallel_table(space, trials)
    axes = [*(TUNABLES[name].title for name in space.dimensions), LOSS]
    # All words are as oblique as on a phone they have to be, not to run into each other.
    x = alt.X("Setting:N", sort=axes, title=None,
              axis=alt.Axis(labelAngle=_OBLIQUE, labelLimit=160, labelOverlap=False, grid=True,
                            domain=False))  # fmt: skip
    y = alt.Y("Place:Q", title=None, axis=None, scale=alt.Scale(domain=[-0.08, 1.25]))
    told = [alt.Tooltip("Trial:Q"), alt.Tooltip("Setting:N"), alt.Tooltip("Value:N"),
            alt.Tooltip(f"{LOSS}:Q", format=".3f"), alt.Tooltip("State:N")]  # fmt: skip
    # Without its ends, of which a dark page swallows one and a light page the other.
    scheme = alt.SchemeParams(name="viridis", extent=[0.25, 0.9])
    colour = alt.Color(f"{LOSS}:Q", scale=alt.Scale(scheme=scheme, reverse=True, type="log"),
                       legend=alt.Legend(orient="top", title=LOSS, tickCount=3))  # fmt: skip
    lines = (
        alt.Chart(table)
        .mark_line(strokeWidth=1.5, opacity=0.75)
        .encode(x=x, y=y, detail="Trial:N", color=colour, tooltip=told)
    )
    box = alt.selection_interval(name=BOX, encodings=["x", "y"])
    points = (
        alt.Chart(table)
        .mark_point(filled=True, size=30)
        .encode(x=x, y=y, color=colour, tooltip=told)
        .add_params(box)
    )
    ends = pd.DataFrame(_ends(space), columns=["Setting", "Place", "Value"])
    beside: dict[str, Any] = {"fontSize": 11, "dx": 7, "align": "left", "angle": _OBLIQUE % 360}
    values = alt.Chart(ends).encode(x=x, y=y, text="Value:N")
    under = values.mark_text(**beside, stroke=paper, strokeWidth=4, strokeJoin="round")
    words = values.mark_text(**beside, color=QUIET)
    chart: alt.LayerChart = (lines + points + under + words).properties(height=380)
    return chart


def _ends(space: Space) -> list[tuple[str, float, str]]:
    """What stands at the axes: every option, or both ends of a range."""
    found = []
    for name, one in space.dimensions.items():
        values = one.options if isinstance(one, Choice) else (one.low, one.high)
        found += [(TUNABLES[name].title, place(one, value), value_words(value)) for value in values]
    return [*found, (LOSS, 1.0, "lowest"), (LOSS, 0.0, "highest")]


def slice_chart(space: Space, name: str, trials: Sequence[Trial]) -> alt.Chart:
    """The loss of each trial against one setting."""
    dimension = space.dimensions[name]
    table = pd.DataFrame(
        [
            (one.values[name], value_words(one.values[name]), one.loss, one.number,
             STATES[one.state])
            for one in trials
            if one.loss is not None
        ],
        columns=["Value", "Words", LOSS, "Trial", "State"],
    )  # fmt: skip
    if isinstance(dimension, Choice):
        order = [value_words(one) for one in dimension.options]
        x = alt.X("Words:N", sort=order, title=None, axis=alt.Axis(labelAngle=0))
    else:
        scale = alt.Scale(type="log" if dimension.log else "linear", nice=False)
        axis = alt.Axis(tickCount=4, format="~g", grid=not dimension.log)
        x = alt.X("Value:Q", title=None, scale=scale, axis=axis)
    chart: alt.Chart = (
        alt.Chart(table)
        .mark_point(filled=True, color=_COLOUR, opacity=0.8)
        .encode(
            x=x,
            y=alt.Y(f"{LOSS}:Q", title=LOSS, scale=alt.Scale(type="log", nice=False)),
            # Not by shade, of which a light page swallows the first and a dark page the last.
            size=alt.Size("Trial:Q", legend=None, scale=alt.Scale(range=[12, 90])),
            tooltip=["Trial:Q", "Words:N", alt.Tooltip(f"{LOSS}:Q", format=".3f"), "State:N"],
        )
        .properties(height=170)
    )
    return chart


def importance_chart(shares: Sequence[tuple[str, Share]]) -> alt.LayerChart:
    """A bar a setting with its interval, the largest first."""
    rows = [(title, one.share, one.ci.low, one.ci.high) for title, one in shares]
    table = pd.DataFrame(rows, columns=["Setting", "Share", "Low", "High"])
    y = alt.Y("Setting:N", sort=[title for title, _ in shares], title=None)
    x = alt.X("Share:Q", title="Variance that it explains alone",
              scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))  # fmt: skip
    told = [alt.Tooltip("Setting:N"), alt.Tooltip("Share:Q", format=".0%"),
            alt.Tooltip("Low:Q", title="95 % interval from", format=".0%"),
            alt.Tooltip("High:Q", title="to", format=".0%")]  # fmt: skip
    bars = alt.Chart(table).mark_bar(color=_COLOUR, opacity=0.6).encode(x=x, y=y, tooltip=told)
    spread = alt.Chart(table).mark_rule(color=QUIET).encode(x="Low:Q", x2="High:Q", y=y)
    chart: alt.LayerChart = (bars + spread).properties(height=alt.Step(26))
    return chart
