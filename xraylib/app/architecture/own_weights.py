"""Weights files of one's own for a backbone: which there are, and whether the chosen one fits."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from xraylib.app.shell.frame import plain
from xraylib.errors import SpecError
from xraylib.markup import code
from xraylib.networks.layers import Backbone
from xraylib.networks.weights.pretrained import check_own_weights, own_weights
from xraylib.workspace import Workspace


def offered_weights() -> tuple[str, ...]:
    """The files in the workspace's folder of weights."""
    return own_weights(Workspace.open().weights)


def file_words(weights: str) -> str:
    """A value of ``Backbone.weights`` in a list: a file of the workspace by its name alone."""
    file = Path(weights)
    return file.name if file.parent == Workspace.open().weights else weights


def show_own_weights(layer: Backbone, index: int) -> None:
    """Where files of one's own go, and why the chosen one cannot be used, if it cannot."""
    st.caption(
        "Weights of your own: put the network's .h5 file, as Keras saves it, without "
        f"classification layers, into {code(str(Workspace.open().weights))}. It is then offered as "
        "Weights."
    )
    error = _problem(layer, index, _stamp(layer.weights))
    if error is not None:
        what, remedy = error.what.partition(": ")[2], error.remedy
        st.error(
            f"{plain(what)}. Expected {plain(error.expected)}. "
            f"{plain(remedy[:1].upper() + remedy[1:])}."
        )


def _stamp(weights: str) -> tuple[int, int] | None:
    """Changes whenever the file does."""
    try:
        found = Path(weights).expanduser().stat()
    except (OSError, RuntimeError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=32)
def _problem(layer: Backbone, index: int, stamp: tuple[int, int] | None) -> SpecError | None:
    """Kept until the file changes: the page asks at every click."""
    del stamp
    try:
        check_own_weights(layer, index)
    except SpecError as error:
        return error
    return None
