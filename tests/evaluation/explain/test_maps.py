"""Maps of networks whose truth is known because they were written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from xraylib.evaluation.explain.maps import cam, occlusion


def test_cam_is_the_weighted_sum_of_the_maps_cut_at_zero_and_scaled() -> None:
    maps = np.zeros((2, 2, 2), np.float32)
    maps[0, 0] = (2, 0)
    maps[1, 1] = (1, 3)
    kernel = np.array([[1.0, 0.0], [-1.0, 1.0]], np.float32)
    assert np.allclose(cam(maps, kernel, 0, (2, 2)), [[1, 0], [0, 0]])  # 1·2=2 and 1-3<0
    assert np.allclose(cam(maps, kernel, 1, (2, 2)), [[0, 0], [0, 1]])


def test_cam_of_a_sigmoid_unit_explains_both_classes() -> None:
    maps = np.zeros((2, 2, 1), np.float32)
    maps[0, 0], maps[1, 1] = 1, -1
    kernel = np.array([[2.0]], np.float32)
    assert np.allclose(cam(maps, kernel, 1, (2, 2)), [[1, 0], [0, 0]])
    assert np.allclose(cam(maps, kernel, 0, (2, 2)), [[0, 0], [0, 1]])


def test_a_map_without_anything_for_the_class_is_zero_everywhere() -> None:
    maps = -np.ones((4, 4, 1), np.float32)
    found = cam(maps, np.ones((1, 3), np.float32), 0, (32, 32))
    assert found.shape == (32, 32)
    assert found.dtype == np.float32
    assert not found.any()


def test_cam_has_the_size_of_the_picture_and_its_peak_where_the_map_has_it() -> None:
    maps = np.zeros((8, 8, 1), np.float32)
    maps[2, 6] = 5
    found = cam(maps, np.ones((1, 3), np.float32), 2, (64, 128))
    assert found.shape == (64, 128)
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert 16 <= row < 24
    assert 96 <= column < 112
    assert found.min() == 0
    assert found.max() == 1


def _bright_spot_network(pixels: Any) -> Any:
    """Class 1 is as likely as the square in rows 32..40, columns 8..16 is bright."""
    brightness = pixels[:, 32:40, 8:16].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - brightness, brightness], axis=1)


def test_occlusion_finds_the_only_place_that_matters() -> None:
    pixels = np.random.default_rng(0).integers(100, 200, (64, 64, 1)).astype(np.uint8)
    before = pixels.copy()
    found = occlusion(_bright_spot_network, pixels, 1)
    assert found.shape == (64, 64)
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert 32 <= row < 40
    assert 8 <= column < 16
    assert np.array_equal(pixels, before)
    against = occlusion(_bright_spot_network, pixels, 0)
    assert not against[32:40, 8:16].any()


def test_occlusion_works_for_sizes_that_the_grid_does_not_divide() -> None:
    pixels = np.full((50, 37, 3), 90, np.uint8)
    pixels[20:30] = 200
    assert occlusion(lambda batch: np.full((len(batch), 2), 0.5), pixels, 0).shape == (50, 37)
