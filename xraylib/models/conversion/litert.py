"""A Keras model as a LiteRT file with two outputs. For child processes: TensorFlow."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xraylib.models.classify.litert_network import FEATURES, PROBABILITIES
from xraylib.models.conversion.stable_reductions import with_short_sums
from xraylib.networks.render.keras_kinds import is_convolution
from xraylib.ood.network_features import cam_head, features_layer


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What :func:`export_litert` made.

    Attributes:
        model: The LiteRT flatbuffer, any number of images a pass.
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

    ``features`` are those of :func:`xraylib.ood.network_features.features_layer`. Where global
    average pooling and one Dense layer follow, the class activation map is a weighted sum of them.
    """
    import keras

    layers = [one for one in model.layers if not isinstance(one, keras.layers.InputLayer)]
    head, seen = cam_head(layers), features_layer(layers)
    x = start = keras.Input(model.input_shape[1:], name="pixels")
    features: Any = None
    for place, one in enumerate(layers):
        x = with_short_sums(one)(x)
        if place == seen:
            features = x
    outputs = {PROBABILITIES: x}
    if features is not None:
        outputs[FEATURES] = features
    weights = head["dense"].get_weights() if head else []
    return Exported(
        model=_convert(keras.Model(start, outputs)),
        method="cam" if head else "occlusion",
        layer=None if seen is None else str(layers[seen].name),
        head={"kernel": weights[0].tolist(), "bias": [b.tolist() for b in weights[1:]]}
        if head
        else None,
    )


@dataclass(frozen=True, kw_only=True)
class ExportedInside:
    """What :func:`export_inside` made.

    Attributes:
        model: The LiteRT flatbuffer with the outputs ``map_0``, ``map_1``, ….
        names: Keras names of the convolutions in that order, with those of the blocks around
            them: ``"05_residual/conv2d_1"``.
        shapes: (rows, columns, filters) of each.
        filters: ``(height, width, channels, filters)`` weights of the first, as lists; None where
            they are more than 50,000 numbers.
    """

    model: bytes
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    filters: list[Any] | None


def export_inside(model: Any) -> ExportedInside | None:
    """LiteRT with the maps of every convolution as outputs; None where there is none."""
    import keras

    found: list[tuple[str, Any, Any]] = []
    start = keras.Input(model.input_shape[1:], name="pixels")
    _through(model, start, "", found)
    if not found:
        return None
    outputs = {f"map_{place}": tensor for place, (_, _, tensor) in enumerate(found)}
    first = found[0][1].get_weights()[0]
    return ExportedInside(
        model=_convert(keras.Model(start, outputs)),
        names=tuple(name for name, _, _ in found),
        shapes=tuple(tuple(int(n) for n in tensor.shape[1:]) for _, _, tensor in found),
        filters=first.tolist() if first.size <= _MOST_WEIGHTS else None,
    )


_MOST_WEIGHTS = 50_000


def _through(model: Any, start: Any, prefix: str, found: list[tuple[str, Any, Any]]) -> Any:
    """Calls a model's layers on ``start``, block by block; notes the output of each convolution.

    Returns:
        The output of the last layer, which is the model's.
    """
    import keras

    last = start

    def call(layer: Any, x: Any, *arguments: Any, **options: Any) -> Any:
        nonlocal last
        if isinstance(layer, keras.Model):
            last = _through(layer, x, f"{prefix}{layer.name}/", found)
        else:
            last = layer(x, *arguments, **options)
        name = prefix + str(layer.name)
        if is_convolution(layer):
            found.append((name, layer, last))
        return last

    keras.models.clone_model(model, input_tensors=start, clone_function=_same, call_function=call)
    return last


def _same(layer: Any) -> Any:
    return layer


def _convert(model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own deprecations, nothing of ours
        file = Path(folder) / "model.tflite"
        with contextlib.redirect_stdout(io.StringIO()):
            model.export(str(file), format="litert", verbose=False)
        return file.read_bytes()
