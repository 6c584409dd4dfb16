"""The Preparation tab: size, colour and fit of what the network gets, and who is in which split."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.dataset.gallery_tab.image_dialog import preparation_words, show_histograms
from xraylib.app.shared.fit_design import use_preparation
from xraylib.app.shared.opened_dataset import NOT_LOOKED_FOR, OpenDataset, division, patient_counts
from xraylib.app.shell.charts import AFTER, BEFORE, SPLIT_NAMES, class_name
from xraylib.app.shell.frame import link, show_error, show_table, written
from xraylib.app.shell.pictures import encode_png, shrink
from xraylib.app.shell.state import get_draft
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.grey_notes import LOW_RANGE, needed_range, noted
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.split import Split
from xraylib.errors import XrayError
from xraylib.images.prepare import MAX_SIDE, Preparation, prepare
from xraylib.workspace import Workspace

VALIDATION: Final = 0.2
"""Share of the training images that become validation images where there is no folder of them."""

_KEY: Final = "prepare"
_DRAWN: Final = f"{_KEY}-drawn"
_REFUSED: Final = "range-refused"
_FIT_WORDS: Final = {"stretch": "Stretch", "pad": "Black borders", "crop": "Crop"}
_COLOUR_WORDS: Final = {"grayscale": "Grey", "rgb": "RGB"}


def show_preparation(workspace: Workspace, opened: OpenDataset, *, synthetic: bool) -> None:
    """Settings left, one image before and after right, the split below; the draft follows."""
    index = opened.chosen
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    left, right = st.columns([4, 9], gap="medium")
    with left:
        use_preparation(_settings())
        _grey_range(workspace, opened)
    with right:
        _before_and_after(index, get_draft().preparation, synthetic=synthetic)
    st.subheader("Who learns, who judges")
    try:
        split, known = division(workspace, opened, validation=VALIDATION)
    except XrayError as error:
        show_error(error)
        return
    show_table(
        split_table(split, index),
        border="horizontal",
        width="content",
        alt="X-rays and patients of each split, by class or finding.",
    )
    st.caption(split_words(split) + patient_words(index))
    if split.made_validation and not known:
        st.caption(NOT_LOOKED_FOR)
    for note in split.notes:
        st.warning(written(note), icon=":material/warning:")


def _settings() -> Preparation:
    now = get_draft().preparation
    values = {
        "height": now.image_size[0],
        "width": now.image_size[1],
        "color": now.color_mode,
        "fit": now.fit,
    }
    changed = st.session_state.get(_DRAWN) != values  # elsewhere, by a task or a design
    for name, value in values.items():
        if changed or f"{_KEY}-{name}" not in st.session_state:
            st.session_state[f"{_KEY}-{name}"] = value
    height, width = st.columns(2)
    height.number_input(
        "Height (px)",
        8,
        MAX_SIDE,
        step=16,
        key=f"{_KEY}-height",
        help="Rows that the network gets. More show finer detail and cost more time.",
    )
    width.number_input(
        "Width (px)",
        8,
        MAX_SIDE,
        step=16,
        key=f"{_KEY}-width",
        help="Columns that the network gets.",
    )
    st.segmented_control(
        "Colour mode",
        list(_COLOUR_WORDS),
        format_func=lambda mode: _COLOUR_WORDS[mode],
        required=True,
        key=f"{_KEY}-color",
        help="X-rays are grey: one channel is enough. Three are for networks that were trained "
        "on colour photographs.",
    )
    st.segmented_control(
        "X-rays of another shape",
        list(_FIT_WORDS),
        format_func=lambda fit: _FIT_WORDS[fit],
        required=True,
        key=f"{_KEY}-fit",
        help="Stretch distorts the chest, black borders keep all of it, crop cuts off the edges.",
        wrap=True,
    )
    chosen = {name: st.session_state[f"{_KEY}-{name}"] for name in values}
    st.session_state[_DRAWN] = chosen
    return Preparation(
        image_size=(int(chosen["height"]), int(chosen["width"])),
        color_mode=chosen["color"],
        fit=chosen["fit"],
        grey_range=now.grey_range,
    )


def _grey_range(workspace: Workspace, opened: OpenDataset) -> None:
    """Which grey values are black and white, where the images use a small part of their range."""
    needed, chosen = needed_range(opened.chosen), opened.ref.curation.grey_range
    ranges = dict.fromkeys((None, needed, chosen))
    if len(ranges) > 1:
        key = f"{_KEY}-range-{opened.ref.name}"
        st.session_state[key] = chosen  # the data set keeps it, and the Audit tab can change it
        st.segmented_control(
            "Grey values",
            list(ranges),
            format_func=lambda value: "As announced" if value is None else str(value),
            required=True,
            key=key,
            help="The X-rays use less than a quarter of the grey values that their files announce, "
            "so a network gets few grey levels. The range that their values need is the same for "
            "every X-ray. It is kept with the data set: training, judging and the published model "
            "follow it.",
            on_change=_choose_range,
            args=(workspace, opened.ref.name, key),
            wrap=True,
        )
    low = len(noted(opened.chosen).get(LOW_RANGE, ()))
    if low and needed is None and chosen is None:
        st.warning(
            f"{low:,} X-ray{' uses' if low == 1 else 's use'} a small part of the grey range and "
            "others of that depth use more, so that no range is right for all. Export these X-rays "
            "with their window.",
            icon=":material/contrast:",
        )


def _choose_range(workspace: Workspace, name: str, key: str) -> None:
    curation = find_dataset(name, workspace=workspace).curation
    curation = replace(curation, grey_range=st.session_state[key])
    try:
        change_dataset(name, curation=curation, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error


def _before_and_after(index: DatasetIndex, preparation: Preparation, *, synthetic: bool) -> None:
    rows = index.rows()
    number = st.number_input(
        f"X-ray (1 to {len(rows):,})", 1, len(rows), key=f"{_KEY}-image", width=150
    )
    row = int(rows[min(max(int(number), 1), len(rows)) - 1])
    try:
        radiograph = index.read(row)
        seen = prepare(radiograph, preparation)
    except XrayError as error:
        show_error(error)
        return
    before, after, grey = st.columns([2, 2, 3], gap="small")
    kind = "synthetic X-ray" if synthetic else "X-ray"
    stored = radiograph.as_uint8()
    before.image(
        encode_png(shrink(stored, 512)),
        width="stretch",
        output_format="PNG",
        alt=f"A {kind} as it is stored.",
    )
    before.caption(f"{BEFORE}: {radiograph.width} × {radiograph.height}, {radiograph.mode}")
    after.image(
        encode_png(shrink(seen, 512)),
        width="stretch",
        output_format="PNG",
        alt=f"The {kind} as the network sees it.",
    )
    after.caption(f"{AFTER}: {preparation_words(preparation)}")
    with grey:
        show_histograms(stored, seen)
    st.caption(
        "Bringing 0..255 to 0..1, or to mean 0 and deviation 1, is a layer of the network, so "
        "that it can never differ between training and use."
    )
    link("architecture", "See that layer")


def split_table(split: Split, index: DatasetIndex) -> pd.DataFrame:
    """Images, patients, and images of each class, or that show each finding."""
    told = index.multilabel
    return pd.DataFrame(
        [
            {
                "Split": SPLIT_NAMES[name],
                "X-rays": part.images,
                "Patients": part.patients,
                **(
                    {class_name(label): n for label, n in part.classes.items()}
                    if told is None
                    else {
                        finding: n["present"]
                        for finding, n in told.take(split.rows(name)).counts().items()
                    }
                ),
            }
            for name, part in split.summary(index).items()
        ]
    ).set_index("Split")


def patient_words(index: DatasetIndex) -> str:
    """Whether the file names tell the patients."""
    images, (_, alone) = len(index.rows()), patient_counts(index)
    if not alone:
        return ""
    if alone == images:
        return " The file names tell no patient, so each X-ray counts as a patient of its own."
    return f" {alone:,} file names tell no patient; each of these counts as one of its own."


def split_words(split: Split) -> str:
    """Where the validation images come from."""
    if split.made_validation:
        return (
            f"The folder has no validation X-rays, so {VALIDATION:.0%} of the training X-rays of "
            "each class are set aside, always all X-rays of a patient together."
        )
    return "The validation X-rays are those of the folder."
