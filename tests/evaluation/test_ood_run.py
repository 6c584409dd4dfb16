"""What is usual is fitted once, at the end of a run, and kept for the weights that the run has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_ood import film

from xraylib.evaluation.features import feature_means
from xraylib.evaluation.ood import Familiar
from xraylib.evaluation.ood_run import FILE, familiar_of, keep_familiar, kept_familiar
from xraylib.model.builder import build
from xraylib.model.presets import preset
from xraylib.training.runs import Run

pytestmark = pytest.mark.xdist_group("tensorflow")


def _model(name: str) -> Any:
    return build(preset(name, input_shape=(96, 96, 1), classes=2), seed=0)


def _films(rows: Any) -> Any:
    return np.stack([film(int(row)) for row in rows])


def test_features_are_what_the_pooling_averages() -> None:
    import keras

    model = _model("small-cnn")
    pixels = _films(range(3))
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
    rows = {"train": np.arange(40), "val": np.arange(100, 125)}
    found = familiar_of(_model("lesson-dense"), rows, _films)
    assert found is not None
    familiar = Familiar.from_json(found)
    assert (familiar.n_train, familiar.n_held_out, familiar.held_out) == (40, 25, "val")
    assert "features" not in familiar.usual.spaces
    assert familiar_of(None, {"train": np.arange(19), "val": []}, _films) is None


def test_what_was_kept_counts_for_the_weights_that_it_was_made_with(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert kept_familiar(run) is None
    run.weights_file.touch()
    keep_familiar(run, {"n_train": 40})
    assert kept_familiar(run) == {"n_train": 40}
    later = (tmp_path / FILE).stat().st_mtime_ns + 10**9
    os.utime(run.weights_file, ns=(later, later))
    assert kept_familiar(run) is None
