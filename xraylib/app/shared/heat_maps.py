"""Heat maps of an image that somebody looks at, their proof, and what each convolution sees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.shared.explained_images import Looked
from xraylib.app.shared.runs.predictions import (
    known_sum,
    read_judged,
)
from xraylib.datasets.root import image_file
from xraylib.errors import ImageError, PathError, XrayError
from xraylib.evaluation.explain.localisation import Curve, deletion_curve, insertion_curve
from xraylib.evaluation.explain.maps import occlusion
from xraylib.evaluation.explain.run_maps import stored_map
from xraylib.models.classify.classifier import Classifier
from xraylib.training.run.runs import Run


def prepared_image(run: Run, looked: Looked) -> NDArray[np.uint8] | str:
    """``(height, width, channels)`` as the network sees it, or the reason why there is none."""
    try:
        file = image_file(looked.root, looked.path)
        known = known_sum(run, looked.split, looked.path)
        return _prepared(str(file), file.stat().st_mtime_ns, str(run.folder), known)
    except (ImageError, PathError) as error:
        return error.message
    except OSError:
        return "The X-ray is no longer where it was."


@st.cache_data(max_entries=300, show_spinner=False)
def _prepared(file: str, mtime_ns: int, folder: str, known: str) -> NDArray[np.uint8]:  # noqa: ARG001
    from xraylib.images.prepare import prepare

    return prepare(read_judged(Path(file), known), Run(Path(folder)).preparation)


def maps_of(run: Run, looked: Looked, method: str) -> Mapping[str, NDArray[np.float32]] | None:
    """The heat map of every class for an image, or None: gradients that were not computed yet.

    Raises:
        ImageError, PathError: The image is gone.
    """
    pixels = prepared_image(run, looked)
    path, classifier = looked.path, looked.classifier
    if isinstance(pixels, str):
        return {}
    if method in ("gradcam", "hirescam"):
        size = pixels.shape[0], pixels.shape[1]
        found = {
            name: stored_map(run, path, method, place, size)
            for place, name in enumerate(run.classes)
        }
        ready = {name: one for name, one in found.items() if one is not None}
        return ready if len(ready) == len(found) else None
    stamp = f"{looked.root} {classifier.bundle.folder} {classifier.bundle.manifest['published']}"
    return {
        name: _map(stamp, path, method, name, pixels, classifier) for name in classifier.classes
    }


@st.cache_data(max_entries=600, show_spinner=False)
def _map(
    stamp: str,  # noqa: ARG001
    path: str,  # noqa: ARG001
    method: str,
    label: str,
    _pixels: NDArray[np.uint8],
    _classifier: Classifier,
) -> NDArray[np.float32]:
    if method == "occlusion":
        return occlusion(_classifier.probabilities, _pixels, _classifier.classes.index(label))
    return _classifier.heat_map(_pixels, label)


def curves_of(
    looked: Looked, pixels: NDArray[np.uint8], heat: NDArray[np.float32], method: str, label: str
) -> tuple[Curve, Curve]:
    """Deletion and insertion curve of a class's map."""
    bundle = looked.classifier.bundle
    stamp = f"{looked.root} {looked.path} {bundle.folder} {bundle.manifest['published']} {method}"
    found: tuple[Curve, Curve] = _curves(stamp, label, pixels, heat, looked.classifier)
    return found


@st.cache_resource(max_entries=100, show_spinner=False)
def _curves(
    stamp: str,  # noqa: ARG001
    label: str,
    _pixels: NDArray[np.uint8],
    _heat: NDArray[np.float32],
    _classifier: Classifier,
) -> tuple[Curve, Curve]:
    place, ask = _classifier.classes.index(label), _classifier.probabilities
    return deletion_curve(ask, _pixels, _heat, place), insertion_curve(ask, _pixels, _heat, place)


def convolution_maps(run: Run, looked: Looked) -> Mapping[str, NDArray[np.float32]] | str:
    """The maps of every convolution for an image by layer name, or why there are none."""
    pixels = prepared_image(run, looked)
    if isinstance(pixels, str):
        return pixels
    inside = looked.classifier.inside()
    if inside is None:
        return "This network has no convolution, so it makes no maps."
    try:
        return inside.maps(pixels)
    except XrayError as error:
        return error.message
