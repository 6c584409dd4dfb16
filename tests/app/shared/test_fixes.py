"""What the page offers for an impossible network gets past the error, tried one by one."""

from __future__ import annotations

import pytest

from xraylib.app.shared.current_design import with_copy, with_move, with_value, without_layer
from xraylib.app.shared.fixes import fits_classes, fixes, value_words
from xraylib.networks.layers import Conv2D, Dense, MaxPooling2D, Residual
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace


def _broken() -> ModelSpec:
    """The lesson's network with a kernel of 40 pixels on maps of 16."""
    return with_value(preset("lesson-cnn"), 4, "kernel_size", 40)


def test_a_kernel_that_is_too_large_can_be_made_smaller_padded_moved_or_deleted() -> None:
    spec = _broken()
    error = trace(spec).error
    assert error is not None
    assert [fix.words for fix in fixes(spec, error)] == [
        "Set kernel size to 15",
        "Set padding to same",
        "Move Conv2D up",
        "Delete Conv2D",
        "Set kernel size to 16",  # the pooling behind it is impossible then
    ]


def test_what_leaves_no_error_is_offered_first() -> None:
    for spec in (_broken(), with_move(preset("lesson-cnn"), 6, -1)):
        error = trace(spec).error
        assert error is not None
        whole = [trace(fix.spec).error is None for fix in fixes(spec, error)]
        assert whole == sorted(whole, reverse=True)


def test_every_offer_gets_past_the_layer() -> None:
    for spec in (_broken(), with_move(preset("lesson-cnn"), 6, -1)):
        error = trace(spec).error
        assert error is not None
        assert error.index is not None
        offers = fixes(spec, error)
        assert offers
        for fix in offers:
            left = trace(fix.spec).error
            assert left is None or (left.index or 0) > error.index


def test_a_map_layer_behind_flatten_is_offered_to_move_or_go() -> None:
    spec = with_move(preset("lesson-cnn"), 6, -1)
    error = trace(spec).error
    assert error is not None
    assert [fix.words for fix in fixes(spec, error)] == [
        "Move MaxPooling2D up",
        "Delete MaxPooling2D",
    ]


def test_a_block_whose_layers_lose_the_edge_is_offered_padding_inside() -> None:
    spec = preset("lesson-cnn")
    block = Residual(layers=(Conv2D(filters=5, kernel_size=3), MaxPooling2D(pool_size=2)))
    spec = spec.with_layers([*spec.layers[:3], block, *spec.layers[3:]])
    error = trace(spec).error
    assert error is not None
    offers = fixes(spec, error)
    assert [fix.words for fix in offers] == ["Set padding to same inside", "Delete Residual"]
    same = offers[0].spec.layers[3]
    assert isinstance(same, Residual)
    assert [one.padding for one in same.layers] == ["same", "same"]


@pytest.mark.parametrize(
    ("classes", "mode", "fits"),
    [
        (3, "categorical", True),
        (3, "sparse", True),
        (4, "categorical", False),
        (2, "binary", False),
    ],
)
def test_the_output_is_compared_with_the_classes(classes: int, mode: str, fits: bool) -> None:
    assert fits_classes(preset("lesson-cnn"), classes, mode) is fits


def test_an_output_without_probabilities_does_not_fit() -> None:
    spec = preset("lesson-cnn")
    bare = spec.with_layers([*spec.layers[:-1], Dense(units=3)])
    assert not fits_classes(bare, 3, "categorical")
    assert not fits_classes(without_layer(spec, 7), 3, "categorical")


def test_values_in_words() -> None:
    assert [value_words(v) for v in (3, (4, 4), (5, 3), "same")] == ["3", "4", "5×3", "same"]


def test_a_late_click_on_a_layer_that_has_gone_changes_nothing() -> None:
    spec = preset("lesson-cnn")
    gone = len(spec.layers)
    for changed in (
        with_copy(spec, gone),
        with_move(spec, gone, -1),
        with_move(spec, gone, 1),
        without_layer(spec, gone),
    ):
        assert changed.layers == spec.layers
