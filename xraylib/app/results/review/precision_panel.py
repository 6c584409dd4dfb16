"""How precise a run's figures are, and how many more X-rays another precision takes."""

from __future__ import annotations

import streamlit as st

from xraylib.app.shared.precision_table import show_precision, wanted_width
from xraylib.app.shell.frame import show_error
from xraylib.errors import XrayError
from xraylib.evaluation.precision import run_precision
from xraylib.training.run.runs import Run


def show(run: Run, split: str) -> None:
    """A wanted precision, and what it takes for each figure."""
    st.subheader("How precise is this, and what would more take?")
    within = wanted_width("precision-within")
    try:
        figures = run_precision(run, split=split, within=within)
    except XrayError as error:
        show_error(error)
        return
    show_precision(figures, within, expected=False)
