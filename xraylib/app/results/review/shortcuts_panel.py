"""Whether source or exposure can be told inside one class, on the tab Robustness."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.app.shared import child_job
from xraylib.app.shell.frame import errors_shown, plain, show_table
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.run_shortcuts import RunShortcuts, kept_shortcuts
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


def show(run: Run, workspace: Workspace) -> None:
    """What was found, or a button that looks for it."""
    inside = "a finding" if run.data.several else "a class"
    alike = (
        "Among X-rays that all show one finding, or all none,"
        if run.data.several
        else ("Inside one class")
    )
    st.subheader(f"Shortcuts inside {inside}")
    st.markdown(
        f"{alike} the label is the same. What the network's features can tell there all the same "
        "(the hospital, the exposure) it may use in place of disease."
    )
    found = None
    with errors_shown():
        found = kept_shortcuts(run)
    if found is not None:
        if found.found:
            show_table(shortcut_table(found), alt="What can be told inside each class")
        st.caption(
            "AUC of telling it from the last feature maps, by a linear probe cross-validated by "
            f"patient, as far as patients are told; 0.5 is guessing. {found.images:,} X-rays. "
            + " ".join(f"Not tried: {plain(as_xrays(words))}." for words in found.unknown)
        )
    child_job.offer(
        f"shortcuts {run.id}",
        "Look for shortcuts",
        ["shortcuts", run.id],
        workspace,
        again=found is not None,
        icon=":material/alt_route:",
    )


def shortcut_table(found: RunShortcuts) -> pd.DataFrame:
    """A row a class and thing."""
    rows = [
        {
            "Inside": one.label,
            "What": f"{one.what}: {', '.join(one.values)}",
            "X-rays": f"{one.images:,}"
            + of_patients(one.images, one.patients, told=found.patients_told),
            "AUC": str(one.auc),
            "Can it be told?": "yes" if one.can_be_told else "not shown",
        }
        for one in found.found
    ]
    return pd.DataFrame(rows).set_index("Inside")
