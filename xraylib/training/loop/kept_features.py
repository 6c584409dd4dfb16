"""What the fixed part of a network makes of images, computed once instead of in every epoch.

Nothing may change by it, not one bit. An image's features do not depend on which other images are
in its batch or on its place there, but where a library chooses another way for another size they
can depend on the number of images. So the first batch of whole size that could be taken from what
is kept is computed anew, and compared; so is the smaller last one. What differs by a bit is
computed in every epoch as if nothing were kept.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import psutil

from xraylib.augmentation.augment import Pixels
from xraylib.loading.loader import Batches, Ints, Labels
from xraylib.training.loop.trainable import FixedPart, Floats, Trainable

# The part of the memory that is free which features may take.
_SHARE: Final = 0.25


class Steps:
    """Training and validation steps, from kept features wherever that is exact.

    Args:
        network: What learns.
        batches: What it learns from.
        validation: The images it is watched on.
        keep: Whether anything may be kept.
    """

    def __init__(
        self, network: Trainable, batches: Batches, validation: Batches, *, keep: bool = True
    ) -> None:
        self._network = network
        self._batches = batches
        self._validation = validation
        self._keep = keep
        self._part: FixedPart | None = None
        self._training: KeptFeatures | None = None
        self._judging: KeptFeatures | None = None

    def begin_epoch(self) -> None:
        """Looks at what the network's phase leaves alone."""
        part = self._network.fixed_part if self._keep else None
        if part is self._part:
            return
        self._part, self._training, self._judging = part, None, None
        if part is None:
            return
        held = self._batches if part.in_training and not self._batches.varies else None
        images = self._validation.images + (held.images if held else 0)
        size = images * math.prod(part.shape) * np.dtype(np.float32).itemsize
        free = psutil.virtual_memory().available
        what = f"What layers 0 to {part.layers - 1} make of {images:,} images"
        if not images or size > _SHARE * free:
            print(
                f"{what} would take {size:,} bytes, more than a quarter of the {free:,} that are "
                "free: it is computed in every epoch.",
                flush=True,
            )
            return
        print(f"{what} is computed once and kept: {size:,} bytes.", flush=True)
        self._judging = KeptFeatures(part, self._validation, fixed=True)
        self._training = KeptFeatures(part, held) if held else None

    def train(self, epoch: int, step: int, pixels: Pixels, labels: Labels) -> tuple[Floats, Floats]:
        """``Trainable.train_batch`` of this batch of this epoch, both from 0."""
        if self._part is None or self._training is None:
            return self._network.train_batch(pixels, labels)
        places = self._batches.places(epoch, step)
        return self._part.train_batch(self._training.of(places, pixels), labels)

    def test(self, step: int) -> tuple[Labels, Floats, Floats]:
        """Labels, losses and probabilities of this batch of the validation images, from 0."""
        pixels, labels = self._validation.batch(0, step)
        if self._part is None or self._judging is None:
            return labels, *self._network.test_batch(pixels, labels)
        features = self._judging.of(self._validation.places(0, step), pixels)
        return labels, *self._part.test_batch(features, labels)


class KeptFeatures:
    """The features of a set of images, as far as they have been computed.

    Args:
        part: What computes them.
        batches: Whose images.
        fixed: Whether every image comes in the same batch each time.
    """

    def __init__(self, part: FixedPart, batches: Batches, *, fixed: bool = False) -> None:
        self._part = part
        self._whole = batches.batch_size
        places = np.arange(len(batches.pixels)) if batches.positions is None else batches.positions
        self._rows = np.zeros(len(batches.pixels), np.int64)
        self._rows[places] = np.arange(len(places))
        self._values = np.empty((len(places), *part.shape), np.float32)
        self._known = np.zeros(len(places), bool)
        self._fixed = fixed
        # By the number of images of a batch: whether their features are those that are kept.
        self._same: dict[int, bool] = {}

    def of(self, places: Ints, pixels: Pixels) -> Floats:
        """The features of a batch, (b, ...), in its order.

        Args:
            places: Positions of its images in ``Batches.pixels``.
            pixels: The images.
        """
        rows, size = self._rows[places], len(places)
        trusted = self._fixed or self._same.get(size, False)
        if trusted and self._known[rows].all():
            return self._values[rows]
        found = self._part.features(pixels)
        if self._fixed:
            self._learn(rows, found)
        elif size == self._whole:
            self._compare(rows, found)
            self._learn(rows, found)
        elif size not in self._same:  # the last batch: as it is, and as a part of a whole one
            several = np.resize(pixels, (self._whole, *pixels.shape[1:]))
            self._learn(rows, self._part.features(several)[:size])
            self._compare(rows, found)
        return found

    def _learn(self, rows: Ints, found: Floats) -> None:
        self._values[rows] = found
        self._known[rows] = True

    def _compare(self, rows: Ints, found: Floats) -> None:
        """Holds what is known of these images against what was found now, bit by bit."""
        known = self._known[rows]
        if known.any():
            same = np.array_equal(
                self._values[rows[known]].view(np.uint32), found[known].view(np.uint32)
            )
            self._same[len(rows)] = self._same.get(len(rows), True) and same
