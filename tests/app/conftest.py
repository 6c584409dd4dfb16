"""Keeps the page tests fast in a process in which other tests have loaded Keras."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _little_garbage_to_look_through() -> Iterator[None]:
    """Sets what is alive apart from the collector's work.

    After each run of a page Streamlit asks Keras, where it is loaded, to clear its session, and
    that collects all garbage: two seconds a click with TensorFlow in the process. No server of
    ours has Keras in it, so this happens in tests alone.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
