"""The tabs of the Results page, of runs of classes and of findings; only the open one is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from xraylib.app.results import curves_panel, heat_panel, publish_panel
from xraylib.app.results.review import (
    checklist_panel,
    sanity_panel,
    shortcuts_panel,
    stress_panel,
)
from xraylib.app.shared import feature_maps_panel
from xraylib.app.shared.trying import panel as trying
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_ORDER: Final = (
    "Try it now",
    "All figures",
    "Curves",
    "Calibration",
    "Compare",
    "Errors",
    "Heat maps",
    "Inside the network",
    "Robustness",
    "Checklist",
    "Publish",
)


def show_tabs(
    own: Mapping[str, Callable[[], None]],
    run: Run,
    images: JudgedImages | RunFindings | None,
    workspace: Workspace,
    split: str,
) -> None:
    """Draws them.

    Args:
        own: What is drawn in the tabs that are different for classes and findings, by title;
            its first is the first of all.
        run: The run.
        images: What was judged; None where there is nothing.
        workspace: Where the run is.
        split: Which of its images.
    """
    drawn = {
        "Try it now": lambda: trying.show(run, workspace),
        "Curves": lambda: curves_panel.show_curves(run, split),
        "Heat maps": lambda: _heat(run, images, workspace, split),
        "Inside the network": lambda: feature_maps_panel.show(run, images, workspace, split),
        "Robustness": lambda: _robustness(run, workspace),
        "Checklist": lambda: checklist_panel.show(run),
        "Publish": lambda: publish_panel.show(run),
        **own,
    }
    first = next(iter(own))
    titles = [first, *(title for title in _ORDER if title in drawn and title != first)]
    for title, tab in zip(titles, st.tabs(titles, key="tab", bind="query-params"), strict=True):
        if tab.open:
            with tab:
                st.space("small")  # a chart's own buttons stand above it, where the tabs are
                drawn[title]()


def _heat(
    run: Run, images: JudgedImages | RunFindings | None, workspace: Workspace, split: str
) -> None:
    heat_panel.show(run, images, workspace, split)
    sanity_panel.show(run, workspace)


def _robustness(run: Run, workspace: Workspace) -> None:
    stress_panel.show(run, workspace)
    shortcuts_panel.show(run, workspace)
