"""Images as pictures: window, box of the heat map, addresses that hold their picture."""

from __future__ import annotations

import numpy as np

from xraylib.app.shell import pictures
from xraylib.images.prepare import Preparation


def test_a_window_maps_its_ends_to_black_and_white_and_cuts_what_is_outside() -> None:
    levels = np.array([[0, 1000, 1500, 2000, 4095]], np.uint16)
    assert pictures.windowed(levels, 1000, 2000).tolist() == [[0, 0, 128, 255, 255]]
    assert pictures.windowed(levels, 1000, 2000, inverted=True).tolist() == [[255, 255, 128, 0, 0]]


def test_the_full_window_of_a_12_bit_image_is_the_image_scaled_to_8_bits() -> None:
    levels = np.arange(4096, dtype=np.uint16)
    assert np.array_equal(pictures.windowed(levels, 0, 4095), np.rint(levels * (255 / 4095)))


def test_images_are_made_smaller_at_their_own_depth_and_never_larger() -> None:
    image = np.full((3000, 2000), 4000, np.uint16)
    small = pictures.shrink(image, 1400)
    assert small.shape == (1400, 933)
    assert small.dtype == np.uint16
    assert pictures.shrink(small, 1400) is small


def test_the_heat_map_lies_where_the_network_looked() -> None:
    stretch, pad, crop = (
        Preparation(image_size=(256, 256), fit=fit) for fit in ("stretch", "pad", "crop")
    )
    assert pictures.image_box(400, 300, stretch) == (0, 0, 400, 300)
    assert pictures.image_box(400, 300, pad) == (0, -50, 400, 400)
    assert pictures.image_box(400, 300, crop) == (50, 0, 300, 300)


def test_a_heat_map_is_clear_where_nothing_speaks_for_the_class() -> None:
    layer = pictures.heat_layer(np.array([[0.0, 1.0]], np.float32))
    assert layer.shape == (1, 2, 4)
    assert layer[0, :, 3].tolist() == [0, 255]
    assert layer[0, 1, :3].min() > 100  # the hottest is bright


def test_both_pictures_of_a_figure_are_in_layers_of_their_own() -> None:
    image = np.zeros((30, 40), np.uint8)
    heat = pictures.heat_layer(np.ones((8, 8), np.float32))
    figure = pictures.image_figure(image, size=(40, 30), heat=heat, box=(0, 0, 40, 30), opacity=0.4)
    assert [image.layer for image in figure.layout.images] == ["below", "above"]
    assert figure.layout.images[1].opacity == 0.4
    assert all(image.source.startswith("data:image/") for image in figure.layout.images)
