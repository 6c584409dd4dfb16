"""The moving window against sums written out in NumPy, position by position."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from xraylib.app.architecture.convolution_picture import (
    FILTERS,
    Moves,
    convolve,
    draw_map,
    draw_window,
    hand_filter,
    pool,
    spread,
    under_window,
)
from xraylib.networks.layers import Conv2D, MaxPooling2D

IMAGE = np.random.default_rng(3).integers(0, 256, (17, 14)).astype(np.float32)
CASES = [
    ((5, 5), (3, 3), "valid"),
    ((5, 5), (3, 3), "same"),
    ((3, 2), (1, 2), "same"),
    ((2, 4), (2, 1), "valid"),
    ((1, 1), (3, 2), "same"),
]


def _moves(window: tuple[int, int], strides: tuple[int, int], padding: str) -> Moves:
    return Moves(size=(17, 14), window=window, strides=strides, padding=padding)


@pytest.mark.parametrize(("window", "strides", "padding"), CASES)
def test_the_map_is_the_sum_at_each_position(
    window: tuple[int, int], strides: tuple[int, int], padding: str
) -> None:
    moves = _moves(window, strides, padding)
    layer = Conv2D(filters=1, kernel_size=window, strides=strides, padding=padding)
    assert moves.positions == layer.effect((17, 14, 1)).output_shape[:2]
    weights = np.random.default_rng(4).normal(size=window).astype(np.float32)
    answers = convolve(IMAGE, weights, moves)
    for row in range(moves.positions[0]):
        for column in range(moves.positions[1]):
            seen = under_window(IMAGE, moves, row, column)
            assert seen.shape == window
            assert answers[row, column] == pytest.approx(float((seen * weights).sum()), abs=1e-2)


@pytest.mark.parametrize(("window", "strides", "padding"), CASES)
def test_pooling_keeps_the_largest_or_the_mean(
    window: tuple[int, int], strides: tuple[int, int], padding: str
) -> None:
    moves = _moves(window, strides, padding)
    layer = MaxPooling2D(pool_size=window, strides=strides, padding=padding)
    assert moves.positions == layer.effect((17, 14, 1)).output_shape[:2]
    for row in range(moves.positions[0]):
        for column in range(moves.positions[1]):
            top, left = moves.corner(row, column)
            part = IMAGE[max(0, top) : top + window[0], max(0, left) : left + window[1]]
            assert pool(IMAGE, moves)[row, column] == part.max()
            mean = pool(IMAGE, moves, largest=False)[row, column]
            assert mean == pytest.approx(float(part.mean()), rel=1e-5)


def test_max_pooling_without_strides_is_opencvs_dilation() -> None:
    moves = _moves((3, 3), (1, 1), "same")
    assert np.array_equal(pool(IMAGE, moves), cv2.dilate(IMAGE, np.ones((3, 3), np.uint8)))


def test_edge_filters_answer_nothing_on_plain_grey_and_most_on_their_edge() -> None:
    step = np.zeros((9, 9), np.float32)
    step[:, 5:] = 100
    moves = Moves(size=(9, 9), window=(3, 3), strides=(1, 1), padding="valid")
    across, down, mean = (hand_filter(name, (3, 3)) for name in FILTERS)
    # Three rows of 100 against three of 0, over three rows: 100.
    assert convolve(step, across, moves).max() == pytest.approx(100)
    assert np.abs(convolve(step, down, moves)).max() == pytest.approx(0, abs=1e-4)
    assert mean.sum() == pytest.approx(1)
    assert np.array_equal(down, across.T)


def test_dilation_puts_zeros_between() -> None:
    wide = spread(np.ones((2, 3), np.float32), (3, 2))
    assert wide.tolist() == [[1, 0, 1, 0, 1], [0] * 5, [0] * 5, [1, 0, 1, 0, 1]]


def test_the_window_is_drawn_where_it_is() -> None:
    moves = _moves((5, 5), (3, 3), "same")
    picture = draw_window(np.zeros((17, 14), np.float32), moves, 1, 2, side=190)
    (above, below), (left, right) = moves.edges
    assert (above, below, left, right) == (1, 2, 1, 2)  # (6−1)×3+5 = 20 = 17+3; 5 × 3 + 2 = 17
    assert picture.shape == (20 * 10, 17 * 10, 3)  # 190 / 20 = 9.5, so 10 (to even)
    ys, xs = np.nonzero((picture == (230, 120, 0)).all(axis=2))
    assert 28 <= ys.min() <= 30
    assert 58 <= xs.min() <= 60
    assert tuple(picture[0, 0]) == (60, 74, 92)
    framed = draw_map(np.arange(12, dtype=np.float32).reshape(3, 4), 1, 1, side=40)
    assert framed.shape == (30, 40, 3)
    assert tuple(framed[9, 9]) == (230, 120, 0)


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize(
    ("window", "strides"), [((4, 4), (1, 1)), ((5, 2), (3, 1)), ((2, 4), (2, 3))]
)
def test_an_odd_row_or_column_of_padding_lies_where_keras_puts_it(
    window: tuple[int, int], strides: tuple[int, int]
) -> None:
    from keras import layers

    moves = _moves(window, strides, "same")
    assert any(before != after for before, after in moves.edges)  # or it would show nothing
    weights = np.random.default_rng(5).normal(size=window).astype(np.float32)
    images = IMAGE[None, :, :, None]
    convolution = layers.Conv2D(1, window, strides=strides, padding="same", use_bias=False)
    convolution.build(images.shape)
    convolution.set_weights([weights[:, :, None, None]])
    expected = convolution(images).numpy()[0, :, :, 0]
    assert np.abs(convolve(IMAGE, weights, moves) - expected).max() < 1e-2
    for kind, largest in ((layers.MaxPooling2D, True), (layers.AveragePooling2D, False)):
        kept = kind(window, strides=strides, padding="same")(images).numpy()[0, :, :, 0]
        assert np.abs(pool(IMAGE, moves, largest=largest) - kept).max() < 1e-3
