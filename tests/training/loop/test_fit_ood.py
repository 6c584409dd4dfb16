"""What is usual is fitted once, at the end of a run, and kept for the weights that the run has."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from drawn_chests import image

from xraylib.networks.presets import preset
from xraylib.networks.render.keras_model import build
from xraylib.ood.familiarity import FORMAT, Familiar
from xraylib.ood.network_features import feature_means
from xraylib.ood.strangers import STRANGERS
from xraylib.training.loop.fit_ood import FILE, familiar_of, keep_familiar, kept_familiar
from xraylib.training.run.runs import Run

pytestmark = pytest.mark.xdist_group("tensorflow")


def _model(name: str) -> Any:
    return build(preset(name, input_shape=(96, 96, 1), classes=2), seed=0)


def _images(rows: Any) -> Any:
    return np.stack([image(int(row)) for row in rows])


def test_features_are_what_the_pooling_averages() -> None:
    import keras

    model = _model("small-cnn")
    pixels = _images(range(3))
    place = next(
        i
        for i, layer in enumerate(model.layers)
        if isinstance(layer, keras.layers.GlobalAveragePooling2D)
    )
    pooled = keras.Model(model.inputs[0], model.layers[place].output)(pixels, training=False)
    found = feature_means(model, pixels)
    assert found is not None
    assert found == pytest.approx(pooled.numpy(), abs=1e-5)


def test_a_network_without_a_convolution_is_fitted_on_the_pictures_alone() -> None:
    rows = {"train": np.arange(40), "val": np.arange(100, 125), "test": np.arange(200, 230)}
    own = {split: [str(row) for row in some] for split, some in rows.items()}
    found = familiar_of(_none, rows, own, _images)
    assert found is not None
    familiar = Familiar.from_json(found)
    assert (familiar.n_train, familiar.n_held_out, familiar.held_out) == (40, 25, "val")
    assert "features" not in familiar.usual.spaces
    few: dict[str, Any] = {"train": np.arange(19), "val": [], "test": []}
    assert familiar_of(_none, few, few, _images) is None


def test_test_images_are_counted_by_image_and_by_patient() -> None:
    def images(rows: Any) -> Any:  # the last four test images are of one patient, and noise
        return np.stack([_noise(int(row)) if row >= 500 else image(int(row)) for row in rows])

    rows = {"train": np.arange(100), "val": np.arange(100, 140)}
    rows["test"] = np.concatenate([np.arange(200, 220), np.arange(500, 504)])
    own: dict[str, Any] = {split: [str(row) for row in some] for split, some in rows.items()}
    own["test"][-4:] = ["one patient"] * 4
    found = familiar_of(_none, rows, own, images)
    assert found is not None
    familiar = Familiar.from_json(found)
    usual = sum(bool(familiar.judge(image(row), None).reason) for row in range(200, 220))
    low, high = found["test"].pop("interval")
    # Four images of one patient tell less than four of four: wider than Wilson's of the images.
    narrow = scipy.stats.binomtest(usual + 4, 24).proportion_ci(method="wilson")
    assert low < narrow.low < narrow.high < high
    refused = sum(familiar.judge(image(row), None).refuses for row in range(200, 220))
    low, high = found["test"].pop("refused_interval")
    assert low <= (refused + 4) / 24 <= high
    assert found["test"] == {
        "films": 24,
        "patients": 21,
        "strange": usual + 4,
        "strange_patients": usual + 1,
        "refused": refused + 4,
        "refused_patients": refused + 1,
    }
    made = {one["kind"]: one for one in found["strangers"]}
    assert set(made) == set(STRANGERS)
    for kind, change in STRANGERS.items():
        asked = [familiar.judge(change(one), None) for one in images(rows["test"])]
        assert made[kind] == {
            "kind": kind, "films": 24, "refused": sum(one.refuses for one in asked)
        }  # fmt: skip
    assert made["its greys as noise"]["refused"] == 24


def _none(_pixels: Any) -> None:
    """The features of a network without a convolution."""


def _noise(seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (96, 96, 1)).astype(np.uint8)


def test_what_was_kept_counts_for_the_weights_that_it_was_made_with(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert kept_familiar(run) is None
    run.weights_file.touch()
    keep_familiar(run, {"n_train": 40})  # as it was written before there was a format
    assert kept_familiar(run) is None
    keep_familiar(run, {"format": FORMAT, "n_train": 40})  # damaged
    assert kept_familiar(run) is None
    rows = {"train": np.arange(40), "val": np.arange(100, 125), "test": np.arange(200, 204)}
    own = {split: [str(row) for row in some] for split, some in rows.items()}
    whole = familiar_of(_none, rows, own, _images)
    assert whole is not None
    earlier = {key: value for key, value in whole.items() if key != "refused_beyond"}
    keep_familiar(run, earlier)  # before there was a second limit
    assert kept_familiar(run) is None
    keep_familiar(run, whole)
    assert kept_familiar(run) == json.loads(json.dumps(whole))
    later = (tmp_path / FILE).stat().st_mtime_ns + 10**9
    os.utime(run.weights_file, ns=(later, later))
    assert kept_familiar(run) is None
