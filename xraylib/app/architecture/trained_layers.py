"""What the design's open layer has become in training: its filters, and its maps of an image.

Only a model whose network is this design can show that. Its maps come out of LiteRT; nothing here
needs TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.shared import explained_images, feature_maps_panel
from xraylib.app.shell.frame import link, plain, show_error
from xraylib.errors import XrayError
from xraylib.images.radiograph import Radiograph
from xraylib.models.catalog import list_models
from xraylib.models.classify.classifier import Classifier
from xraylib.networks.layers import Layer
from xraylib.networks.spec import ModelSpec
from xraylib.networks.weights.weights_file import read_kernel
from xraylib.training.run.check import usable_runs
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained network that is this design.

    Attributes:
        name: In words, for example ``run 20260131T120000Z-0a1b2c``.
        run: What trained it; None for a model that came from elsewhere.
        classifier: None where the run was not opened yet.
    """

    name: str
    run: Run | None
    classifier: Classifier | None


def same_network(one: ModelSpec, other: ModelSpec) -> bool:
    """Whether both make the same maps: alike up to the last layer, which the classes decide."""
    return one.layers[:-1] == other.layers[:-1]


def find_trained(spec: ModelSpec, workspace: Workspace) -> Trained | None:
    """The newest finished run of just this network, else a published model of it, or None.

    Raises:
        XrayError: What is there cannot be opened.
    """
    known = set()
    for run in usable_runs(workspace=workspace):
        known.add(run.id)
        if run.status().has_model and same_network(run.spec, spec):
            classifier = explained_images.classifier_of(run, workspace)
            return Trained(name=f"run {run.id}", run=run, classifier=classifier)
    for record in list_models(workspace=workspace):
        if record.problem is not None or record.network != spec.name:
            continue
        if record.run not in known:
            classifier = explained_images.classifier_of_record(record, workspace)
            if same_network(ModelSpec.from_json(classifier.bundle.manifest["spec"]), spec):
                name = f"model {record.name}, version {record.version}"
                return Trained(name=name, run=None, classifier=classifier)
    return None


def show_trained(spec: ModelSpec, index: int, radiograph: Radiograph) -> None:
    """Filters and maps of layer ``index`` for an image, as training made them."""
    workspace = Workspace.open()
    st.markdown("**After training**")
    try:
        found = find_trained(spec, workspace)
        if found is None:
            st.caption("Once a run of this network is finished, its filters and maps stand here.")
            link("training", "Train this network")
        elif found.classifier is None and found.run is not None:
            explained_images.offer_to_prepare(found.run, workspace)
        elif found.classifier is not None:
            _show(found, found.classifier, spec, index, radiograph)
    except XrayError as error:
        show_error(error)


def _show(
    found: Trained, classifier: Classifier, spec: ModelSpec, index: int, radiograph: Radiograph
) -> None:
    inside = classifier.inside()
    layers = [] if inside is None else [c for c in inside.convolutions if c.position == index]
    if inside is None or not layers:
        st.caption(f"{plain(found.name)} was published without this layer's maps.")
        return
    st.caption(f"Of {plain(found.name)}, whose network is this design.")
    labels = {layer.name: layer.label for layer in layers}
    chosen = layers[0].name
    if len(layers) > 1:
        chosen = st.selectbox(
            "Convolution inside it", labels, format_func=labels.__getitem__, key="trained-inner"
        )
    maps = inside.maps(classifier.prepare(radiograph))[chosen]
    left, right = st.columns([1, 3], gap="medium")
    with left:
        first = inside.convolutions[0].position == index
        filters = filters_of(found.run, spec, index, inside.filters, first=first)
        if filters is None:
            st.caption(why_no_filters(spec.layers[index]))
        else:
            feature_maps_panel.show_filters(filters)
    with right:
        feature_maps_panel.show_maps(maps, labels[chosen])


def why_no_filters(layer: Layer) -> str:
    """Why ``filters_of`` has none of this layer's."""
    if layer.window is None:
        return f"The filters inside a {layer.kind} are not shown, only the maps that they make."
    return "A published model has the filters of its first convolution with it, not of this one."


def filters_of(
    run: Run | None,
    spec: ModelSpec,
    index: int,
    published: NDArray[np.float32] | None,
    *,
    first: bool,
) -> NDArray[np.float32] | None:
    """``(height, width, channels, filters)`` of a layer, or None where they are not at hand.

    Args:
        run: Whose weights file is read.
        spec: The design.
        index: Of the layer.
        published: The first convolution's filters, as the model was published with them.
        first: Whether the layer is the first convolution.
    """
    if run is None:
        return published if first else None
    kernel = read_kernel(run.weights_file, run.spec, index)
    if kernel is None or not spec.layers[index].channelwise:
        return kernel
    # A filter for each channel: each looks at one channel alone.
    return kernel.reshape(*kernel.shape[:2], 1, -1)
