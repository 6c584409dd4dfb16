"""The Numbers tab: counts as a table, and what sets the classes apart besides anatomy."""

from __future__ import annotations

import streamlit as st

from xraylib.app.dataset.charts import (
    brightness_chart,
    brightness_sentence,
    spread_chart,
    spread_sentence,
)
from xraylib.app.shared.precision_table import show_precision, wanted_width
from xraylib.app.shell.charts import counts_sentence, counts_table, imbalance
from xraylib.app.shell.frame import plain
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.summary import (
    Spread,
    brightness_spread,
    depth_spread,
    mode_spread,
    size_spread,
)
from xraylib.evaluation.precision import dataset_precision


def show_numbers(index: DatasetIndex) -> None:
    """Counts by split and class; sizes, storage, depth and brightness by class."""
    counts = index.counts()
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("X-rays by split and class")
        st.dataframe(
            counts_table(counts),
            hide_index=True,
            column_config={
                "X-rays": st.column_config.NumberColumn(format="localized"),
                "Share": st.column_config.NumberColumn("Share of the split", format="percent"),
            },
            alt=counts_sentence(counts),
        )
        words = imbalance(counts)
        st.caption(plain(words) if words else "No training class has 1.5 times as many as another.")
    with right:
        st.subheader("Brightness")
        brightness = brightness_spread(index)
        st.altair_chart(brightness_chart(brightness), alt=brightness_sentence(brightness))
        st.caption(
            "Classes whose curves lie apart can be told by exposure alone, without any anatomy. "
            "The audit measures how well."
        )
    for column, (name, spread) in zip(
        st.columns(3, gap="medium"),
        {
            "Sizes (pixels)": size_spread(index),
            "Modes": mode_spread(index),
            "Bit depths": depth_spread(index),
        }.items(),
        strict=True,
    ):
        with column:
            _show(name, spread)
    st.caption(f"Of {len(index.rows()):,} X-rays that could be read.")
    _show_precision(index)


def _show_precision(index: DatasetIndex) -> None:
    """How precise figures of the test X-rays will be."""
    st.subheader("How precise will the figures be?")
    with st.container(horizontal=True):
        share = st.slider(
            "Expected figure",
            0.5,
            0.99,
            0.75,
            0.01,
            key="precision-share",
            persist_state="page",
            width=260,
            help="The accuracy, or the sensitivity for a class, that you think a network reaches. "
            "Around 0.5 an interval is widest.",
        )
        within = wanted_width("precision-within")
    figures = dataset_precision(index, share=share, within=within)
    if not figures[0].images:
        st.markdown(
            "There are no test X-rays yet: figures would come from validation X-rays, which have "
            "a say in training. This is what a test set needs."
        )
    show_precision(figures, within, expected=True)


def _show(name: str, spread: Spread) -> None:
    st.subheader(name)
    st.altair_chart(spread_chart(spread), alt=spread_sentence(name, spread))
