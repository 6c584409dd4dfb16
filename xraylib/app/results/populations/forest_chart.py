"""A forest plot as an Altair figure: values with their intervals, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from xraylib.reports.forest import ForestLine, forest_start
from xraylib.rounding import rounded

_ACCENT: Final = "#2b88a6"
_MARK: Final = "#d55e00"
_QUIET: Final = "#7d8b94"


def show_forest(
    lines: Sequence[ForestLine], *, what: str, overall: float | None, told: str = ""
) -> None:
    """The plot; or that there is nothing to draw, for an empty one tells nobody anything.

    Args:
        lines: One at least.
        what: What the values are: ``AUC``.
        overall: What all images together reach.
        told: The same for those who cannot see it, where it is more.
    """
    if all(line.value is None for line in lines):
        st.caption("Every group is too small to be drawn; the table tells how many X-rays it has.")
        return
    st.space("small")  # a chart's own buttons stand above it
    st.altair_chart(
        forest_chart(lines, what=what, overall=overall), alt=forest_words(lines, told or what)
    )


def forest_chart(
    lines: Sequence[ForestLine], *, what: str, overall: float | None
) -> alt.LayerChart:
    """The lines from top to bottom, and a dashed one where all images together are.

    Args:
        lines: One at least.
        what: What the values are: ``AUC``.
        overall: What all images together reach.
    """
    rows = [
        {
            "name": one.name,
            "value": one.value,
            "low": None if one.interval is None else one.interval.low,
            "high": None if one.interval is None else one.interval.high,
            "kind": "differs" if one.marked else "as the others",
        }
        for one in lines
    ]
    table = pd.DataFrame(rows).astype({"value": float, "low": float, "high": float})
    x = alt.X(
        "value:Q",
        title=f"{what}, 95 % interval",
        scale=alt.Scale(domain=[forest_start(lines), 1.0], nice=False),
    )
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=260))
    scale = alt.Scale(domain=["as the others", "differs"], range=[_ACCENT, _MARK])
    colour = alt.Color("kind:N", scale=scale, legend=None)
    base = alt.Chart(table).encode(y=y, color=colour)
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    layers: list[alt.Chart] = [
        *([bars] if table["low"].notna().any() else []),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x,
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=["as the others", "differs"], range=["circle", "square"]),
                legend=None,
            ),
            tooltip=["name:N", *(alt.Tooltip(f"{n}:Q", format=".3f") for n in _NUMBERS)],
        ),
    ]
    if overall is not None:
        reference = alt.Chart(pd.DataFrame({"value": [overall]}))
        layers.insert(0, reference.mark_rule(color=_QUIET, strokeDash=[4, 4]).encode(x=x))
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(height=30 * max(1, len(rows)) + 60)
        .configure_view(strokeWidth=0)
    )
    return chart


def forest_words(lines: Sequence[ForestLine], what: str) -> str:
    """The plot for those who cannot see it."""
    told = (
        f"{one.name} "
        + ("none" if one.value is None else rounded(one.value))
        + (
            f" ({rounded(one.interval.low)} to {rounded(one.interval.high)})"
            if one.interval
            else ""
        )
        for one in lines
    )
    return f"{what}: {'; '.join(told)}."


_NUMBERS: Final = ("value", "low", "high")
