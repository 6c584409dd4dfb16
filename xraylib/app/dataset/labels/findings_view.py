"""How many X-rays have each finding and which come together, drawn once for each data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

from xraylib.app.shared.finding_charts import (
    MOST_BARS,
    MOST_PAIRS,
    prevalence_chart,
    prevalence_sentence,
    together_chart,
    together_sentence,
)
from xraylib.app.shell.charts import NO_CLASS
from xraylib.app.shell.frame import plain
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import Findings
from xraylib.datasets.summary import label_words

_SHORT = 9


def show_findings(index: DatasetIndex) -> None:
    """Prevalences at the left, co-occurrence at the right."""
    findings = index.findings
    if findings is None:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Findings")
        show_prevalences(index)
        known = _kept(index, "known", lambda: int((findings.values >= 0).sum()))
        share = known / max(1, findings.values.size)
        st.caption(f"{share:.0%} of all labels are known. Unknown ones count nothing in training.")
    with right:
        st.subheader("Together")
        if len(findings.names) < 2:
            st.caption("There is one finding, so there is nothing that could come with it.")
            return
        spec = _kept(index, "together", lambda: together_chart(findings))
        st.vega_lite_chart(
            spec, alt=plain(_kept(index, "in pairs", lambda: together_sentence(findings)))
        )
        st.caption("X-rays that have both; the darker, the larger a part of those in the row.")
        if len(findings.names) > MOST_PAIRS:
            st.caption(f"The {MOST_PAIRS} most frequent of {len(findings.names):,} findings.")


def show_prevalences(index: DatasetIndex, *, short: bool = False) -> None:
    """The bars alone; ``short`` where there is little room."""
    findings = index.findings
    if findings is None:
        return
    most = _SHORT if short else MOST_BARS
    spec = _kept(index, f"prevalences {most}", lambda: prevalence_chart(findings, most))
    words = _kept(index, f"words {most}", lambda: prevalence_sentence(findings, most))
    st.vega_lite_chart(spec, alt=plain(words))
    if len(findings.names) > most:
        st.caption(f"The {most} most frequent of {len(findings.names):,} findings.")


def has_findings(index: DatasetIndex) -> bool:
    """Whether its X-rays may have several findings."""
    return index.multilabel is not None


def said_of(findings: Findings, row: int) -> dict[str, str]:
    """What a table says of one X-ray, in words: present, uncertain, not known."""
    values = findings.values[row].tolist()
    told = {}
    for word, value in (("Present", 1), ("Uncertain", -2), ("Not known", -1)):
        names = [name for name, one in zip(findings.names, values, strict=True) if one == value]
        if names:
            told[word] = ", ".join(names[:12]) + (
                f" and {len(names) - 12} more" if names[12:] else ""
            )
    return told or {"Present": "none of the findings"}


def shown_words(index: DatasetIndex, row: int) -> str:
    """The class or findings of one X-ray for a small place."""
    return label_words(index, row) or NO_CLASS


def known_of_image(metadata: pa.Table | None, row: int) -> dict[str, str]:
    """What else is known of one X-ray; absent where nothing is."""
    if metadata is None:
        return {}
    (found,) = metadata.slice(row, 1).to_pylist()
    return {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in found.items()
        if value is not None
    }


def _kept(index: DatasetIndex, name: str, make: Callable[[], Any]) -> Any:
    """What is the same at every click, made once."""
    key = ("findings", name)
    if key not in index.memo:
        index.memo[key] = make()
    return index.memo[key]
