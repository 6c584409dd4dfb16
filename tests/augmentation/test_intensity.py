"""Tones: contrast, gamma, CLAHE, blur and noise, against Pillow, OpenCV and hand calculation."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageEnhance

from xraylib.augmentation import intensity
from xraylib.augmentation.augment import (
    AUGMENT_PRESETS,
    AugmentConfig,
    Drawn,
    affine,
    apply,
    augment,
    draw,
)
from xraylib.loading.loader import Batches

TONES = AugmentConfig(
    contrast_range=(0.7, 1.3),
    gamma_range=(0.8, 1.25),
    clahe_range=(1, 3),
    blur_range=1.5,
    noise_range=8,
)


def image(height: int = 64, width: int = 80, channels: int = 1) -> npt.NDArray[np.uint8]:
    grey = np.random.default_rng(3).integers(0, 256, (height, width), np.uint8)
    return np.repeat(cv2.GaussianBlur(grey, (0, 0), 2)[:, :, None], channels, axis=2)


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.9, 1.1, 3.0])
def test_contrast_is_pillows(factor: float) -> None:
    pixels = image()
    theirs = np.asarray(ImageEnhance.Contrast(Image.fromarray(pixels[:, :, 0])).enhance(factor))
    ours = apply(pixels, Drawn(contrast=factor), AugmentConfig())[:, :, 0]
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1
    assert np.abs(ours.astype(int) - theirs.astype(int)).mean() < 0.02


def test_contrast_of_a_small_image_by_hand() -> None:
    pixels = np.array([[[40], [100]], [[160], [100]]], np.uint8)  # mean 100
    assert intensity.stretch_contrast(pixels, 1.5)[:, :, 0].tolist() == [[10, 100], [190, 100]]
    assert intensity.stretch_contrast(pixels, 4)[:, :, 0].tolist() == [[0, 100], [255, 100]]


def test_gamma_by_hand_leaves_black_and_white() -> None:
    pixels = np.array([[[0], [51], [102], [255]]], np.uint8)
    # 255 · 0.2² = 10.2 and 255 · 0.4² = 40.8; 255 · √0.2 = 114.04 and 255 · √0.4 = 161.28
    assert intensity.bend(pixels, 2)[0, :, 0].tolist() == [0, 10, 41, 255]
    assert intensity.bend(pixels, 0.5)[0, :, 0].tolist() == [0, 114, 161, 255]


def test_clahe_is_opencvs_on_eight_by_eight_tiles() -> None:
    pixels = image()
    theirs = cv2.createCLAHE(clipLimit=2.5, tileGridSize=(8, 8)).apply(pixels[:, :, 0])
    ours = apply(pixels, Drawn(clahe=2.5), AugmentConfig())
    assert np.array_equal(ours[:, :, 0], theirs)
    assert ours.std() > pixels.std()


def test_blur_spreads_a_point_like_the_normal_distribution() -> None:
    pixels = np.zeros((41, 41, 1), np.uint8)
    pixels[20, 20] = 255
    blurred = apply(pixels, Drawn(blur=1.5), AugmentConfig())[:, :, 0]
    y, x = np.mgrid[-20:21, -20:21]
    expected = 255 * np.exp(-(x**2 + y**2) / (2 * 1.5**2)) / (2 * np.pi * 1.5**2)
    assert np.abs(blurred - expected).max() < 1
    assert blurred[20, 20] == pytest.approx(18, abs=1)  # 255 / (2π · 2.25) = 18.04


def test_noise_has_the_spread_that_it_says_and_no_bias() -> None:
    grey = np.full((200, 200, 1), 128, np.uint8)
    noise = intensity.add_noise(grey, 6, key=11).astype(float) - 128
    # Rounding adds 1/12; over 40,000 pixels the mean strays by 6 / 200 = 0.03, the spread by 0.02.
    assert noise.std() == pytest.approx(np.sqrt(36 + 1 / 12), abs=0.1)
    assert abs(noise.mean()) < 0.12
    # No pixel tells anything of its neighbour.
    assert abs(np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]) < 0.02
    assert not np.array_equal(
        intensity.add_noise(grey, 6, key=12), intensity.add_noise(grey, 6, key=11)
    )


def test_noise_ends_at_black_and_white() -> None:
    black, white = np.zeros((50, 50, 1), np.uint8), np.full((50, 50, 1), 255, np.uint8)
    assert intensity.add_noise(black, 20, key=1).max() < 128
    assert intensity.add_noise(white, 20, key=1).min() > 127


def test_channels_that_are_equal_stay_equal() -> None:
    colour = image(channels=3)
    changed = augment(colour, TONES, seed=1, epoch=2, index=3)
    assert np.array_equal(changed[:, :, 0], changed[:, :, 1])
    assert np.array_equal(changed[:, :, 0], changed[:, :, 2])
    one = augment(colour[:, :, :1], TONES, seed=1, epoch=2, index=3)
    assert np.array_equal(changed[:, :, :1], one)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 3), (9, 1, 1)])
def test_the_smallest_images_can_be_changed(shape: tuple[int, int, int]) -> None:
    pixels = np.full(shape, 90, np.uint8)
    changed = augment(pixels, replace(TONES, clahe_range=(2, 3)), seed=0, epoch=0, index=0)
    assert changed.shape == shape
    assert changed.dtype == np.uint8


def test_the_tones_follow_the_map_in_the_order_that_is_told() -> None:
    pixels = image()
    drawn = Drawn(
        rotation=5, brightness=1.1, contrast=0.9, gamma=1.2, clahe=2, blur=1, noise=4, noise_key=9
    )
    by_hand = apply(pixels, Drawn(rotation=5), AugmentConfig())
    by_hand = intensity.stretch_contrast(intensity.brighten(by_hand, 1.1), 0.9)
    by_hand = intensity.blur(intensity.equalise(intensity.bend(by_hand, 1.2), 2), 1)
    by_hand = intensity.add_noise(by_hand, 4, key=9)
    assert np.array_equal(apply(pixels, drawn, AugmentConfig()), by_hand)


@pytest.mark.parametrize("name", ["lesson", "gentle", "strong"])
def test_settings_from_before_the_tones_keep_their_exact_pixels(name: str) -> None:
    """Nine numbers, one map and one table, written out as they were before there were tones."""
    config, pixels = AUGMENT_PRESETS[name], image()
    height, width = pixels.shape[:2]
    for index in range(12):
        philox = np.random.Philox(counter=(0, 0, 5, index), key=(4, 0x617567))
        u = np.random.Generator(philox).random(9)
        low, high = config.zoom
        dim, bright = config.brightness_range or (1.0, 1.0)
        across = config.width_shift_range * width
        along = config.height_shift_range * height
        before = Drawn(
            rotation=-config.rotation_range + 2 * config.rotation_range * u[0],
            shift_x=-across + 2 * across * u[1],
            shift_y=-along + 2 * along * u[2],
            zoom_x=low + (high - low) * u[3],
            zoom_y=low + (high - low) * u[4],
            shear=-config.shear_range + 2 * config.shear_range * u[5],
            brightness=dim + (bright - dim) * u[8],
        )
        assert draw(config, seed=4, epoch=5, index=index, shape=pixels.shape) == before
        expected = cv2.warpAffine(
            pixels,
            affine(before, pixels.shape),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if before.brightness != 1:
            table = np.minimum(np.arange(256) * before.brightness, 255).astype(np.uint8)
            expected = cv2.LUT(expected, table)
        found = augment(pixels, config, seed=4, epoch=5, index=index)
        assert np.array_equal(found, expected.reshape(pixels.shape))


def test_switching_tones_on_leaves_where_images_lie_alone() -> None:
    lesson = AUGMENT_PRESETS["lesson"]
    more = replace(
        lesson, contrast_range=(0.5, 2), gamma_range=(0.5, 2), clahe_range=(1, 4), noise_range=3
    )
    few = draw(lesson, seed=0, epoch=1, index=2, shape=(64, 64))
    many = draw(more, seed=0, epoch=1, index=2, shape=(64, 64))
    off = {"contrast": 1.0, "gamma": 1.0, "clahe": 1.0, "noise": 0.0, "noise_key": 0}
    assert replace(many, **off) == few  # type: ignore[arg-type]
    assert many != few


def test_drawn_tones_fill_their_ranges() -> None:
    drawn = [draw(TONES, seed=0, epoch=0, index=index, shape=(64, 64)) for index in range(500)]
    ranges = {
        "contrast": (0.7, 1.3),
        "gamma": (0.8, 1.25),
        "clahe": (1, 3),
        "blur": (0, 1.5),
        "noise": (0, 8),
    }
    for name, (low, high) in ranges.items():
        values = np.array([getattr(one, name) for one in drawn])
        assert low <= values.min() < low + 0.02 * (high - low), name
        assert high - 0.02 * (high - low) < values.max() <= high, name
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.05 * (high - low)), name
    assert len({one.noise_key for one in drawn}) == 500


def test_every_tone_is_off_by_default_and_in_every_preset() -> None:
    names = ("contrast_range", "gamma_range", "clahe_range", "blur_range", "noise_range")
    for config in (AugmentConfig(), *AUGMENT_PRESETS.values()):
        assert not any(getattr(config, name) for name in names)


@pytest.mark.parametrize(
    "settings",
    [
        {"contrast_range": (0.9, 1)},
        {"gamma_range": (1, 1.1)},
        {"clahe_range": (1, 2)},
        {"blur_range": 0.5},
        {"noise_range": 1},
    ],
)
def test_each_tone_alone_changes_images(settings: dict[str, object]) -> None:
    config = AugmentConfig(**settings)  # type: ignore[arg-type]
    assert not config.is_identity
    pixels = image()
    changed = [augment(pixels, config, seed=0, epoch=epoch, index=0) for epoch in range(4)]
    assert any(not np.array_equal(one, pixels) for one in changed)


def test_ranges_from_one_to_one_change_nothing() -> None:
    config = AugmentConfig(contrast_range=(1, 1), gamma_range=(1, 1), clahe_range=(1, 1))
    assert config.is_identity


def test_settings_written_before_the_tones_are_still_read() -> None:
    older = {
        "rotation_range": 15.0,
        "width_shift_range": 0.05,
        "height_shift_range": 0.05,
        "zoom_range": [0.8, 1.2],
        "shear_range": 0.0,
        "horizontal_flip": False,
        "vertical_flip": False,
        "brightness_range": None,
        "fill_mode": "nearest",
        "cval": 0.0,
    }
    assert AugmentConfig.from_json(older) == AUGMENT_PRESETS["lesson"]
    assert AugmentConfig.from_json(TONES.to_json()) == TONES


def test_training_batches_carry_the_tones() -> None:
    pixels = np.stack([image(), image()[::-1]])
    batches = Batches(
        pixels=pixels,
        labels=np.array([0, 1]),
        augment=TONES,
        seed=7,
        batch_size=2,
        numbers=np.array([30, 40]),
    )
    found, _ = batches.batch(3, 0)
    for place, position in enumerate(batches.order(3).tolist()):
        number = (30, 40)[position]
        expected = augment(pixels[position], TONES, seed=7, epoch=3, index=number)
        assert np.array_equal(found[place], expected)
        assert not np.array_equal(found[place], pixels[position])
