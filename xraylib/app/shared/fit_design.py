"""The draft's network follows the data: its input the preparation, its output the classes."""

from __future__ import annotations

from dataclasses import replace

from xraylib.app.shared.current_design import change_design
from xraylib.app.shell.state import Draft, change_draft, get_draft
from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import SpecError
from xraylib.images.grey_range import GreyRange
from xraylib.images.prepare import Preparation
from xraylib.networks.spec import ModelSpec
from xraylib.training.planning.checks import learnt_from


def fitted_to_classes(draft: Draft, classes: tuple[str, ...], *, several: bool = False) -> Draft:
    """The draft for a data set with these classes, or findings.

    The network's output is changed only where it was made for other classes; ``binary`` is kept
    only for two. With fewer than two classes nothing can be learnt, and nothing is changed.

    Args:
        draft: As it is.
        classes: Of the data set.
        several: Whether these are findings, of which an image may show several.
    """
    mode = draft.class_mode
    if several:
        mode = "multilabel"
    elif mode == "multilabel" or (mode == "binary" and len(classes) != 2):
        mode = "categorical"
    spec = draft.spec
    if len(classes) >= 2 and draft.classes != classes:
        try:
            spec = spec.with_head(len(classes), mode)
        except SpecError:
            spec = draft.spec  # as many layers as there may be
    return replace(draft, classes=classes, class_mode=mode, spec=spec)


def fit_to_images(index: DatasetIndex) -> None:
    """Makes the session's draft fit a data set that was just opened."""
    draft = get_draft()
    classes, several = learnt_from(index)
    if draft.classes == classes and (draft.class_mode == "multilabel") == several:
        return
    fitted = fitted_to_classes(draft, classes, several=several)
    _use(fitted.spec)
    change_draft(classes=fitted.classes, class_mode=fitted.class_mode)


def use_preparation(preparation: Preparation) -> None:
    """Takes this preparation; the network's input becomes what it makes."""
    draft = get_draft()
    if preparation != draft.preparation:
        change_draft(preparation=preparation)
    if draft.spec.input_shape != preparation.input_shape:
        _use(draft.spec.with_input_shape(preparation.input_shape))


def use_grey_range(grey_range: GreyRange | None) -> None:
    """Takes the grey range that was chosen for the data set."""
    preparation = get_draft().preparation
    if preparation.grey_range != grey_range:
        change_draft(preparation=replace(preparation, grey_range=grey_range))


def use_augmentation(augment: AugmentConfig) -> None:
    """Takes this augmentation."""
    if augment != get_draft().augment:
        change_draft(augment=augment)


def _use(spec: ModelSpec) -> None:
    if spec != get_draft().spec:
        change_design(spec)
