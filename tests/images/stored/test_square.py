"""Pixels that are not square become square, and that is said."""

from __future__ import annotations

import numpy as np
import pytest
from made_images import dicom

from xraylib.images.decode import read_image
from xraylib.images.radiograph import MAX_PIXELS
from xraylib.images.stored import square

TALL = np.add.outer(np.arange(96) * 20, np.arange(48) * 40).astype(np.uint16)  # 96 × 48


@pytest.mark.parametrize(
    "element",
    ["PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"],
)
@pytest.mark.parametrize(("spacing", "size"), [((1, 2), (96, 96)), ((2, 1), (192, 48))])
def test_the_longer_side_of_a_pixel_is_filled(
    element: str, spacing: tuple[int, int], size: tuple[int, int]
) -> None:
    image = read_image(dicom(TALL, **{element: list(spacing)}))
    assert image.pixels.shape == size
    assert image.notes == ("resampled-square",)
    # A slope stays a slope: pixel centres lie at (k + 0.5) times the spacing.
    rows = np.clip((np.arange(size[0]) + 0.5) * 96 / size[0] - 0.5, 0, 95) * 20
    columns = np.clip((np.arange(size[1]) + 0.5) * 48 / size[1] - 0.5, 0, 47) * 40
    assert np.abs(image.pixels - np.add.outer(rows, columns)).max() <= 1


@pytest.mark.parametrize("spacing", [(0.143, 0.143), (0.1434, 0.1425), (1, 1)])
def test_equal_but_for_rounding_is_square(spacing: tuple[float, float]) -> None:
    image = read_image(dicom(TALL, PixelSpacing=list(spacing)))
    np.testing.assert_array_equal(image.pixels, TALL)
    assert image.notes == ()


def test_the_first_spacing_that_is_usable_counts() -> None:
    image = read_image(dicom(TALL, PixelSpacing=[0, 1], ImagerPixelSpacing=["1", "2"]))
    assert image.pixels.shape == (96, 96)
    image = read_image(dicom(TALL, PixelSpacing=[1, 1], PixelAspectRatio=[1, 2]))
    assert image.pixels.shape == (96, 48)


@pytest.mark.filterwarnings("ignore:Invalid value for VR")  # pydicom, of such texts
@pytest.mark.parametrize("text", [b"a\\b", b"1", b"\\", b"1\\2\\3", b"1e400\\1", b"-1\\2"])
@pytest.mark.parametrize("element", ["PixelSpacing", "PixelAspectRatio"])
def test_a_spacing_that_is_none_costs_nothing(text: bytes, element: str) -> None:
    data = dicom(TALL, **{element: ["7654321", "7654322"]})
    assert data.count(b"7654321\\7654322") == 1
    image = read_image(data.replace(b"7654321\\7654322", text.ljust(15)))
    np.testing.assert_array_equal(image.pixels, TALL)
    assert image.notes == ()


@pytest.mark.parametrize("spacing", [[1, 20], [20, 1]])
def test_a_shape_that_no_pixel_has_is_left_and_said(spacing: list[int]) -> None:
    image = read_image(dicom(TALL, PixelAspectRatio=spacing))
    np.testing.assert_array_equal(image.pixels, TALL)
    assert image.notes == ("spacing-unusable",)


@pytest.mark.parametrize(("spacing", "size"), [([1, 2], (48, 48)), ([2, 1], (96, 24))])
def test_a_picture_that_would_be_too_large_shrinks_instead(
    spacing: list[int], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert square.MAX_PIXELS == MAX_PIXELS
    monkeypatch.setattr(square, "MAX_PIXELS", TALL.size)
    assert read_image(dicom(TALL, PixelSpacing=spacing)).pixels.shape == size


def test_colour_is_resampled_too() -> None:
    colour = np.repeat((TALL[:, :, None] // 32).astype(np.uint8), 3, axis=2)
    colour[0, 0] = 255, 0, 0
    image = read_image(dicom(colour, bits=8, photometric="RGB", PixelAspectRatio=[1, 2]))
    assert image.pixels.shape == (96, 96, 3)
