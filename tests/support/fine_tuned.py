"""A network with a backbone, small enough to train in a test."""

from __future__ import annotations

from tiny_runs import SIZE

from xraylib.networks.layers import Backbone, Dense, GlobalAveragePooling2D, Input
from xraylib.networks.spec import ModelSpec


def backbone_spec(trainable_from: int | None = 5) -> ModelSpec:
    """MobileNetV2 with fresh weights, the smallest of the backbones."""
    return ModelSpec(
        name="tuned",
        layers=(
            Input(shape=(SIZE, SIZE, 1)),
            Backbone(name="MobileNetV2", weights="none", trainable_from=trainable_from),
            GlobalAveragePooling2D(),
            Dense(units=2, activation="softmax"),
        ),
    )
