"""What a search is asked for, among the settings of a run to come."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from xraylib.training.search.create import MOST_TRIALS
from xraylib.training.search.space import SPACES

_PRUNERS: Final = {
    "halving": "Stop all but the best third at a third of the epochs",
    "median": "Stop what is worse than the median of the trials before",
    "none": "Train every trial to its end",
}


def show() -> None:
    """The widgets; `asked` reads them."""
    st.markdown("**Search for settings**")
    st.selectbox(
        "What is tried", list(SPACES), key="search_space",
        format_func=lambda name: f"{name.capitalize()}: {SPACES.note(name)}",
        help="The first trial is the design as it is; later ones learn from those before. A space "
        "of your own goes with the command: xraylib search DIR --space FILE.",
    )  # fmt: skip
    st.number_input(
        "Trials", 2, MOST_TRIALS, 30, key="search_trials",
        help="Each is a run of the queue. The more are tried, the more luck is in the best.",
    )  # fmt: skip
    st.selectbox(
        "Hopeless trials", list(_PRUNERS), key="search_pruner",
        format_func=lambda name: _PRUNERS[name],
        help="By the validation loss at the same epoch. The design as it is always trains on.",
    )  # fmt: skip


def asked() -> dict[str, Any]:
    """What ``create_search`` is told."""
    return {
        "space": st.session_state.get("search_space", "usual"),
        "trials": int(st.session_state.get("search_trials", 30)),
        "pruner": st.session_state.get("search_pruner", "halving"),
    }
