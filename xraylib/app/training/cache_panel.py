"""The prepared images that are kept on this machine: how large they are, and throwing them away."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from xraylib.app.shared.runs.words import when
from xraylib.app.shell.frame import errors_shown, plain
from xraylib.training.prepared_cache import CachedImages, list_cache, prune_cache
from xraylib.workspace import Workspace


def show_cache(workspace: Workspace) -> None:
    """Reads nothing until it is opened."""
    panel = st.expander(
        "Prepared X-rays on this machine", icon=":material/hard_drive:", on_change="rerun",
        key="cache",
    )  # fmt: skip
    if not panel.open:
        return
    with panel:
        if st.button(
            "Throw away what no run uses", icon=":material/delete_sweep:", key="prune",
            help="They can be made again from the X-rays at any time; it takes the time to read "
            "them.",
        ):  # fmt: skip
            with errors_shown():
                pruned = prune_cache(workspace=workspace)
                st.markdown(f"{pruned.bytes / 1e6:,.1f} MB thrown away.")
        kept = list_cache(workspace=workspace)
        st.caption(plain(cache_words(kept)))
        if kept:
            st.space("small")  # for the table's buttons, which lie over its upper edge
            st.dataframe(
                cache_table(kept), hide_index=True,
                alt="Prepared X-rays with their sizes and the runs that use them",
            )  # fmt: skip


def cache_words(kept: Sequence[CachedImages]) -> str:
    """What they are for and how much they take in all."""
    if not kept:
        return "None yet. The first run of a data set prepares its X-rays; later runs share them."
    size = sum(one.entry.bytes for one in kept) / 1e6
    return f"{size:,.1f} MB in all. Runs on the same X-rays with the same preparation share them."


def cache_table(kept: Sequence[CachedImages]) -> pd.DataFrame:
    """A row an entry, the last used first."""
    return pd.DataFrame(
        {
            "X-rays": [one.entry.shape[0] if one.entry.complete else None for one in kept],
            "Size": [_pixels(one) for one in kept],
            "MB": [round(one.entry.bytes / 1e6, 1) for one in kept],
            "Runs": [len(one.runs) for one in kept],
            "In use": ["yes" if one.living else "no" for one in kept],
            "Last used": [when(one.entry.used) for one in kept],
        }
    )


def _pixels(one: CachedImages) -> str:
    if not one.entry.complete:
        return "being made"
    height, width, channels = one.entry.shape[1:]
    return f"{width} × {height}" + (", colour" if channels == 3 else "")
