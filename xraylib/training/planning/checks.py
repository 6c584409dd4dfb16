"""What a run is refused for before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xraylib.errors import DatasetError, RunError, SpecError
from xraylib.training.config import TrainConfig

if TYPE_CHECKING:
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec


def counts_of(index: DatasetIndex, split: Split) -> dict[str, dict[str, int]]:
    """Images by split and class."""
    return {name: dict(part.classes) for name, part in split.summary(index).items()}


def check_data(
    index: DatasetIndex, counts: Mapping[str, Mapping[str, int]], train: TrainConfig
) -> None:
    """Refuses images that nothing can be learnt from.

    Raises:
        DatasetError: codes ``too-few-classes`` and ``not-binary``.
        RunError: code ``no-validation``.
    """
    training = {name: n for name, n in counts.get("train", {}).items() if n}
    if len(training) < 2:
        only = next(iter(training), None)
        what = {None: "There is no training image", "": "The training images have no class folders"}
        raise DatasetError(
            what.get(only, f"All training images are of one class, {only!r}"),
            expected="readable images of at least two classes, each in a folder of its own",
            remedy="choose a folder with one subfolder for each class",
            code="too-few-classes",
        )
    if train.class_mode == "binary" and len(index.classes) != 2:
        raise DatasetError(
            f"The class mode is binary and the data set has {len(index.classes)} classes",
            expected="two classes",
            remedy="use the class mode categorical",
            code="not-binary",
        )
    if sum(counts.get("val", {}).values()):
        return
    if train.schedule == "plateau":
        raise RunError(
            "The learning rate should fall on a plateau and there are no validation images",
            expected="validation images whose loss can be watched",
            remedy="set some images apart for validation, or choose the schedule cosine",
            code="no-validation",
        )
    if train.early_stopping_patience is not None:
        raise RunError(
            "Early stopping is on and there are no validation images",
            expected="validation images whose loss can be watched",
            remedy="set some images apart for validation, or switch early stopping off",
            code="no-validation",
        )


def check_network(
    spec: ModelSpec,
    preparation: Preparation,
    *,
    classes: int,
    class_mode: str,
    head_epochs: int = 0,
) -> None:
    """Refuses a network that is impossible, or does not fit the images or the classes.

    Raises:
        SpecError: It names the layer.
    """
    from xraylib.networks.trace import trace

    if tuple(spec.input_shape) != tuple(preparation.input_shape):
        raise SpecError(
            f"The network takes {_shape(spec.input_shape)} and the images are prepared as "
            f"{_shape(preparation.input_shape)}",
            expected="the same height, width and channels",
            remedy="change the network's Input or the preparation",
            code="input-shape",
            index=0,
            kind="Input",
            field="shape",
            nearest=(tuple(preparation.input_shape),),
        )
    traced = trace(spec)
    if traced.error is not None:
        raise traced.error
    for index, layer in enumerate(spec.layers):
        if layer.kind == "Backbone" and index > 1 and getattr(layer, "weights", "") != "none":
            raise SpecError(
                f"Layer {index}, Backbone: {index - 1} layer(s) stand between it and the Input",
                expected="images as they are, because trained weights expect them so; the backbone "
                "scales them itself",
                remedy="move the Backbone straight after the Input",
                code="backbone-input",
                index=index,
                kind="Backbone",
            )
    learns = [getattr(layer, "trainable_from", None) is not None for layer in spec.layers]
    if head_epochs and not any(learns):
        kinds = [layer.kind for layer in spec.layers]
        place = kinds.index("Backbone") if "Backbone" in kinds else None
        what = "has no Backbone" if place is None else f"has a Backbone (layer {place}) that stays"
        raise SpecError(
            f"Fine-tuning in two phases was asked for and the network {what}",
            expected="a Backbone whose last stages learn in the second phase",
            remedy="set the Backbone's trainable_from, for example to 5, or head_epochs to 0",
            code="no-fine-tuning",
            index=place,
            kind=None if place is None else "Backbone",
            field=None if place is None else "trainable_from",
        )
    units = 1 if class_mode == "binary" else classes
    last = traced.rows[-1]
    if tuple(last.output_shape) != (units,):
        raise SpecError(
            f"The network ends in {_shape(last.output_shape)} outputs",
            expected=f"{units} for {classes} classes in class mode {class_mode}",
            remedy=f"give the last Dense layer {units} unit(s)",
            code="output-shape",
            index=last.index,
            kind=last.kind,
            field="units",
            nearest=(units,),
        )


def _shape(shape: Sequence[object]) -> str:
    return "×".join(str(size) for size in shape)
