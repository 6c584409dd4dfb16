"""Augmentation: pure, fast, and the same pictures as Keras's ImageDataGenerator."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xraylib.augmentation.augment import (
    AUGMENT_PRESETS,
    AugmentConfig,
    Drawn,
    affine,
    apply,
    augment,
    draw,
)
from xraylib.errors import ConfigError

EVERYTHING = AugmentConfig(
    rotation_range=25,
    width_shift_range=0.1,
    height_shift_range=0.2,
    zoom_range=(0.7, 1.4),
    shear_range=15,
    horizontal_flip=True,
    vertical_flip=True,
)


def image(height: int = 256, width: int = 256, channels: int = 1) -> npt.NDArray[np.uint8]:
    """Smooth grey structures, about as sharp as a radiograph."""
    noise = np.random.default_rng(7).normal(size=(height, width, channels)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4).reshape(height, width, channels)
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (smooth * 255).astype(np.uint8)


def inside(drawn: Drawn, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which output pixels show something that is inside the input."""
    height, width = shape[:2]
    y, x = np.mgrid[:height, :width]
    source = np.tensordot(affine(drawn, shape), np.stack([x, y, np.ones_like(x)]), axes=1)
    return (
        (source[0] >= 0) & (source[0] <= width - 1) & (source[1] >= 0) & (source[1] <= height - 1)
    )


