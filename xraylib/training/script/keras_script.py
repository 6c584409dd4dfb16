"""From the value to a Keras script that runs by itself. Standard library only."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xraylib.arguments import checked, refused_argument
from xraylib.markup import quoted
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import check, trace
from xraylib.training.script import class_templates, finding_templates
from xraylib.training.script.fit_code import fit_lines
from xraylib.training.script.templates import (
    AUGMENTATION,
    AUGMENTED,
    BUILDING,
    COLOUR,
    FITTING,
    FRAMING,
    GREY,
    IMPORTS,
    IMPORTS_TRAINING,
    LEFT_OUT,
    LIGHTER,
    OTHER,
    SAME,
    SUMMARY,
    TONED,
    TONES,
    TRAINING,
    USAGE,
    USAGE_TRAINING,
)

if TYPE_CHECKING:
    from xraylib.augmentation.config import AugmentConfig
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig

_COLOR_MODES: Final = {1: "grayscale", 3: "rgb"}
_LABELS: Final = {
    "categorical": 'np.eye({classes}, dtype="float32")[labels]',
    "sparse": "labels",
    "binary": 'labels[:, None].astype("float32")',
    "multilabel": finding_templates.LABELS,
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

    With ``--data DIR`` the script also trains it, with Keras, Pillow and OpenCV alone: on folders
    of images, or for findings on images and a table beside the script. Without augmentation it
    reads and orders the images as a run does and starts from the same weights. A network that does
    not end in probabilities gets a script that only builds.

    Args:
        spec: A possible network.
        train: How it is trained; the defaults if not given.
        augment: How training images vary; the script varies them in the same ranges but draws
            other values. None for no augmentation.
        preparation: How images are brought to the network's size; stretched if not given. Its
            ``fit`` and grey range alone are written: size and channels are the network's.
        classes: The names of the classes in the order of the outputs, for example
            ``index.classes``; the folders' names in their order if not given. Of findings the
            table's.

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
    several = ending == "multilabel"
    told = units if several else max(2, units)
    if classes is not None and len(classes) != told:
        raise refused_argument("classes", classes, f"the names of {told} classes")
    names = None if classes is None else quoted(list(classes))
    kind = finding_templates if several else class_templates
    fit = "stretch" if preparation is None else preparation.fit
    varied = _augmentation(augment)
    weighted = settings.class_weights
    building = _building(
        spec, seed=settings.seed, settings=settings, varied=bool(varied), data=kind.DATA
    )
    return building + TRAINING.format(
        augmentation=varied,
        channels=GREY if color_mode == "grayscale" else COLOUR,
        fitting=FITTING[fit],
        framing=FRAMING if fit == "pad" else "",
        deepening=_deepening(preparation),
        depth=1 if color_mode == "grayscale" else 3,
        labelling=kind.LABELLING + (kind.BALANCING if weighted else ""),
        loading=kind.LOADING.format(
            classes=told,
            names=names or ("heading[2:]" if several else "found"),
            smoothed=finding_templates.smoothed(settings.label_smoothing),
        ),
        measuring=kind.MEASURING,
        augmented=AUGMENTED if varied else "",
        labels=_LABELS[ending].format(classes=units),
        weighting=kind.WEIGHTING if weighted else "",
        weights=kind.WEIGHTS if weighted else "",
        fit=fit_lines(spec, settings, mode=ending),
    )


def _deepening(preparation: Preparation | None) -> str:
    """The line that makes 8 bits of 16, from the chosen grey values or from all."""
    chosen = None if preparation is None else preparation.grey_range
    if chosen is None or chosen.bits != 16:
        return "pixels = ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)"
    span = chosen.high - chosen.low
    return (
        f"pixels = np.clip(pixels.astype(np.int64) - {chosen.low}, 0, {span})\n"
        f"        pixels = ((pixels * 255 + {span // 2}) // {span}).astype(np.uint8)"
    )


def _ending(spec: ModelSpec, wanted: str | None) -> str | None:
    """The class mode that the network's output fits, or None if it gives no probabilities."""
    last = spec.layers[-1]
    shape = trace(spec).output_shape
    if len(shape) != 1:
        return None
    if last.ends_in == "sigmoid" and shape[0] == 1 and wanted in (None, "binary"):
        return "binary"
    if last.ends_in == "sigmoid" and wanted == "multilabel":
        return "multilabel"
    if last.ends_in == "softmax" and shape[0] > 1 and wanted not in ("binary", "multilabel"):
        return wanted or "categorical"
    return None


def _building(
    spec: ModelSpec,
    *,
    seed: int,
    settings: TrainConfig | None = None,
    varied: bool = False,
    data: str = "",
) -> str:
    title = re.sub(r"[^\w .,:()+-]", "_", spec.name)
    rows = trace(spec).rows
    shapes = [spec.input_shape, *(row.output_shape for row in rows)]
    calls = "\n".join(
        layer.keras_call(shape).indented(" " * 8)
        for layer, shape in zip(spec.layers, shapes, strict=False)
    )
    from xraylib.networks.render.keras_names import model_name

    sameness = OTHER if varied else SAME
    usage = USAGE_TRAINING.format(sameness=sameness, data=data) if settings is not None else USAGE
    needs = "" if settings is None else ", Pillow and OpenCV"
    constants = f"SEED = {seed}\n"
    if settings is not None:
        constants += (
            "HERE = Path(sys.argv[0]).parent\n"
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
        functions="".join(dict.fromkeys(layer.script_function for layer in spec.layers)),
        name=model_name(spec.name),
    )


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
    from xraylib.augmentation.kinds import AUGMENTATIONS
    from xraylib.augmentation.setting import OFF

    settings = {
        "rotation_range": config.rotation_range,
        "shear_range": config.shear_range,
        "width_shift_range": config.width_shift_range,
        "height_shift_range": config.height_shift_range,
        "zoom_range": config.zoom,
        "horizontal_flip": config.horizontal_flip,
        "vertical_flip": config.vertical_flip,
        "brightness_range": config.brightness_range or OFF,
    }
    others = [
        one
        for one in AUGMENTATIONS
        if not one.is_off(config) and not {setting.name for setting in one.settings} & {*settings}
    ]
    tones = [one for one in others if one.script]
    for one in tones:
        settings |= {setting.name: getattr(config, setting.name) for setting in one.settings}
    left_out = [one.name for one in others if not one.script]
    lines = "".join(f'    "{name}": {value!r},\n' for name, value in settings.items())
    varied = AUGMENTATION.format(
        left_out=LEFT_OUT.format(names=" and ".join(left_out)) if left_out else "",
        settings=f"{{\n{lines}}}",
        border=_BORDERS[config.fill_mode],
        fill=repr(config.cval),
        result=TONED if tones else LIGHTER,
    )
    if not tones:
        return varied
    names = ", ".join(one.name for one in tones)
    code = "".join(textwrap.indent(one.script, "    ") for one in tones)
    return varied + TONES.format(names=names, lines=code)
