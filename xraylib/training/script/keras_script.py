"""From the value to a Keras script that runs by itself. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import checked, refused_argument
from xraylib.networks.layers import Activation, Backbone, Dense, Layer, Residual, Shape
from xraylib.networks.layers.base import L2, compact
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import check, trace
from xraylib.training.script.fit_code import fit_lines
from xraylib.training.script.templates import (
    AUGMENTATION,
    AUGMENTED,
    BACKBONE,
    BUILDING,
    COLOUR,
    FITTING,
    FRAMING,
    GREY,
    IMPORTS,
    IMPORTS_TRAINING,
    LIGHTER,
    OTHER,
    RESIDUAL,
    SAME,
    SUMMARY,
    TONED,
    TONES,
    TRAINING,
    USAGE,
    USAGE_TRAINING,
    WEIGHTING,
)

if TYPE_CHECKING:
    from xraylib.augmentation.config import AugmentConfig
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig

_WIDTH: Final = 92
_COLOR_MODES: Final = {1: "grayscale", 3: "rgb"}
_LABELS: Final = {
    "categorical": 'np.eye({classes}, dtype="float32")[labels]',
    "sparse": "labels",
    "binary": 'labels[:, None].astype("float32")',
}


@checked
def keras_script(
    spec: ModelSpec,
    *,
    train: TrainConfig | None = None,
    augment: AugmentConfig | None = None,
    preparation: Preparation | None = None,
    classes: Sequence[str] | None = None,
) -> str:
    """Python source that builds the network as ``model`` and prints its summary.

    With ``--data DIR`` the script also trains it, on folders of images, with Keras, Pillow and
    OpenCV alone. Without augmentation it reads and orders the images as a run does and starts from
    the same weights. A network that does not end in probabilities gets a script that only builds.

    Args:
        spec: A possible network.
        train: How it is trained; the defaults if not given.
        augment: How training images vary; the script varies them in the same ranges but draws
            other values. None for no augmentation.
        preparation: How images are brought to the network's size; stretched if not given. Its
            ``fit`` alone is written: size and channels are the network's.
        classes: The names of the classes in the order of the outputs, for example
            ``index.classes``; the folders' names in their order if not given.

    Raises:
        SpecError: code ``impossible-layer``.
        ConfigError: code ``argument``: a wrong type, or names for other classes than there are
            outputs.
    """
    check(spec)
    mode = train.class_mode if train is not None else None
    ending = _ending(spec, mode)
    color_mode = _COLOR_MODES.get(spec.input_shape[2])
    if ending is None or color_mode is None:
        return _building(spec, seed=0 if train is None else train.seed) + SUMMARY
    from xraylib.training.config import TrainConfig

    settings = train or TrainConfig(class_mode=ending)  # type: ignore[arg-type]
    if ending == "sparse" and settings.label_smoothing:
        ending = "categorical"  # the same numbers; smoothing needs a row for each label
    units = trace(spec).output_shape[0]
    told = max(2, units)
    if classes is not None and len(classes) != told:
        raise refused_argument("classes", classes, f"the names of {told} classes")
    fit = "stretch" if preparation is None else preparation.fit
    varied = _augmentation(augment)
    weighted = settings.class_weights
    building = _building(spec, seed=settings.seed, settings=settings, varied=bool(varied))
    return building + TRAINING.format(
        augmentation=varied,
        channels=GREY if color_mode == "grayscale" else COLOUR,
        fitting=FITTING[fit],
        framing=FRAMING if fit == "pad" else "",
        depth=1 if color_mode == "grayscale" else 3,
        classes=told,
        names="found" if classes is None else json.dumps(list(classes), ensure_ascii=False),
        augmented=AUGMENTED if varied else "",
        labels=_LABELS[ending].format(classes=units),
        weighting=WEIGHTING if weighted else "",
        weights="    weights = class_weights(training.labels)\n" if weighted else "",
        fit=fit_lines(spec, settings, mode=ending, units=units),
    )


def layer_call(layer: Layer, shape: Shape | None = None) -> str:
    """The line of code that makes a layer, for example ``layers.Dense(units=3)``.

    Args:
        layer: The value.
        shape: What comes in, without the batch axis; written where a layer is several.
    """
    function, parts = _call_parts(layer, shape)
    return f"{function}({', '.join(parts)})"


def _call_parts(layer: Layer, shape: Shape | None) -> tuple[str, list[str]]:
    """What is called, and its arguments."""
    if isinstance(layer, Residual):
        given = [repr(shape), *(layer_call(one) for one in layer.layers)]
        if layer.strides != (1, 1):
            given.append(f"strides={compact(layer.strides)}")
        if layer.activation is not None:
            given.append(f"activation={literal(layer.activation)}")
        return "residual", given
    if isinstance(layer, Backbone):
        given = [repr(shape), f"keras.applications.{layer.name}"]
        if layer.weights == "imagenet":
            address = layer.facts.address
            given.append(f'weights=keras.utils.get_file(origin="{address}", cache_subdir="models")')
        elif layer.weights != "none":
            given.append(f"weights={literal(layer.weights)}")
        given.append(f"frozen={layer.frozen}")
        if layer.facts.scale is not None:
            scale, offset = layer.rescaling
            given += [f"scale={literal(scale)}", f"offset={literal(offset)}"]
        return "backbone", given
    given = [f"{name}={literal(item)}" for name, item in layer.keras_arguments().items()]
    return "keras.Input" if layer.kind == "Input" else f"layers.{layer.kind}", given


def literal(value: Any) -> str:
    """A value as one writes it: ``1 / 255`` rather than 0.00392156862745098."""
    if isinstance(value, L2):
        return f"keras.regularizers.L2({value.amount!r})"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        divisor = round(1 / value)
        if 1 / divisor == value and divisor % 10:
            return f"1 / {divisor}" if divisor > 0 else f"-1 / {-divisor}"
    return repr(value)


def _ending(spec: ModelSpec, wanted: str | None) -> str | None:
    """The class mode that the network's output fits, or None if it gives no probabilities."""
    last = spec.layers[-1]
    shape = trace(spec).output_shape
    activation = last.activation if isinstance(last, Dense | Activation) else None
    if len(shape) != 1:
        return None
    if activation == "sigmoid" and shape[0] == 1 and wanted in (None, "binary"):
        return "binary"
    if activation == "softmax" and shape[0] > 1 and wanted != "binary":
        return wanted or "categorical"
    return None


