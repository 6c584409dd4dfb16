"""Which runs stand beside the one on show: a widget, and their ids in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

_PARAMETER: Final = "with"
_WIDGET: Final = "compare-runs"
_WRITTEN: Final = "compared-in-address"
_MOST: Final = 6


def choose_others(names: Mapping[str, str], *, placeholder: str) -> list[str]:
    """The ids that are chosen, at first those in the address.

    Args:
        names: What each run that can be chosen is called, by its id.
        placeholder: Where none is chosen.
    """
    # Not `bind="query-params"`: that would write the labels into the address, which change.
    asked = st.query_params.get_all(_PARAMETER)
    state = st.session_state
    if _WIDGET not in state or asked != state.get(_WRITTEN):
        state[_WIDGET] = asked  # somebody opened a link, or comes back to the tab
    state[_WIDGET] = [one for one in dict.fromkeys(state[_WIDGET]) if one in names][:_MOST]
    chosen: list[str] = st.multiselect(
        "Compare this run with",
        list(names),
        format_func=lambda one: names.get(one, one),
        max_selections=_MOST,
        key=_WIDGET,
        placeholder=placeholder,
    )
    if chosen != asked:
        st.query_params[_PARAMETER] = chosen
    state[_WRITTEN] = chosen
    return chosen
