"""Curves of a run as Altair figures: ROC, precision-recall, reliability, differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from xraylib.app.shell.charts import Spec
from xraylib.evaluation.explain.localisation import Curve as Deletion
from xraylib.metrics.calibration import ReliabilityBin
from xraylib.metrics.curves import Curve
from xraylib.metrics.intervals import Interval

_ACCENT: Final = "#2b88a6"
_MARK: Final = "#d55e00"
_QUIET: Final = "#7d8b94"
_SIDE: Final = 290


def roc_spec(curve: Curve) -> Spec:
    """Sensitivity against the false alarm rate, and the diagonal of guessing."""
    x, y = _share("x", "False alarms (1 − specificity)"), _share("y", "Sensitivity")
    return _curve_spec(curve, (x, y), (0.0, 1.0), "ROC")


def precision_recall_spec(curve: Curve, share: float) -> Spec:
    """Precision against recall, and the share of the class, which guessing reaches."""
    x, y = _share("x", "Recall (sensitivity)"), _share("y", "Precision")
    return _curve_spec(curve, (x, y), (share, share), "Precision and recall")


def with_point(spec: Spec, x: float, y: float) -> Spec:
    """The curve with the threshold's place on it. Plain values: this is drawn at every move."""
    dot = {
        "data": {"values": [{"x": x, "y": y}]},
        "mark": {
            "type": "point", "color": _MARK, "filled": True, "size": 120, "opacity": 1,
            "shape": "diamond",
        },
        "encoding": {
            **{axis: {"field": axis, "type": "quantitative"} for axis in ("x", "y")},
            "tooltip": [
                {"field": axis, "type": "quantitative", "format": ".3f"} for axis in ("x", "y")
            ],
        },
    }  # fmt: skip
    return {**spec, "layer": [*spec["layer"], dot]}


def _curve_spec(
    curve: Curve, axes: tuple[Any, Any], guess: tuple[float, float], title: str
) -> Spec:
    table = pd.DataFrame({"x": curve.x, "y": curve.y, "order": range(len(curve.x))})
    guessing = (
        alt.Chart(pd.DataFrame({"x": [0.0, 1.0], "y": list(guess)}))
        .mark_line(color=_QUIET, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=axes[0], y=axes[1])
    )
    spec: Spec = _figure([guessing, _line(table)], title).to_dict()
    return spec


def reliability_chart(
    before: Sequence[ReliabilityBin], after: Sequence[ReliabilityBin]
) -> alt.LayerChart:
    """Accuracy with its interval against confidence, before and after the temperature."""
    rows = [
        {
            "Probabilities": name,
            "x": row.confidence,
            "y": row.accuracy,
            "low": row.interval.low,
            "high": row.interval.high,
            "n": row.n,
        }
        for name, curve in (("Before", before), ("After", after))
        for row in curve
    ]
    table = pd.DataFrame(rows, columns=["Probabilities", "x", "y", "low", "high", "n"])
    x = _share("x", "Confidence: the highest probability")
    y = _share("y", "Share that was right")
    colour = alt.Color(
        "Probabilities:N",
        scale=alt.Scale(domain=["Before", "After"], range=[_QUIET, _ACCENT]),
        legend=alt.Legend(orient="top", title=None),
    )
    ideal = (
        alt.Chart(pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}))
        .mark_line(color=_QUIET, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    tooltip = [
        alt.Tooltip("Probabilities:N"),
        alt.Tooltip("n:Q", title="X-rays"),
        alt.Tooltip("x:Q", title="Mean confidence", format=".2f"),
        alt.Tooltip("y:Q", title="Right", format=".2f"),
    ]
    base = alt.Chart(table).encode(x=x, color=colour, tooltip=tooltip)
    bars = base.mark_rule(strokeWidth=1.5, opacity=0.7).encode(
        y=alt.Y("low:Q", title="Share that was right"), y2="high:Q"
    )
    dots = base.mark_point(filled=True, opacity=1).encode(
        y=y,
        shape=alt.Shape(
            "Probabilities:N",
            scale=alt.Scale(domain=["Before", "After"], range=["square", "circle"]),
            legend=alt.Legend(orient="top", title=None),
        ),
        size=alt.Size("n:Q", scale=alt.Scale(range=[40, 260]), legend=None),
    )
    return _figure([ideal, bars, dots], "Reliability", side=340)


def share_chart(curves: tuple[Deletion, Deletion]) -> alt.LayerChart:
    """A deletion and an insertion curve: probability against the share of the image."""
    names = ["Hidden", "Shown"]
    rows = [
        {"Hottest parts": name, "x": x, "y": y}
        for name, curve in zip(names, curves, strict=True)
        for x, y in zip(curve.shares.tolist(), curve.probabilities.tolist(), strict=True)
    ]
    lines = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=_share("x", "Share of the X-ray that is hidden or shown"),
            y=_share("y", "Probability"),
            color=alt.Color(
                "Hottest parts:N",
                scale=alt.Scale(domain=names, range=[_MARK, _ACCENT]),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash(
                "Hottest parts:N",
                scale=alt.Scale(domain=names, range=[[5, 3], [1, 0]]),
                legend=alt.Legend(orient="top", title=None),
            ),
        )
    )
    return _figure([lines], "Deletion and insertion", side=320)


