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
from xraylib.app.shell.charts import SPLIT_NAMES, counts_sentence, counts_table, imbalance
from xraylib.app.shell.frame import plain
from xraylib.app.shell.table_file import offer_csv
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.summary import (
    Spread,
    brightness_spread,
    depth_spread,
    labelled_counts,
    mode_spread,
    size_spread,
)
from xraylib.evaluation.precision import dataset_precision


def show_numbers(index: DatasetIndex) -> None:
    """Counts by split; sizes, storage, depth and brightness by class or finding."""
    left, right = st.columns(2, gap="medium")
    with left:
        _show_counts(index)
    with right:
        st.subheader("Brightness")
        brightness = brightness_spread(index)
        st.altair_chart(brightness_chart(brightness), alt=brightness_sentence(brightness))
        st.caption(
            "Curves that lie apart can be told by exposure alone, without any anatomy. The audit "
            "measures how well."
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


def _show_counts(index: DatasetIndex) -> None:
    """X-rays of each split by class, or that show each finding."""
    several = index.multilabel is not None
    st.subheader("X-rays by split and finding" if several else "X-rays by split and class")
    counts = labelled_counts(index)
    table = counts_table(counts)
    if several:
        sizes = {SPLIT_NAMES.get(split, split): len(index.rows(split)) for split in counts}
        table["Share"] = table["X-rays"] / table["Split"].map(sizes).clip(lower=1)
        table = table.rename(columns={"Class": "Finding"})
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "X-rays": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.NumberColumn("Share of the split", format="percent"),
        },
        alt=counts_sentence(counts),
    )
    offer_csv(table, "counts.csv", key="counts-csv")
    if several:
        st.caption("X-rays that show it, of all in the split; some show several.")
        return
    words = imbalance(counts)
    st.caption(plain(words) if words else "No training class has 1.5 times as many as another.")


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
