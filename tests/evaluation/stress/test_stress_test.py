"""A stress test: what is done to images, and what is counted, without and with a network."""

from __future__ import annotations

import io
import json
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from xraylib.cli import main
from xraylib.errors import ConfigError
from xraylib.evaluation.stress.changes import CHANGES, Change
from xraylib.evaluation.stress.found import Step, StressCurve, StressTest
from xraylib.evaluation.stress.stress_test import kept_stress, run_stress, stress_curve
from xraylib.metrics.intervals import Interval

BY_NAME = {change.name: change for change in CHANGES}


def chest() -> np.ndarray:
    """A smooth picture with a bright block, dark on the left; uint8 (64, 48, 1)."""
    rows, columns = np.mgrid[:64, :48]
    picture = 60 + rows + columns
    picture[20:30, 30:40] += 70
    return picture.astype(np.uint8)[:, :, None]


def test_every_change_is_nothing_at_its_neutral_step_and_something_at_others() -> None:
    picture = chest()
    for change in CHANGES:
        assert change.neutral not in change.steps
        assert list(change.steps) == sorted(change.steps)
        for step in change.steps:
            changed = change.change(picture, step, 3)
            assert (changed.dtype, changed.shape) == (np.uint8, picture.shape)
            assert not np.array_equal(changed, picture), (change.name, step)
        assert change.told(change.neutral) == "unchanged"
    for name in ("rotation", "shift", "shift-up", "exposure", "contrast", "resolution"):
        one = BY_NAME[name]
        np.testing.assert_array_equal(one.change(picture, one.neutral, 0), picture)


def test_stronger_steps_change_more() -> None:
    picture = chest().astype(float)

    def change_by(change: Change, step: float) -> float:
        return float(np.abs(change.change(chest(), step, 1) - picture).mean())

    for change in CHANGES:
        above = [change_by(change, step) for step in change.steps if step > change.neutral]
        below = [change_by(change, step) for step in change.steps if step < change.neutral]
        assert above == sorted(above), change.name
        if change.name == "jpeg":  # of so plain a picture neighbouring qualities may change places
            below = [below[0], below[-1]]
        assert below == sorted(below, reverse=True), change.name


def test_changes_are_those_of_other_libraries() -> None:
    picture = chest()
    flat = picture[:, :, 0]
    moved = BY_NAME["shift"].change(picture, 12.5, 0)[:, :, 0]  # 6 of 48 columns to the right
    np.testing.assert_array_equal(moved[:, 6:], flat[:, :-6])
    risen = BY_NAME["shift-up"].change(picture, 12.5, 0)[:, :, 0]  # 8 of 64 rows
    np.testing.assert_array_equal(risen[:-8], flat[8:])
    turned = BY_NAME["rotation"].change(picture, 90, 0)
    # A positive angle turns as Keras does: a quarter turn about the centre of a square picture.
    square = chest()[8:56]
    np.testing.assert_array_equal(BY_NAME["rotation"].change(square, 90, 0), np.rot90(square, 1))
    assert turned.shape == picture.shape
    blurred = BY_NAME["blur"].change(picture, 2, 0)[:, :, 0].astype(float)
    expected = ndimage.gaussian_filter(flat.astype(float), 2, mode="nearest")
    assert np.abs(blurred - expected)[8:-8, 8:-8].max() < 2
    data = io.BytesIO()
    Image.fromarray(flat).save(data, "JPEG", quality=30)
    through = np.asarray(Image.open(data)).astype(float)
    ours = BY_NAME["jpeg"].change(picture, 30, 0)[:, :, 0].astype(float)
    assert np.abs(ours - through).max() <= 2
    halved = flat.reshape(32, 2, 24, 2).mean(axis=(1, 3))
    coarse = BY_NAME["resolution"].change(picture, 50, 0)[:, :, 0]
    assert abs(coarse.mean() - halved.mean()) < 1
    noisy = BY_NAME["noise"].change(np.full((64, 64, 1), 128, np.uint8), 16, 0)
    assert noisy.std() == pytest.approx(16, rel=0.05)
    np.testing.assert_array_equal(BY_NAME["inversion"].change(picture, 1, 0), 255 - picture)


def _by_brightness(pixels: np.ndarray) -> np.ndarray:
    bright = pixels.reshape(len(pixels), -1).mean(axis=1) > 100
    return np.stack([1 - 0.8 * bright - 0.1, 0.8 * bright + 0.1], axis=1)


