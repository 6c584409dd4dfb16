"""The stress test: small curves of what a run says of changed X-rays."""

from __future__ import annotations

from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from xraylib.app.results.results_words import split_words
from xraylib.app.shared import child_job
from xraylib.app.shell.frame import errors_shown, show_table
from xraylib.evaluation.stress.found import StressCurve, StressTest
from xraylib.evaluation.stress.stress_test import kept_stress
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_RIGHT: Final = "#2b88a6"
_FLIPPED: Final = "#d55e00"
_KINDS: Final = ("Right", "Answer flipped")


def show(run: Run, workspace: Workspace) -> None:
    """The button, and the curves of the last test."""
    st.subheader("Stress test")
    found = None
    with errors_shown():
        found = kept_stress(run)
    if found is None:
        st.markdown(
            "The same X-rays, turned, moved, brighter, blurred, noisy, compressed, coarser or "
            "inverted step by step: how often is the answer still right, and how often another "
            "one than before? In the mild steps whoever reads the X-ray sees what was there; "
            "in the strongest they may not."
        )
    else:
        _show(found)
    child_job.offer(
        f"stress {run.id}",
        "Run the stress test",
        ["stress", run.id],
        workspace,
        again=found is not None,
        icon=":material/speed:",
    )


def _show(found: StressTest) -> None:
    st.markdown(summary(found))
    st.caption(
        ":blue[━] right  :orange[╍] answer flipped, each with its 95 % interval by patient, as "
        "far as patients are told. In the middle, or at the end, the X-rays as they are."
    )
    with st.grid(4, min_column_width=230, gap="small"):
        for curve in found.curves:
            with st.container(gap="xsmall"):
                st.markdown(f"**{curve.title}**")
                st.altair_chart(stress_chart(curve), alt=curve_words(curve))
    with st.expander("As a table", icon=":material/table:"):
        show_table(stress_table(found), alt="Each step with its figures")


def summary(found: StressTest) -> str:
    """What flips most, and on how many X-rays it was measured."""
    ranked = sorted(found.curves, key=lambda curve: -curve.worst.flipped)
    told = [
        f"{curve.title} ({curve.worst.label}): **{curve.worst.told[1]}**" for curve in ranked[:3]
    ]
    some = "" if found.images == found.of else f" ({found.images:,} of them, spread evenly)"
    return (
        f"Measured on the {split_words(found.split, found.of)}{some}. The answer flips most often "
        "with: " + "; ".join(told) + ". Here the network is asked whatever a picture looks like; "
        "Classify gives no answer to some of these, to inverted ones above all."
        + (
            f" An answer is whether one of the {found.findings} findings is flagged."
            if found.findings
            else ""
        )
    )


def curve_words(curve: StressCurve) -> str:
    """A curve for those who cannot see it."""
    return f"{curve.title}: " + "; ".join(
        f"{one.label} right {rounded(one.accuracy)}, flipped {rounded(one.flipped)}"
        for one in curve.steps
    )


def stress_table(found: StressTest) -> pd.DataFrame:
    """A row a step."""
    rows = [
        {
            "Change": curve.title,
            "Step": one.label,
            "Right": one.told[0],
            "Answer flipped": "–" if one.step == curve.neutral else one.told[1],
        }
        for curve in found.curves
        for one in curve.steps
    ]
    return pd.DataFrame(rows).set_index("Change")


def stress_chart(curve: StressCurve) -> alt.LayerChart:
    """Share that is right and share of flipped answers, over the steps in their order."""
    rows = [
        {
            "kind": kind,
            "place": place,
            "step": _short(one.label),
            "value": value,
            "low": low,
            "high": high,
        }
        for place, one in enumerate(curve.steps)
        for kind, value, (low, high) in (
            (_KINDS[0], one.accuracy, one.accuracy_interval),
            (_KINDS[1], one.flipped, one.flipped_interval),
        )
        if kind == _KINDS[0] or one.step != curve.neutral
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "step:N",
            sort=[_short(one.label) for one in curve.steps],
            title=None,
            axis=alt.Axis(labelAngle=0, labelOverlap=True, labelFontSize=10),
        ),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=_KINDS, range=[_RIGHT, _FLIPPED]), legend=None
        ),
        tooltip=[
            alt.Tooltip("step:N", title=curve.title),
            alt.Tooltip("kind:N", title="Share"),
            alt.Tooltip("value:Q", title="Value", format=".2f"),
            alt.Tooltip("low:Q", title="From", format=".2f"),
            alt.Tooltip("high:Q", title="To", format=".2f"),
        ],
    )
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y("value:Q", scale=scale, title=None, axis=alt.Axis(values=[0, 0.5, 1]))
    bars = base.mark_rule(opacity=0.45, strokeWidth=3).encode(
        y=alt.Y("low:Q", scale=scale, title=None), y2="high:Q"
    )
    dash = alt.StrokeDash(
        "kind:N", scale=alt.Scale(domain=_KINDS, range=[[1, 0], [4, 3]]), legend=None
    )
    lines = base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash)
    dots = base.mark_point(filled=True, opacity=1, size=28).encode(y=y)
    return alt.LayerChart(layer=[bars, lines, dots], height=130)


def _short(label: str) -> str:
    return "as is" if label == "unchanged" else label
