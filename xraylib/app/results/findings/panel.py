"""Results of a run of findings: the tabs, as a run of classes has them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from xraylib.app.results import publish_panel, tabs, test_set_panel, trust_panel
from xraylib.app.results.findings import (
    calibration_panel,
    compare_panel,
    errors_panel,
    figures_panel,
)
from xraylib.app.results.populations import external_panel, external_table_panel, subgroups_panel
from xraylib.app.results.results_words import split_words
from xraylib.app.results.review import precision_panel
from xraylib.app.shared.runs.predictions import chosen_at, judged_at
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.findings.operating import shown_findings
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


def show(run: Run, runs: RunList, workspace: Workspace, split: str) -> None:
    """Draws all of it."""
    key = (str(run.folder), split, judged_at(run, split), chosen_at(run))
    evaluation, images = _judged(*key)
    external_panel.watch(run)
    external_panel.show_damage(run)
    st.markdown(
        f"**Mean AUC of the findings {evaluation['auc']}** (95 % interval), on "
        f"{split_words(split, evaluation.n)}{evaluation.whose}. Each finding is judged on the "
        "X-rays of which it is known whether they show it."
    )
    test_set_panel.show_looks(run, split, runs)
    trust_panel.show_findings_trust(run, split, evaluation)
    publish_panel.watch(run)
    tabs.show_tabs(
        {
            "All figures": lambda: _figures(run, evaluation, images, split),
            "Calibration": lambda: calibration_panel.show(run),
            "Compare": lambda: compare_panel.show(run, runs, split),
            "Errors": lambda: _errors(run, images, split),
        },
        run,
        images,
        workspace,
        split,
    )


def _figures(run: Run, evaluation: RunFindingsEvaluation, images: RunFindings, split: str) -> None:
    figures_panel.show(evaluation, images, trust_panel.known_of(run, split))
    external_table_panel.show(run)
    precision_panel.show(run, split)


def _errors(run: Run, images: RunFindings, split: str) -> None:
    errors_panel.show(run, split, images)
    subgroups_panel.show_groups(run, split, None)


@st.cache_resource(max_entries=16, show_spinner="Judging …")
def _judged(
    folder: str,
    split: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> tuple[RunFindingsEvaluation, RunFindings]:
    run = Run(Path(folder))
    return stored_findings_evaluation(run, split=split), shown_findings(run, split=split)