def difference_chart(
    differences: Sequence[tuple[str, float, Interval | None]],
    title: str = "Difference in accuracy, 95 %",
) -> alt.LayerChart:
    """Differences with their intervals; 0 is "no difference".

    Args:
        differences: Name, difference and interval of each.
        title: What differs.
    """
    rows = [
        {
            "name": name,
            "difference": value,
            "low": (interval or [value] * 2)[0],
            "high": (interval or [value] * 2)[1],
        }
        for name, value, interval in differences
    ]
    table = pd.DataFrame(rows, columns=["name", "difference", "low", "high"])
    reach = float(max(0.1, table[["low", "high"]].abs().max().max())) if rows else 1.0
    x = alt.X(
        "difference:Q",
        title=title,
        scale=alt.Scale(domain=[-reach, reach]),
        axis=alt.Axis(titleAnchor="end"),  # long names leave little room on a phone
    )
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=240))
    zero = (
        alt.Chart(pd.DataFrame({"difference": [0.0]}))
        .mark_rule(color=_QUIET, strokeDash=[4, 4])
        .encode(x=x)
    )
    base = alt.Chart(table).encode(y=y)
    bars = base.mark_rule(strokeWidth=2, color=_ACCENT).encode(x=alt.X("low:Q"), x2="high:Q")
    dots = base.mark_point(filled=True, size=70, color=_ACCENT, opacity=1).encode(
        x=x,
        tooltip=[
            "name:N",
            alt.Tooltip("difference:Q", format="+.3f"),
            alt.Tooltip("low:Q", format="+.3f"),
            alt.Tooltip("high:Q", format="+.3f"),
        ],
    )
    chart: alt.LayerChart = (
        (zero + bars + dots)
        .properties(height=36 * max(1, len(rows)) + 70)
        .configure_view(strokeWidth=0)
    )
    return chart


def _share(field: str, title: str) -> Any:
    kind = alt.X if field == "x" else alt.Y
    return kind(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f"),
    )


def _line(table: pd.DataFrame) -> alt.Chart:
    line: alt.Chart = (
        alt.Chart(table)
        .mark_line(color=_ACCENT, strokeWidth=2)
        .encode(x="x:Q", y="y:Q", order="order:Q")
    )
    return line


def _figure(layers: Sequence[Any], title: str, *, side: int = _SIDE) -> alt.LayerChart:
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(
            height=side, title=alt.Title(title, anchor="start", fontSize=13, fontWeight="normal")
        )
        .configure_view(strokeWidth=0)
    )
    return chart
