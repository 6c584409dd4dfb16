"""The nodes of the cluster, what is free on them, and which run is where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from xraylib.app.shared.runs.feed import run_label
from xraylib.app.shell.frame import plain, show_table, written
from xraylib.settings import read_settings
from xraylib.training.cluster.machines import Machine
from xraylib.training.cluster.view import ClusterView
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.runs import Run
from xraylib.training.run.where import where
from xraylib.workspace import Workspace

_TICK_SECONDS = 3


@st.cache_resource(max_entries=1, show_spinner=False, on_release=ClusterView.close)
def _view(address: str) -> ClusterView:
    return ClusterView(address)


def show() -> None:
    """Nothing where runs run on this machine, and none was sent elsewhere by command."""
    if read_settings().place != "ray" and not _there():
        return
    panel = st.expander("Machines", icon=":material/dns:", on_change="rerun", key="machines")
    if panel.open:
        with panel:
            st.fragment(run_every=_TICK_SECONDS)(_show)()


def _show() -> None:
    there = _there()
    address = _address(there)
    seen = _view(address).look()
    st.caption(f"Runs go to the Ray cluster at {plain(address)}.")
    if seen.machines is None:
        if seen.problem:
            st.warning(written(seen.problem), icon=":material/cloud_off:")
        else:
            st.markdown("Looking at the cluster …")
    elif not seen.machines:
        st.markdown("It has no node.")
    else:
        show_table(table(seen.machines, there), alt="Nodes with free cores and their runs")
    for run in there:
        if not where(run.folder).node:
            st.markdown(f"**{plain(run_label(run))}** waits. {plain(run.status().message)}")


def _there() -> list[Run]:
    """The runs that are on a cluster, or wait for a place there."""
    going = kept_runs(workspace=Workspace.open()).going()
    return [run for run in going if where(run.folder).place == "ray"]


def _address(there: Sequence[Run]) -> str:
    """Of the cluster to which this server's runs go, or else of that where some are."""
    settings = read_settings()
    if settings.place == "ray":
        return settings.ray_address
    told = (where(run.folder).address for run in there)
    return next((one for one in told if one), settings.ray_address)


def table(machines: Sequence[Machine], runs: Sequence[Run]) -> Mapping[str, list[str]]:
    """A column a fact, a row a node.

    Args:
        machines: The nodes.
        runs: Those that are on the cluster, or wait for a place there.
    """
    on: dict[str, list[str]] = {}
    for run in runs:
        if node := where(run.folder).node:
            on.setdefault(node, []).append(run_label(run))
    return {
        "Machine": [one.name for one in machines],
        "Free CPUs": [f"{one.free_cpus:g} of {one.cpus:g}" for one in machines],
        "Free GPUs": [f"{one.free_gpus:g} of {one.gpus:g}" for one in machines],
        "Runs": [", ".join(on.get(one.node, [])) or "–" for one in machines],
    }
