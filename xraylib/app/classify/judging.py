"""Judging the images of a visit with a published model, and the samples to try it with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from xraylib.app.classify.visit_state import MOST_IMAGES, Opened, Piece, Source, View, Visit
from xraylib.app.shared.trying.tried import decoder as decoder
from xraylib.app.shell.pictures import (
    LARGEST_SIDE,
    data_uri,
    encode_jpeg,
    greyed,
    heat_layer,
    shrink,
    windowed,
)
from xraylib.errors import XrayError
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.shared import read_image
from xraylib.markup import plain
from xraylib.models.bundle import Bundle
from xraylib.models.catalog import find_model
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Prediction
from xraylib.models.model_record import ModelRecord
from xraylib.models.wording import UNCHECKED, how_good
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace

_THUMBNAIL = 96


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A synthetic image to try the page with."""

    title: str
    file: Path


def samples() -> list[Sample]:
    """The three samples: two phantoms of the test images and a DICOM file."""
    found = []
    for name in ("Pneumonia", "Normal"):
        images = sorted((SAMPLE_DATA / "test" / name).glob("*.png"))
        if images:
            found.append(Sample(title=f"A {name} phantom", file=images[0]))
    dicoms = sorted(SAMPLE_DATA.rglob("*.dcm"))
    if dicoms:
        found.append(Sample(title="A DICOM phantom", file=dicoms[0]))
    return found


@st.cache_data(max_entries=8, show_spinner=False)
def sample_picture(file: str) -> str:
    """A small picture of one of the samples; they come with the project, so all may share it.

    As an address that holds it: one in the server's store is gone with the next click, and a
    slow browser asks for it later.
    """
    return data_uri(encode_jpeg(shrink(read_image(Path(file)).as_uint8(), 144)))


@st.cache_resource(max_entries=4, show_spinner="Loading the model")
def _classifier(root: str, name: str, version: int) -> Classifier:
    return Classifier(find_model(name, version, workspace=Workspace(Path(root))))


def classifier(workspace: Workspace, record: ModelRecord) -> Classifier:
    """The shared classifier of a record of ``models_in_use``.

    Raises:
        BundleError: The published model is incomplete or was changed.
    """
    return _classifier(str(workspace.root), record.name, record.version)


def judge(
    sources: Sequence[Source],
    visit: Visit,
    model: Classifier,
    progress: Callable[[int, int], None],
) -> list[Opened]:
    """Every image of the sources, judged now or before, what needs a look first in front.

    An image that came alone is on show afterwards, of several the one that needs it most.

    Args:
        sources: What was handed in.
        visit: Where everything is kept.
        model: The published model.
        progress: Called with (images done, images in all) of those that are new.
    """
    asked = _name(model)
    new = [source for source in sources if (source.id, asked) not in visit.judged]
    pieces = {source.id: source.pieces() for source in new}
    total = sum(map(len, pieces.values()))
    done = 0
    for source in new:
        keys = []
        for piece in pieces[source.id]:
            progress(done, total)
            image = _judge(piece, visit, model, alone=total == 1)
            visit.opened[image.key] = image
            keys.append(image.key)
            done += 1
        # Only now: a click ends this script anywhere, and the next one goes on.
        visit.judged[source.id, asked] = keys
        if total == 1:
            visit.look_at(keys[0])
        else:
            visit.focus = None
    found = {key for source in sources for key in visit.judged.get((source.id, asked), ())}
    images = sorted((visit.opened[key] for key in found), key=lambda image: image.name)
    return sorted(images, key=lambda image: image.needs_a_look)


def view(
    image: Opened, sources: Sequence[Source], visit: Visit, model: Classifier, *, anyway: bool
) -> View:
    """The large image with its heat map; decoded again where it is not among the last ones.

    Args:
        image: The image on show.
        sources: What was handed in.
        visit: Where everything is kept.
        model: The published model.
        anyway: Whether the map is wanted of an image that cannot be judged, too.

    Raises:
        XrayError: The image cannot be decoded now.
    """
    kept = visit.views.get(image.key)
    if kept is None or (anyway and kept.heat is None):
        (source,) = [source for source in sources if source.id == image.source[0]]
        data = source.pieces()[image.source[1]].read()
        radiograph = decoder().decode(data, owner=visit.owner)
        prediction = model.classify(radiograph)
        if anyway and prediction.heat_map is None:
            prediction = model.explained(prediction)
        visit.keep_view(image.key, _view(radiograph, prediction))
    return visit.views[image.key]


def model_sentence(bundle: Bundle) -> str:
    """The model's name, how good it was on how many images, and whether it knows its limits."""
    tested = how_good(bundle.metrics, synthetic=bundle.synthetic)
    unchecked = f" {UNCHECKED}" if bundle.ood is None else ""
    return f"**{plain(bundle.name)}**, version {bundle.version}. {tested}.{unchecked}"


def _name(model: Classifier) -> str:
    return f"{model.bundle.name} {model.bundle.version}"


def _judge(piece: Piece, visit: Visit, model: Classifier, *, alone: bool) -> Opened:
    """What the model says about one image; with the image and the map for the screen if alone."""
    sha256, asked = "", _name(model)
    try:
        if len(visit.opened) >= MOST_IMAGES:
            raise XrayError(
                f"This visit holds {MOST_IMAGES:,} X-rays already",
                expected=f"at most {MOST_IMAGES:,} X-rays",
                remedy="forget these X-rays, or use the command line for whole folders",
                code="too-many",
            )
        data = piece.read()
        sha256 = hashlib.sha256(data).hexdigest()
        known = visit.opened.get((sha256, piece.name, asked))
        if known is not None:
            return replace(known, source=piece.source)
        radiograph = decoder().decode(data, owner=visit.owner)
        prediction = model.classify(radiograph, heat_map=alone)
    except XrayError as error:
        return Opened(
            name=piece.name,
            sha256=sha256,
            model=asked,
            source=piece.source,
            error=error.to_json(),
        )
    image = Opened(
        name=piece.name,
        sha256=sha256,
        model=asked,
        source=piece.source,
        bit_depth=radiograph.bit_depth,
        size=(radiograph.width, radiograph.height),
        facts=_facts(radiograph),
        thumbnail=_thumbnail(radiograph),
        # A copy: a slice of nothing would keep the whole array.
        prediction=replace(prediction, heat_map=None, prepared=prediction.prepared[:0].copy()),
    )
    if alone:
        visit.keep_view(image.key, _view(radiograph, prediction))
    return image


def _view(radiograph: Radiograph, prediction: Prediction) -> View:
    drawn = prediction.heat_map
    layer = None if drawn is None else heat_layer(drawn)
    return View(
        image=shrink(radiograph.pixels, LARGEST_SIDE),
        heat=layer if layer is None or prediction.status == "ok" else greyed(layer),
        method=prediction.heat_map_method,
    )


def _facts(radiograph: Radiograph) -> str:
    return (
        f"{radiograph.format}, {radiograph.bit_depth} bit, "
        f"{radiograph.width} × {radiograph.height} pixels"
    )


def _thumbnail(radiograph: Radiograph) -> str:
    small = windowed(shrink(radiograph.pixels, _THUMBNAIL), 0, 2**radiograph.bit_depth - 1)
    return data_uri(encode_jpeg(small, quality=80))
