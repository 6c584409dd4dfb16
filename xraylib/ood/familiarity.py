"""Is an image like those that a network learned from? Fitted on its training images. NumPy, OpenCV.

Four looks at an image (:mod:`xraylib.ood.image_features`): its layout, its edges, its greys, and
the network's own features. Layouts and edges of the training images each span a subspace (principal
components), and what of an image lies outside of it counts; of the features counts how far out they
lie within theirs. Greys count by their Mahalanobis distance. What such distances are for images
that had no part in the fit is measured by leaving out each fifth of the training patients in turn.
An image's score is the root of the sum of squares of what is beyond usual.

The threshold is the larger of two. That of split conformal prediction (Papadopoulos et al. 2002)
holds 95 of 100 images like the held-out ones, on average over such models. The other is a limit of
tolerance (Wilks 1941) from the scores of all training images, each while it was left out, and the
held-out ones: it holds 95 of 100 images like these with a confidence of 90 %. So a few lucky
held-out images do not make a model that doubts every tenth image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject
from xraylib.ood.conformal import CONFIDENCE, QUANTILE, conformal_threshold, tolerance_threshold
from xraylib.ood.image_features import Described, describe_image
from xraylib.ood.training_distribution import TrainingDistribution

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

FORMAT: Final = 2
"""Of what :meth:`Familiar.to_json` writes; another one describes images in other numbers."""
FEWEST: Final = 20
"""Training images under which nothing is fitted, and held-out images under which training images
take their place."""
_FOLDS: Final = 5
_FAR: Final = 2.0
_PICTURE: Final = ("layout", "edges", "greys")
_SMALLEST: Final = 1e-6

REASONS: Final[Mapping[str, str]] = {
    "colour": "The picture is in colour, and X-rays are grey. Use the original X-ray.",
    "inverted": "The picture fits with black and white exchanged: it seems to be inverted. Export "
    "it so that air is dark and bone is bright.",
    "rotated": "The picture fits when it is turned: it seems to lie on its side or upside down. "
    "Turn it upright.",
    "too-dark": "The picture is darker than all X-rays that this model learned from. Check the "
    "window with which it was exported.",
    "too-bright": "The picture is brighter than all X-rays that this model learned from. Check the "
    "window with which it was exported.",
    "other-body-part": "Its greys could be those of an X-ray, but what is where does not fit the "
    "X-rays that this model learned from: it may show another body part or another view. "
    "Use a frontal X-ray of the chest, cut to the chest.",
    "unlike-training": "The picture is like none of the X-rays that this model learned from, in "
    "layout, edges and greys: it may be no such X-ray at all. Use an original X-ray of the "
    "kind that the model card names.",
}
"""Why an image is unlike the training images and what to do, in words for its reader."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How strange an image is.

    Attributes:
        score: The higher, the stranger.
        threshold: Images that score more are called strange.
        reason: A key of ``REASONS`` for a strange image, else ``""``.
    """

    score: float
    threshold: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Familiar:
    """What the training images looked like; says how strange another image is.

    Attributes:
        n_train: Training images it was fitted on.
        n_held_out: Other images, whose scores gave the threshold together with those of the
            training images.
        held_out: ``"val"``, or ``"train"`` where a fifth of the training images was set aside.
        threshold: Of the score.
        picture_threshold: Of the score without the network's features.
        usual: Subspaces and greys of the training images.
        scales: (median, 95 % quantile - median) of each distance.
    """

    n_train: int
    n_held_out: int
    held_out: str
    threshold: float
    picture_threshold: float
    usual: TrainingDistribution = field(repr=False)
    scales: Mapping[str, tuple[float, float]] = field(repr=False)

    def judge(
        self, pixels: Pixels, features: NDArray[Any] | None, *, coloured: bool = False
    ) -> Verdict:
        """Whether an image is strange, and the best reason for it.

        Args:
            pixels: ``(height, width, channels)`` as the network takes them.
            features: ``(filters,)``: the network's feature maps averaged over the image, or None.
            coloured: Whether the original is in colour.
        """
        z = self._beyond(pixels, features)
        score = _together(z)
        reason = ""
        if coloured:
            reason = "colour"
        elif score > self.threshold:
            reason = self._reason(pixels, z)
        return Verdict(score=score, threshold=self.threshold, reason=reason)

    def strange(self, images: Described) -> NDArray[np.bool_]:
        """``(n,)``: which of many images lie beyond the threshold."""
        beyond: NDArray[np.bool_] = (
            _root_of_squares(_scaled(self.usual.distances(images), self.scales)) > self.threshold
        )
        return beyond

    def _reason(self, pixels: Pixels, z: Mapping[str, float]) -> str:
        before = _together({key: z[key] for key in _PICTURE})
        changed = [("inverted", 255 - pixels)]
        changed += [("rotated", _turned(pixels, quarters)) for quarters in (1, 2, 3)]
        after, name = min((_together(self._beyond(image, None)), name) for name, image in changed)
        if after <= max(self.picture_threshold, min(before / 2, 1.5 * self.picture_threshold)):
            return name
        level = describe_image(pixels).greys[0, 0]
        placed = max(z["layout"], z["edges"]) <= _FAR  # neither depends on the brightness
        if placed and level < self.usual.darkest:
            return "too-dark"
        if placed and level > self.usual.brightest:
            return "too-bright"
        return "other-body-part" if z["greys"] <= _FAR else "unlike-training"

    def _beyond(self, pixels: Pixels, features: NDArray[Any] | None) -> dict[str, float]:
        """Each distance: 0 is usual, 1 rare among the training images."""
        raw = self.usual.distances(describe_image(pixels, features))
        return {key: float(z[0]) for key, z in _scaled(raw, self.scales).items()}

    def to_json(self) -> JsonObject:
        """Plain values; :meth:`from_json` reads them back."""
        return {
            **{key: value for key, value in vars(self).items() if key not in ("usual", "scales")},
            "format": FORMAT,
            "quantile": QUANTILE,
            "confidence": CONFIDENCE,
            "usual": self.usual.to_json(),
            "scales": {key: list(pair) for key, pair in self.scales.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Familiar:
        """What :meth:`to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: It does not fit.
        """
        if value["format"] != FORMAT:
            raise ValueError("another format")
        usual = TrainingDistribution.from_json(value["usual"])
        scales = {key: (float(a), float(b)) for key, (a, b) in value["scales"].items()}
        thresholds = float(value["threshold"]), float(value["picture_threshold"])
        wanted = {*_PICTURE, *(("network",) if "features" in usual.spaces else ())}
        fits = set(scales) == wanted and all(b > 0 for _, b in scales.values())
        fits &= all(math.isfinite(number) for pair in scales.values() for number in pair)
        if not fits or not all(math.isfinite(t) and t >= 0 for t in thresholds):
            raise ValueError("values do not fit")
        return cls(
            n_train=int(value["n_train"]),
            n_held_out=int(value["n_held_out"]),
            held_out=str(value["held_out"]),
            threshold=thresholds[0],
            picture_threshold=thresholds[1],
            usual=usual,
            scales=scales,
        )


def fit_familiar(train: Described, held_out: Described | None = None) -> Familiar:
    """What is usual, from training images, and a threshold, from images held out.

    Args:
        train: The training images.
        held_out: Validation images. With fewer than 20 of them every fifth training image is set
            aside in their place.

    Raises:
        DatasetError: code ``too-few``: under 20 training images, or 25 of which a fifth is set
            aside.
    """
    named, total = "val", len(train)
    if held_out is None or len(held_out) < FEWEST:
        aside = _fold_of(train) == _FOLDS - 1
        named, held_out, train = "train", train.rows(aside), train.rows(~aside)
    if len(train) < FEWEST:
        raise DatasetError(
            f"{total} training images are too few to say what is usual",
            expected=f"at least {FEWEST} training images and {FEWEST} validation images, or "
            f"{FEWEST * _FOLDS // (_FOLDS - 1)} training images",
            remedy="train with more images",
            code="too-few",
        )
    usual, left_out = TrainingDistribution.fitted(train), _left_out(train)
    scales = {}
    for key, values in left_out.items():
        middle = float(np.median(values))
        scales[key] = middle, max(float(np.quantile(values, QUANTILE)) - middle, _SMALLEST)
    seen, new = _scaled(left_out, scales), _scaled(usual.distances(held_out), scales)
    return Familiar(
        n_train=len(train),
        n_held_out=len(held_out),
        held_out=named,
        threshold=_threshold(seen, new),
        picture_threshold=_threshold(_of_picture(seen), _of_picture(new)),
        usual=usual,
        scales=scales,
    )


def _threshold(seen: Mapping[str, Floats], new: Mapping[str, Floats]) -> float:
    held_out = _root_of_squares(new)
    together = np.concatenate([_root_of_squares(seen), held_out])
    return max(conformal_threshold(held_out), tolerance_threshold(together))


def _of_picture(z: Mapping[str, Floats]) -> dict[str, Floats]:
    return {key: z[key] for key in _PICTURE}


def _left_out(train: Described) -> dict[str, Floats]:
    """Each distance of each image from a fit that has not seen the image's patient."""
    fold = _fold_of(train)
    parts = [
        TrainingDistribution.fitted(train.rows(fold != one)).distances(train.rows(fold == one))
        for one in np.unique(fold)
    ]
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _fold_of(images: Described) -> NDArray[np.int64]:
    """``(n,)`` a fifth for each image, the same for a patient's images where there are five."""
    patients, whose = np.unique(images.patients, return_inverse=True)
    if len(patients) < _FOLDS:
        whose = np.arange(len(images))
    fold: NDArray[np.int64] = np.arange(whose.max() + 1) * _FOLDS // (whose.max() + 1)
    return np.random.default_rng(0).permutation(fold)[whose]


def _scaled(
    raw: Mapping[str, Floats], scales: Mapping[str, tuple[float, float]]
) -> dict[str, Floats]:
    return {key: (value - scales[key][0]) / scales[key][1] for key, value in raw.items()}


def _root_of_squares(z: Mapping[str, Floats]) -> Floats:
    squares = np.stack([np.maximum(value, 0) ** 2 for value in z.values()])
    score: Floats = np.sqrt(squares.sum(axis=0))
    return score


def _together(z: Mapping[str, float]) -> float:
    return math.sqrt(sum(max(value, 0.0) ** 2 for value in z.values()))


def _turned(pixels: Pixels, quarters: int) -> Pixels:
    height, width = pixels.shape[:2]
    turned = np.ascontiguousarray(np.rot90(pixels, quarters))
    if turned.shape[:2] != (height, width):
        turned = cv2.resize(turned, (width, height), interpolation=cv2.INTER_AREA)
    return turned.reshape(pixels.shape)
