"""The Calibration tab of a run of findings: can each probability be taken at its word?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from xraylib.app.results.calibration_panel import figures_table, reliability_words
from xraylib.app.results.curve_charts import reliability_chart
from xraylib.app.shared.runs.predictions import chosen_at, judged_at
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.errors import DatasetError, XrayError
from xraylib.evaluation.findings.calibration import calibrate_finding
from xraylib.evaluation.findings.operating import (
    FindingsOperating,
    read_findings_operating,
    save_finding_choices,
)
from xraylib.evaluation.run_calibration import RunCalibration
from xraylib.models.wording import as_xrays
from xraylib.reports.words import calibration_words
from xraylib.training.run.runs import Run


def show(run: Run) -> None:
    """A choice of a finding; its reliability before and after its temperature."""
    name = st.selectbox("Finding", list(run.classes), key="calibration-finding")
    chosen, found = _calibrated(str(run.folder), name, judged_at(run, "test"), chosen_at(run))
    if isinstance(found, str):
        st.info(plain(as_xrays(found)))
        return
    applied = chosen.applied.get(name, 1.0) != 1
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.altair_chart(
            reliability_chart(found.before.curve, found.after.curve), alt=reliability_words(found)
        )
    with right:
        st.markdown(f"**{plain(calibration_words(found, applied=applied))}**")
        show_table(figures_table(found), alt="Calibration before and after the temperature")
        st.markdown(temperature_words(name, found, chosen))
        for note in map(as_xrays, found.notes):
            st.caption(f":material/info: {plain(note[0].upper() + note[1:])}.")
    _choose(run, chosen)


def temperature_words(name: str, found: RunCalibration, chosen: FindingsOperating) -> str:
    """The temperature of a finding, what it rests on, and whether it is used."""
    one = chosen.temperatures[name]
    if one.fitted is None:
        return f"**No temperature is applied**: {plain(as_xrays(one.reason))}."
    fitted = f"Temperature **{one.fitted:.2f}**, fitted on {found.images} validation X-rays."
    if one.applied != 1:
        return f"{fitted} It is applied in every figure of this run and in what is published."
    return f"{fitted} **It is not applied**: {plain(as_xrays(one.reason))}."


def _choose(run: Run, chosen: FindingsOperating) -> None:
    """Whether temperatures are wanted at all."""
    wanted = st.toggle(
        "Apply temperatures where they help",
        value=chosen.temperature_by == "validation",
        key=f"temperature-{run.id}",
        help="For all findings. All that is shown of this run, and what is published from it, "
        "changes with it. Thresholds that were chosen at another temperature are dropped.",
    )
    if wanted != (chosen.temperature_by == "validation"):
        try:
            save_finding_choices(run, {}, temperature=wanted)
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()


@st.cache_resource(max_entries=64, show_spinner="Calibrating …")
def _calibrated(
    folder: str,
    name: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> tuple[FindingsOperating, RunCalibration | str]:
    run = Run(Path(folder))
    operating = read_findings_operating(run)
    try:
        return operating, calibrate_finding(run, name)
    except DatasetError as error:
        return operating, error.message
