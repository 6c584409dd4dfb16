"""What a run is refused for before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xraylib.errors import DatasetError, RunError, SpecError
from xraylib.training.config import TrainConfig

if TYPE_CHECKING:
    from xraylib.datasets.labels.findings import Findings
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec


def names_of(index: DatasetIndex, class_mode: str) -> tuple[str, ...]:
    """The classes that a network learns; for ``"multilabel"`` the findings.

    Raises:
        DatasetError: code ``no-findings``: there is no table of them.
    """
    return _findings(index).names if class_mode == "multilabel" else index.classes


def learnt_from(index: DatasetIndex) -> tuple[tuple[str, ...], bool]:
    """The classes of a data set, or the findings that a table tells where there are no classes.

    Returns:
        Their names, and whether they are findings.
    """
    told = index.multilabel if len(index.classes) < 2 else None
    return (told.names, True) if told is not None else (index.classes, False)


def counts_of(
    index: DatasetIndex, split: Split, class_mode: str = "categorical"
) -> dict[str, dict[str, int]]:
    """Images by split and class; for ``"multilabel"`` those that show each finding.

    Raises:
        DatasetError: code ``no-findings``.
    """
    parts = split.summary(index)
    if class_mode != "multilabel":
        return {name: dict(part.classes) for name, part in parts.items()}
    findings = _findings(index)
    return {
        name: {
            finding: counts["present"]
            for finding, counts in findings.take(split.rows(name)).counts().items()
        }
        for name in parts
    }


def _findings(index: DatasetIndex) -> Findings:
    if index.findings is None:
        raise DatasetError(
            "The class mode is multilabel and no table tells which findings the images show",
            expected="a table of labels beside the images",
            remedy="give the table (train DIR --labels TABLE), or use the class mode categorical",
            code="no-findings",
        )
    return index.findings


def check_data(index: DatasetIndex, split: Split, train: TrainConfig) -> None:
    """Refuses images that nothing can be learnt from.

    Raises:
        DatasetError: codes ``too-few-classes``, ``not-binary``, ``no-findings``,
            ``too-few-findings``, ``nothing-to-learn`` and ``several-findings``.
        RunError: code ``no-validation``.
    """
    if train.class_mode == "multilabel":
        _check_findings(_findings(index), split)
    else:
        _check_classes(index, counts_of(index, split), train)
    if len(split.val):
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


def _check_findings(findings: Findings, split: Split) -> None:
    if len(findings.names) < 2:
        raise DatasetError(
            f"The class mode is multilabel and the table tells of {len(findings.names)} finding(s)",
            expected="at least two findings, each of which an image may show or not",
            remedy="choose more columns of the table, or use the class mode binary",
            code="too-few-findings",
        )
    told = findings.take(split.train)
    both = [name for name, n in told.counts().items() if n["present"] and n["absent"]]
    if not both:
        raise DatasetError(
            "Of no finding are there training images that show it and others that do not",
            expected="at least one finding with both, beside those that are not known",
            remedy="check how the table's columns and values were understood (xraylib scan DIR "
            "--labels TABLE)",
            code="nothing-to-learn",
        )


def _check_classes(
    index: DatasetIndex, counts: Mapping[str, Mapping[str, int]], train: TrainConfig
) -> None:
    training = {name: n for name, n in counts.get("train", {}).items() if n}
    told = index.multilabel
    if len(training) < 2 and told is not None:
        raise DatasetError(
            f"The table tells {len(told.names)} findings of an image and the class mode is "
            f"{train.class_mode}, for one class an image",
            expected="the class mode multilabel for such a table, or images in class folders",
            remedy="use the class mode multilabel (--class-mode multilabel)",
            code="several-findings",
        )
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
    from xraylib.networks.spec import head
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
    units = head(classes, class_mode).units
    what = "findings" if class_mode == "multilabel" else "classes"
    last = traced.rows[-1]
    if tuple(last.output_shape) != (units,):
        raise SpecError(
            f"The network ends in {_shape(last.output_shape)} outputs",
            expected=f"{units} for {classes} {what} in class mode {class_mode}",
            remedy=f"give the last Dense layer {units} unit(s)",
            code="output-shape",
            index=last.index,
            kind=last.kind,
            field="units",
            nearest=(units,),
        )


def _shape(shape: Sequence[object]) -> str:
    return "×".join(str(size) for size in shape)
