"""Published models whose answers are known because their weights were written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from serving_bundles import SIZE, facts, write_bundle


@pytest.fixture(scope="session")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compares the brightness of the left half with the right; its map needs occlusion.

    p(Left), p(Right) = softmax(10 · mean of the left half / 255, 10 · mean of the right / 255)
    """
    import keras
    from keras import layers

    from xraylib.models.conversion.litert import export_litert

    start = keras.Input((SIZE, SIZE, 1))
    x = layers.Rescaling(1 / 255)(start)
    x = layers.Conv2D(1, (SIZE, SIZE // 2), strides=SIZE // 2, use_bias=False)(x)
    x = layers.Flatten()(x)
    model = keras.Model(start, layers.Dense(2, activation="softmax", use_bias=False)(x))
    mean = np.full((SIZE, SIZE // 2, 1, 1), 2 / SIZE**2, np.float32)
    model.set_weights([mean, 10 * np.eye(2, dtype=np.float32)])
    folder = tmp_path_factory.mktemp("models") / "halves" / "1"
    content = facts(["Left", "Right"], name="halves")
    return write_bundle(folder, export_litert(model).model, content)


@pytest.fixture(scope="session")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sigmoid unit on pooled squares of 4 pixels; its map is a class activation map.

    p(Bright) = sigmoid(8 · (mean / 255 - 0.5))
    """
    import keras
    from keras import layers

    from xraylib.models.conversion.litert import export_litert

    start = keras.Input((SIZE, SIZE, 1))
    x = layers.Rescaling(1 / 255)(start)
    x = layers.Conv2D(1, 4, strides=4)(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(start, layers.Dense(1, activation="sigmoid")(x))
    square = np.full((4, 4, 1, 1), 1 / 16, np.float32)
    model.set_weights([square, np.float32([-0.5]), np.float32([[8]]), np.float32([0])])
    exported = export_litert(model)
    folder = tmp_path_factory.mktemp("models") / "bright" / "1"
    content = facts(
        ["Dark", "Bright"],
        name="bright",
        class_mode="binary",
        explain={"method": "cam", "layer": exported.layer},
        synthetic=True,
    )
    return write_bundle(folder, exported.model, content, exported.head)
