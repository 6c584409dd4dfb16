"""Which random numbers an image gets: those of its seed, epoch and index, for ever.

A run that is resumed by a later version goes on with the same pictures only if these numbers stay.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import philox
import pytest

from xraylib.augmentation import intensity
from xraylib.augmentation.augment import AugmentConfig, Drawn, augment, draw
from xraylib.loading.loader import Batches

SEED, EPOCH, INDEX = 7, 3, 41
AUGMENTATION = 0x617567  # "aug"
NOISE = 0x6E6F697365  # "noise"
ORDER = 0x6F72646572  # "order"

EVERYTHING = AugmentConfig(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.2,
    zoom_range=(0.8, 1.3),
    shear_range=10,
    horizontal_flip=True,
    vertical_flip=True,
    brightness_range=(0.5, 1.5),
    contrast_range=(0.6, 1.2),
    gamma_range=(0.8, 1.4),
    clahe_range=(1, 3),
    blur_range=2,
    noise_range=6,
)


def ramp(height: int = 48, width: int = 64) -> npt.NDArray[np.uint8]:
    """Grey values that say where a pixel came from: 3 more a column, 5 more a row."""
    rows, columns = np.mgrid[:height, :width]
    return ((3 * columns + 5 * rows) % 251).astype(np.uint8)[:, :, None]


@pytest.mark.parametrize(("seed", "epoch", "index"), [(SEED, EPOCH, INDEX), (0, 0, 1), (1, 12, 0)])
def test_each_value_comes_from_the_word_that_is_its_own(seed: int, epoch: int, index: int) -> None:
    u = philox.uniform((0, 0, epoch, index), (seed, AUGMENTATION), 15)
    drawn = draw(EVERYTHING, seed=seed, epoch=epoch, index=index, shape=(48, 64))
    assert drawn.rotation == pytest.approx(-20 + 40 * u[0], abs=1e-12)
    assert drawn.shift_x == pytest.approx(-6.4 + 12.8 * u[1], abs=1e-12)
    assert drawn.shift_y == pytest.approx(-9.6 + 19.2 * u[2], abs=1e-12)
    assert drawn.zoom_x == pytest.approx(0.8 + 0.5 * u[3], abs=1e-12)
    assert drawn.zoom_y == pytest.approx(0.8 + 0.5 * u[4], abs=1e-12)
    assert drawn.shear == pytest.approx(-10 + 20 * u[5], abs=1e-12)
    assert (drawn.flip_h, drawn.flip_v) == (u[6] < 0.5, u[7] < 0.5)
    assert drawn.brightness == pytest.approx(0.5 + u[8], abs=1e-12)
    assert drawn.contrast == pytest.approx(0.6 + 0.6 * u[9], abs=1e-12)
    assert drawn.gamma == pytest.approx(0.8 + 0.6 * u[10], abs=1e-12)
    assert drawn.clahe == pytest.approx(1 + 2 * u[11], abs=1e-12)
    assert drawn.blur == pytest.approx(2 * u[12], abs=1e-12)
    assert drawn.noise == pytest.approx(6 * u[13], abs=1e-12)
    assert drawn.noise_key == int(u[14] * 2**53)


def test_a_flip_is_drawn_in_half_of_the_cases() -> None:
    flips = AugmentConfig(horizontal_flip=True, vertical_flip=True)
    drawn = [draw(flips, seed=0, epoch=0, index=i, shape=(8, 8)) for i in range(2000)]
    for name in ("flip_h", "flip_v"):
        # 1000 ± 4 standard deviations of 22
        assert 910 <= sum(getattr(one, name) for one in drawn) <= 1090


def test_a_known_image_becomes_known_pixels() -> None:
    """Flips and brightness alone, which no rounding of a processor can change."""
    config = AugmentConfig(horizontal_flip=True, vertical_flip=True, brightness_range=(0.5, 1.5))
    pixels = augment(ramp(), config, seed=SEED, epoch=EPOCH, index=INDEX)
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    assert digest == "0861437f4860de177ef5490295ca7572d1f89806623d085e9c49e25a4ac8b626"
    exchanged = augment(ramp(), config, seed=SEED, epoch=INDEX, index=EPOCH)
    assert not np.array_equal(pixels, exchanged)


def test_a_known_image_is_turned_and_moved_as_it_always_was() -> None:
    config = AugmentConfig(rotation_range=20, width_shift_range=0.1, zoom_range=(0.8, 1.3))
    pixels = augment(ramp(), config, seed=SEED, epoch=EPOCH, index=INDEX)[:, :, 0]
    found = pixels[[4, 12, 24, 36], [8, 40, 31, 20]].astype(int)
    np.testing.assert_allclose(found, [51, 186, 211, 230], atol=1)


def test_noise_has_a_generator_of_its_own() -> None:
    grey = np.full((16, 16, 1), 128, np.uint8)
    known = np.random.Generator(np.random.Philox(key=(99, NOISE)))
    grain = known.standard_normal((16, 16, 1), dtype=np.float32)
    expected = (128 + np.rint(5 * grain)).astype(np.uint8)
    assert np.array_equal(intensity.add_noise(grey, 5, key=99), expected)
    assert not np.array_equal(intensity.add_noise(grey, 5, key=100), expected)


def test_the_order_of_an_epoch_is_that_of_its_seed_and_epoch() -> None:
    images = np.zeros((9, 2, 2, 1), np.uint8)
    batches = Batches(pixels=images, labels=np.arange(9), seed=SEED, batch_size=4)
    known = np.random.Generator(np.random.Philox(counter=(0, 0, EPOCH, 0), key=(SEED, ORDER)))
    assert batches.order(EPOCH).tolist() == known.permutation(9).tolist()
    assert batches.order(EPOCH).tolist() == [6, 5, 0, 8, 7, 1, 2, 4, 3]


@pytest.mark.parametrize(
    "values",
    [
        {"rotation": 1e-9},
        {"shift_x": 1e-9},
        {"shift_y": 1e-9},
        {"shear": 1e-9},
        {"zoom_x": 1.001},
        {"zoom_y": 0.999},
        {"zoom_x": 1.1, "zoom_y": 1.1},
        {"flip_h": True},
        {"flip_v": True},
    ],
)
def test_each_value_of_the_map_moves_the_picture_and_the_others_do_not(
    values: dict[str, float],
) -> None:
    assert Drawn(**values).moves  # type: ignore[arg-type]
    assert not Drawn(brightness=2, contrast=2, gamma=2, clahe=2, blur=2, noise=2).moves
