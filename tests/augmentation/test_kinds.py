"""The augmentations, as they are declared; and the pixels that runs of before have seen."""

from __future__ import annotations

import ast
import hashlib
import inspect
from dataclasses import fields, replace
from importlib import import_module
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest

from xraylib.augmentation import augment as augment_module
from xraylib.augmentation import config as config_module
from xraylib.augmentation import kinds
from xraylib.augmentation.augment import (
    AUGMENT_PRESETS,
    AugmentConfig,
    Drawn,
    apply,
    augment,
    draw,
)
from xraylib.augmentation.augmentation import Augmentation
from xraylib.augmentation.kinds import AUGMENTATIONS, NUMBERS, SETTINGS
from xraylib.augmentation.kinds.blur import BLUR
from xraylib.errors import ConfigError

CONFIGURATIONS: Final = {
    **{name: AUGMENT_PRESETS[name] for name in ("none", "lesson", "gentle", "strong")},
    "flips": AugmentConfig(horizontal_flip=True, vertical_flip=True),
    "constant": AugmentConfig(rotation_range=40, shear_range=20, fill_mode="constant", cval=77),
    "reflect": AugmentConfig(width_shift_range=0.4, height_shift_range=0.3, fill_mode="reflect"),
    "wrap": AugmentConfig(zoom_range=(0.6, 1.4), fill_mode="wrap"),
    "brightness": AugmentConfig(brightness_range=(0.4, 1.8)),
    "contrast": AugmentConfig(contrast_range=(0.5, 1.5)),
    "gamma": AugmentConfig(gamma_range=(0.5, 2)),
    "clahe": AugmentConfig(clahe_range=(1, 6)),
    "blur": AugmentConfig(blur_range=3),
    "noise": AugmentConfig(noise_range=20),
    "all": AugmentConfig(
        rotation_range=10,
        width_shift_range=0.1,
        height_shift_range=0.05,
        zoom_range=(0.9, 1.2),
        shear_range=5,
        horizontal_flip=True,
        vertical_flip=True,
        brightness_range=(0.8, 1.2),
        fill_mode="reflect",
        cval=3,
        contrast_range=(0.8, 1.2),
        gamma_range=(0.8, 1.25),
        clahe_range=(1, 3),
        blur_range=1.5,
        noise_range=8,
    ),
}
# SHA-256, made before there were declarations: a run of then goes on with the pixels it had.
PIXELS: Final = {
    "none": "627ca402bfdc6f11",
    "lesson": "56d3c2cad695355e",
    "gentle": "077a605911b892f2",
    "strong": "f642887989c283ff",
    "flips": "37949965cda51f34",
    "constant": "c71a93fb835865e9",
    "reflect": "7dd35db889d0bd24",
    "wrap": "1c239bcbcea1b9a7",
    "brightness": "bce1f8045b128feb",
    "contrast": "5ea4676e9f856b3d",
    "gamma": "5e64e15d7e02351c",
    "clahe": "3c699c00e6212483",
    "blur": "13d8bd3c71e2d5be",
    "noise": "a03fadeecd698c8e",
    "all": "c1c46e27722f42f4",
}
WHERE: Final = ((0, 0, 0), (1, 2, 3), (7, 3, 2), (2**32 - 1, 59, 99999))
"""Seed, epoch and index."""


