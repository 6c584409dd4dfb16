"""Whether heat maps depend on what the network learned, on the tab of the heat maps."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.app.shared import child_job
from xraylib.app.shell.frame import errors_shown, show_table
from xraylib.evaluation.explain.run_sanity import kept_sanity
from xraylib.evaluation.explain.sanity import MapSanity, sanity_words
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


def show(run: Run, workspace: Workspace) -> None:
    """What was measured, or a button that measures it."""
    st.subheader("Do the maps show what it learned?")
    found = None
    with errors_shown():
        found = kept_sanity(run)
    if found is None:
        st.markdown(
            "A map that stays the same when the network's weights are drawn anew, or when it "
            "learned shuffled labels, shows the X-ray and not the network (Adebayo et al. 2018)."
        )
    else:
        words = f"{as_xrays(sanity_words(found))}."
        if found.drawn_anew.falls_apart == "yes":
            st.markdown(words)
        else:
            st.warning(words, icon=":material/warning:")
        show_table(sanity_table(found), alt="How alike maps are")
        st.caption(
            "1 is the same map, 0 no likeness; 95 % intervals by patient, as far as patients are "
            "told. Weights were drawn three times. Grad-CAM, for the class that each X-ray is "
            "called."
        )
    child_job.offer(
        f"sanity {run.id}",
        "Test the heat maps",
        ["sanity", run.id],
        workspace,
        again=found is not None,
        icon=":material/shuffle:",
    )


def sanity_table(found: MapSanity) -> pd.DataFrame:
    """A row a comparison."""
    every = [found.others, *found.layers, *([found.shuffled] if found.shuffled else [])]
    rows = {
        as_xrays(f"{one.what[0].upper()}{one.what[1:]}"): {
            "Rank correlation": str(one.rank),
            "Structural similarity": str(one.structure),
        }
        for one in every
    }
    return pd.DataFrame.from_dict(rows, orient="index")
