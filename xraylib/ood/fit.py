"""What is usual among training images, and from where on another one is strange. NumPy alone.

What distances are for images that had no part in the fit is measured by leaving out each fifth of
the training patients in turn.

An image is warned about beyond the larger of two limits. That of split conformal prediction
(Papadopoulos et al. 2002) holds 95 of 100 images like the held-out ones, on average over such
models. The other is a limit of tolerance (Wilks 1941) from the scores of all training images, each
while it was left out, and the held-out ones: it holds 95 of 100 images like these with a confidence
of 90 %. So a few lucky held-out images do not make a model that doubts every tenth image.

An image is not judged at all beyond the conformal limit that holds 98 of 100 of the same scores. Of
98, 99 and a tenth to a quarter more than the first limit this one missed the fewest of knees,
spines and photographs for the images of its own that it refuses (40 partitions of the lesson's real
images: 1.7 to 2.7 % refused, at least 98 % of the others stopped, 99.8 % or more on average).

Whether an image is cut or mirrored (:mod:`xraylib.ood.discriminant`), and how noisy it is, have
limits of their own, which 98 of 100 images lie under, and are reasons for a warning alone: such a
chest still shows most of what the network goes by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.ood.conformal import (
    QUANTILE,
    REFUSED_QUANTILE,
    conformal_threshold,
    tolerance_threshold,
)
from xraylib.ood.discriminant import Discriminant, towards_changed
from xraylib.ood.familiarity import PICTURE, Familiar, root_of_squares, scaled
from xraylib.ood.image_features import Described, Floats
from xraylib.ood.training_distribution import TrainingDistribution

FEWEST: Final = 20
"""Training images under which nothing is fitted, and held-out images under which training images
take their place."""
_FOLDS: Final = 5
_SMALLEST: Final = 1e-6


def fit_familiar(
    train: Described,
    held_out: Described | None = None,
    parts: Described | None = None,
    mirrored: Described | None = None,
) -> Familiar:
    """What is usual, from training images, and a threshold, from images held out.

    Args:
        train: The training images.
        held_out: Validation images. With fewer than 20 of them every fifth training image is set
            aside in their place.
        parts: Parts of the training images, drawn as large as the whole: equally many of each
            image, one image's after the other's. Without them nothing looks for cut images.
        mirrored: The training images mirrored, in their order. Without them nothing looks for
            mirrored images.

    Raises:
        DatasetError: code ``too-few``: under 20 training images, or 25 of which a fifth is set
            aside.
    """
    named, total = "val", len(train)
    if held_out is None or len(held_out) < FEWEST:
        aside = _fold_of(train) == _FOLDS - 1
        parts, mirrored = (
            None if changed is None else changed.rows(_of_changed(~aside, changed))
            for changed in (parts, mirrored)
        )
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
    seen, new = scaled(left_out, scales), scaled(usual.distances(held_out), scales)
    threshold = _threshold(seen, new)
    return Familiar(
        n_train=len(train),
        n_held_out=len(held_out),
        held_out=named,
        threshold=threshold,
        refused_beyond=max(threshold, _refused_beyond(seen, new)),
        picture_threshold=_threshold(_of_picture(seen), _of_picture(new)),
        usual=usual,
        scales=scales,
        cut=_apart(train, parts, held_out),
        mirrored=_apart(train, mirrored, held_out),
        noisiest=conformal_threshold(
            np.concatenate([train.noise, held_out.noise]), REFUSED_QUANTILE
        ),
    )


def _apart(train: Described, changed: Described | None, held_out: Described) -> Discriminant | None:
    """With the limit that holds 98 of 100 images, each left out, and of those held out."""
    if changed is None:
        return None
    fold = _fold_of(train)
    towards = towards_changed(train, changed)
    along = [Discriminant(towards=towards, limit=0).along(held_out)]
    for one in np.unique(fold):
        seen = fold != one
        without = towards_changed(train.rows(seen), changed.rows(_of_changed(seen, changed)))
        along.append(Discriminant(towards=without, limit=0).along(train.rows(~seen)))
    limit = conformal_threshold(np.concatenate(along), REFUSED_QUANTILE)
    return Discriminant(towards=towards, limit=limit)


def _of_changed(images: NDArray[np.bool_], changed: Described) -> NDArray[np.bool_]:
    """Which changed images are of these."""
    return np.repeat(images, len(changed) // len(images))


def _threshold(seen: Mapping[str, Floats], new: Mapping[str, Floats]) -> float:
    held_out = root_of_squares(new)
    together = np.concatenate([root_of_squares(seen), held_out])
    return max(conformal_threshold(held_out), tolerance_threshold(together))


def _refused_beyond(seen: Mapping[str, Floats], new: Mapping[str, Floats]) -> float:
    together = np.concatenate([root_of_squares(seen), root_of_squares(new)])
    return conformal_threshold(together, REFUSED_QUANTILE)


def _of_picture(z: Mapping[str, Floats]) -> dict[str, Floats]:
    return {key: z[key] for key in PICTURE}


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
