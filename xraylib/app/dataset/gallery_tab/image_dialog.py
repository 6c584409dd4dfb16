"""One image, large: zoom, grey levels, facts, and what the network gets to see of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.dataset.current_audit import findings_of
from xraylib.app.dataset.labels.findings_view import known_of_image, said_of, shown_words
from xraylib.app.shell.charts import (
    AFTER,
    BEFORE,
    SPLIT_NAMES,
    histogram_chart,
    histogram_sentence,
)
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.app.shell.pictures import IMAGE_CONFIG, LARGEST_SIDE, image_figure, shrink
from xraylib.app.shell.state import get_draft
from xraylib.audit import AuditReport
from xraylib.datasets.query import neighbours
from xraylib.datasets.scan import DatasetIndex, ImageRow
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.images.notes import NOTES
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
from xraylib.workspace import Workspace

_MOST_FINDINGS: Final = 4
_NOTED: Final = ("decided-greys", "low-range")
"""Findings that the notes of an image say, too."""
_OPEN: Final = "open-image"


def open_image(row: int) -> None:
    """Opens the image in this row of the index when the page is drawn next."""
    st.session_state[_OPEN] = row


def show_open_image(
    workspace: Workspace,
    name: str,
    index: DatasetIndex,
    rows: NDArray[np.int64],
    report: AuditReport | None,
    *,
    synthetic: bool,
) -> None:
    """The dialog, if an image was opened.

    Args:
        workspace: Keeps the thumbnails of neighbours.
        name: Of the data set.
        index: The data set.
        rows: The filtered images in their order, through which one can leaf.
        report: Its last audit.
        synthetic: Whether they are phantoms.
    """
    if 0 <= int(st.session_state.get(_OPEN, -1)) < len(index):
        _dialog(workspace, name, index, rows, report, synthetic)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("X-ray", width="large", icon=":material/radiology:", on_dismiss=_closed)
def _dialog(
    workspace: Workspace,
    name: str,
    index: DatasetIndex,
    rows: NDArray[np.int64],
    report: AuditReport | None,
    synthetic: bool,
) -> None:
    row = int(st.session_state.get(_OPEN, 0))
    image = index.image(row)
    _leaf(index, image, row, rows, synthetic)
    try:
        radiograph = index.read(row)
    except XrayError as error:
        show_error(error)
        return
    preparation = get_draft().preparation
    seen = prepare(radiograph, preparation)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = shrink(radiograph.as_uint8(), LARGEST_SIDE)
        st.plotly_chart(
            image_figure(shown, size=(radiograph.width, radiograph.height), height=520),
            theme=None,
            config=IMAGE_CONFIG,
            key=f"large-{image.sha256[:12]}",
            alt=f"{image.path}, {shown_words(index, row)}, large; wheel and buttons zoom.",
        )
        st.caption("Turn the wheel to zoom, drag to move, click twice to see all of it.")
    with right:
        facts, network, like = st.tabs(["Facts", "What the network sees", "Looks like"])
        with facts:
            found = [f for f in findings_of(report, image.path) if f.code not in _NOTED]
            for finding in found[:_MOST_FINDINGS]:
                st.warning(plain(finding.message), icon=":material/fact_check:")
            for name in radiograph.notes:
                note = NOTES[name]
                show = st.warning if note.grave else st.info
                show(plain(f"{note.title}: {note.message}"), icon=":material/contrast:")
            show_table(facts_table(image, radiograph, _told(index, row)), border="horizontal")
            stored = radiograph.as_uint8()
            st.altair_chart(histogram_chart(stored), alt=histogram_sentence(BEFORE, stored))
        with network:
            _network_view(radiograph, seen, preparation)
        with like:
            _neighbours(workspace, name, index, row)


def _leaf(
    index: DatasetIndex, image: ImageRow, row: int, rows: NDArray[np.int64], synthetic: bool
) -> None:
    """Previous and next among the filtered images; an image from elsewhere has neither."""
    found = np.flatnonzero(rows == row)
    place = int(found[0]) if found.size else None
    before = int(rows[place - 1]) if place else None
    after = int(rows[place + 1]) if place is not None and place + 1 < len(rows) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, to, key in (
            ("Previous", ":material/chevron_left:", before, "Left"),
            ("Next", ":material/chevron_right:", after, "Right"),
        ):
            st.button(
                label,
                icon=icon,
                disabled=to is None,
                on_click=open_image,
                args=(to,),
                shortcut=key,
            )
        words = f"**{plain(image.path)}** · {plain(shown_words(index, row))}"
        st.markdown(words if place is None else f"{words} · {place + 1:,} of {len(rows):,}")
        if synthetic:
            st.badge("synthetic", color="gray")


def _neighbours(workspace: Workspace, name: str, index: DatasetIndex, row: int) -> None:
    rows, bits = neighbours(index, row, count=6)
    if not rows.size:
        st.caption("There is nothing in this X-ray to compare by.")
        return
    with st.grid(2, min_column_width=90, gap=("small", "xsmall")) as grid:
        for near, image, apart in zip(
            rows.tolist(), index.images(rows), bits.tolist(), strict=True
        ):
            shown = shown_words(index, near)
            with grid.cell():
                try:
                    picture = thumbnail(name, index, near, workspace=workspace)
                except XrayError as error:
                    st.caption(plain(error.what))
                    continue
                st.image(picture, width="stretch", alt=f"{image.path}, {shown}")
                st.button(
                    plain(f"{shown}, {likeness_words(apart)}"),
                    key=f"near-{near}",
                    type="tertiary",
                    help=plain(image.path),
                    width="stretch",
                    on_click=open_image,
                    args=(near,),
                )
    st.caption("Nearest by perceptual hash: how many of 64 coarse features agree.")


def likeness_words(bits: int) -> str:
    """``61 of 64``."""
    return f"{64 - bits} of 64"


def _network_view(
    radiograph: Radiograph, seen: NDArray[np.uint8], preparation: Preparation
) -> None:
    pixels = seen[:, :, 0] if seen.shape[2] == 1 else seen
    st.image(
        pixels,
        width=min(220, max(160, pixels.shape[1])),
        output_format="PNG",
        alt="The X-ray after preparation, as the network gets it.",
    )
    st.caption(f"{preparation_words(preparation)}, values 0 to 255.")
    show_histograms(radiograph.as_uint8(), seen)


def show_histograms(stored: NDArray[np.uint8], seen: NDArray[np.uint8]) -> None:
    """Grey levels before and after preparation, one below the other."""
    for name, pixels in ((BEFORE, stored), (AFTER, seen)):
        st.altair_chart(histogram_chart(pixels, title=name), alt=histogram_sentence(name, pixels))


def preparation_words(preparation: Preparation) -> str:
    """``256 × 256 pixels, grey, stretched``."""
    height, width = preparation.image_size
    colour = "grey" if preparation.color_mode == "grayscale" else "three channels"
    how = {"stretch": "stretched", "pad": "with black borders", "crop": "cropped"}
    ranged = "" if preparation.grey_range is None else f", from greys {preparation.grey_range}"
    return f"{width} × {height} pixels, {colour}, {how[preparation.fit]}{ranged}"


def _told(index: DatasetIndex, row: int) -> dict[str, str]:
    """Class or findings, and what else a table says of the image."""
    several = index.multilabel
    told = {"Class": shown_words(index, row)} if several is None else said_of(several, row)
    known = known_of_image(index.metadata, row)
    return told | {name.capitalize(): value for name, value in known.items()}


def facts_table(image: ImageRow, radiograph: Radiograph, told: Mapping[str, str]) -> pd.DataFrame:
    """What is known of an image, a line a fact; its labels first."""
    grey = radiograph.as_uint8()
    facts = {
        "File": image.path,
        **told,
        "Split": SPLIT_NAMES.get(image.split, image.split),
        "Patient": "not told" if image.patient == image.path else image.patient,
        "Size": f"{image.width:,} × {image.height:,} pixels",
        "Format": f"{radiograph.format}, {image.mode}, {image.bit_depth} bit",
        "File size": f"{image.bytes / 1024:,.0f} KiB",
        "Grey levels": f"mean {grey.mean():.0f}, spread {grey.std():.0f} (of 0 to 255)",
        "SHA-256": f"{image.sha256[:16]}…",
    }
    facts |= {
        name.replace("_", " ").capitalize(): str(value)
        for name, value in radiograph.attributes.items()
    }
    return pd.DataFrame({"Fact": list(facts), "Value": list(facts.values())}).set_index("Fact")
