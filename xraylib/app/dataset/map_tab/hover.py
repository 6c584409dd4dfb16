"""The X-ray of the point that the mouse rests on."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import streamlit as st

from xraylib.app.dataset.image_dialog import open_image
from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.app.shell.charts import SPLIT_NAMES, class_name
from xraylib.app.shell.frame import plain
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

# Plotly tells its own element of the points that the mouse rests on; nothing of it reaches Python.
_LISTENS: Final = """
export default function ({ data, setStateValue }) {
  const tell = (row) => setStateValue("row", row)
  let wait, last
  const attach = () => {
    const plot = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!plot || !plot.on) return
    plot.tellsRow = tell
    if (plot.isHeard) return
    plot.isHeard = true
    plot.on("plotly_hover", (event) => {
      const row = [event.points[0].customdata].flat()[0]
      clearTimeout(wait)
      wait = setTimeout(() => {
        if (row !== last) plot.tellsRow((last = row))
      }, 120)
    })
  }
  attach()
  const watch = setInterval(attach, 400)
  return () => clearInterval(watch)
}
"""


@cache
def _listener() -> Any:
    return st.components.v2.component("xraylib_map_hover", js=_LISTENS)


@st.fragment
def show_hovered(workspace: Workspace, opened: OpenDataset, chart: str) -> None:
    """The picture and what is known of it; only this part of the page is drawn again.

    Args:
        workspace: Keeps the thumbnails.
        opened: The data set.
        chart: Key of the figure.
    """
    told = _listener()(key="map-hover", data={"chart": chart}, on_row_change=_nothing, height=1)
    row, whole = told.get("row"), opened.whole
    if not isinstance(row, int) or not 0 <= row < len(whole) or not whole.readable[row]:
        st.caption("Rest on a point to see its X-ray.")
        return
    image = whole.image(row)
    try:
        picture = thumbnail(opened.ref.name, whole, row, workspace=workspace)
    except XrayError as error:
        st.caption(f":material/broken_image: {plain(error.what)}")
        return
    st.image(picture, width="stretch", alt=f"X-ray {image.path}, {class_name(image.label)}")
    split = SPLIT_NAMES.get(image.split, image.split)
    st.caption(
        f"{plain(class_name(image.label))}, {split.lower()}  \n{plain(image.path)}",
    )
    if st.button("Open", key="map-open", icon=":material/open_in_full:", type="tertiary"):
        open_image(row)
        st.rerun()


def _nothing() -> None:
    """What was told is read below."""
