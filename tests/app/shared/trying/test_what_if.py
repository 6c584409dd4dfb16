"""Changed X-rays against what the words say, and nothing that a browser sends is trusted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from xraylib.app.shared.trying.what_if import LIMITS, WhatIf
from xraylib.images.radiograph import Radiograph

PIXELS = np.random.default_rng(3).integers(0, 200, (120, 90), np.uint8)


def made(pixels: np.ndarray = PIXELS, bit_depth: int = 8) -> Radiograph:
    return Radiograph(pixels=pixels, bit_depth=bit_depth, mode="L", format="PNG")


def changed(**what: object) -> np.ndarray:
    return WhatIf.of(what).apply(made()).pixels


def test_no_change_gives_the_very_same_image() -> None:
    image = made()
    assert WhatIf().apply(image) is image
    assert (
        WhatIf.of({name: neutral for name, (_, _, neutral) in LIMITS.items()}).apply(image) is image
    )


def test_brightness_multiplies_at_every_depth() -> None:
    np.testing.assert_array_equal(
        changed(brightness=1.3), np.minimum(np.rint(PIXELS * 1.3), 255).astype(np.uint8)
    )
    deep = PIXELS.astype(np.uint16) * 20
    found = WhatIf(brightness=1.5).apply(made(deep, 12)).pixels
    np.testing.assert_array_equal(found, np.minimum(np.rint(deep * 1.5), 4095))


def test_a_quarter_less_of_each_side_is_cut_off_evenly() -> None:
    np.testing.assert_array_equal(changed(crop=20), PIXELS[12:108, 9:81])


def test_what_is_covered_is_dark_and_the_rest_is_as_it_was() -> None:
    found = changed(cover=[0.5, 0.25, 0.1, 0.75])
    dark = int(PIXELS.mean() - PIXELS.std())
    expected = PIXELS.copy()
    expected[30:90, 9:45] = dark
    np.testing.assert_array_equal(found, expected)


def test_turning_is_against_the_clock_about_the_middle() -> None:
    spot = np.zeros((101, 101), np.uint8)
    spot[50, 90] = 255  # to the right of the middle
    turned = WhatIf(rotate=30).apply(made(spot)).pixels
    row, column = np.unravel_index(turned.argmax(), turned.shape)
    assert (row, column) == (50 - 20, 85)  # 40 · sin 30° up, 40 · cos 30° to the right


def test_blur_is_a_gaussian_in_hundredths_of_the_longer_side() -> None:
    expected = cv2.GaussianBlur(PIXELS, (0, 0), 2.4, borderType=cv2.BORDER_REPLICATE)
    np.testing.assert_array_equal(changed(blur=2), expected)


def test_a_large_image_is_made_smaller_before_it_is_changed() -> None:
    large = np.zeros((2800, 1400), np.uint8)
    assert WhatIf(crop=10).apply(made(large)).pixels.shape == (1260, 630)


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "rotate",
        {"rotate": "5"},
        {"rotate": True},
        {"rotate": float("nan")},
        {"blur": None},
        {"cover": [0, 0, 1]},
        {"cover": [0, 0, 0, 1]},
        {"cover": ["a", 0, 1, 1]},
        {"cover": {"left": 0}},
        {"unknown": 3},
    ],
)
def test_what_is_no_change_is_passed_over(told: object) -> None:
    assert not WhatIf.of(told)


def test_what_is_too_much_is_brought_to_its_limit() -> None:
    found = WhatIf.of({"rotate": 1e9, "crop": 400, "blur": -3, "cover": [-5, 0, 7, 0.5]})
    assert (found.rotate, found.crop, found.blur) == (30, 30, 0)
    assert found.cover == (0, 0, 1, 0.5)
