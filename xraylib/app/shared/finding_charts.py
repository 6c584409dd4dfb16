"""Charts of findings: how many images have each, and which come together. Values to figures."""

from __future__ import annotations

from typing import Final

import altair as alt
import numpy as np
import pandas as pd

from xraylib.app.shell.charts import QUIET, Spec
from xraylib.datasets.labels.findings import Findings

VALUES: Final = {
    "present": "#d55e00",
    "uncertain": "#e69f00",
    "absent": "#56b4e9",
    "unknown": "#b8c1c7",
}
"""What can be said of a finding, each in its colour, in the order of the bars."""
MOST_BARS: Final = 30
MOST_PAIRS: Final = 14
_STEP: Final = 22
_ROOM: Final = 100
_ROOM_FOR_NAMES: Final = 130
"""Pixels for axes and legends; Streamlit counts them into the height."""


def by_number(findings: Findings, most: int) -> list[int]:
    """Places of the findings that most images have, no more than so many."""
    present = np.equal(findings.values, 1).sum(axis=0)
    places: list[int] = np.argsort(-present, kind="stable")[:most].tolist()
    return places


def prevalence_table(findings: Findings, most: int = MOST_BARS) -> pd.DataFrame:
    """Columns Finding, Value, X-rays, Share (of all) and Order (of the bar's parts)."""
    counts = findings.counts()
    total = max(1, len(findings))
    rows = [
        {
            "Finding": findings.names[place],
            "Value": word,
            "X-rays": counts[findings.names[place]][word],
            "Share": counts[findings.names[place]][word] / total,
            "Order": order,
        }
        for place in by_number(findings, most)
        for order, word in enumerate(VALUES)
    ]
    return pd.DataFrame(rows, columns=["Finding", "Value", "X-rays", "Share", "Order"])


def prevalence_chart(findings: Findings, most: int = MOST_BARS) -> Spec:
    """A bar a finding: which part of the images has it, has it not, or is not known of."""
    table = prevalence_table(findings, most)
    names = list(dict.fromkeys(table["Finding"]))
    base = alt.Chart(table).encode(
        y=alt.Y(
            "Finding:N",
            sort=names,
            title=None,
            axis=alt.Axis(labelLimit=170, labelOverlap=False, ticks=False),
        )
    )
    bars = base.mark_bar(cornerRadius=1).encode(
        x=alt.X(
            "Share:Q",
            title=None,
            stack="zero",
            scale=alt.Scale(domain=[0, 1.0], nice=False),
            axis=alt.Axis(format=".0%", tickCount=4, grid=False),
        ),
        color=alt.Color(
            "Value:N",
            title=None,
            scale=alt.Scale(domain=list(VALUES), range=list(VALUES.values())),
            legend=alt.Legend(orient="top", columns=2),
        ),
        order=alt.Order("Order:Q"),
        tooltip=[
            alt.Tooltip("Finding:N"),
            alt.Tooltip("Value:N"),
            alt.Tooltip("X-rays:Q", format=","),
            alt.Tooltip("Share:Q", format=".1%"),
        ],
    )
    words = (
        alt.Chart(table[table["Value"] == "present"])
        .mark_text(align="left", dx=4, fontSize=11, color="#1b1f22")
        .encode(
            y=alt.Y("Finding:N", sort=names),
            x=alt.value(0),
            text=alt.Text("X-rays:Q", format=","),
        )
    )
    chart = (
        (bars + words).properties(height=_STEP * len(names) + _ROOM).configure_view(strokeWidth=0)
    )
    spec: Spec = chart.to_dict()
    return spec


def prevalence_sentence(findings: Findings, most: int = MOST_BARS) -> str:
    """The same in words."""
    counts = findings.counts()
    told = [
        f"{name} in {number['present']:,} of {number['present'] + number['absent']:,} known"
        for place in by_number(findings, most)
        for name, number in [(findings.names[place], counts[findings.names[place]])]
    ]
    more = len(findings.names) - len(told)
    rest = f"; and {more:,} more findings" if more > 0 else ""
    return f"Findings in X-rays: {'; '.join(told)}{rest}."


def together_table(findings: Findings, most: int = MOST_PAIRS) -> pd.DataFrame:
    """Columns Finding, With, X-rays (that have both) and Share (of those with the finding)."""
    places = by_number(findings, most)
    both = findings.together()[np.ix_(places, places)]
    names = [findings.names[place] for place in places]
    rows = [
        {
            "Finding": names[one],
            "With": names[other],
            "X-rays": int(both[one, other]),
            "Share": both[one, other] / max(1, both[one, one]),
            "Same": one == other,
        }
        for one in range(len(names))
        for other in range(len(names))
    ]
    return pd.DataFrame(rows, columns=["Finding", "With", "X-rays", "Share", "Same"])


def together_chart(findings: Findings, most: int = MOST_PAIRS) -> Spec:
    """A square a pair of findings: how many X-rays have both, and which share of the row's."""
    table = together_table(findings, most)
    names = list(dict.fromkeys(table["Finding"]))
    base = alt.Chart(table).encode(
        x=alt.X(
            "With:N",
            sort=names,
            title="also has",
            axis=alt.Axis(labelAngle=-40, labelLimit=110, orient="top"),
        ),
        y=alt.Y("Finding:N", sort=names, title=None, axis=alt.Axis(labelLimit=150)),
        tooltip=[
            alt.Tooltip("Finding:N", title="Of the X-rays with"),
            alt.Tooltip("With:N", title="also has"),
            alt.Tooltip("X-rays:Q", format=","),
            alt.Tooltip("Share:Q", format=".1%"),
        ],
    )
    squares = base.mark_rect().encode(
        color=alt.Color(
            "Share:Q",
            scale=alt.Scale(domain=[0, 1], scheme="tealblues"),
            legend=None,
        )
    )
    words = base.mark_text(fontSize=10).encode(
        text=alt.Text("X-rays:Q", format=","),
        color=alt.condition("datum.Share > 0.45", alt.value("#ffffff"), alt.value("#1b1f22")),
    )
    height = 30 * len(names) + _ROOM_FOR_NAMES
    chart = (squares + words).properties(height=height).configure_view(stroke=QUIET)
    spec: Spec = chart.to_dict()
    return spec


def together_sentence(findings: Findings, most: int = MOST_PAIRS) -> str:
    """The pairs that most X-rays have, in words."""
    table = together_table(findings, most)
    pairs = table[table["Finding"] < table["With"]].sort_values("X-rays", ascending=False)
    told = [
        f"{row.Finding} and {row.With} in {row.Number:,}"
        for row in pairs.head(5).rename(columns={"X-rays": "Number"}).itertuples()
    ]
    return f"X-rays with two findings: {'; '.join(told)}." if told else "There is one finding."
