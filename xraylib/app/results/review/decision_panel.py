"""The decision curve: is acting on the probability of a class better than treating all or none?"""

from __future__ import annotations

from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from xraylib.app.shell.frame import plain, show_error
from xraylib.errors import XrayError
from xraylib.evaluation.run_decision import decision_words, learned_share, run_decision
from xraylib.metrics.study.decision import DecisionCurve
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run

_LINES: Final = ("Model", "Treat all", "Treat nobody")
_COLOURS: Final = ("#2b88a6", "#d55e00", "#7d8b94")
_DASHES: Final = ([1, 0], [6, 3], [2, 3])


def show(run: Run, split: str, name: str, prevalence: float) -> None:
    """Net benefit by threshold of a class, where this share of the people has it.

    Args:
        run: The run.
        split: Whose images.
        name: The class.
        prevalence: 0 to 1.
    """
    st.markdown("**Is it of use?** Decision curve")
    learned = learned_share(run, name)
    verb = "showed" if run.data.several else "were"
    correct = st.toggle(
        "Correct the probabilities for this prevalence",
        key="decision-correct",
        persist_state="page",
        help=f"{learned:.0%} of the X-rays that it learned from {verb} {plain(name)}, so where the "
        "disease is rarer its probabilities are too high. By Bayes' rule (Elkan 2001). Classify "
        "shows them uncorrected.",
    )
    try:
        found = run_decision(run, name, prevalence, split=split, correct=correct)
    except XrayError as error:
        show_error(error)
        return
    words = decision_words(found, plain(name))
    st.altair_chart(decision_chart(found), alt=words)
    st.markdown(f"{as_xrays(words)}.")
    st.caption(
        f"On {found.positives} X-rays of {plain(name)} and {found.negatives} others; the band is "
        "the 95 % interval by patient, as far as patients are told. A threshold is the chance of "
        "disease from which you would act: at 0.1 one right treatment is worth nine needless "
        "ones. Net benefit counts right treatments and takes off needless ones at that price "
        "(Vickers and Elkin 2006)."
    )


def decision_chart(found: DecisionCurve) -> alt.LayerChart:
    """Net benefit of the model with its band, of treating all and of treating nobody."""
    rows = [
        {"line": line, "threshold": one.threshold, "value": value}
        for one in found.points
        for line, value in zip(_LINES, (one.net_benefit, one.treat_all, 0.0), strict=True)
    ]
    band = [
        {"threshold": one.threshold, "low": one.interval.low, "high": one.interval.high}
        for one in found.points
    ]
    scale = alt.Scale(domain=[-found.prevalence / 2, found.prevalence * 1.1], nice=False)
    x = alt.X("threshold:Q", title="Threshold: chance from which to act")
    y = alt.Y("value:Q", title="Net benefit a person", scale=scale)
    area = (
        alt.Chart(pd.DataFrame(band))
        .mark_area(opacity=0.25, color=_COLOURS[0], clip=True)
        .encode(x=x, y=alt.Y("low:Q", title="Net benefit a person", scale=scale), y2="high:Q")
    )
    lines = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(strokeWidth=2, clip=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "line:N",
                scale=alt.Scale(domain=_LINES, range=_COLOURS),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash(
                "line:N",
                scale=alt.Scale(domain=_LINES, range=_DASHES),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("line:N", title="What is done"),
                alt.Tooltip("threshold:Q", title="Threshold", format=".3f"),
                alt.Tooltip("value:Q", title="Net benefit", format=".4f"),
            ],
        )
    )
    return alt.LayerChart(layer=[area, lines], height=250)
