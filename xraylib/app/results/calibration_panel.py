"""The Calibration tab: does 0.9 mean right in 9 of 10 cases, and what a temperature changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.app.results.cached_numbers import calibrated
from xraylib.app.results.curve_charts import reliability_chart
from xraylib.app.shell.frame import plain
from xraylib.evaluation.run_calibration import RunCalibration
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run


def show_calibration(run: Run) -> None:
    """Reliability before and after the temperature, and the figures beside what chance gives."""
    found = calibrated(run)
    if isinstance(found, str):
        st.info(plain(found))
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.altair_chart(
            reliability_chart(found.before.curve, found.after.curve),
            alt=reliability_words(found),
        )
    with right:
        st.markdown(verdict(found))
        st.table(figures_table(found), alt="Calibration before and after the temperature")
        st.markdown(temperature_words(found))
        for note in map(as_xrays, found.notes):
            st.caption(f":material/info: {plain(note[0].upper() + note[1:])}.")
        with st.expander("Why?", icon=":material/help:"):
            st.markdown(
                "A network is **calibrated** if of the X-rays that it calls with a probability of "
                "0.9, nine of ten are what it says. Networks tend to be surer than that. The "
                "**expected calibration error** (ECE) is the mean gap between how sure the "
                "network was and how often it was right, over 15 bins. On few X-rays it is never "
                "0, even for a perfect network: so beside it stands what such a network would "
                "show by chance on just as many X-rays. **Temperature scaling** divides the "
                "network's logits by one number. It changes how sure the network is, never which "
                "class it names."
            )


def verdict(found: RunCalibration) -> str:
    """Whether the probabilities can be taken at their word, after the temperature."""
    after, n = found.after, found.n
    if after.ece <= after.ece_expected_95:
        return (
            f"**No reason to distrust the probabilities on these {n} X-rays**: after the "
            f"temperature the gap is {after.ece:.2f}, and a perfectly calibrated network would "
            f"show about {after.ece_expected:.2f} by chance alone."
        )
    sure = "too sure" if after.confidence_gap > 0 else "not sure enough"
    return (
        f"**The probabilities are {sure}**: after the temperature the gap is {after.ece:.2f} on "
        f"{n} X-rays, where a perfectly calibrated network would show about "
        f"{after.ece_expected:.2f}, and in 95 of 100 cases less than "
        f"{after.ece_expected_95:.2f}."
    )


def figures_table(found: RunCalibration) -> pd.DataFrame:
    """ECE, what chance gives, Brier score and log loss, before and after."""
    rows = {
        "ECE": "ece",
        "ECE of a perfectly calibrated network": "ece_expected",
        "… and in 95 of 100 cases below": "ece_expected_95",
        "Brier score": "brier",
        "Log loss": "log_loss",
    }
    return pd.DataFrame.from_dict(
        {
            title: {
                "Before": f"{getattr(found.before, key):.3f}",
                "After": f"{getattr(found.after, key):.3f}",
            }
            for title, key in rows.items()
        },
        orient="index",
    )


def temperature_words(found: RunCalibration) -> str:
    """The temperature, what it rests on, and whether it is used."""
    images, temperature = found.images, found.temperature
    sure = (
        "the network was surer than it had reason to be"
        if temperature > 1
        else "the network was less sure than it could have been"
    )
    what = "nothing changes" if temperature == 1 else sure
    if found.too_few:
        return (
            f"Temperature **{temperature:.2f}** on {images} validation X-rays ({what}). **Too "
            "few** "
            "(under 30): the published model keeps the network's own probabilities."
        )
    return (
        f"Temperature **{temperature:.2f}**, fitted on {images} validation X-rays: {what}. The "
        "published model uses it."
    )


def reliability_words(found: RunCalibration) -> str:
    """The reliability curve for those who cannot see it."""
    told = [
        f"at a confidence of {row.confidence:.2f}, {row.accuracy:.2f} of {row.n} were right"
        for row in found.after.curve
    ]
    return "Reliability after the temperature: " + "; ".join(told) + "."
