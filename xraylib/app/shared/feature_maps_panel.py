"""The Results tab *Inside the network*: its first filters, and the maps of every convolution."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.shared import explained_images, heat_maps
from xraylib.app.shell.frame import plain, written
from xraylib.app.shell.pictures import encode_png
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.models.classify.layer_outputs import tile
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_MOST = 64
_WIDE = 760
_ENLARGED = 8


def show(
    run: Run, judged: JudgedImages | RunFindings | None, workspace: Workspace, split: str
) -> None:
    """Everything of the tab."""
    looked = explained_images.choose(run, judged, workspace, split)
    if looked is None:
        return
    classifier = looked.classifier
    inside = classifier.inside()
    if inside is None:
        st.info("This network has no convolution: it looks at all pixels at once, without maps.")
        return
    maps = heat_maps.convolution_maps(run, looked)
    if isinstance(maps, str):
        st.warning(written(maps), icon=":material/broken_image:")
        return
    left, right = st.columns([1, 3], gap="medium")
    with left:
        pixels = heat_maps.prepared_image(run, looked)
        if not isinstance(pixels, str):
            st.image(encode_png(pixels), alt="The X-ray as the network sees it", width="stretch")
            st.caption("The X-ray, as the network sees it")
        st.markdown("**Filters of the first convolution**")
        show_filters(inside.filters)
    with right:
        names = [layer.name for layer in inside.convolutions]
        labels = {
            layer.name: f"{place}. {layer.label}"
            for place, layer in enumerate(inside.convolutions, start=1)
        }
        chosen = st.selectbox(
            "Convolution",
            names,
            format_func=lambda name: labels.get(name, name),
            key="convolution",
            bind="query-params",
            help="The first ones find edges and tones. The deeper, the coarser the map, and the "
            "more of the X-ray each of its points has seen.",
        )
        show_maps(maps[chosen if chosen in maps else names[0]], labels.get(chosen, chosen))


def show_maps(maps: NDArray[np.float32], label: str) -> None:
    """``(rows, columns, filters)`` maps of the convolution ``label`` beside each other."""
    rows, columns, count = maps.shape
    picture, wide = tile(maps, most=_MOST)
    st.image(
        encode_png(crisp(picture, _WIDE)),
        alt=f"{min(count, _MOST)} feature maps of {label}",
        width="stretch",
    )
    shown = f"{count} maps" if count <= _MOST else f"The first {_MOST} of {count} maps"
    st.caption(
        f"{shown} of {columns} × {rows} points, {wide} beside each other, in the order of the "
        f"filters of {plain(label)}. Each goes from its own lowest value "
        "(black) to its highest (white), so two maps cannot be compared by how bright they "
        "are. A map shows what the layer passes on, which need not be where disease is."
    )


def show_filters(filters: NDArray[np.float32] | None) -> None:
    """``(height, width, channels, filters)`` filters beside each other."""
    if filters is None:
        st.caption("The filters are too many to show.")
        return
    height, width, channels, count = filters.shape
    # Enlarged first, so that the gaps between them are thinner than a weight.
    large = filters.mean(axis=2).repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
    picture, _ = tile(large, most=_MOST, gap=_ENLARGED // 2)
    st.image(
        encode_png(crisp(picture, 320)),
        alt=f"{min(count, _MOST)} filters of {width} by {height}",
        width="stretch",
    )
    averaged = f", averaged over {channels} channels" if channels > 1 else ""
    st.caption(
        f"{count} filters of {width} × {height}{averaged}, the weights as greys: bright places "
        "raise the map where a filter is white, and lower it where it is black."
    )


def crisp(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Enlarged by a whole number, so that each value stays a square; about ``side`` pixels wide."""
    factor = max(1, side // max(picture.shape))
    size = (picture.shape[1] * factor, picture.shape[0] * factor)
    large: NDArray[np.uint8] = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
    return large
