"""The learning curve of a group: a point a share of the training patients, and where it leads."""

from __future__ import annotations

from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from xraylib.app.shell.charts import QUIET
from xraylib.app.shell.frame import plain, show_table
from xraylib.evaluation.several.learning_curve import LearningCurve
from xraylib.rounding import percent, rounded

_COLOUR: Final = "#2b88a6"


def show(curve: LearningCurve) -> None:
    """The sentence, the picture and the table."""
    st.markdown(f"**{plain(str(curve))}**")
    st.altair_chart(learning_chart(curve), alt=learning_words(curve))
    st.caption(
        f"{plain(curve.basis)} Dashed: today's images, and twice as many. Each run takes about as "
        "many steps as the one on all images."
    )
    if curve.precision is not None:
        st.caption(f"How precise that is: {plain(str(curve.precision))}.")
    with st.expander("As a table", icon=":material/table:"):
        show_table(learning_table(curve), alt="Each share with its figure")


def learning_chart(curve: LearningCurve) -> alt.LayerChart:
    """The fitted curve with its band, the mean of each share with its interval, and each run."""
    line = pd.DataFrame(curve.curve.line, columns=["Images", "Figure", "Low", "High"])
    points = curve.curve.points
    means = pd.DataFrame(
        [(one.images, one.figure, *one.ci) for one in points],
        columns=["Images", "Figure", "Low", "High"],
    )
    runs = pd.DataFrame(
        [(one.images, figure) for one in points for figure in one.each],
        columns=["Images", "Figure"],
    )
    ends = pd.DataFrame({"Images": [points[-1].images, curve.curve.doubled.images]})
    lowest = min(line["Low"].min(), means["Low"].min(), runs["Figure"].min())
    x = alt.X(
        "Images:Q",
        title="Training X-rays",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[round(one) for one in [*means["Images"], *ends["Images"]]],
                      format=",d", grid=False, labelOverlap=True),
    )  # fmt: skip
    scale = alt.Scale(domain=[max(0.0, lowest - 0.03), 1.0], nice=False, zero=False)
    y_title = curve.figure[0].upper() + curve.figure[1:]
    y = alt.Y("Figure:Q", title=y_title, scale=scale)
    low = alt.Y("Low:Q", title=y_title, scale=scale)
    band = (
        alt.Chart(line)
        .mark_area(opacity=0.18, color=_COLOUR)
        .encode(x=x, y=low, y2=alt.Y2("High:Q"))
    )
    fitted = alt.Chart(line).mark_line(color=_COLOUR).encode(x=x, y=y)
    marks = alt.Chart(ends).mark_rule(strokeDash=[4, 4], color=QUIET).encode(x=x)
    spread = alt.Chart(means).mark_rule(color=_COLOUR).encode(x=x, y=low, y2="High:Q")
    told = [
        alt.Tooltip("Images:Q", title="Training X-rays", format=",.0f"),
        alt.Tooltip("Figure:Q", title=curve.figure, format=".3f"),
    ]
    each = alt.Chart(runs).mark_point(color=QUIET, size=30).encode(x=x, y=y, tooltip=told)
    mean = (
        alt.Chart(means)
        .mark_point(color=_COLOUR, filled=True, size=80, opacity=1)
        .encode(
            x=x,
            y=y,
            tooltip=[
                *told,
                alt.Tooltip("Low:Q", title="95 % interval from", format=".3f"),
                alt.Tooltip("High:Q", title="to", format=".3f"),
            ],
        )
    )
    chart: alt.LayerChart = (band + marks + fitted + spread + each + mean).properties(height=280)
    return chart


def learning_words(curve: LearningCurve) -> str:
    """The chart for those who cannot see it."""
    told = "; ".join(
        f"{one.images:,.0f} training X-rays {rounded(one.figure)}" for one in curve.curve.points
    )
    return f"{curve.figure} by number of training X-rays: {told}. {curve}"


def learning_table(curve: LearningCurve) -> pd.DataFrame:
    """A row a share."""
    points = curve.curve.points
    return pd.DataFrame(
        {
            "Share of patients": [percent(one.share) for one in points],
            "Training X-rays": [round(one.images) for one in points],
            curve.figure[0].upper() + curve.figure[1:]: [rounded(one.figure, 3) for one in points],
            "95 % interval": [
                f"{rounded(one.ci.low, 3)} to {rounded(one.ci.high, 3)}" for one in points
            ],
            "Runs": [len(one.each) for one in points],
        }
    )
