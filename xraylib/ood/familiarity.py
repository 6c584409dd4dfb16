"""Is an image like those that a network learned from? A value that says so. NumPy alone.

Four looks at an image (:mod:`xraylib.ood.image_features`): its layout, its edges, its greys, and
the network's own features. Layouts and edges of the training images each span a subspace (principal
components), and what of an image lies outside of it counts; of the features counts how far out they
lie within theirs. Greys count by their Mahalanobis distance. An image's score is the root of the
sum of squares of what is beyond usual. Apart from the score it is looked whether the image seems
to be a part of one or mirrored (:mod:`xraylib.ood.discriminant`), and how noisy it is.
:mod:`xraylib.ood.fit` says how it is fitted, and how the two limits are set above which an image is
warned about, and above which it is not judged at all.

What is imported from the project here goes with a model that is exported as a folder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.ood.conformal import CONFIDENCE, QUANTILE, REFUSED_QUANTILE
from xraylib.ood.discriminant import Discriminant
from xraylib.ood.image_features import Described, describe_image, inverted, together, turned
from xraylib.ood.training_distribution import TrainingDistribution

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

FORMAT: Final = 2
"""Of what :meth:`Familiar.to_json` writes; another one describes images in other numbers."""
REFUSED_BEYOND: Final = 1.1
"""Thresholds above which an image is not judged, for models published without a limit of their own.

Measured on the lesson's real images, forty partitions by patient: 1.9 to 3.1 % of the set's own
images lie beyond, and of knees, spines and photographs 99.4 % or more.
"""
UNDONE: Final = ("inverted", "rotated")
"""Reasons for which an image is not judged whatever its score: it fits once that is undone."""
_FAR: Final = 2.0
PICTURE: Final = ("layout", "edges", "greys")
DOUBTED: Final = ("cut", "mirrored", "noisy")
"""Reasons to doubt an image that is like the training images but for this; the first that holds is
told."""

REASONS: Final[Mapping[str, str]] = {
    "inverted": "The picture fits with black and white exchanged: it seems to be inverted. Export "
    "it so that air is dark and bone is bright.",
    "rotated": "The picture fits when it is turned: it seems to lie on its side or upside down. "
    "Turn it upright.",
    "too-dark": "The picture is darker than all X-rays that this model learned from. Check the "
    "window with which it was exported.",
    "too-bright": "The picture is brighter than all X-rays that this model learned from. Check the "
    "window with which it was exported.",
    "other-body-part": "Its greys could be those of an X-ray, but what is where does not fit the "
    "X-rays that this model learned from: it may show another body part or another view, or a "
    "chest that was X-rayed in another way (lying, with tubes, by another machine). Use a frontal "
    "X-ray of the chest, cut to the chest.",
    "cut": "Parts seem to be missing at the edges of the picture: it looks like an X-ray that was "
    "cut to a part, or taken closer than those that this model learned from. Use the whole X-ray.",
    "mirrored": "The picture seems to be mirrored: what lies left in the X-rays that this model "
    "learned from lies right. Check the side marker, and whether left and right were exchanged.",
    "noisy": "The picture is noisier than the X-rays that this model learned from. Use the "
    "original X-ray, not a copy or a photograph of it.",
    "unlike-training": "The picture is like none of the X-rays that this model learned from, in "
    "layout, edges and greys: it may be no such X-ray at all. Use an original X-ray of the "
    "kind that the model card names.",
}
"""Why an image is unlike the training images and what to do, in words for its reader."""
_NO_PHANTOM: Final = (
    "This model learned from synthetic phantoms only, and this picture is not like them: of X-rays "
    "of patients, and of any other picture, it knows nothing. Use a model that was trained on "
    "X-rays of patients, or one of the sample X-rays."
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How strange an image is.

    Attributes:
        score: The higher, the stranger.
        threshold: Images that score more are called strange; others may have another reason.
        reason: A key of ``REASONS`` for a strange image, else ``""``.
        refuses: Whether it is so strange that the network cannot judge it.
    """

    score: float
    threshold: float
    reason: str
    refuses: bool


