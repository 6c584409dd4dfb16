"""Which X-rays are selected: one by one, from one to another, a page, or all that are found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import streamlit as st

from xraylib.app.shell.frame import plain
from xraylib.app.shell.served_script import served_script
from xraylib.datasets.query import Rows
from xraylib.datasets.scan import DatasetIndex, ImageRow

_PICKED: Final = "picked-images"
_SHIFT: Final = "pick-shift"
_SCRIPT: Final = Path(__file__).parent / "served" / "shift.js"


def picked_paths(name: str) -> frozenset[str]:
    """The paths selected in a data set, whatever is filtered now."""
    kept: tuple[str, frozenset[str]] = st.session_state.get(_PICKED, ("", frozenset()))
    return kept[1] if kept[0] == name else frozenset()


def is_picked(name: str, path: str) -> bool:
    """Whether an X-ray is selected."""
    return path in picked_paths(name)


def choose_picked(index: DatasetIndex, name: str, found: Rows, shown: Rows) -> frozenset[str]:
    """The widgets to select many at once; what is selected.

    Args:
        index: The data set.
        name: Its name.
        found: Rows that pass the filters, in their order.
        shown: Those on this page.
    """
    total = len(found)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        ends = [
            st.number_input(
                label,
                min_value=1,
                max_value=max(1, total),
                value=value,
                key=f"pick-{label}-{total}",  # other filters, other numbers
                width=110,
                help="The numbers stand at the X-rays, in the order of the gallery.",
            )
            for label, value in (("From", 1), ("to", max(1, total)))
        ]
        low, high = sorted(map(int, ends))
        for label, rows in (
            (f"Select {low:,} to {high:,}", found[low - 1 : high]),
            (f"This page ({len(shown):,})", shown),
        ):
            st.button(
                label,
                key=f"pick-{'page' if rows is shown else 'range'}",
                disabled=not total,
                on_click=_add,
                args=(index, name, rows),
            )
        st.button(
            "Select none",
            key="pick-none",
            disabled=not picked_paths(name),
            on_click=_keep,
            args=(name, ()),
        )
    script = served_script("gallery_shift", _SCRIPT)
    script(key=_SHIFT, on_between_change=lambda: _add_between(index, name, found))
    return picked_paths(name)


def pick_box(name: str, image: ImageRow, number: int) -> None:
    """The box that selects one X-ray.

    Args:
        name: Of the data set.
        image: The X-ray.
        number: Its place in the gallery, from 1.
    """
    key = f"pick-{name}-{image.path}"
    st.session_state[key] = is_picked(name, image.path)
    st.checkbox(
        plain(f"{number:,}"),
        key=key,
        help=plain(image.path),
        on_change=_toggle,
        args=(name, image.path, key),
    )


def forget_picked() -> None:
    """Nothing is selected any more."""
    st.session_state.pop(_PICKED, None)


def _add_between(index: DatasetIndex, name: str, found: Rows) -> None:
    """Selects what lies between two boxes, as the browser told them."""
    asked: Any = st.session_state.get(_SHIFT)
    ends = asked.get("between") if asked else None
    if isinstance(ends, list) and len(ends) == 2 and all(type(one) is int for one in ends):
        low, high = sorted(min(max(one, 1), len(found)) for one in ends)
        _add(index, name, found[max(0, low - 1) : high])


def _toggle(name: str, path: str, key: str) -> None:
    now = picked_paths(name)
    _keep(name, now | {path} if st.session_state[key] else now - {path})


def _add(index: DatasetIndex, name: str, rows: Rows) -> None:
    paths = index.table["path"].take(pa.array(rows, pa.int64())).to_pylist()
    _keep(name, picked_paths(name).union(paths))


def _keep(name: str, paths: Iterable[str]) -> None:
    st.session_state[_PICKED] = (name, frozenset(paths))