def _building(
    spec: ModelSpec, *, seed: int, settings: TrainConfig | None = None, varied: bool = False
) -> str:
    title = re.sub(r"[^\w .,:()+-]", "_", spec.name)
    rows = trace(spec).rows
    shapes = [spec.input_shape, *(row.output_shape for row in rows)]
    calls = "\n".join(map(_indented, spec.layers, shapes))
    from xraylib.networks.render.keras_names import model_name

    sameness = OTHER if varied else SAME
    usage = USAGE_TRAINING.format(sameness=sameness) if settings is not None else USAGE
    needs = "" if settings is None else ", Pillow and OpenCV"
    constants = f"SEED = {seed}\n"
    if settings is not None:
        constants += (
            f"SIZE = {tuple(spec.input_shape[:2])}\n"
            f"EPOCHS = {settings.epochs}\n"
            f"BATCH_SIZE = {settings.batch_size}\n"
            f"LEARNING_RATE = {settings.learning_rate!r}\n"
        )
    return BUILDING.format(
        title=title,
        usage=usage,
        imports=IMPORTS if settings is None else IMPORTS_TRAINING,
        needs=needs,
        constants=constants,
        calls=calls,
        functions="".join(
            text
            for kind, text in (("Residual", RESIDUAL), ("Backbone", BACKBONE))
            if any(row.kind == kind for row in rows)
        ),
        name=model_name(spec.name),
    )


def _indented(layer: Layer, shape: Shape, indent: str = " " * 8) -> str:
    function, parts = _call_parts(layer, shape)
    line = f"{indent}{function}({', '.join(parts)}),"
    if len(line) <= _WIDTH:
        return line
    deeper = indent + "    "
    lines = [f"{deeper}{part}," for part in parts]
    if isinstance(layer, Residual):
        for place, one in enumerate(layer.layers, start=1):
            lines[place] = _indented(one, shape, deeper)
    return "\n".join([f"{indent}{function}(", *lines, f"{indent}),"])


_BORDERS: Final = {
    "nearest": "BORDER_REPLICATE",
    "constant": "BORDER_CONSTANT",
    "reflect": "BORDER_REFLECT",
    "wrap": "BORDER_WRAP",
}


def _augmentation(config: AugmentConfig | None) -> str:
    """The function that varies an image, or nothing where none can vary."""
    if config is None or config.is_identity:
        return ""
    settings = {
        "rotation_range": config.rotation_range,
        "shear_range": config.shear_range,
        "width_shift_range": config.width_shift_range,
        "height_shift_range": config.height_shift_range,
        "zoom_range": config.zoom,
        "horizontal_flip": config.horizontal_flip,
        "vertical_flip": config.vertical_flip,
        "brightness_range": config.brightness_range or (1.0, 1.0),
    }
    tones = {
        "contrast_range": config.contrast_range or (1.0, 1.0),
        "gamma_range": config.gamma_range or (1.0, 1.0),
        "clahe_range": config.clahe_range or (1.0, 1.0),
        "blur_range": config.blur_range,
        "noise_range": config.noise_range,
    }
    toned = any(value not in ((1.0, 1.0), 0.0) for value in tones.values())
    if toned:
        settings |= tones
    lines = "".join(f'    "{name}": {value!r},\n' for name, value in settings.items())
    varied = AUGMENTATION.format(
        settings=f"{{\n{lines}}}",
        border=_BORDERS[config.fill_mode],
        fill=repr(config.cval),
        result=TONED if toned else LIGHTER,
    )
    return varied + TONES if toned else varied
