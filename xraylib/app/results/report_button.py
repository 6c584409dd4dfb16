"""Downloading a report or a notebook, which is only written when somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from xraylib.app.shared.runs.feed import run_label
from xraylib.reports.comparison import comparison_report
from xraylib.reports.run import run_report
from xraylib.training.run.runs import Run
from xraylib.training.script.notebook import zipped_notebook
from xraylib.workspace import Workspace


def show_report_button(run: Run, split: str) -> None:
    """The results of a run as one HTML file."""
    st.download_button(
        "Report",
        lambda: run_report(run, split=split),
        file_name=f"report-{_plain_name(run_label(run))}-{run.id[-6:]}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="report",
        help="All figures, curves and the worst mistakes as one HTML file that prints well.",
    )


def show_notebook_button(run: Run) -> None:
    """The run as a notebook with the table that it reads."""
    st.download_button(
        "Notebook",
        lambda: zipped_notebook(run),
        file_name=f"notebook-{_plain_name(run_label(run))}-{run.id[-6:]}.zip",
        mime="application/zip",
        icon=":material/code_blocks:",
        on_click="ignore",
        key="notebook",
        help="A Jupyter notebook that repeats this run with plain Keras, and the table that says "
        "which X-rays train, validate and test. It holds no X-ray.",
    )


def show_comparison_button(runs: Sequence[Run], split: str) -> None:
    """The comparison of runs as one HTML file."""
    workspace = Workspace.open()
    st.download_button(
        "Report of this comparison",
        lambda: comparison_report(runs, split=split, workspace=workspace),
        file_name=f"comparison-{'-'.join(run.id[-6:] for run in runs)}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="comparison-report",
    )


def _plain_name(text: str) -> str:
    kept = [c if c.isascii() and (c.isalnum() or c in "._") else "-" for c in text]
    return "".join(kept).strip("-._") or "run"
