"""A published model as a folder: what it holds, and opening it safely.

models/<name>/<version>/
  model.tflite    the network; outputs ``probabilities`` and, with a convolution, ``features``
  bundle.json     classes, preparation, metrics, data, parity, network: all that the pages say
  head.json       the last kernel, where the class activation map needs it
  ood.json        what the training images looked like, so that another kind of image is noticed
  inside.tflite   outputs: the feature maps of every convolution, for looking inside
  inside.json     what they are called, and the filters of the first one
  model_card.md   the same for people
  model.weights.h5, predictions.json   for exports and for checking the card; older ones lack them
  manifest.json   SHA-256 and size of each of the others, in one canonical form

Nothing here runs or unpickles anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import PathLike, as_path, checked
from xraylib.images.prepare import Preparation
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.findings.temperatures import at_temperatures
from xraylib.models.manifest import checked_contents, read_checked, refused


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A published model whose every byte was checked when it was opened.

    Attributes:
        folder: Where it came from.
        name: The model's name.
        version: 1, 2, 3, ….
        manifest: The content of ``bundle.json``.
        model: The LiteRT flatbuffer.
        head: ``{"kernel": [[..]], "bias": [..]}`` of the last Dense layer, or None.
        card: The model card, Markdown.
        ood: What the training images looked like (``Familiar.to_json()``), or None.
        inside: A second flatbuffer that gives the maps of every convolution, or None.
        layers: ``{"layers": […], "first": …}`` of ``inside.json``, or None.
    """

    folder: Path
    name: str
    version: int
    manifest: Mapping[str, Any] = field(repr=False)
    model: bytes = field(repr=False)
    head: Mapping[str, Any] | None = field(repr=False)
    card: str = field(repr=False)
    ood: Mapping[str, Any] | None = field(default=None, repr=False)
    inside: bytes | None = field(default=None, repr=False)
    layers: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.manifest["classes"])

    @property
    def class_mode(self) -> str:
        return str(self.manifest["class_mode"])

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of what the network takes."""
        height, width, channels = self.manifest["input_shape"]
        return height, width, channels

    @property
    def preparation(self) -> Preparation:
        """How an image becomes the network's input."""
        return Preparation.from_json(self.manifest["preparation"])

    @property
    def metrics(self) -> Mapping[str, Any]:
        """``n``, ``accuracy``, ``accuracy_ci``, ``auc``, … on the images it was tested with."""
        return dict(self.manifest["metrics"])

    @property
    def calibration(self) -> Mapping[str, Any] | None:
        """``temperature``, ``n``, ``ece_before``, ``ece_after``, ``ece_chance``; or None."""
        return self.manifest.get("calibration")

    @property
    def temperature(self) -> float:
        """What the logits are divided by; 1 where nothing was fitted."""
        return float((self.calibration or {}).get("temperature", 1.0))

    @property
    def several(self) -> bool:
        """Whether an image may show several of ``classes``, which are findings then."""
        return self.class_mode == "multilabel"

    @property
    def units(self) -> int:
        """Outputs of the network: one a class, or one of two classes."""
        return 1 if self.class_mode == "binary" else len(self.classes)

    @property
    def temperatures(self) -> Mapping[str, float]:
        """What each finding's logit is divided by; empty for a model of classes."""
        told = self.manifest.get("temperatures", {})
        return {name: float(one["applied"]) for name, one in told.items()}

    @property
    def each_temperature(self) -> tuple[float, ...]:
        """``temperatures`` in the order of the findings; none of a model of classes."""
        return tuple(self.temperatures.get(name, 1.0) for name in self.classes if self.several)

    def shown(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(n, classes)`` as Classify shows them: after the temperature, or those of findings.

        Args:
            probabilities: ``(n, classes)`` of the network.
        """
        if self.several:
            return at_temperatures(probabilities, self.classes, self.temperatures)
        return with_temperature(probabilities, self.temperature)

    @property
    def operating(self) -> Mapping[str, ChosenPoint] | None:
        """The operating points by class, or None."""
        points = self.manifest.get("operating")
        if points is None:
            return None
        return {name: ChosenPoint.from_json(point) for name, point in points.items()}

    @property
    def synthetic(self) -> bool:
        """Whether it learned from phantoms and says nothing about patients."""
        return bool(self.manifest["synthetic"])


@checked
def open_bundle(folder: PathLike, *, name: str | None = None) -> Bundle:
    """The bundle in ``folder``, after every file was compared with its SHA-256.

    Args:
        folder: ``…/<name>/<version>``.
        name: The model's name; by default the one that the bundle was published under.

    Raises:
        BundleError: codes ``missing``, ``unexpected-file``, ``too-large``, ``changed``,
            ``schema``.
    """
    folder = as_path(folder, "folder")
    files = read_checked(folder)
    manifest = checked_contents(folder, files["bundle.json"])
    try:
        parts = {
            name: json.loads(files[f"{name}.json"])
            for name in ("head", "ood", "inside")
            if f"{name}.json" in files
        }
    except (ValueError, RecursionError):
        raise refused("schema", "holds a file that is no JSON", "publish the run again") from None
    number = int(folder.name) if folder.name.isdigit() else int(manifest["version"])
    return Bundle(
        folder=folder,
        name=name or str(manifest["name"]),
        version=number,
        manifest=manifest,
        model=files["model.tflite"],
        head=parts.get("head"),
        card=files["model_card.md"].decode("utf-8", "replace"),
        ood=parts.get("ood"),
        inside=files.get("inside.tflite"),
        layers=parts.get("inside"),
    )