def test_right_and_flipped_answers_are_counted_by_hand() -> None:
    from scipy.stats import binomtest

    # Means 60, 80, 90, 120, 160: at "× 0.5" the last two fall to 60 and 80 and flip; at "× 1.15"
    # 90 becomes 103 and flips; "× 1.5" lifts 80 (120) and 90 (135).
    pixels = [np.full((8, 8, 1), level, np.uint8) for level in (60, 80, 90, 120, 160)]
    labels = np.array([0, 0, 0, 1, 1])
    says = _by_brightness
    unchanged = says(np.stack(pixels)).argmax(axis=1)
    told = []
    curve = stress_curve(
        BY_NAME["exposure"], pixels, labels, np.arange(5), says, unchanged, lambda: told.append(1)
    )
    found = {one.label: one for one in curve.steps}
    assert [one.label for one in curve.steps] == [
        "× 0.5", "× 0.7", "× 0.85", "unchanged", "× 1.15", "× 1.3", "× 1.5",
    ]  # fmt: skip
    assert len(told) == 6
    assert (found["unchanged"].accuracy, found["unchanged"].flipped) == (1, 0)
    assert (found["× 0.5"].accuracy, found["× 0.5"].flipped) == (0.6, 0.4)
    expected = binomtest(2, 5).proportion_ci(method="exact")
    assert found["× 0.5"].flipped_interval == pytest.approx((expected.low, expected.high))
    assert (found["× 1.15"].accuracy, found["× 1.15"].flipped) == (0.8, 0.2)
    assert found["× 1.5"].flipped == 0.4
    assert curve.borne_words == "× 0.85 to unchanged"
    assert curve.worst.flipped == 0.4


def test_where_no_answer_flips_the_furthest_step_is_told_and_never_the_unchanged_images() -> None:
    steps = [
        Step(step=step, label=str(step), accuracy=1.0, accuracy_interval=Interval(0.9, 1.0),
             flipped=0.0, flipped_interval=Interval(0.0, 0.1))
        for step in (0, 4, 8)
    ]  # fmt: skip
    curve = StressCurve(name="noise", title="Noise", neutral=0, steps=tuple(steps))
    assert curve.worst.step == 8
    assert StressCurve(name="jpeg", title="", neutral=8, steps=tuple(steps)).worst.step == 0


def test_images_of_one_patient_make_the_interval_wider() -> None:
    pixels = [np.full((8, 8, 1), level, np.uint8) for level in (60, 60, 60, 160, 160, 160) * 4]
    labels = np.array([0, 0, 0, 1, 1, 1] * 4)
    unchanged = _by_brightness(np.stack(pixels)).argmax(axis=1)
    alone, together = (
        stress_curve(BY_NAME["exposure"], pixels, labels, groups, _by_brightness, unchanged)
        for groups in (np.arange(24), np.arange(24) // 3)
    )
    one, other = alone.steps[0], together.steps[0]
    assert one.flipped == other.flipped == 0.5
    narrow, wide = one.flipped_interval, other.flipped_interval
    assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)


@pytest.mark.xdist_group("tensorflow")
def test_a_run_keeps_its_stress_test_until_its_weights_change(
    bars: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(bars.place.root))
    assert kept_stress(bars.run) is None
    steps: list[tuple[int, int]] = []
    part = run_stress(bars.run, only=["inversion"], progress=lambda *done: steps.append(done))
    assert steps == [(1, 1)]
    assert kept_stress(bars.run) is None  # a part is not kept
    assert part.curves[0].steps[0].accuracy == pytest.approx(
        np.mean([i.label == c for i, c in _stored(bars)])
    )
    assert main(["stress", bars.run.id, "--json"]) == 0
    told = StressTest.from_json(json.loads(capsys.readouterr().out))
    assert told == kept_stress(bars.run)
    assert [curve.name for curve in told.curves] == [change.name for change in CHANGES]
    assert (told.images, told.patients) == (15, 9)
    weights = bars.run.weights_file
    stamp = (bars.run.folder / "stress.json").stat().st_mtime_ns + 10
    before = weights.stat()
    os.utime(weights, ns=(stamp, stamp))
    assert kept_stress(bars.run) is None
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    (bars.run.folder / "stress.json").unlink()


def _stored(bars: Any) -> list[tuple[object, str]]:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.evaluation.evaluate import stored_predictions

    judged = stored_predictions(bars.run)
    index = DatasetIndex.load(bars.run.folder / "index.parquet")
    images = {image.path: image for image in index}
    return [
        (images[path], bars.run.classes[called])
        for path, called in zip(judged.paths, judged.called, strict=True)
    ]


def test_a_change_that_there_is_not_is_refused(bars: Any) -> None:
    with pytest.raises(ConfigError, match="There is no change called 'fog'") as caught:
        run_stress(bars.run, only=["fog"])
    assert caught.value.code == "stress"
    with pytest.raises(ConfigError, match="0 images are to be looked at"):
        run_stress(bars.run, most=0)
