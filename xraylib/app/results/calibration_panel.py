"""The Calibration tab: does 0.9 mean right in 9 of 10 cases, and what a temperature changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.app.results.cached_numbers import calibrated, operating
from xraylib.app.results.curve_charts import reliability_chart
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.errors import XrayError
from xraylib.evaluation.operating import RunOperating, TemperatureBy
from xraylib.evaluation.run_calibration import RunCalibration
from xraylib.evaluation.run_thresholds import choose_temperature_by
from xraylib.models.wording import as_xrays
from xraylib.reports.words import (
    CLASS_WORDS,
    calibration_words,
    class_calibration_reasons,
    class_calibrations,
)
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run


def show_calibration(run: Run) -> None:
    """Reliability before and after the temperature, and the figures beside what chance gives."""
    found = calibrated(run)
    if isinstance(found, str):
        st.info(plain(found))
        return
    chosen = operating(run)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.altair_chart(
            reliability_chart(found.before.curve, found.after.curve),
            alt=reliability_words(found),
        )
    with right:
        applied = chosen.temperature != 1
        st.markdown(f"**{plain(calibration_words(found, applied=applied))}**")
        show_table(figures_table(found), alt="Calibration before and after the temperature")
        st.markdown(temperature_words(found, chosen))
        _choose(run, found, chosen)
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
    show_table(classes_table(found, applied=applied), alt="Calibration of each class")
    st.caption(CLASS_WORDS)
    for reason in class_calibration_reasons(found, applied=applied):
        st.caption(f":material/info: A dash: {plain(as_xrays(reason))}.")


def _choose(run: Run, found: RunCalibration, chosen: RunOperating) -> None:
    """Whether the temperature is wanted at all; only asked where it would be applied."""
    if found.choice.applied == 1:
        return
    wanted = st.toggle(
        "Apply the temperature",
        value=chosen.temperature_by == "validation",
        key=f"temperature-{run.id}",
        help="All that is shown of this run, and what is published from it, changes with it. "
        "Thresholds that were chosen at another temperature are dropped.",
    )
    by: TemperatureBy = "validation" if wanted else "none"
    if by != chosen.temperature_by:
        try:
            choose_temperature_by(run, by)
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()


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
                "Before": rounded(getattr(found.before, key), 3),
                "After": rounded(getattr(found.after, key), 3),
            }
            for title, key in rows.items()
        },
        orient="index",
    )


def classes_table(found: RunCalibration, *, applied: bool) -> pd.DataFrame:
    """Slope and intercept of each class, with their intervals."""
    heads = ["Class", "X-rays of it", "Others", "Slope", "Intercept"]
    return pd.DataFrame(class_calibrations(found, applied=applied), columns=heads).set_index(
        "Class"
    )


def temperature_words(found: RunCalibration, chosen: RunOperating) -> str:
    """The temperature, what it rests on, and whether it is used."""
    images, temperature = found.images, found.temperature
    sure = (
        "the network was surer than it had reason to be"
        if temperature > 1
        else "the network was less sure than it could have been"
    )
    if found.choice.fitted is None:
        return f"**No temperature is applied**: {plain(as_xrays(found.choice.reason))}."
    fitted = f"Temperature **{temperature:.2f}**, fitted on {images} validation X-rays"
    if chosen.temperature != 1:
        return (
            f"{fitted}: {sure}. It is applied in every figure of this run and in what is published."
        )
    why = plain(as_xrays(chosen.temperature_why or found.choice.reason))
    return f"{fitted}. **It is not applied**: {why}."


def reliability_words(found: RunCalibration) -> str:
    """The reliability curve for those who cannot see it."""
    told = [
        f"at a confidence of {rounded(row.confidence)}, {rounded(row.accuracy)} of {row.n} were "
        "right"
        for row in found.after.curve
    ]
    return "Reliability after the temperature: " + "; ".join(told) + "."
