"""A published model and a film give a prediction. LiteRT does the work; no TensorFlow.

The way of a film is the one of training: ``prepare()`` with the bundle's own settings, then the
network, which holds its rescaling itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xraylib.data.images import Radiograph
from xraylib.data.prepare import prepare
from xraylib.errors import BundleError
from xraylib.evaluation.explain import cam, occlusion
from xraylib.serving.bundle import Bundle
from xraylib.serving.network import LiteNetwork
from xraylib.serving.warnings import FilmWarning, film_warnings

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a model says about one film.

    Attributes:
        label: The class with the highest probability.
        probabilities: By class, in the order of the classes; they sum to 1.
        warnings: Reasons for doubt; often none.
        prepared: ``(height, width, channels)`` uint8: what the network saw.
        heat_map: ``(height, width)`` from 0 to 1 for ``label``, on ``prepared``; or None.
        heat_map_method: ``"cam"``, ``"occlusion"`` or ``""``.
        milliseconds: From radiograph to prediction.
    """

    label: str
    probabilities: dict[str, float]
    warnings: tuple[FilmWarning, ...]
    prepared: Pixels = field(repr=False)
    heat_map: NDArray[np.float32] | None = field(repr=False)
    heat_map_method: str
    milliseconds: float


class Classifier:
    """Classifies films with one published model. Any number of threads may use it at once.

    Args:
        bundle: From :func:`xraylib.serving.bundle.open_bundle` or ``find_model``.
        workers: Predictions at the same time, each with an interpreter of its own, which is
            made when first needed; by default one a processor, at most 4.

    Raises:
        BundleError: code ``damaged``: the network does not fit the bundle's description.
    """

    def __init__(self, bundle: Bundle, *, workers: int | None = None) -> None:
        self.bundle = bundle
        self.classes = bundle.classes
        self.preparation = bundle.preparation
        self._idle: list[LiteNetwork] = []
        self._free = threading.Semaphore(workers or min(4, os.cpu_count() or 1))
        self._kernel: NDArray[np.float32] | None = None
        if bundle.manifest["explain"]["method"] == "cam":
            self._kernel = _kernel(bundle)
        with self._network() as network:
            network.check(bundle, filters=None if self._kernel is None else len(self._kernel))

    def prepare(self, radiograph: Radiograph) -> Pixels:
        """The film as the network sees it: uint8 ``(height, width, channels)``."""
        return prepare(radiograph, self.preparation)

    def probabilities(self, pixels: Pixels) -> NDArray[np.float64]:
        """Probabilities ``(n, classes)`` of prepared pixels ``(n, height, width, channels)``."""
        with self._network() as network:
            return self._two_columns(network.run(pixels)[0])

    def heat_map(self, pixels: Pixels, label: str) -> NDArray[np.float32]:
        """What speaks for ``label``: ``(height, width)`` from 0 to 1 on prepared pixels.

        Args:
            pixels: ``(height, width, channels)`` from :meth:`prepare`.
            label: Any of the classes.
        """
        features = None
        if self._kernel is not None:
            with self._network() as network:
                features = network.run(pixels[None], features=True)[1]
        return self._map(pixels, features, label)

    def classify(self, radiograph: Radiograph, *, heat_map: bool = True) -> Prediction:
        """What the model says about ``radiograph``.

        Args:
            radiograph: From :func:`xraylib.data.images.read_image`.
            heat_map: Also compute the map of the predicted class.

        Raises:
            BundleError: code ``not-judged``: the network gave no numbers for this film.
        """
        started = time.perf_counter()
        pixels = self.prepare(radiograph)
        mapped = heat_map and self._kernel is not None
        with self._network() as network:
            outputs, features = network.run(pixels[None], features=mapped)
        row = self._two_columns(outputs)[0]
        warnings = film_warnings(radiograph, pixels)
        label = self.label(row)
        drawn = self._map(pixels, features, label) if heat_map else None
        return Prediction(
            label=label,
            probabilities=self.named(row),
            warnings=warnings,
            prepared=pixels,
            heat_map=drawn,
            heat_map_method=self.bundle.manifest["explain"]["method"] if heat_map else "",
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def label(self, row: NDArray[np.float64]) -> str:
        """The class of one row of probabilities."""
        if not np.all(np.isfinite(row)):
            raise BundleError(
                "The network gave no numbers for this film",
                expected="a probability for each class",
                remedy="use another film, or publish a run that was trained to its end",
                code="not-judged",
            )
        return self.classes[int(row.argmax())]

    def named(self, row: NDArray[np.float64]) -> dict[str, float]:
        """One row of probabilities by class."""
        return {name: float(p) for name, p in zip(self.classes, row, strict=True)}

    def _map(
        self, pixels: Pixels, features: NDArray[np.float32] | None, label: str
    ) -> NDArray[np.float32]:
        index = self.classes.index(label)
        if self._kernel is None:
            return occlusion(self.probabilities, pixels, index)
        if features is None:
            raise _damaged("has no feature maps")
        return cam(features[0], self._kernel, index, pixels.shape[:2])

    def _two_columns(self, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
        p = outputs.astype(np.float64)
        return np.concatenate([1 - p, p], axis=1) if p.shape[1] == 1 else p

    @contextmanager
    def _network(self) -> Iterator[LiteNetwork]:
        """A network that nobody else uses meanwhile: LiteRT's interpreters are not thread-safe."""
        with self._free:
            try:
                network = self._idle.pop()
            except IndexError:
                network = LiteNetwork(self.bundle.model)
            try:
                yield network
            finally:
                self._idle.append(network)


def _kernel(bundle: Bundle) -> NDArray[np.float32]:
    units = 1 if bundle.class_mode == "binary" else len(bundle.classes)
    try:
        kernel = np.asarray((bundle.head or {})["kernel"], np.float32)
    except (KeyError, TypeError, ValueError):
        kernel = np.zeros(0, np.float32)
    if kernel.ndim != 2 or kernel.shape[1] != units or not np.all(np.isfinite(kernel)):
        raise _damaged("has a head.json that does not fit its classes")
    return kernel


def _damaged(problem: str) -> BundleError:
    return BundleError(
        f"The published model {problem}",
        expected="a network that fits its description",
        remedy="publish the run again",
        code="damaged",
    )
