"""One film, large: zoom, grey levels, facts, and what the network gets to see of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from xraylib.data.index import DatasetIndex, Film
from xraylib.data.prepare import Preparation, prepare
from xraylib.data.radiograph import Radiograph
from xraylib.errors import XrayError
from xraylib.ui.charts import (
    AFTER,
    BEFORE,
    SPLIT_NAMES,
    class_name,
    histogram_chart,
    histogram_sentence,
)
from xraylib.ui.pictures import FILM_CONFIG, LARGEST_SIDE, film_figure, shrink
from xraylib.ui.shell import plain, show_error
from xraylib.ui.state import get_draft

_OPEN: Final = "open-film"


def open_film(place: int) -> None:
    """Opens the film at this place of the filtered films when the page is drawn next."""
    st.session_state[_OPEN] = place


def show_open_film(index: DatasetIndex, rows: NDArray[np.int64], *, synthetic: bool) -> None:
    """The dialog, if a film was opened.

    Args:
        index: The data set.
        rows: The filtered films, through which one can leaf.
        synthetic: Whether they are phantoms.
    """
    if _OPEN in st.session_state and rows.size:
        _dialog(index, rows, synthetic)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Film", width="large", icon=":material/radiology:", on_dismiss=_closed)
def _dialog(index: DatasetIndex, rows: NDArray[np.int64], synthetic: bool) -> None:
    place = min(int(st.session_state.get(_OPEN, 0)), len(rows) - 1)
    film = index.film(int(rows[place]))
    _leaf(film, place, len(rows), synthetic)
    try:
        radiograph = index.read(int(rows[place]))
    except XrayError as error:
        show_error(error)
        return
    preparation = get_draft().preparation
    seen = prepare(radiograph, preparation)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = shrink(radiograph.as_uint8(), LARGEST_SIDE)
        st.plotly_chart(
            film_figure(shown, size=(radiograph.width, radiograph.height), height=520),
            theme=None,
            config=FILM_CONFIG,
            key=f"large-{film.sha256[:12]}",
            alt=f"{film.path}, {class_name(film.label)}, large; wheel and buttons zoom.",
        )
        st.caption("Turn the wheel to zoom, drag to move, click twice to see all of it.")
    with right:
        facts, network = st.tabs(["Facts", "What the network sees"])
        with facts:
            st.table(facts_table(film, radiograph), border="horizontal")
        with network:
            _network_view(radiograph, seen, preparation)


def _leaf(film: Film, place: int, total: int, synthetic: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            disabled=place == 0,
            on_click=open_film,
            args=(place - 1,),
            shortcut="Left",
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            disabled=place >= total - 1,
            on_click=open_film,
            args=(place + 1,),
            shortcut="Right",
        )
        words = f"**{plain(film.path)}** · {plain(class_name(film.label))}"
        st.markdown(f"{words} · {place + 1:,} of {total:,}")
        if synthetic:
            st.badge("synthetic", color="gray")


def _network_view(
    radiograph: Radiograph, seen: NDArray[np.uint8], preparation: Preparation
) -> None:
    pixels = seen[:, :, 0] if seen.shape[2] == 1 else seen
    st.image(
        pixels,
        width=min(220, max(160, pixels.shape[1])),
        output_format="PNG",
        alt="The film after preparation, as the network gets it.",
    )
    st.caption(f"{preparation_words(preparation)}, values 0 to 255.")
    show_histograms(radiograph.as_uint8(), seen)


def show_histograms(stored: NDArray[np.uint8], seen: NDArray[np.uint8]) -> None:
    """Grey levels before and after preparation, one below the other."""
    for name, pixels in ((BEFORE, stored), (AFTER, seen)):
        st.altair_chart(
            histogram_chart(pixels, title=name, height=112), alt=histogram_sentence(name, pixels)
        )


def preparation_words(preparation: Preparation) -> str:
    """``256 × 256 pixels, grey, stretched``."""
    height, width = preparation.image_size
    colour = "grey" if preparation.color_mode == "grayscale" else "three channels"
    how = {"stretch": "stretched", "pad": "with black borders", "crop": "cropped"}
    return f"{width} × {height} pixels, {colour}, {how[preparation.fit]}"


def facts_table(film: Film, radiograph: Radiograph) -> pd.DataFrame:
    """What is known of a film, a line a fact."""
    grey = radiograph.as_uint8()
    facts = {
        "File": film.path,
        "Class": class_name(film.label),
        "Split": SPLIT_NAMES.get(film.split, film.split),
        "Patient": "not told by the name" if film.patient == film.path else film.patient,
        "Size": f"{film.width:,} × {film.height:,} pixels",
        "Format": f"{radiograph.format}, {film.mode}, {film.bit_depth} bit",
        "File size": f"{film.bytes / 1024:,.0f} KiB",
        "Grey levels": f"mean {grey.mean():.0f}, spread {grey.std():.0f} (of 0 to 255)",
        "SHA-256": f"{film.sha256[:16]}…",
    }
    facts |= {
        name.replace("_", " ").capitalize(): str(value)
        for name, value in radiograph.attributes.items()
    }
    return pd.DataFrame({"Fact": list(facts), "Value": list(facts.values())}).set_index("Fact")