def in_words(verdict: Verdict, *, synthetic: bool) -> str:
    """Why an image is strange, and what to do.

    Args:
        verdict: With a reason.
        synthetic: Whether the network learned from phantoms, so that X-rays of patients are
            strange.
    """
    if not verdict.refuses:
        little = "is less sure to be right" if verdict.reason in DOUBTED else "means little"
        return f"{REASONS[verdict.reason]} What the model says about this one {little}."
    return _NO_PHANTOM if synthetic and verdict.reason not in UNDONE else REASONS[verdict.reason]


@dataclass(frozen=True, kw_only=True)
class Familiar:
    """What the training images looked like; says how strange another image is.

    Attributes:
        n_train: Training images it was fitted on.
        n_held_out: Other images, whose scores gave the limits together with those of the
            training images.
        held_out: ``"val"``, or ``"train"`` where a fifth of the training images was set aside.
        threshold: Of the score: an image beyond is warned about.
        refused_beyond: Of the score: an image beyond is not judged.
        picture_threshold: Of the score without the network's features.
        usual: Subspaces and greys of the training images.
        cut: What tells parts of them, which are warned about; None where it was not learned.
        mirrored: What tells mirrored ones, likewise.
        noisiest: Noise, in grey levels, beyond which an image is warned about; likewise.
        scales: (median, 95 % quantile - median) of each distance.
    """

    n_train: int
    n_held_out: int
    held_out: str
    threshold: float
    refused_beyond: float
    picture_threshold: float
    usual: TrainingDistribution = field(repr=False)
    scales: Mapping[str, tuple[float, float]] = field(repr=False)
    cut: Discriminant | None = field(repr=False, default=None)
    mirrored: Discriminant | None = field(repr=False, default=None)
    noisiest: float | None = None

    def judge(self, pixels: Pixels, features: NDArray[Any] | None) -> Verdict:
        """Whether an image is strange, the best reason for it, and whether it can be judged.

        Args:
            pixels: ``(height, width, channels)`` as the network takes them. Of colours their
                mean counts.
            features: ``(filters,)``: the network's feature maps averaged over the image, or None.
        """
        return self.judge_described(describe_image(pixels, features))

    def judge_described(self, image: Described) -> Verdict:
        """:meth:`judge` of one image in numbers."""
        z = self._beyond(image)
        score = _together(z)
        reason = self._reason(image, z) if score > self.threshold else ""
        if not reason:
            reason = next((name for name, of in self._doubted(image).items() if of[0]), "")
        return Verdict(
            score=score,
            threshold=self.threshold,
            reason=reason,
            refuses=score > self.refused_beyond or reason in UNDONE,
        )

    def strange(self, images: Described) -> NDArray[np.bool_]:
        """``(n,)``: which of many images have a reason."""
        beyond: NDArray[np.bool_] = root_of_squares(self.beyond(images)) > self.threshold
        for of in self._doubted(images).values():
            beyond |= of
        return beyond

    def _doubted(self, images: Described) -> dict[str, NDArray[np.bool_]]:
        """``(n,)`` by reason of ``DOUBTED``: which images have it."""
        found = {}
        if self.cut is not None:
            found["cut"] = self.cut.shows(images)
        if self.mirrored is not None:
            found["mirrored"] = self.mirrored.shows(images)
        if self.noisiest is not None:
            found["noisy"] = images.noise > self.noisiest
        return found

    def beyond(self, images: Described) -> dict[str, Floats]:
        """Each distance ``(n,)``: 0 is usual, 1 rare among the training images."""
        return scaled(self.usual.distances(images), self.scales)

    def _reason(self, image: Described, z: Mapping[str, float]) -> str:
        before = _together({key: z[key] for key in PICTURE})
        changed = [inverted(image), *(turned(image, quarters) for quarters in (1, 2, 3))]
        after = root_of_squares(self.beyond(together(changed)))
        name = "rotated" if after.argmin() else "inverted"
        if after.min() <= max(
            self.picture_threshold, min(before / 2, 1.5 * self.picture_threshold)
        ):
            return name
        level = image.greys[0, 0]
        placed = max(z["layout"], z["edges"]) <= _FAR  # neither depends on the brightness
        if placed and level < self.usual.darkest:
            return "too-dark"
        if placed and level > self.usual.brightest:
            return "too-bright"
        return "other-body-part" if z["greys"] <= _FAR else "unlike-training"

    def _beyond(self, image: Described) -> dict[str, float]:
        return {key: float(z[0]) for key, z in self.beyond(image).items()}

    def to_json(self) -> JsonObject:
        """Plain values; :meth:`from_json` reads them back."""
        return {
            **{
                key: value
                for key, value in vars(self).items()
                if key not in ("usual", "scales", "cut", "mirrored")
            },
            "format": FORMAT,
            "quantile": QUANTILE,
            "refused_quantile": REFUSED_QUANTILE,
            "confidence": CONFIDENCE,
            "usual": self.usual.to_json(),
            "cut": None if self.cut is None else self.cut.to_json(),
            "mirrored": None if self.mirrored is None else self.mirrored.to_json(),
            "scales": {key: list(pair) for key, pair in self.scales.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Familiar:
        """What :meth:`to_json` wrote, also of versions that had one limit only.

        Raises:
            ValueError, KeyError, TypeError: It does not fit.
        """
        if value["format"] != FORMAT:
            raise ValueError("another format")
        usual = TrainingDistribution.from_json(value["usual"])
        apart = {key: value.get(key) for key in ("cut", "mirrored")}
        told = {key: of and Discriminant.from_json(of) for key, of in apart.items()}
        noisiest = value.get("noisiest")
        if noisiest is not None and not math.isfinite(noisiest := float(noisiest)):
            raise ValueError("values do not fit")
        scales = {key: (float(a), float(b)) for key, (a, b) in value["scales"].items()}
        threshold, picture = float(value["threshold"]), float(value["picture_threshold"])
        refused = float(value.get("refused_beyond", REFUSED_BEYOND * threshold))
        wanted = {*PICTURE, *(("network",) if "features" in usual.spaces else ())}
        fits = set(scales) == wanted and all(b > 0 for _, b in scales.values())
        fits &= all(math.isfinite(number) for pair in scales.values() for number in pair)
        fits &= all(math.isfinite(t) and t >= 0 for t in (threshold, refused, picture))
        if not fits or refused < threshold:
            raise ValueError("values do not fit")
        return cls(
            n_train=int(value["n_train"]),
            n_held_out=int(value["n_held_out"]),
            held_out=str(value["held_out"]),
            threshold=threshold,
            refused_beyond=refused,
            picture_threshold=picture,
            usual=usual,
            scales=scales,
            cut=told["cut"],
            mirrored=told["mirrored"],
            noisiest=noisiest,
        )


def scaled(
    raw: Mapping[str, Floats], scales: Mapping[str, tuple[float, float]]
) -> dict[str, Floats]:
    """Distances in the units of ``Familiar.scales``."""
    return {key: (value - scales[key][0]) / scales[key][1] for key, value in raw.items()}


def root_of_squares(z: Mapping[str, Floats]) -> Floats:
    """``(n,)`` scores of images from their distances; what is nearer than usual does not count."""
    squares = np.stack([np.maximum(value, 0) ** 2 for value in z.values()])
    score: Floats = np.sqrt(squares.sum(axis=0))
    return score


def _together(z: Mapping[str, float]) -> float:
    return math.sqrt(sum(max(value, 0.0) ** 2 for value in z.values()))
