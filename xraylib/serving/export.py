"""A Keras model as a LiteRT file with two outputs. For child processes: TensorFlow."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xraylib.serving.network import FEATURES, PROBABILITIES


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What :func:`export_litert` made.

    Attributes:
        model: The LiteRT flatbuffer, any number of films a pass.
        method: How the heat map comes about: ``"cam"`` or ``"occlusion"``.
        layer: Name of the layer whose output is ``features``, or None without a convolution.
        head: ``{"kernel": [[..]], "bias": [..]}`` of the last Dense layer for ``"cam"``.
    """

    model: bytes
    method: str
    layer: str | None
    head: dict[str, Any] | None


def export_litert(model: Any) -> Exported:
    """LiteRT with the outputs ``probabilities`` and, with a convolution, ``features``.

    ``features`` is what global average pooling averages, where the network ends in it and one
    Dense layer: then the class activation map is a weighted sum. Otherwise it is the output of
    the last convolution.
    """
    import keras

    pooling, dense = _cam_head(model)
    outputs = {PROBABILITIES: model.outputs[0]}
    layer: str | None = None
    if pooling is not None:
        outputs[FEATURES] = pooling.input
        layer = str(pooling.input._keras_history.operation.name)
    else:
        convolutions = [x for x in model.layers if isinstance(x, keras.layers.Conv2D)]
        if convolutions:
            outputs[FEATURES] = convolutions[-1].output
            layer = str(convolutions[-1].name)
    head = None
    if dense is not None:
        kernel, *bias = dense.get_weights()
        head = {"kernel": kernel.tolist(), "bias": bias[0].tolist() if bias else []}
    return Exported(
        model=_convert(keras.Model(model.inputs[0], outputs)),
        method="occlusion" if dense is None else "cam",
        layer=layer,
        head=head,
    )


def _cam_head(model: Any) -> tuple[Any, Any]:
    """(pooling, dense) if the network ends in them and nothing that changes the map."""
    import keras

    layers = list(model.layers)
    passive = (keras.layers.Dropout, keras.layers.Activation, keras.layers.Softmax)
    while layers and isinstance(layers[-1], passive):
        layers.pop()
    if not layers or not isinstance(layers[-1], keras.layers.Dense):
        return None, None
    dense = layers.pop()
    while layers and isinstance(layers[-1], keras.layers.Dropout):
        layers.pop()
    if not layers or not isinstance(layers[-1], keras.layers.GlobalAveragePooling2D):
        return None, None
    if not any(isinstance(layer, keras.layers.Conv2D) for layer in layers):
        return None, None
    return layers[-1], dense


def _convert(model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own deprecations, nothing of ours
        file = Path(folder) / "model.tflite"
        with contextlib.redirect_stdout(io.StringIO()):
            model.export(str(file), format="litert", verbose=False)
        return file.read_bytes()
