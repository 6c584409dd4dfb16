"""The Numbers tab: counts as a table, and what sets the classes apart besides anatomy."""

from __future__ import annotations

import streamlit as st

from xraylib.app.dataset.charts import (
    brightness_chart,
    brightness_sentence,
    spread_chart,
    spread_sentence,
)
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


def _show(name: str, spread: Spread) -> None:
    st.subheader(name)
    st.altair_chart(spread_chart(spread), alt=spread_sentence(name, spread))
