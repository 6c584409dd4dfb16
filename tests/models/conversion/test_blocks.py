"""Networks with blocks, from training to a classified image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scanned import scanned

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.layers import (
    Backbone,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    Rescaling,
    Residual,
)
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")

CLASSES = ("High", "Low", "Middle")
SIDE = 32
BLOCK = Residual(
    layers=(
        Conv2D(filters=6, kernel_size=3, strides=2, padding="same", activation="relu"),
        Conv2D(filters=6, kernel_size=3, padding="same"),
    )
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trained_runs import draw_images

    return draw_images(tmp_path_factory.mktemp("images") / "bars", CLASSES)


@pytest.mark.parametrize(
    ("name", "body", "method", "layer", "maps"),
    [
        (
            "block-pooled",
            (Rescaling(scale=1 / 255), BLOCK, GlobalAveragePooling2D()),
            "cam",
            "02_residual",
            (16, 16, 6),
        ),
        (
            "block-flat",
            (Rescaling(scale=1 / 255), BLOCK, Flatten()),
            "occlusion",
            "02_residual",
            (16, 16, 6),
        ),
        pytest.param(
            "backbone",
            (Backbone(name="MobileNetV2", weights="none"), GlobalAveragePooling2D()),
            "cam",
            "01_backbone",
            (1, 1, 1280),
            marks=pytest.mark.long,  # 52 convolutions are exported twice
        ),
    ],
)
def test_a_trained_network_with_a_block_is_published_and_classifies_an_image(
    tmp_path: Path,
    images: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    body: tuple[Layer, ...],
    method: str,
    layer: str,
    maps: tuple[int, int, int],
) -> None:
    from xraylib.training.loop import network

    # This process may have loaded TensorFlow already, with threads of its own.
    monkeypatch.setattr(network, "choose_threads", lambda _threads: None)
    run = _trained(tmp_path, images, name, body)
    from xraylib.models.classify.classifier import Classifier
    from xraylib.models.classify.layer_outputs import InsideNetwork
    from xraylib.models.publish import publish_run

    bundle = publish_run(run, name, workspace=Workspace(tmp_path))
    assert bundle.manifest["parity"]["largest"] <= 1e-5
    assert bundle.manifest["explain"] == {"method": method, "layer": layer}
    table = run.predictions()
    assert table is not None
    line = next(row for row in table.to_pylist() if row["split"] == "test")
    index = scanned(images)
    paths = [image.path for image in index.images(range(len(index)))]
    found = Classifier(bundle).classify(index.read(paths.index(line["path"])))
    p = np.array(list(found.probabilities.values()))
    assert np.abs(p - [line[f"p_{one}"] for one in CLASSES]).max() <= 1e-5
    assert found.heat_map is not None
    assert found.heat_map.shape == (SIDE, SIDE)
    inside = InsideNetwork.of(bundle)
    assert inside is not None
    assert maps in {one.shape for one in inside.convolutions}


def _trained(root: Path, images: Path, name: str, body: tuple[Layer, ...]) -> Any:
    """A run of one epoch, with the code of the trainer."""
    from xraylib.training.config import TrainConfig
    from xraylib.training.loop.session import train
    from xraylib.training.process.progress import Progress
    from xraylib.training.run.create import create_run

    index = scanned(images)
    ends = Dense(units=len(CLASSES), activation="softmax")
    run = create_run(
        spec=ModelSpec(name=name, layers=(Input(shape=(SIDE, SIDE, 1)), *body, ends)),
        train=TrainConfig(epochs=1, batch_size=8),
        index=index,
        split=make_split(index, seed=0),
        preparation=Preparation(image_size=(SIDE, SIDE)),
        augment=AUGMENT_PRESETS["lesson"],
        dataset="bars",
        workspace=Workspace(root),
    )
    progress = Progress(run)
    progress.protect()
    train(run, progress)
    status = run.status()
    assert status.state == "finished", status.message
    return run