def _picture(shape: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    y, x, c = np.indices(shape)
    return ((3 * y + 5 * x + 40 * c + (x * y) // 7) % 256).astype(np.uint8)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_pixel_is_what_it_was_before(name: str) -> None:
    seen = hashlib.sha256()
    for shape in ((48, 64, 1), (33, 20, 3)):
        for seed, epoch, index in WHERE:
            config = CONFIGURATIONS[name]
            varied = augment(_picture(shape), config, seed=seed, epoch=epoch, index=index)
            seen.update(varied.tobytes())
    assert seen.hexdigest()[:16] == PIXELS[name]


def test_each_value_has_the_random_number_it_always_had() -> None:
    """The stream written out by hand: NumPy's Philox, keyed and counted as told."""
    philox = np.random.Philox(counter=(0, 0, 5, 9), key=(3, 0x617567))
    u = np.random.Generator(philox).random(15)
    drawn = draw(CONFIGURATIONS["all"], seed=3, epoch=5, index=9, shape=(100, 200, 1))
    wanted = {
        "rotation": -10 + 20 * u[0],
        "shift_x": -20 + 40 * u[1],
        "shift_y": -5 + 10 * u[2],
        "zoom_x": 0.9 + 0.3 * u[3],
        "zoom_y": 0.9 + 0.3 * u[4],
        "shear": -5 + 10 * u[5],
        "flip_h": u[6] < 0.5,
        "flip_v": u[7] < 0.5,
        "brightness": 0.8 + 0.4 * u[8],
        "contrast": 0.8 + 0.4 * u[9],
        "gamma": 0.8 + 0.45 * u[10],
        "clahe": 1 + 2 * u[11],
        "blur": 1.5 * u[12],
        "noise": 8 * u[13],
        "noise_key": int(u[14] * 2**53),
    }
    assert vars(drawn) == pytest.approx(wanted)


@pytest.mark.parametrize("one", AUGMENTATIONS, ids=lambda one: one.name)
def test_an_augmentation_stands_in_the_file_of_its_name(one: Augmentation) -> None:
    module = import_module(f"xraylib.augmentation.kinds.{one.name.lower()}")
    assert one in vars(module).values()
    assert bool(one.numbers) == bool(one.neutral) == bool(one.summary)


@pytest.mark.parametrize(
    "one", [one for one in AUGMENTATIONS if one.neutral], ids=lambda one: one.name
)
def test_what_is_off_draws_what_changes_nothing(one: Augmentation) -> None:
    drawn = draw(AugmentConfig(), seed=1, epoch=2, index=3, shape=(8, 8))
    assert one.is_off(AugmentConfig())
    assert {name: getattr(drawn, name) for name in one.neutral} == dict(one.neutral)
    assert not one.changes(drawn)


def test_no_two_augmentations_use_the_same_random_number() -> None:
    used = sorted(place for one in AUGMENTATIONS for place in one.numbers)
    assert used == [*range(NUMBERS)] == [*range(15)]


def test_nothing_is_changed_where_nothing_was_drawn() -> None:
    pixels = _picture((9, 9, 1))
    assert np.array_equal(apply(pixels, Drawn(), AugmentConfig()), pixels)


def test_a_random_number_that_two_augmentations_use_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "AUGMENTATIONS", (BLUR, replace(BLUR, name="haze")))
    with pytest.raises(ConfigError) as refused:
        kinds.refuse_shared_numbers()
    assert refused.value.message == (
        "The augmentations blur and haze use the same random number 12. Expected numbers of its "
        "own for each. Do this: take 15 for the newer one."
    )


@pytest.mark.parametrize("cls", [AugmentConfig, Drawn], ids=lambda cls: cls.__name__)
def test_type_checkers_are_told_of_the_very_fields(cls: type) -> None:
    module = {AugmentConfig: config_module, Drawn: augment_module}[cls]
    (node,) = [
        node
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    ]
    (block,) = [part for part in node.body if isinstance(part, ast.If)]
    told = {
        part.target.id: ast.literal_eval(part.value)
        for part in block.body
        if isinstance(part, ast.AnnAssign)
        and isinstance(part.target, ast.Name)
        and part.value is not None
    }
    assert told == {field.name: field.default for field in fields(cls)}
    assert list(told) == [field.name for field in fields(cls)]


def test_the_docstring_tells_of_every_setting() -> None:
    told = inspect.getdoc(AugmentConfig) or ""
    for name, setting in SETTINGS.items():
        assert f"    {name}: {setting.says}" in told.splitlines()
