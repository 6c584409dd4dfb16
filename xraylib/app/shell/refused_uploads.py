"""Uploads that the server did not take: what the page says of them.

The browser shows the number of an answer at the file, and no reason. So the server keeps the
reason for the visit, and has its page drawn again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

# While the reason stands on the page, the number of the answer at the file says nothing more.
_STYLE: Final = (
    "<style>[data-testid=stTooltipErrorContent], [data-testid=stFileChip] [role=alert] "
    "{display: none}</style>"
)
_REFUSED: Final[dict[str, Counter[str]]] = {}


def remember(visit: str, words: str, *, alive: Collection[str]) -> None:
    """Keeps a reason until its visit has read it.

    Args:
        visit: Id of the session.
        words: The reason, as sentences.
        alive: The visits that there are; reasons of others are dropped.
    """
    for gone in set(_REFUSED) - set(alive):
        del _REFUSED[gone]
    _REFUSED.setdefault(visit, Counter())[words] += 1


def show() -> None:
    """Says how many files were not taken, why, and what to do, with a button to put it away.

    The place is there also while there is nothing to say: what comes after it must stay where it
    is on the page, or an uploader would lose its files from view.
    """
    context = get_script_run_ctx(suppress_warning=True)
    refused = _REFUSED.get(context.session_id) if context is not None else None
    place = st.container()
    if not refused:
        return
    with place:
        st.html(_STYLE)
        for words, count in refused.items():
            files = "A file was not taken" if count == 1 else f"{count:,} files were not taken"
            st.error(f"{files}: {words}", icon=":material/upload_file:")
        st.button("Understood", key="refused-uploads", on_click=refused.clear)
