"""When the Training page is drawn anew although nobody clicked: a run has begun or ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from xraylib.app.shared.runs.feed import run_feed
from xraylib.training.run.kept import RunList
from xraylib.training.run.status import RunStatus

_ASKING: Final = "asking"


def ask(asking: bool, /) -> None:
    """Says whether a dialog is open: what is written in it would be lost with the page."""
    st.session_state[_ASKING] = asking


def stages(runs: RunList) -> dict[str, str]:
    """Folder and stage of the runs that have not ended, as the page draws them."""
    going = [str(run.folder) for run in runs.going()]
    found = {folder: _stage(run_feed(folder).poll()) for folder in going}
    return {folder: stage for folder, stage in found.items() if stage != "ended"}


def draw_anew(drawn: Mapping[str, str]) -> None:
    """Draws the whole page where one of these runs has another stage by now.

    Then table, sidebar and what polls are true again. It waits until an open dialog is closed.
    """
    if st.session_state.get(_ASKING):
        return
    if any(_stage(run_feed(folder).poll()) != stage for folder, stage in drawn.items()):
        st.rerun()


def _stage(status: RunStatus) -> str:
    if status.is_final:
        return "ended"
    return "waits" if status.state == "queued" else "goes on"
