"""What the open layer does, on a real image: the moving window, the map, the numbers."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from xraylib.app.architecture.convolution_picture import (
    FILTERS,
    Moves,
    Values,
    convolve,
    draw_map,
    draw_window,
    hand_filter,
    pool,
    spread,
    under_window,
)
from xraylib.app.architecture.trained_layers import show_trained
from xraylib.app.shared import current_design
from xraylib.app.shared.opened_dataset import current_index
from xraylib.app.shell.frame import link, plain, show_error, show_table
from xraylib.app.shell.state import get_draft
from xraylib.errors import XrayError
from xraylib.images.prepare import prepare
from xraylib.images.radiograph import Radiograph
from xraylib.networks.declaration.fields import as_pair
from xraylib.networks.layers import Layer
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace, TraceRow
from xraylib.workspace import Workspace

_MOST_NUMBERS: Final = 9  # rows and columns of a table that one can still read


def show_understanding(spec: ModelSpec, result: Trace) -> None:
    """The open layer on an image of the data set; words and numbers for the others."""
    index = current_design.history().selected
    if index >= len(result.rows):
        st.info("This layer is not possible yet, so there is nothing to see of it.")
        return
    layer, row = spec.layers[index], result.rows[index]
    st.markdown(f"**Layer {index}: {plain(layer.label)}** (open another in the list)")
    looks = layer.window is not None or layer.has_convolution
    image = _image() if looks else None
    if image is not None and layer.window is not None:
        _show_window(layer, result.rows[index - 1], *image)
    words = explain(layer, row, result.rows[index - 1] if index else row)
    for line in words:
        st.markdown(plain(line))
    if image is not None and layer.has_convolution:
        show_trained(spec, index, image[0])


def moves_of(layer: Layer, before: TraceRow) -> Moves:
    """How a convolution's or a pooling's window moves."""
    effect = layer.effect(before.output_shape)
    return Moves(
        size=(before.output_shape[0], before.output_shape[1]),
        window=effect.window,
        strides=effect.strides,
        padding=str(getattr(layer, "padding", "valid")),
    )


def explain(layer: Layer, row: TraceRow, before: TraceRow) -> list[str]:
    """What follows from this layer's settings, with its numbers, line by line."""
    shape, lines = before.output_shape, list[str]()
    if not row.shape_arithmetic and not row.params_arithmetic:
        lines.append(layer.meaning)
    if row.shape_arithmetic:
        sized = row.output_shape != shape or layer.window == "sum"
        words = row.shape_arithmetic
        lines.append(
            f"Output size: {words}." if sized else f"What it does: {words}; the size stays."
        )
    if layer.window is not None:
        lines.append(
            "Padding same: zeros are put around, so that only the stride decides the size."
            if getattr(layer, "padding", "valid") == "same"
            else "Padding valid: the window stays inside the map, so the edge is met less often."
        )
    lines += layer.remarks(shape)
    if row.params_arithmetic:
        lines.append(f"With this layer's numbers: {row.params_arithmetic}.")
    if row.output_shape == shape and not row.shape_arithmetic:
        lines.append("It changes neither the size nor the place of anything.")
    return lines


def _show_window(layer: Layer, before: TraceRow, radiograph: Radiograph, name: str) -> None:
    image, words = _in_size(radiograph, name, before)
    moves = moves_of(layer, before)
    convolution = layer.window == "sum"
    weights = np.zeros((1, 1), np.float32)
    if convolution:
        name = st.segmented_control(
            "Hand-set filter", FILTERS, default=FILTERS[0], required=True, key="hand-filter"
        )
        weights = spread(
            hand_filter(name or FILTERS[0], as_pair(getattr(layer, "kernel_size", 1))),
            as_pair(getattr(layer, "dilation_rate", 1)),
        )
        answers = convolve(image, weights, moves)
    else:
        answers = pool(image, moves, largest=layer.window == "largest")
    down, across = _position(moves)
    left, right = st.columns(2)
    with left:
        st.image(
            draw_window(image, moves, down, across),
            width="stretch",
            output_format="PNG",
            alt=f"The X-ray with the window at row {down}, column {across}.",
        )
        st.caption(f"{words} Orange: the window. Blue: its next place.")
    with right:
        st.image(
            draw_map(answers, down, across),
            width="stretch",
            output_format="PNG",
            alt="The map that comes out, with the value of this window framed.",
        )
        size = "×".join(map(str, answers.shape))
        st.caption(f"The map of {size} values, black the least, white the most.")
    seen = under_window(image, moves, down, across)
    if max(seen.shape) <= _MOST_NUMBERS:
        _numbers(seen, weights if convolution else None)
    answer = float(answers[down, across])
    st.markdown(
        f"Each value times its weight, summed: **{answer:,.1f}**".replace("-", "−")
        if convolution
        else f"Kept of this window: **{answer:,.0f}**"
    )


def _image() -> tuple[Radiograph, str] | None:
    """An image of the data set and its name; None where there is none."""
    index = current_index(Workspace.open())
    rows = index.rows() if index is not None else np.array([], np.int64)
    if index is None or not rows.size:
        st.info("There is no X-ray to show yet.", icon=":material/info:")
        link("dataset", "Choose a data set")
        return None
    number = st.number_input("X-ray", 1, int(rows.size), 1, key="understanding-image")
    try:
        return index.read(int(rows[number - 1])), index.image(int(rows[number - 1])).path
    except XrayError as error:
        show_error(error)
        return None


def _in_size(radiograph: Radiograph, name: str, before: TraceRow) -> tuple[Values, str]:
    """An image in the size of the map that comes in, grey, and what was done to it."""
    pixels = prepare(radiograph, get_draft().preparation)
    grey = pixels.astype(np.float32).mean(axis=2)
    height, width = before.output_shape[:2]
    words = f"{plain(name)}."
    if grey.shape != (height, width):
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        words += (
            f" Shrunk to {height}×{width}, the size in which this layer gets its maps; "
            "what a trained network hands on looks different."
        )
    image: Values = grey.astype(np.float32)
    return image, words


def _position(moves: Moves) -> tuple[int, int]:
    place = []
    columns = st.columns(2)
    for column, noun, count in zip(columns, ("Row", "Column"), moves.positions, strict=True):
        if count < 2:
            place.append(0)
            continue
        with column:
            place.append(
                st.slider(
                    f"{noun} of the window's place",
                    0,
                    count - 1,
                    min(count // 2, count - 1),
                    key=f"place-{noun}-{count}",
                )
            )
    return place[0], place[1]


def _numbers(seen: Values, weights: Values | None) -> None:
    """The grey levels under the window, and beside them the filter's weights."""
    columns = st.columns(2)
    with columns[0]:
        st.caption("Under the window")
        show_table(_grid(seen, 0), hide_header=True, hide_index=True)
    if weights is not None:
        with columns[1]:
            st.caption("The filter's weights")
            show_table(_grid(weights, 2), hide_header=True, hide_index=True)


def _grid(values: Values, digits: int) -> pd.DataFrame:
    rows = [[f"{value:.{digits}f}".replace("-", "−") for value in line] for line in values.tolist()]
    return pd.DataFrame(rows, columns=[str(n) for n in range(values.shape[1])])