@pytest.fixture(scope="module")
def keras_generator() -> Any:
    """Keras's class; TensorFlow stays out of the way as far as it can."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        from keras.src.legacy.preprocessing.image import ImageDataGenerator
    return ImageDataGenerator


# Keras reaches scipy.ndimage through a name that SciPy has deprecated.
@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect", "wrap"])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_equal_those_of_keras_to_less_than_one_grey_level(
    keras_generator: Any, fill_mode: Any, channels: int
) -> None:
    pixels = image(channels=channels)
    config = AugmentConfig(**{**EVERYTHING.to_json(), "zoom_range": (0.7, 1.4)})
    config = AugmentConfig.from_json({**config.to_json(), "fill_mode": fill_mode})
    generator = keras_generator(fill_mode=fill_mode)
    for index in range(8):
        drawn = draw(config, seed=3, epoch=1, index=index, shape=pixels.shape)
        theirs = generator.apply_transform(
            pixels.astype(np.float32),
            {
                "theta": drawn.rotation,
                "tx": drawn.shift_x,
                "ty": drawn.shift_y,
                "shear": drawn.shear,
                "zx": drawn.zoom_x,
                "zy": drawn.zoom_y,
                "flip_horizontal": drawn.flip_h,
                "flip_vertical": drawn.flip_v,
            },
        )
        ours = apply(pixels, drawn, config)
        difference = np.abs(ours.astype(np.float64) - theirs)[inside(drawn, pixels.shape)]
        assert difference.mean() < 0.5
        if fill_mode in ("nearest", "reflect"):  # the same outside the frame too
            assert np.abs(ours.astype(np.float64) - theirs).mean() < 0.5


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("factor", [0.0, 0.4, 0.9, 1.1, 2.5])
def test_brightness_multiplies_as_in_keras(keras_generator: Any, factor: float) -> None:
    pixels = image()
    theirs = keras_generator(brightness_range=(0.5, 2)).apply_transform(
        pixels.astype(np.float32), {"brightness": factor}
    )
    ours = apply(pixels, Drawn(brightness=factor), AugmentConfig())
    assert np.abs(ours.astype(np.float64) - theirs).max() <= 1
    assert np.abs(ours.astype(np.float64) - theirs).mean() < 0.01


@pytest.mark.xdist_group("tensorflow")
def test_the_ranges_that_are_drawn_are_those_of_keras(keras_generator: Any) -> None:
    settings_ = {
        "rotation_range": 15,
        "width_shift_range": 0.05,
        "height_shift_range": 0.05,
        "zoom_range": 0.2,
        "shear_range": 7,
        "brightness_range": (0.6, 1.5),
    }
    generator = keras_generator(**settings_)
    np.random.seed(0)
    theirs = [generator.get_random_transform((200, 200, 1)) for _ in range(2000)]
    config = AugmentConfig(**settings_)  # type: ignore[arg-type]
    ours = [draw(config, seed=0, epoch=0, index=i, shape=(200, 200, 1)) for i in range(2000)]
    pairs = {
        "theta": "rotation",
        "tx": "shift_x",
        "ty": "shift_y",
        "zx": "zoom_x",
        "zy": "zoom_y",
        "shear": "shear",
        "brightness": "brightness",
    }
    for their_name, our_name in pairs.items():
        a = np.array([values[their_name] for values in theirs])
        b = np.array([getattr(values, our_name) for values in ours])
        spread = a.max() - a.min()
        assert abs(a.min() - b.min()) < 0.02 * spread, our_name
        assert abs(a.max() - b.max()) < 0.02 * spread, our_name
        assert abs(a.mean() - b.mean()) < 0.05 * spread, our_name


def test_each_shift_moves_the_way_its_name_says() -> None:
    pixels = np.zeros((9, 11, 1), np.uint8)
    pixels[4, 5] = 200
    moved = apply(pixels, Drawn(shift_x=2), AugmentConfig())
    assert np.argwhere(moved[:, :, 0]).tolist() == [[4, 3]]
    moved = apply(pixels, Drawn(shift_y=-1), AugmentConfig())
    assert np.argwhere(moved[:, :, 0]).tolist() == [[5, 5]]


@pytest.mark.parametrize(("name", "axis"), [("flip_h", 1), ("flip_v", 0)])
def test_a_flip_alone_moves_pixels_exactly(name: str, axis: int) -> None:
    pixels = image(17, 30, 3)
    flipped = apply(pixels, Drawn(**{name: True}), AugmentConfig())
    assert np.array_equal(flipped, np.flip(pixels, axis))


def test_a_quarter_turn_moves_pixels_exactly() -> None:
    pixels = image(32, 32)
    turned = apply(pixels, Drawn(rotation=90), AugmentConfig())
    assert np.abs(turned.astype(int) - np.rot90(pixels, 1).astype(int)).max() <= 1


def test_the_centre_stays_where_it_is_in_pictures_that_are_not_square() -> None:
    drawn = Drawn(rotation=33, zoom_x=1.3, zoom_y=0.8, shear=10, flip_h=True)
    matrix = affine(drawn, (101, 201, 1))
    assert matrix @ np.array([100, 50, 1]) == pytest.approx([100, 50])


config_strategy = st.builds(
    AugmentConfig,
    rotation_range=st.floats(0, 180),
    width_shift_range=st.floats(0, 0.9),
    height_shift_range=st.floats(0, 0.9),
    zoom_range=st.one_of(st.floats(0, 0.9), st.tuples(st.floats(0.1, 1), st.floats(1, 10))),
    shear_range=st.floats(0, 80),
    horizontal_flip=st.booleans(),
    vertical_flip=st.booleans(),
    brightness_range=st.none() | st.tuples(st.floats(0, 1), st.floats(1, 10)),
    fill_mode=st.sampled_from(["nearest", "constant", "reflect", "wrap"]),
    cval=st.floats(0, 255),
    contrast_range=st.none() | st.tuples(st.floats(0, 1), st.floats(1, 10)),
    gamma_range=st.none() | st.tuples(st.floats(0.1, 1), st.floats(1, 10)),
    clahe_range=st.none() | st.tuples(st.floats(1, 5), st.floats(5, 40)),
    blur_range=st.floats(0, 50),
    noise_range=st.floats(0, 128),
)
places = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=60)
@given(
    config=config_strategy,
    seed=places,
    epoch=st.integers(0, 10_000),
    index=st.integers(0, 2**40),
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3])),
)
def test_the_same_arguments_give_the_same_pixels_and_leave_the_image_alone(
    config: AugmentConfig, seed: int, epoch: int, index: int, shape: tuple[int, int, int]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    before = pixels.copy()
    first = augment(pixels, config, seed=seed, epoch=epoch, index=index)
    again = augment(pixels, config, seed=seed, epoch=epoch, index=index)
    assert first.dtype == np.uint8
    assert first.shape == shape
    assert np.array_equal(first, again)
    assert np.array_equal(pixels, before)


def test_the_largest_zoom_in_one_number_is_allowed() -> None:
    assert AugmentConfig(zoom_range=0.9).zoom == pytest.approx((0.1, 1.9))


@given(config=config_strategy)
def test_a_configuration_survives_json(config: AugmentConfig) -> None:
    import json

    assert AugmentConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_another_process_draws_the_same() -> None:
    code = (
        "from xraylib.augmentation.augment import *;"
        "print(draw(AUGMENT_PRESETS['strong'], seed=5, epoch=2, index=9, shape=(256, 256)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    drawn = draw(AUGMENT_PRESETS["strong"], seed=5, epoch=2, index=9, shape=(256, 256))
    assert printed == str(drawn)


def test_every_image_epoch_and_seed_has_values_of_its_own() -> None:
    config = AUGMENT_PRESETS["lesson"]
    drawn = {
        draw(config, seed=seed, epoch=epoch, index=index, shape=(64, 64))
        for seed in range(4)
        for epoch in range(5)
        for index in range(50)
    }
    assert len(drawn) == 4 * 5 * 50


def test_switching_one_setting_on_leaves_the_other_values_alone() -> None:
    few = draw(AUGMENT_PRESETS["lesson"], seed=0, epoch=0, index=0, shape=(64, 64))
    more = AugmentConfig.from_json(
        {**AUGMENT_PRESETS["lesson"].to_json(), "shear_range": 9, "brightness_range": [0.5, 2]}
    )
    many = draw(more, seed=0, epoch=0, index=0, shape=(64, 64))
    assert (many.rotation, many.shift_x, many.zoom_y) == (few.rotation, few.shift_x, few.zoom_y)
    assert many.shear != 0


def test_nothing_to_do_gives_the_image_itself() -> None:
    pixels = image(8, 8)
    assert AUGMENT_PRESETS["none"].is_identity
    assert augment(pixels, AUGMENT_PRESETS["none"], seed=0, epoch=0, index=0) is pixels
    assert [name for name, c in AUGMENT_PRESETS.items() if c.is_identity] == ["none"]


def test_no_preset_puts_the_heart_on_the_wrong_side() -> None:
    assert not any(config.horizontal_flip for config in AUGMENT_PRESETS.values())


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        (
            {"rotation_range": -1},
            "The augmentation setting rotation_range is -1. Expected a number from 0 to 180 "
            "degrees. Do this: change this augmentation setting.",
        ),
        (
            {"zoom_range": (1.2, 0.8)},
            "The augmentation setting zoom_range is (1.2, 0.8). Expected two numbers from 0.05 to "
            "10, the smaller one first. Do this: change this augmentation setting.",
        ),
        (
            {"fill_mode": "mirror"},
            "The augmentation setting fill_mode is 'mirror'. Expected one of nearest, constant, "
            "reflect and wrap. Do this: change this augmentation setting.",
        ),
        (
            {"horizontal_flip": 1},
            "The augmentation setting horizontal_flip is 1. Expected true or false. Do this: "
            "change this augmentation setting.",
        ),
        (
            {"shear_range": float("nan")},
            "The augmentation setting shear_range is nan. Expected a number from 0 to 80 degrees. "
            "Do this: change this augmentation setting.",
        ),
        (
            {"rotate": 3},
            "There is no augmentation setting named 'rotate'. Expected one of the names "
            "rotation_range, "
            "width_shift_range, height_shift_range, zoom_range, shear_range, horizontal_flip, "
            "vertical_flip, brightness_range, fill_mode, cval, contrast_range, gamma_range, "
            "clahe_range, blur_range, noise_range. Do this: write rotation_range if that was "
            "meant.",
        ),
        (
            {"clahe_range": [0.5, 2]},
            "The augmentation setting clahe_range is 0.5. Expected a number from 1 to 40. Do this: "
            "change this augmentation setting.",
        ),
        (
            {"noise_range": 200},
            "The augmentation setting noise_range is 200. Expected a number from 0 to 128 grey "
            "levels. Do this: change this augmentation setting.",
        ),
        (
            {"blur_range": None},
            "The augmentation setting blur_range is None. Expected a number from 0 to 50 pixels. "
            "Do this: change this augmentation setting.",
        ),
    ],
)
def test_nonsense_is_refused_in_plain_words(settings_: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        AugmentConfig.from_json(settings_)
    assert str(refused.value) == message
    assert refused.value.code == "augment"


def test_an_image_is_augmented_in_less_time_than_scipy_resamples_it() -> None:
    from scipy.ndimage import affine_transform  # what ImageDataGenerator uses

    pixels, config = image(), AUGMENT_PRESETS["lesson"]

    def seconds(work: Callable[[int], object]) -> float:
        began = time.thread_time()  # this thread's own work, whoever else is busy
        for index in range(20):
            work(index)
        return time.thread_time() - began

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        ours = min(
            seconds(lambda index: augment(pixels, config, seed=0, epoch=0, index=index))
            for _ in range(3)
        )
    finally:
        cv2.setNumThreads(threads)
    turn = np.array([[0.98, 0.17], [-0.17, 0.98]])
    theirs = min(
        seconds(lambda _: affine_transform(pixels[:, :, 0], turn, order=1)) for _ in range(3)
    )
    assert ours < theirs / 2  # about a tenth on a quiet machine
