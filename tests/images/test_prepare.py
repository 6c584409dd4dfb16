"""What a network sees of an image."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_images import encoded, picture
from numpy.typing import NDArray
from PIL import Image

from xraylib.errors import ConfigError
from xraylib.images.decode import Radiograph, read_image
from xraylib.images.prepare import Preparation, prepare


def image(pixels: np.ndarray, bit_depth: int = 8) -> Radiograph:
    return Radiograph(pixels=pixels, bit_depth=bit_depth, mode="L", format="PNG")


def test_an_image_of_the_right_size_keeps_every_pixel() -> None:
    pixels = picture(0, (64, 64))
    prepared = prepare(image(pixels), Preparation(image_size=(64, 64)))
    assert (prepared.shape, prepared.dtype) == ((64, 64, 1), np.uint8)
    np.testing.assert_array_equal(prepared[:, :, 0], pixels)


def test_the_result_can_be_written_to_without_changing_the_image() -> None:
    source = image(picture(0, (64, 64)))
    before = source.pixels.copy()
    prepare(source, Preparation(image_size=(64, 64)))[:] = 0
    np.testing.assert_array_equal(source.pixels, before)


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("color_mode", ["grayscale", "rgb"])
@pytest.mark.parametrize("shape", [(30, 90), (90, 30), (1, 1), (57, 57, 3), (30, 90, 3)])
def test_every_image_gets_the_shape_that_was_asked_for(
    shape: tuple[int, ...], color_mode: str, fit: str
) -> None:
    wanted = Preparation(image_size=(48, 32), color_mode=color_mode, fit=fit)
    prepared = prepare(image(np.full(shape, 77, np.uint8)), wanted)
    assert prepared.shape == wanted.input_shape
    assert prepared.flags.c_contiguous
    assert set(np.unique(prepared)) <= ({0, 77} if fit == "pad" else {77})


def test_equal_channels_become_grey_value_for_value() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    prepared = prepare(image(np.dstack([ramp] * 3)), Preparation())
    np.testing.assert_array_equal(prepared[:, :, 0], ramp)


def test_colour_becomes_grey_with_the_usual_weights() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    prepared = prepare(image(pixels), Preparation(image_size=(32, 32)))[:, :, 0]
    second_source = np.asarray(Image.fromarray(pixels).convert("L"), dtype=int)
    assert np.abs(prepared - second_source).max() <= 1


def test_grey_fills_three_equal_channels() -> None:
    prepared = prepare(image(picture()), Preparation(image_size=(16, 16), color_mode="rgb"))
    assert prepared.shape == (16, 16, 3)
    np.testing.assert_array_equal(prepared[:, :, 0], prepared[:, :, 2])


def test_shrinking_averages_areas() -> None:
    pixels = picture(3, (64, 96))
    prepared = prepare(image(pixels), Preparation(image_size=(16, 24)))[:, :, 0]
    means = pixels.reshape(16, 4, 24, 4).mean(axis=(1, 3))
    assert np.abs(prepared - means).max() <= 0.5 + 1e-6


def test_one_side_may_shrink_while_the_other_grows() -> None:
    pixels = np.repeat(np.arange(0, 250, 10, dtype=np.uint8)[None], 400, axis=0)
    prepared = prepare(image(pixels), Preparation(image_size=(40, 100)))[:, :, 0]
    assert (np.diff(prepared.astype(int), axis=1) >= 0).all()
    assert (prepared == prepared[0]).all()


@pytest.mark.parametrize("bit_depth", [9, 12, 15, 16])
def test_deep_images_are_averaged_at_their_own_depth_and_scaled_to_the_full_range(
    bit_depth: int,
) -> None:
    top = 2**bit_depth - 1
    pixels = np.linspace(0, top, 64 * 64).reshape(64, 64).astype(np.uint16)
    prepared = prepare(image(pixels, bit_depth), Preparation(image_size=(32, 32)))[:, :, 0]
    means = pixels.reshape(32, 2, 32, 2).mean(axis=(1, 3)) * 255 / top
    assert np.abs(prepared - means).max() <= 0.5 + 255 / top
    assert prepare(image(np.full((9, 9), top, np.uint16), bit_depth), Preparation()).min() == 255


def test_pad_keeps_the_shape_and_centres_the_image() -> None:
    wide = np.full((50, 100), 200, np.uint8)
    prepared = prepare(image(wide), Preparation(image_size=(100, 100), fit="pad"))[:, :, 0]
    assert set(np.unique(prepared[25:75])) == {200}
    assert set(np.unique(np.vstack([prepared[:25], prepared[75:]]))) == {0}


def test_crop_keeps_the_shape_and_the_middle() -> None:
    wide = np.zeros((50, 100), np.uint8)
    wide[:, 25:75] = 200
    prepared = prepare(image(wide), Preparation(image_size=(50, 50), fit="crop"))
    assert set(np.unique(prepared)) == {200}


@pytest.mark.parametrize("turned", [False, True], ids=["columns", "rows"])
def test_what_is_left_over_in_odd_number_lies_at_the_end(turned: bool) -> None:
    def seen(pixels: NDArray[np.uint8], size: tuple[int, int], fit: str) -> NDArray[np.uint8]:
        given = pixels.T.copy() if turned else pixels
        wanted = size[::-1] if turned else size
        found = prepare(image(given), Preparation(image_size=wanted, fit=fit))[:, :, 0]
        return found.T if turned else found

    square = np.arange(1, 101, dtype=np.uint8).reshape(10, 10)
    # 13 − 10 = 3 columns of black: one before the image, two after it.
    padded = seen(square, (10, 13), "pad")
    assert np.array_equal(padded, np.pad(square, ((0, 0), (1, 2))))
    # 13 − 10 = 3 columns too many: one is cut off before what is kept, two after it.
    wide = np.arange(1, 131, dtype=np.uint8).reshape(10, 13)
    assert np.array_equal(seen(wide, (10, 10), "crop"), wide[:, 1:11])


def test_a_png_and_its_sixteen_bit_copy_look_the_same_to_the_network() -> None:
    pixels = picture(5, (100, 80))
    deep = pixels.astype(np.uint16) * 257
    eight, sixteen = (
        prepare(read_image(encoded(version)), Preparation()) for version in (pixels, deep)
    )
    assert np.abs(eight.astype(int) - sixteen).max() <= 1


def test_json_brings_the_same_preparation_back() -> None:
    wanted = Preparation(image_size=(128, 96), color_mode="rgb", fit="crop")
    assert Preparation.from_json(json.loads(json.dumps(wanted.to_json()))) == wanted
    assert Preparation.from_json({}) == Preparation()
    assert Preparation().input_shape == (256, 256, 1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"image_size": [0, 10]},
            "The preparation's image_size is (0, 10). Expected (height, width), each 1 to 2048 "
            "pixels. Do this: change image_size.",
        ),
        (
            {"image_size": 256},
            "The preparation's image_size is 256. Expected (height, width), each 1 to 2048 "
            "pixels. Do this: change image_size.",
        ),
        (
            {"color_mode": "rgba"},
            "The preparation's color_mode is 'rgba'. Expected 'grayscale' or 'rgb'. "
            "Do this: change color_mode.",
        ),
        (
            {"fit": "squeeze"},
            "The preparation's fit is 'squeeze'. Expected 'stretch', 'pad' or 'crop'. "
            "Do this: change fit.",
        ),
        (
            {"scale": 2},
            "There is no preparation setting named 'scale'. Expected one of the names "
            "image_size, color_mode, fit, grey_range. Do this: use one of these names.",
        ),
    ],
)
def test_nonsense_is_refused_in_plain_words(value: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Preparation.from_json(value)
    assert (caught.value.code, caught.value.message) == ("preparation", message)


@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [
        ((50, 100), slice(25, 75), slice(None)),  # wide: black above and below
        ((100, 50), slice(None), slice(25, 75)),  # tall: black on both sides
        ((20, 10), slice(None), slice(25, 75)),  # enlarged
        ((400, 7), slice(None), slice(49, 51)),  # 100 · 7 / 400 = 1.75, about 2 columns
    ],
)
def test_pad_leaves_black_along_the_longer_side_only(
    shape: tuple[int, int], rows: slice, columns: slice
) -> None:
    grey = np.full(shape, 200, np.uint8)
    prepared = prepare(image(grey), Preparation(image_size=(100, 100), fit="pad"))[:, :, 0]
    expected = np.zeros((100, 100), np.uint8)
    expected[rows, columns] = 200
    np.testing.assert_array_equal(prepared, expected)


@pytest.mark.parametrize(
    ("shape", "size", "rows", "columns"),
    [
        ((60, 100), (50, 40), slice(0, 60), slice(26, 74)),  # 60 · 40 / 50 = 48 columns
        ((100, 60), (40, 50), slice(26, 74), slice(0, 60)),
        ((30, 90), (20, 10), slice(0, 30), slice(37, 52)),  # 15 columns, 37 before them
    ],
)
def test_crop_keeps_the_largest_middle_part_of_the_wanted_shape(
    shape: tuple[int, int], size: tuple[int, int], rows: slice, columns: slice
) -> None:
    grey = np.full(shape, 9, np.uint8)
    grey[rows, columns] = 200
    cropped = Preparation(image_size=size, fit="crop")
    assert set(np.unique(prepare(image(grey), cropped))) == {200}
    outer = np.where(grey == 9, 200, 9).astype(np.uint8)
    assert set(np.unique(prepare(image(outer), cropped))) == {9}
    rim = np.full(shape, 9, np.uint8)
    rim[rows, columns][1:-1, 1:-1] = 200
    seen = prepare(image(rim), cropped)[:, :, 0]  # all four sides: nothing more was cut off
    assert max(side.max() for side in (seen[0], seen[-1], seen[:, 0], seen[:, -1])) < 200
