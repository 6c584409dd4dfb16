"""A published model and an image give a prediction. LiteRT does the work; no TensorFlow.

The way of an image is the one of training: ``prepare()`` with the bundle's own settings, then the
network, which holds its rescaling itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import check_whole, checked
from xraylib.errors import BundleError
from xraylib.evaluation.explain.maps import cam, occlusion
from xraylib.images.decode import Radiograph
from xraylib.images.prepare import prepare
from xraylib.models.bundle import Bundle
from xraylib.models.classify.layer_outputs import InsideNetwork
from xraylib.models.classify.litert_network import LiteNetwork
from xraylib.models.classify.prediction import Flag, Prediction, is_uncertain, status_of
from xraylib.models.classify.warnings import (
    ImageWarning,
    drawn,
    image_warnings,
    is_drawn,
    marked,
    strange,
)
from xraylib.ood.familiarity import Familiar
from xraylib.ood.marks import (
    FEWEST_MARKED,
    MOST_MARKED,
    MOSTLY_COLOURED,
    coloured,
    coloured_share,
    without_marks,
)

Pixels = NDArray[np.uint8]

NO_FINDING: Final = "no finding"
"""What is said of an image of which no finding reaches its threshold."""


class Classifier:
    """Classifies images with one published model. Any number of threads may use it at once.

    Args:
        bundle: From :func:`xraylib.models.bundle.open_bundle` or ``find_model``.
        workers: Predictions at the same time, each with an interpreter of its own, which is
            made when first needed; by default one a processor, at most 4.

    Raises:
        BundleError: code ``damaged``: the network does not fit the bundle's description.
    """

    @checked
    def __init__(self, bundle: Bundle, *, workers: int | None = None) -> None:
        if workers is not None:
            check_whole(workers, "workers", least=1)
        self.bundle = bundle
        self.classes = bundle.classes
        self.preparation = bundle.preparation
        self._points = bundle.operating
        self._idle: list[LiteNetwork] = []
        self._free = threading.Semaphore(workers or min(4, os.cpu_count() or 1))
        self._kernel: NDArray[np.float32] | None = None
        if bundle.manifest["explain"]["method"] == "cam":
            self._kernel = _kernel(bundle)
        self.familiar = _familiar(bundle)
        with self._network() as network:
            network.check(bundle, filters=None if self._kernel is None else len(self._kernel))

    def prepare(self, radiograph: Radiograph) -> Pixels:
        """The image as the network sees it: uint8 ``(height, width, channels)``."""
        return prepare(radiograph, self.preparation)

    def probabilities(self, pixels: Pixels) -> NDArray[np.float64]:
        """Probabilities ``(n, classes)`` of prepared pixels ``(n, height, width, channels)``."""
        with self._network() as network:
            return self._scaled(network.run(pixels)[0])

    def probabilities_and_features(
        self, pixels: Pixels
    ) -> tuple[NDArray[np.float64], NDArray[np.float32] | None]:
        """:meth:`probabilities`, and feature maps averaged over each image ``(n, filters)``.

        The second is None where the network has no convolution.
        """
        with self._network() as network:
            outputs, features = network.run(pixels, features=True)
        return self._scaled(outputs), _averaged(features)

    def inside(self) -> InsideNetwork | None:
        """What gives the maps of every convolution, or None: it was not published, or has none.

        Raises:
            BundleError: code ``damaged``.
        """
        return InsideNetwork.of(self.bundle)

    def warnings(
        self,
        radiograph: Radiograph,
        pixels: Pixels,
        features: NDArray[np.float32] | None,
        answer: str,
    ) -> tuple[ImageWarning, ...]:
        """Reasons for doubt, those for which the image cannot be judged first.

        A coloured picture is looked at as a grey one, and coloured marks on a grey image are left
        out: they make nothing strange, but where the answer comes from them there is none.

        Args:
            radiograph: As it was read.
            pixels: ``(height, width, channels)`` from :meth:`prepare`.
            features: ``(filters,)`` from :meth:`probabilities_and_features`.
            answer: What :meth:`answer` says of it.
        """
        found = list(self.image_warnings(radiograph, pixels))
        if is_drawn(radiograph) and not self.bundle.synthetic:
            found.append(drawn())
        share = coloured_share(radiograph.pixels)
        if FEWEST_MARKED < share < MOSTLY_COLOURED:
            filled = without_marks(pixels, self._marks(radiograph))
            (row,), several = self.probabilities_and_features(filled[None])
            if share <= MOST_MARKED:
                pixels, features = filled, None if several is None else several[0]
            if (without := self.answer(row)) != answer:
                found.append(marked(label=answer, without=without))
        if self.familiar is not None:
            verdict = self.familiar.judge(pixels, features)
            if verdict.reason:
                found.append(strange(verdict, synthetic=self.bundle.synthetic))
        return tuple(sorted(found, key=lambda warning: not warning.refuses))

    def _marks(self, radiograph: Radiograph) -> Pixels:
        """``(height, width)``: where coloured marks are on the prepared image."""
        mask = coloured(radiograph.pixels).astype(np.uint8) * 255
        place = replace(self.preparation, color_mode="grayscale", grey_range=None)
        return prepare(replace(radiograph, pixels=mask, bit_depth=8), place)[:, :, 0]

    def image_warnings(self, radiograph: Radiograph, pixels: Pixels) -> tuple[ImageWarning, ...]:
        """What the picture gives away for this model, whatever it answers.

        Args:
            radiograph: As it was read.
            pixels: ``(height, width, channels)`` from :meth:`prepare`.
        """
        return image_warnings(radiograph, pixels, self.preparation)

    def operating(self, shares: Mapping[str, float]) -> Mapping[str, Flag] | None:
        """What ``Prediction.operating`` holds for probabilities by class."""
        if not self._points:
            return None
        return {
            name: Flag(
                point=point,
                flagged=point.flags(shares[name]),
                uncertain=point.is_uncertain(shares[name]),
            )
            for name, point in self._points.items()
        }

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

    def explained(self, prediction: Prediction) -> Prediction:
        """The same with a heat map of its likeliest class, also where it cannot be judged.

        Args:
            prediction: With its ``prepared`` pixels.
        """
        return replace(
            prediction,
            heat_map=self.heat_map(prediction.prepared, prediction.likeliest),
            heat_map_method=self.bundle.manifest["explain"]["method"],
        )

    @checked
    def classify(self, radiograph: Radiograph, *, heat_map: bool = True) -> Prediction:
        """What the model says about ``radiograph``.

        Args:
            radiograph: From :func:`xraylib.images.decode.read_image`.
            heat_map: Also compute the map of the predicted class, if the image can be judged.

        Raises:
            BundleError: code ``not-judged``: the network gave no numbers for this image.
        """
        started = time.perf_counter()
        pixels = self.prepare(radiograph)
        needed = self.familiar is not None or (heat_map and self._kernel is not None)
        with self._network() as network:
            outputs, features = network.run(pixels[None], features=needed)
        row = self._scaled(outputs)[0]
        label = self.label(row)
        averaged = _averaged(features)
        warnings = self.warnings(
            radiograph, pixels, None if averaged is None else averaged[0], self.answer(row)
        )
        judged = status_of(warnings) == "ok"
        shares = self.named(row)
        operating = self.operating(shares) if judged else None
        drawn = heat_map and judged
        return Prediction(
            outputs=shares,
            uncertain=judged and is_uncertain(shares, operating, several=self.bundle.several),
            operating=operating,
            warnings=warnings,
            prepared=pixels,
            heat_map=self._map(pixels, features, label) if drawn else None,
            heat_map_method=self.bundle.manifest["explain"]["method"] if drawn else "",
            milliseconds=(time.perf_counter() - started) * 1000,
            several=self.bundle.several,
        )

    def answer(self, row: NDArray[np.float64]) -> str:
        """The class of one row of probabilities; of findings those that are flagged."""
        if not self.bundle.several:
            return self.label(row)
        flags = self.operating(self.named(row)) or {}
        flagged = [name for name, flag in flags.items() if flag.flagged]
        return ", ".join(flagged) or NO_FINDING

    def label(self, row: NDArray[np.float64]) -> str:
        """The class, or finding, of the highest of one row of probabilities."""
        if not np.all(np.isfinite(row)):
            raise BundleError(
                "The network gave no numbers for this image",
                expected="a probability for each class",
                remedy="use another image, or publish a run that was trained to its end",
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

    def _scaled(self, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """One column a class, with the bundle's temperature."""
        p = outputs.astype(np.float64)
        columns = np.concatenate([1 - p, p], axis=1) if self.bundle.units == 1 else p
        return self.bundle.shown(columns)

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
    units = bundle.units
    try:
        kernel = np.asarray((bundle.head or {})["kernel"], np.float32)
    except (KeyError, TypeError, ValueError):
        kernel = np.zeros(0, np.float32)
    if kernel.ndim != 2 or kernel.shape[1] != units or not np.all(np.isfinite(kernel)):
        raise _damaged("has a head.json that does not fit its classes")
    return kernel


def _averaged(features: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    if features is None:
        return None
    mean: NDArray[np.float32] = features.mean(axis=(1, 2))
    return mean


def _familiar(bundle: Bundle) -> Familiar | None:
    if bundle.ood is None:
        return None
    try:
        return Familiar.from_json(bundle.ood)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged("has an ood.json that does not fit") from None


def _damaged(problem: str) -> BundleError:
    return BundleError(
        f"The published model {problem}",
        expected="a network that fits its description",
        remedy="publish the run again",
        code="damaged",
    )
