"""The Keras network of any published model: from its weights, wherever they are. TensorFlow.

A model published since version 0.3 brings its weights. Of older ones they are those of the run, if
it is here and unchanged; or they are read out of the LiteRT file, in which batch normalisation
has become part of the convolution before it. Whichever it is, what Keras then says must be what the
published network says.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import BundleError, XrayError
from xraylib.images.decode import read_image
from xraylib.images.prepare import prepare
from xraylib.metrics.calibration import SMALLEST
from xraylib.models.classify.litert_network import LiteNetwork
from xraylib.models.manifest import WEIGHTS, read_checked
from xraylib.networks.spec import ModelSpec
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

ALLOWED: Final = 1e-5


def published_network(bundle: Bundle, run: Run | None) -> Any:
    """The Keras model that gives what the published network gives, before the temperature.

    Raises:
        BundleError: code ``no-run``: its weights cannot be had.
    """
    pixels = _pixels(bundle)
    expected = LiteNetwork(bundle.model).run(pixels)[0]
    for network in _candidates(bundle, run):
        found = network(pixels.astype(np.float32), training=False).numpy()
        if found.shape == expected.shape and np.abs(found - expected).max() <= ALLOWED:
            return network
    raise BundleError(
        f"The weights of {bundle.name} cannot be had in Keras's form: it does not bring them, and "
        f"the run {bundle.manifest['run']} that it was published from is not here or was changed",
        expected="a model with its weights, or the run",
        remedy="export it where it was trained, publish the run again, or export it as onnx",
        code="no-run",
    )


def calibrated_keras(network: Any, temperature: float, each: Sequence[float] = ()) -> Any:
    """The network with one column a class, at the temperature: as `Bundle.shown` has it.

    Args:
        network: The network.
        temperature: Of classes.
        each: Of findings, one each, in place of it.
    """
    import keras

    pixels = keras.Input(network.input_shape[1:], name="pixels")
    p = network(pixels)
    if each:
        inverses = [1 / one for one in each]
        sides = [keras.ops.log(keras.ops.maximum(one, SMALLEST)) for one in (p, 1.0 - p)]
        divided = keras.layers.Rescaling(inverses, name="divided")(sides[0] - sides[1])
        outputs = keras.layers.Activation("sigmoid", name="probabilities")(divided)
        return keras.Model(pixels, outputs, name=f"{network.name}_calibrated")
    if p.shape[-1] == 1:
        p = keras.layers.Concatenate(name="both")([1.0 - p, p])
    if temperature == 1:
        outputs = keras.layers.Activation("linear", name="probabilities")(p)
    else:
        logits = keras.ops.log(keras.ops.maximum(p, SMALLEST))
        divided = keras.layers.Rescaling(1 / temperature, name="divided")(logits)
        outputs = keras.layers.Softmax(name="probabilities")(divided)
    return keras.Model(pixels, outputs, name=f"{network.name}_calibrated")


def _candidates(bundle: Bundle, run: Run | None) -> Iterator[Any]:
    from xraylib.networks.render.keras_model import build
    from xraylib.networks.weights.weights_file import load_weights

    spec = ModelSpec.from_json(dict(bundle.manifest["spec"]))
    if (bundle.folder / WEIGHTS).exists():
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / WEIGHTS
            write_atomic(file, read_checked(bundle.folder, WEIGHTS)[WEIGHTS])
            network = build(spec)
            load_weights(network, file, spec)
            yield network
    if run is not None:
        from xraylib.evaluation.predict import load_network

        # It may be deleted, or trained on: then perhaps the file itself tells.
        with contextlib.suppress(XrayError):
            yield load_network(run)
    recovered = recovered_network(bundle.model, spec)
    if recovered is not None:
        yield recovered


def recovered_network(model: bytes, spec: ModelSpec) -> Any | None:
    """The network with the kernels of a LiteRT file; None where they do not fit its layers."""
    import keras

    from xraylib.networks.render.keras_model import build

    network, kernels = build(spec), iter(_kernels(model))
    layers = list(network.layers)
    for layer, after in zip(layers, [*layers[1:], None], strict=True):
        if not layer.weights or isinstance(layer, keras.layers.BatchNormalization):
            continue
        kernel, bias = next(kernels, (None, None))
        placed = None if kernel is None else _as_keras(kernel, layer)
        if placed is None or bias is None or len(layer.weights) > 2:
            return None
        rest = bias
        if isinstance(after, keras.layers.BatchNormalization):
            _pass_on(after, bias)
            rest = np.zeros_like(bias)
        elif len(layer.weights) == 1 and bias.any():
            return None
        layer.set_weights([placed, rest][: len(layer.weights)])
    return network if next(kernels, None) is None else None


def _pass_on(layer: Any, bias: NDArray[np.float32]) -> None:
    """Makes batch normalisation add a bias and nothing else."""
    values = {"gamma": 1.0, "beta": bias, "moving_mean": 0.0, "moving_variance": 1 - layer.epsilon}
    layer.set_weights(
        [np.broadcast_to(np.float32(values[one.name]), one.shape) for one in layer.weights]
    )


def _as_keras(kernel: NDArray[np.float32], layer: Any) -> NDArray[np.float32] | None:
    """A kernel in Keras's order, or None where it is another."""
    import keras

    shape = tuple(layer.weights[0].shape)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        placed = kernel[0].reshape(shape) if kernel[0].size == np.prod(shape) else kernel
    elif isinstance(layer, keras.layers.Conv2D):
        placed = kernel.transpose(1, 2, 3, 0) if kernel.ndim == 4 else kernel
    elif isinstance(layer, keras.layers.Dense):
        placed = kernel.T
    else:
        return None
    return placed if placed.shape == shape else None


def _kernels(model: bytes) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Kernel and bias of each convolution and each Dense layer of a LiteRT file, in order."""
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    graph, operators = tree.subgraphs[0], schema.BuiltinOperator
    weighing = (operators.CONV_2D, operators.DEPTHWISE_CONV_2D, operators.FULLY_CONNECTED)

    def constant(place: int) -> NDArray[np.float32]:
        tensor = graph.tensors[place]
        data = np.asarray(tree.buffers[tensor.buffer].data, np.uint8)
        return np.frombuffer(data.tobytes(), np.float32).reshape(tensor.shape)

    for operator in graph.operators:
        if tree.operatorCodes[operator.opcodeIndex].builtinCode in weighing:
            kernel = constant(operator.inputs[1])
            there = len(operator.inputs) > 2 and operator.inputs[2] >= 0
            units = (
                kernel.shape[-1] if kernel.ndim == 4 and kernel.shape[0] == 1 else kernel.shape[0]
            )
            yield kernel, constant(operator.inputs[2]) if there else np.zeros(units, np.float32)


def _pixels(bundle: Bundle) -> NDArray[np.uint8]:
    """Phantoms as the model would see them, and noise."""
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, top, bundle.input_shape, np.uint8) for top in (256, 64)]
    files = sorted((SAMPLE_DATA / "test").glob("*/*.png"))[::20]
    return np.stack([prepare(read_image(file), bundle.preparation) for file in files] + noise)
