"""The one trainer of this server that waits with TensorFlow loaded: a run starts sooner."""

from __future__ import annotations

import streamlit as st

from xraylib.training.process.queue import is_training
from xraylib.training.process.waiting import WaitingTrainer
from xraylib.workspace import Workspace


@st.cache_resource(max_entries=1, show_spinner=False)
def waiting_trainer() -> WaitingTrainer:
    """What a page gives to ``queue.start``; there may be no process behind it."""
    return WaitingTrainer()


def prepare(workspace: Workspace) -> None:
    """Lets a trainer load TensorFlow while people still look; not beside a run that trains."""
    if not is_training(workspace=workspace):
        waiting_trainer().prepare()
