"""From the value to the Keras model.

Keras (and TensorFlow with it) is imported when a network is built, not with this module. The web
process never builds one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xraylib import onednn
from xraylib.arguments import check_whole, checked
from xraylib.errors import SpecError
from xraylib.extras import require
from xraylib.networks.render.keras_names import INPUT_NAME, layer_name, model_name
from xraylib.networks.trace import check

if TYPE_CHECKING:
    import keras

    from xraylib.networks.spec import ModelSpec


@checked
def build(spec: ModelSpec, *, seed: int | None = None, pretrained: bool = False) -> keras.Model:
    """The Keras model of a network, with fresh weights.

    Each Keras layer is called after its position and kind, for example ``03_conv2d``;
    ``layer_index`` reads the position back.

    Args:
        spec: A possible network.
        seed: Makes the first weights and the dropout the same every time, by Keras's own
            ``set_random_seed``, which sets the seeds of the whole process: the generated script
            does the same and starts from the same weights. None leaves all seeds alone.

        pretrained: Whether backbones get the weights that they name, as training wants it; not
            needed where all weights are read from a file afterwards.

    Raises:
        SpecError: code ``no-weights``: they cannot be read.
        SpecError: code ``impossible-layer`` if the arithmetic refuses a layer, ``keras-refused``
            if Keras does; both name it.
        InstallationError: code ``no-tensorflow``.
        ConfigError: code ``argument``.
    """
    check(spec)
    if seed is not None:
        check_whole(seed, "seed", least=0, most=2**32 - 1)
    model = assemble(spec, seed=seed)
    if pretrained:
        from xraylib.networks.weights.pretrained import load_pretrained

        load_pretrained(model, spec)
    return model


def assemble(spec: ModelSpec, *, seed: int | None = None) -> keras.Model:
    """``build`` without asking our own arithmetic first: what Keras itself thinks of a network.

    Raises:
        SpecError: code ``keras-refused``, naming the first layer that Keras refuses.
        InstallationError: code ``no-tensorflow``.
    """
    require("train")
    onednn.use(onednn.chosen())
    import keras

    if seed is not None:
        keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=spec.input_shape, name=INPUT_NAME)
    outputs: Any = inputs
    for index, layer in enumerate(spec.layers[1:], start=1):
        try:
            outputs = layer.to_keras(layer_name(index, layer), outputs.shape[1:])(outputs)
        except Exception as error:  # Keras and TensorFlow raise whatever they like
            raise SpecError(
                f"Layer {index}, {layer.kind}: Keras refuses it ({_first_line(error)})",
                expected="a layer that Keras can build",
                remedy="change its settings or remove it",
                code="keras-refused",
                index=index,
                kind=layer.kind,
            ) from error
    return keras.Model(inputs, outputs, name=model_name(spec.name))


def keras_summary(spec: ModelSpec) -> str:
    """Keras's own summary of a network, as text of 80 columns, with what is inside a layer.

    Raises:
        SpecError: codes ``impossible-layer`` and ``keras-refused``.
    """
    lines: list[str] = []
    build(spec).summary(line_length=80, expand_nested=True, print_fn=lines.append)
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()).strip("\n") + "\n"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    text = lines[0].rstrip(".") if lines else type(error).__name__
    return text if len(text) <= 200 else text[:197] + "..."
