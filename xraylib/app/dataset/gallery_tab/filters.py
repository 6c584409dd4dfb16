"""What the gallery shows: text, split, class, findings, corrections and order."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.app.dataset.gallery_tab.curation_tools import LEFT_OUT, decided_images
from xraylib.app.dataset.labels.finding_filter import choose_finding
from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.app.shell.charts import SPLIT_NAMES, class_name
from xraylib.app.shell.frame import written
from xraylib.datasets.grey_notes import noted
from xraylib.datasets.query import ImageQuery
from xraylib.datasets.scan import DatasetIndex
from xraylib.images.notes import NOTES

SORT_NAMES: Final = {
    "path": "Path",
    "label": "Class",
    "split": "Split",
    "patient": "Patient",
    "bytes": "File size",
    "mtime_ns": "Changed on",
    "width": "Width",
    "height": "Height",
    "mode": "Mode",
    "bit_depth": "Bit depth",
    "mean": "Brightness",
    "sd": "Contrast",
    "phash": "Likeness (hash)",
    "sha256": "SHA-256",
}
"""Words for the columns that images can be sorted by."""


def choose_filters(
    opened: OpenDataset, found: frozenset[str] | None
) -> tuple[DatasetIndex, ImageQuery]:
    """The widgets for text, split, class, findings, corrections and order.

    Args:
        opened: The data set.
        found: Images that its audit names; None if it was not audited.

    Returns:
        The images to look among, which are all of them where those left out are asked for, and what
        to look for.
    """
    decided = decided_images(opened.ref.curation)
    kind = None
    if decided:
        kind = st.selectbox(
            "Corrected",
            list(decided),
            index=None,
            format_func=lambda name: written(f"{name} ({len(decided[name]):,})"),
            key="corrected",
            placeholder="all X-rays",
            help="X-rays that somebody decided about. Nothing chosen: all but those left out.",
        )
    index = opened.whole if kind == LEFT_OUT else opened.chosen
    text = st.text_input(
        "Search",
        key="text",
        bind="query-params",
        max_chars=100,
        placeholder="in names and patients",
        icon=":material/search:",
        help="X-rays whose path or patient holds all of these words.",
    )
    splits = list(index.counts())
    split = None
    if len(splits) > 1:
        split = st.pills(
            "Split",
            splits,
            format_func=lambda s: SPLIT_NAMES.get(s, s),
            key="split",
            bind="query-params",
            help="Training X-rays teach, test X-rays judge. Nothing chosen: all.",
            wrap=True,
        )
    label = None
    if len(index.classes) > 1:
        label = st.pills(
            "Class",
            index.classes,
            format_func=lambda name: written(class_name(name)),
            key="class",
            bind="query-params",
            help="Which X-rays the gallery shows. Nothing chosen: all.",
            wrap=True,
        )
    only = st.toggle(
        "Only audit findings",
        key="findings",
        bind="query-params",
        disabled=found is None,
        help="Only X-rays that the audit names."
        if found is not None
        else "The data set was not audited yet: see the tab Audit.",
    )
    notes = {name: len(paths) for name, paths in noted(index).items()}
    note = None
    if notes:
        note = st.selectbox(
            "Notes about greys",
            list(notes),
            index=None,
            format_func=lambda name: f"{NOTES[name].title} ({notes[name]:,})",
            key="note",
            placeholder="all X-rays",
            help="What had to be decided because the files left it open. Nothing chosen: all.",
        )
    finding = choose_finding(index)
    sort = st.selectbox(
        "Sort by",
        list(SORT_NAMES),
        format_func=lambda column: SORT_NAMES[column],
        key="sort",
        bind="query-params",
        help="Equal X-rays follow each other by path.",
    )
    descending = st.toggle("Largest first", key="down", bind="query-params")
    paths = found if only else None
    if kind is not None:
        paths = decided[kind] if paths is None else decided[kind] & paths
    query = ImageQuery(
        split=split,
        label=label,
        text=text,
        paths=paths,
        note=note,
        finding=finding,
        sort=sort,
        descending=descending,
    )
    return index, query
