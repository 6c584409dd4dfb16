"""The tab: what places the points and what colours them, the map, and what is selected in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from xraylib.app.dataset.current_audit import current_audit
from xraylib.app.dataset.gallery_tab.curation_tools import show_tools
from xraylib.app.dataset.gallery_tab.gallery import show_gallery
from xraylib.app.dataset.gallery_tab.image_dialog import show_open_image
from xraylib.app.dataset.map_tab.chart import map_figure, map_sentence, selected_paths
from xraylib.app.dataset.map_tab.colours import colourings, groups_of
from xraylib.app.dataset.map_tab.hover import show_hovered
from xraylib.app.shared import child_job
from xraylib.app.shared.opened_dataset import OpenDataset, is_synthetic
from xraylib.app.shared.runs.predictions import judged_runs
from xraylib.app.shared.runs.words import when
from xraylib.app.shell.frame import show_error
from xraylib.datasets.query import ImageQuery, find_images
from xraylib.errors import XrayError
from xraylib.extras import lacking
from xraylib.maps.image_map import ImageMap, kept_map, make_map
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_LOOKED_AT: Final = 50  # newest runs, for those of this data set
_LOOKS: Final = "looks"
_METHODS: Final = {"pca": "Principal components", "tsne": "t-SNE"}
_CHART: Final = "map-chart"
_MOST_DRAWN: Final = 20_000


def show_map(workspace: Workspace, opened: OpenDataset) -> None:
    """The tab of one data set.

    Args:
        workspace: Keeps the map.
        opened: The data set.
    """
    runs = _runs(workspace, opened.ref.name)
    names = {_LOOKS: "How they look", **{id_: _called(run) for id_, run in runs.items()}}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox(
            "Placed by",
            list(names),
            format_func=lambda key: names[key],
            key="map-by",
            width=260,
            help="How they look: what the audit compares copies by, with margins and brightness. A "
            "run: what its network's last convolution sees in them.",
        )
        method = st.segmented_control(
            "By",
            list(_METHODS),
            format_func=lambda key: _METHODS[key],
            key="map-method",
            default="pca",
            help="Principal components keep large differences and come at once. t-SNE keeps "
            "neighbours together and takes longer; distances between its clusters mean nothing.",
        )
        run = runs.get(by)
        colour = st.selectbox(
            "Coloured by",
            colourings(opened.whole, run),
            key="map-colour",
            width=180,
            help="Each group has a colour and a mark of its own.",
        )
    try:
        found = _map(workspace, opened, run, method or "pca")
    except XrayError as error:
        show_error(error)
        return
    if found is not None:
        _shown(workspace, opened, found, run, colour)


def _shown(
    workspace: Workspace, opened: OpenDataset, found: ImageMap, run: Run | None, colour: str
) -> None:
    whole, name = opened.whole, opened.ref.name
    step = max(1, -(-len(found.paths) // _MOST_DRAWN))
    if step > 1:
        found = replace(found, paths=found.paths[::step], places=found.places[::step])
        st.caption(f"There are too many X-rays to draw all of them: 1 of {step} is shown.")
    paths = pa.array(found.paths, pa.string())
    rows = pc.index_in(paths, value_set=whole.table["path"]).to_numpy()
    report = current_audit(workspace, opened)
    groups = groups_of(colour, whole, rows, report=report, run=run)
    event = st.plotly_chart(
        map_figure(found, rows, groups),
        key=_CHART,
        on_select="rerun",
        selection_mode=("box", "lasso", "points"),
        config={"displaylogo": False, "scrollZoom": True},
        alt=map_sentence(len(found.paths), colour, groups),
    )
    show_hovered(workspace, name, whole)
    st.caption(
        "Click a point to see its X-ray below, or draw around several to see and correct them; "
        "rest on one for its picture and name; turn the wheel to zoom. By keyboard, the tab X-rays "
        "selects the same by filters and numbers."
    )
    chosen = selected_paths(event, whole)
    if not chosen:
        return
    show_tools(workspace, opened, chosen, key="map")
    query = ImageQuery(paths=chosen)
    show_gallery(workspace, opened, whole, query)
    show_open_image(
        workspace,
        name,
        whole,
        find_images(whole, query),
        report,
        synthetic=is_synthetic(name),
    )


def _map(
    workspace: Workspace, opened: OpenDataset, run: Run | None, method: str
) -> ImageMap | None:
    """The map, if there is one or it can be made at once; else how to make it."""
    name, whole = opened.ref.name, opened.whole
    by = "" if run is None else run.id
    memo = ("map", by, method)
    if memo not in whole.memo:
        found = kept_map(name, whole, run=run, method=method, workspace=workspace)
        if found is None and run is None and method == "pca":
            found = _made(workspace, opened)
        if found is None:
            _offer(workspace, name, run, method)
            return None
        whole.memo[memo] = found
    kept: ImageMap = whole.memo[memo]
    return kept


def _made(workspace: Workspace, opened: OpenDataset) -> ImageMap:
    """The map by looks, which needs no more than a look at each X-ray."""
    place = st.empty()

    def stage(what: str) -> Callable[[int, int], None]:
        told = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if time.monotonic() - told > 0.2:
                told = time.monotonic()
                words = f"{as_xrays(what)}: {done:,} of {total:,}"
                place.progress(done / max(total, 1), text=words)

        return tell

    try:
        return make_map(opened.ref.name, opened.whole, stage=stage, workspace=workspace)
    finally:
        place.empty()


def _offer(workspace: Workspace, name: str, run: Run | None, method: str) -> None:
    if method == "tsne" and (error := lacking("map")) is not None:
        show_error(error)
        return
    by = [] if run is None else ["--by", run.id]
    label = "Make this map"
    st.markdown("This map is made in a process of its own, and kept with the data set.")
    child_job.offer(
        f"map:{workspace.root}:{name}:{by[-1:]}:{method}",
        label,
        ["map", name, "--method", method, *by],
        workspace,
        again=False,
        icon=":material/scatter_plot:",
    )


def _runs(workspace: Workspace, name: str) -> dict[str, Run]:
    """The newest runs on this data set whose networks can place its images."""
    found = {}
    for run in judged_runs(workspace)[:_LOOKED_AT]:
        try:
            if run.data.name == name and run.weights_file.is_file():
                found[run.id] = run
        except XrayError:  # damaged; its own page says so
            continue
    return found


def _called(run: Run) -> str:
    return f"{run.name or run.spec.name}, {when(run.created)}"
